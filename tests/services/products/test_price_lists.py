"""Price lists: what is taken, what is refused with its line, and what a product then shows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput, JpcliError
from jpcli.services.invoices import close
from jpcli.services.products.products import list_products, set_price, show_product
from tests.services.agency import PRICES, Agency, codes
from tests.thorough import examples

HEADER = "product,name,family,amount,price_interval,currency,from,bundle_size\n"


def take(agency: Agency, content: str | bytes, **options: Any) -> Any:
    path = Path(agency.called).with_suffix(".list")
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return agency.import_prices(path, **options)


def offers(agency: Agency, **options: Any) -> dict[tuple[str, int | None], str | None]:
    found = agency.ask(list_products, **options)["products"]
    return {(item["product"], item["bundle_size"]): item["day_price"] for item in found}


def test_a_price_list_adds_products_and_bundles(agency: Agency) -> None:
    answer = take(agency, "product,amount,bundle_size\njetpack-vat,1.5,\njetpack-vat,20,25\n")
    assert (answer.data["imported"], answer.data["unchanged"]) == (2, 0)
    assert offers(agency)["jetpack-vat", None] == "1.50"
    assert offers(agency)["jetpack-vat", 25] == "20.00"
    assert agency.issue("jetpack-vat", bundle_size=25)
    assert agency.check()["ok"]


def prices_of(agency: Agency, product: str) -> list[tuple[str, str]]:
    (shown,) = agency.ask(show_product, product)["products"]
    return [(price["from"], price["day_price"]) for price in shown["prices"]]


UNDATED = "product,amount\njetpack-ai,0.99\njetpack-vat,1\n"
AI = ("2022-01-01", "0.27")


def test_a_price_without_a_date_holds_from_today_on(agency: Agency) -> None:
    answer = take(agency, UNDATED, now="2024-08-15T12:00:00Z")
    assert answer.notes[0].message == "Took over 2 prices of 2, from 2024-08-15 on"
    assert prices_of(agency, "jetpack-ai") == [AI, ("2024-08-15", "0.99")]
    assert prices_of(agency, "jetpack-vat") == [("2024-08-15", "1.00")]


def test_a_price_without_a_date_holds_from_the_day_of_its_time_on(agency: Agency) -> None:
    answer = take(agency, UNDATED, at="2024-08-03T23:59:00Z")
    assert answer.notes[0].message == "Took over 2 prices of 2, from 2024-08-03 on"
    assert prices_of(agency, "jetpack-ai") == [AI, ("2024-08-03", "0.99")]


def test_today_is_a_day_of_the_ledgers_zone(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init(zone="Pacific/Auckland")
    take(agency, UNDATED, now="2024-08-15T12:00:00Z")
    assert prices_of(agency, "jetpack-ai") == [AI, ("2024-08-16", "0.99")]


def test_a_price_without_a_date_is_taken_over_once(agency: Agency) -> None:
    take(agency, UNDATED)
    before = agency.state()
    again = take(agency, UNDATED, now="2024-09-20T12:00:00Z")
    assert (again.data["imported"], again.data["unchanged"]) == (0, 2)
    assert again.notes[0].message == "Took over 0 prices of 2"
    assert agency.state() == before
    agency.set_price("jetpack-ai", "0.50", "2024-10-01")
    back = take(agency, UNDATED, now="2024-10-05T00:00:00Z")
    assert (back.data["imported"], back.data["unchanged"]) == (1, 1)
    assert prices_of(agency, "jetpack-ai")[-1] == ("2024-10-05", "0.99")


def test_a_list_without_dates_is_the_same_request_tomorrow(agency: Agency) -> None:
    first = take(agency, UNDATED, key="k")
    before = agency.state()
    again = take(agency, UNDATED, key="k", now="2024-08-20T12:00:00Z")
    assert (again.data, codes(again)[-1]) == (first.data, "repeated")
    assert agency.state() == before


def test_a_list_without_names_keeps_those_that_products_have(agency: Agency) -> None:
    def shown() -> list[Any]:
        keys = ("product", "bundle_size", "name", "family", "day_price")
        return [
            tuple(item[key] for key in keys)
            for item in agency.ask(list_products)["products"]
            if item["day_price"] in ("0.98", "0.97", "0.96", "0.95")
        ]

    rows = "jetpack-scan,0.98,\njetpack-security-t1,0.97,3\njetpack-ai,0.96,5\njetpack-vat,0.95,2\n"
    take(agency, "product,amount,bundle_size\n" + rows)
    assert shown() == [
        ("jetpack-ai", 5, "AI, bundle of 5", "jetpack-ai", "0.96"),
        ("jetpack-scan", None, "Scan Daily", "jetpack-scan", "0.98"),
        ("jetpack-security-t1", 3, "Security, bundle of 3", "jetpack-security", "0.97"),
        ("jetpack-vat", 2, "jetpack-vat, bundle of 2", "jetpack-vat", "0.95"),
    ]
    before = agency.state()
    again = take(agency, "product,amount,bundle_size\n" + rows, now="2024-10-01T00:00:00Z")
    assert again.data["imported"] == 0
    assert agency.state() == before


def test_a_name_in_the_list_is_a_new_name(agency: Agency) -> None:
    take(agency, "product,name,amount\njetpack-scan,Scan,0.16\n")
    (shown,) = agency.ask(show_product, "jetpack-scan")["products"]
    assert (shown["name"], shown["family"]) == ("Scan", "jetpack-scan")


def test_a_family_in_the_list_is_a_new_family(agency: Agency) -> None:
    take(agency, "product,family,amount,from\njetpack-scan,other,0.16,2022-01-01\n")
    (shown,) = agency.ask(show_product, "jetpack-scan")["products"]
    assert (shown["name"], shown["family"]) == ("Scan Daily", "other")
    assert prices_of(agency, "jetpack-scan") == [("2022-01-01", "0.16")]


LISTED = '[{"from":"2022-01-01","day_price":"0.27"},{"from":"2024-09-01","day_price":0.30}]'


@pytest.mark.parametrize("shown", ["", "0.27", "0.30", "0.270"])
def test_all_prices_of_a_row_are_taken_over(agency: Agency, shown: str) -> None:
    cell = LISTED.replace('"', '""')
    answer = take(agency, f'product,day_price,prices\njetpack-ai,{shown},"{cell}"\n')
    assert (answer.data["imported"], answer.data["unchanged"]) == (1, 1)
    assert prices_of(agency, "jetpack-ai") == [AI, ("2024-09-01", "0.30")]


def test_a_day_price_is_an_amount(agency: Agency) -> None:
    take(agency, "product,day_price,currency,since\njetpack-ai,0.31,usd,2022-01-01\n")
    assert prices_of(agency, "jetpack-ai") == [AI, ("2024-08-15", "0.31")]


TWO_WAYS = [
    ("product,day_price,prices\njetpack-ai,0.31,[]\n", "two_prices"),
    ("product,amount,day_price\njetpack-ai,0.31,0.31\n", "two_prices"),
    ("product,amount,prices\njetpack-ai,0.31,[]\n", "two_prices"),
    ("product,from,prices\njetpack-ai,2024-09-01,[]\n", "two_prices"),
    ("product,amount,since\njetpack-ai,0.31,2024-09-01\n", "bad_date"),
    ("product,prices\njetpack-ai,0.31\n", "bad_prices"),
    ("product,prices\njetpack-ai,[0.31]\n", "bad_prices"),
    ("product,prices\njetpack-ai,[\n", "bad_prices"),
    ('{"product": "jetpack-ai", "prices": {"from": "2024-09-01", "day_price": "1"}}', "bad_prices"),
    ('{"product": "jetpack-ai", "prices": [{"from": "2024-09-01"}]}', "bad_prices"),
    ('{"product": "jetpack-ai", "prices": [{"from": "1.9.", "day_price": "1"}]}', "bad_date"),
    ('{"product": "jetpack-ai", "prices": [{"from": null, "day_price": "1"}]}', "bad_prices"),
    ('{"product": "jetpack-ai", "day_price": null}', "missing_value"),
]


@pytest.mark.parametrize(("content", "code"), TWO_WAYS)
def test_a_row_with_two_meanings_or_none_is_refused(
    agency: Agency, content: str, code: str
) -> None:
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        take(agency, content)
    assert [problem.code for problem in caught.value.problems] == [code]
    assert agency.state() == before


def test_a_price_without_a_date_leaves_what_was_billed_alone(agency: Agency) -> None:
    agency.issue_one("jetpack-ai", at="2024-07-30")
    agency.do(close.close, "2024-07")
    take(agency, UNDATED)
    lines = agency.preview("2024-08")["lines"]
    assert [(line["kind"], line["day_price"], line["days"]) for line in lines] == [
        ("license", "0.27", 14),
        ("license", "0.99", 17),
    ]


def test_two_prices_of_one_day_are_refused_whoever_named_the_day(agency: Agency) -> None:
    before = agency.state()
    rows = "product,amount,from\njetpack-ai,1,2024-08-15\njetpack-ai,2,\n"
    with pytest.raises(BadInput) as caught:
        take(agency, rows)
    assert [problem.code for problem in caught.value.problems] == ["double_price"]
    assert agency.state() == before


def test_the_prices_that_a_ledger_begins_with_hold_from_the_beginning(tmp_path: Path) -> None:
    """Nothing was billed before, and a history that is imported finds the price of its days."""
    agency = Agency(tmp_path / "ledger.db").init(prices=UNDATED)
    row = "license_key,product,issued_at\njetpack-ai_" + "A" * 25 + ",jetpack-ai,2019-03-31\n"
    history = tmp_path / "history.csv"
    history.write_text(row.replace("2019-03-31", "2019-03-31T00:00:00Z"))
    agency.import_file(history)
    (line,) = agency.preview("2019-03")["lines"]
    assert (line["day_price"], line["days"]) == ("0.99", 1)


@pytest.mark.parametrize(
    ("since", "at", "message"),
    [
        (None, None, "from 2024-08-15 on"),
        (None, "2024-08-02", "from 2024-08-02 on"),
        (None, "2024-08-02T22:30:00+02:00", "from 2024-08-02 on"),
        ("2024-07-01", "2024-08-02", "from 2024-07-01 on"),
        ("2021-12-01", None, "from 2021-12-01 to 2021-12-31"),
        ("2025-01-01", None, "from 2025-01-01 on"),
    ],
)
def test_a_price_says_from_when_it_holds(
    agency: Agency, since: str | None, at: str | None, message: str
) -> None:
    answer = agency.do(set_price, "jetpack-ai", "0.99", since, at=at)
    assert answer.notes[0].message == f"Set the price of AI to $0.99 a day {message}"
    begins = message.split()[1]
    assert (begins, "0.99") in prices_of(agency, "jetpack-ai")


@pytest.mark.parametrize("at", ["2024-08-16", "2024-08-15T12:00:00.000001Z", "2199-12-31"])
def test_no_price_is_set_in_the_future(agency: Agency, at: str) -> None:
    before = agency.state()
    with pytest.raises(BadInput) as caught:
        agency.do(set_price, "jetpack-ai", "0.99", at=at)
    assert caught.value.code == "time_in_future"
    with pytest.raises(BadInput) as caught:
        take(agency, UNDATED, at=at)
    assert caught.value.code == "time_in_future"
    assert agency.state() == before


def test_the_same_list_again_changes_nothing(agency: Agency) -> None:
    before = agency.state()
    answer = take(agency, PRICES)
    assert (answer.data["imported"], answer.data["unchanged"]) == (0, 4)
    assert agency.state() == before


def test_a_dry_run_takes_nothing_over(agency: Agency) -> None:
    before = agency.state()
    answer = take(agency, "product,amount\njetpack-vat,1\n", dry_run=True)
    assert codes(answer) == ["prices_imported", "dry_run"]
    assert agency.state() == before


def test_m2_a_product_shows_the_price_of_today_and_all_it_had(agency: Agency) -> None:
    take(agency, HEADER + "jetpack-ai,AI,jetpack-ai,0.30,day,usd,2024-08-01,1\n")
    agency.set_price("jetpack-ai", "0.40", "2024-09-01")
    (shown,) = agency.ask(show_product, "jetpack-ai")["products"]
    assert shown["day_price"] == "0.30"
    assert shown["prices"] == [
        {"from": "2022-01-01", "day_price": "0.27"},
        {"from": "2024-08-01", "day_price": "0.30"},
        {"from": "2024-09-01", "day_price": "0.40"},
    ]
    assert offers(agency, now="2024-07-31T23:59:59Z")["jetpack-ai", None] == "0.27"
    assert offers(agency, now="2024-09-01T00:00:00Z")["jetpack-ai", None] == "0.40"
    assert offers(agency, now="2021-01-01T00:00:00Z")["jetpack-ai", None] is None


def test_m3_months_and_days_may_stand_in_one_list(agency: Agency) -> None:
    take(agency, "product,amount,price_interval\na-1,10,month\nb-1,0.33,day\n")
    assert (offers(agency)["a-1", None], offers(agency)["b-1", None]) == ("0.33", "0.33")


def test_an_unknown_product_gets_a_suggestion(agency: Agency) -> None:
    with pytest.raises(BadInput) as caught:
        agency.ask(show_product, "jetpack-scam")
    assert (caught.value.code, caught.value.hint) == (
        "unknown_product",
        "Did you mean jetpack-scan?",
    )


BAD_ROWS = [
    ("Jetpack,,,1,,,,", "bad_product"),
    ("-x,,,1,,,,", "bad_product"),
    ("a-1,,,,,,,", "missing_value"),
    (",,,1,,,,", "missing_value"),
    ("a-1,,,NaN,,,,", "bad_price"),
    ("a-1,,,-1,,,,", "bad_price"),
    ("a-1,,,1e5,,,,", "bad_price"),
    ('a-1,,,"1,5",,,,', "bad_price"),
    ("a-1,,,$1,,,,", "bad_price"),
    ("a-1,,,99999999,,,,", "bad_price"),
    ("a-1,,,1,year,,,", "bad_price_interval"),
    ("a-1,,,1,,eur,,", "other_currency"),
    ("a-1,,,1,,,2024-02-30,", "bad_date"),
    ("a-1,,,1,,,today,", "bad_date"),
    ("a-1,,,1,,,,0", "bad_bundle_size"),
    ("a-1,,,1,,,,-5", "bad_bundle_size"),
    ("a-1,,,1,,,,10001", "bad_bundle_size"),
    ("a-1,,,1,,,,0000000015", "bad_bundle_size"),
    ("a-1,,,1,,,,1000000000", "bad_bundle_size"),
    ("a-1,,,1,,,,99999999999999999999", "bad_bundle_size"),
    ("a-1,,,1,,,,x", "bad_bundle_size"),
    ("jetpack-ai,,,1,,,2022-01-01,1", "double_price"),
    ("a-1,,,1,,,,,,x", "wrong_cells"),
]


@pytest.mark.parametrize(("row", "code"), BAD_ROWS)
def test_a_bad_price_is_refused_with_its_line_and_nothing_is_taken_over(
    agency: Agency, row: str, code: str
) -> None:
    before = agency.state()
    content = HEADER + "jetpack-ai,,,1,,,2022-01-01,1\n" + row + "\nz-1,,,1,,,,\n"
    with pytest.raises(BadInput) as caught:
        take(agency, content)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [(code, 3)]
    assert agency.state() == before


@pytest.mark.parametrize(("row", "code"), BAD_ROWS)
def test_no_ledger_is_made_with_a_bad_price_list(tmp_path: Path, row: str, code: str) -> None:
    agency = Agency(tmp_path / "ledger.db")
    prices = HEADER + "jetpack-ai,,,1,,,2022-01-01,1\n" + row + "\n"
    with pytest.raises(BadInput) as caught:
        agency.init(prices=prices)
    assert [(problem.code, problem.line) for problem in caught.value.problems] == [(code, 3)]
    assert [path.name for path in tmp_path.iterdir()] == ["ledger.db.prices.csv"]


def test_every_bad_price_is_reported_at_once(agency: Agency) -> None:
    content = HEADER + "jetpack-ai,,,1,,,2022-01-01,1\n"
    content += "".join(row + "\n" for row, _ in BAD_ROWS)
    with pytest.raises(BadInput) as caught:
        take(agency, content)
    found = sorted((problem.line or 0, problem.code) for problem in caught.value.problems)
    assert found == [(line, code) for line, (_, code) in enumerate(BAD_ROWS, 3)]


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"currency": "usdollar"}, "unknown_currency"),
        ({"currency": ""}, "unknown_currency"),
        ({"currency": "eur", "prices": None}, None),
        ({"zone": "Berlin"}, "unknown_time_zone"),
        ({"zone": "../../etc/passwd"}, "unknown_time_zone"),
        ({"zone": "CET-1CEST"}, "unknown_time_zone"),
        ({"name": " "}, "bad_name"),
        ({"name": "a\x1b[31m"}, "bad_name"),
        ({"name": "x" * 201}, "bad_name"),
        ({"payment_terms_days": -1}, "bad_payment_terms"),
        ({"payment_terms_days": 366}, "bad_payment_terms"),
    ],
)
def test_init_refuses_what_would_hold_for_the_ledgers_life(
    tmp_path: Path, options: dict[str, Any], code: str | None
) -> None:
    path = tmp_path / "ledger.db"
    if code is None:
        Agency(path).init(**options)
        return
    with pytest.raises(BadInput) as caught:
        Agency(path).init(**{"prices": None, **options})
    assert caught.value.code == code
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def scratch(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    return Agency(tmp_path_factory.mktemp("scratch") / "ledger.db").init()


@settings(max_examples=examples(200))
@given(data=st.data())
def test_no_list_however_bad_crashes_or_leaves_a_trace(scratch: Agency, data: Any) -> None:
    content = bytearray(PRICES.encode())
    for _ in range(data.draw(st.integers(1, 4))):
        first = data.draw(st.integers(0, len(content)))
        last = min(len(content), first + data.draw(st.integers(0, 30)))
        content[first:last] = data.draw(
            st.one_of(st.binary(max_size=6), st.sampled_from([b"0", b"-", b".5", b"9" * 30, b'"']))
        )
    before = scratch.state()
    try:
        take(scratch, bytes(content), dry_run=True)
    except JpcliError as error:
        assert error.exit_code == 2  # noqa: PT017
    assert scratch.state() == before
