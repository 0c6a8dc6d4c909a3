"""Both spellings of everything that the API writes in more than one way."""

from __future__ import annotations

import json
from itertools import product
from typing import Any

import pytest

from jpcli.domain.instants import parse_instant
from jpcli.jetpack import shapes
from jpcli.jetpack.licensing import Licensing
from jpcli.jetpack.shapes import Garbled, connected_of, license_of, page_of, parsed, prices_of, told
from tests.jetpack_double.double import JetpackDouble
from tests.jetpack_double.world import ISO, SQL, ZULU, Spelling

KEY = "jetpack-scan_abcdefgh"
SITE = "https://example.com/shop"
AT = parse_instant("2020-09-08T16:14:58Z")
PRODUCT = {"slug": "p", "name": "P", "currency": "USD", "amount": "1", "price_interval": "day"}
WRONG_AMOUNTS: list[Any] = [None, True, {}]
SPELLINGS = [
    Spelling(*each)
    for each in product((ISO, ZULU, SQL), (True, False), (True, False), ("code", "data", "error"))
]


@pytest.mark.parametrize("spelling", SPELLINGS, ids=str)
def test_every_spelling_is_one(
    licensing: Licensing, jetpack_double: JetpackDouble, spelling: Spelling
) -> None:
    world = jetpack_double.world
    world.at, world.spelling = AT // 1_000_000, spelling
    issued, _ = licensing.issue("jetpack-scan")
    assert (issued.issued_at, issued.revoked_at, issued.tells_site) == (AT, None, False)
    licensing.attach(issued.license_key, SITE)
    (found,) = licensing.licenses(state="attached")
    assert (found.attached_at, found.site, found.blog_id) == (AT, SITE, 5001)
    assert (found.is_attached, found.is_on(SITE), found.is_on(5001)) == (True, True, True)
    assert (found.is_on("example.com::shop"), found.is_on("https://example.com")) == (True, False)
    assert licensing.connect(SITE, "admin").blog_id == 5001
    assert licensing.revoke(issued.license_key).value.revoked_at == AT
    (found,) = licensing.licenses(state="revoked")
    assert (found.revoked_at, found.is_attached, found.tells_site) == (AT, False, True)
    assert licensing.license("jetpack-scan_unknown") is None


def whole(**more: Any) -> dict[str, Any]:
    return {"license_key": KEY, "issued_at": "2020-09-08T16:14:58+00:00", **more}


@pytest.mark.parametrize(
    "text",
    [
        "2020-09-08T16:14:58+00:00",
        "2020-09-08T16:14:58Z",
        "2020-09-08 16:14:58",
        "2020-09-08T16:14:58",
        "2020-09-08T18:14:58+02:00",
        "2020-09-08T16:14:58.000Z",
        "2020-09-08T16:14:58+0000",
    ],
)
def test_a_time(text: str) -> None:
    found = license_of(whole(issued_at=text, revoked_at=text))
    assert (found.issued_at, found.revoked_at) == (AT, AT)


@pytest.mark.parametrize("nothing", [None, "", "0000-00-00 00:00:00"])
def test_nothing_in_every_spelling(nothing: Any) -> None:
    fields = {"revoked_at": nothing, "attached_at": nothing}
    numbers = {"license_id": "0", "blog_id": 0, "quantity": None, "siteurl": ""}
    found = license_of(whole(**fields, **numbers))
    assert found == license_of(whole(siteurl=None))
    assert not found.is_attached


def test_every_field() -> None:
    numbers = {"license_id": "7", "blog_id": "8", "parent_license_id": 9, "quantity": "10"}
    others = {
        "product": "Jetpack Scan",
        "product_id": None,
        "owner_type": 5,
        "siteurl": "a.example",
        "attached_at": "2020-09-08 16:14:58",
    }
    found = license_of(whole(**numbers, **others))
    assert found[3:] == (7, AT, "https://a.example", 8, 9, 10, True, True)
    assert found.product == "jetpack-scan"


def test_an_address_that_the_ledger_has_no_form_for_stays_as_it_is() -> None:
    assert license_of(whole(siteurl="https://a.example/?p=1")).site == "https://a.example/?p=1"


@pytest.mark.parametrize(
    "wrong",
    [
        {"license_key": ""},
        {"license_key": None},
        {"license_key": KEY + "\n"},
        {"license_key": "jetpack-scan_4242424242424242"},
        {"issued_at": ""},
        {"issued_at": "2020-13-08 16:14:58"},
        {"issued_at": "1969-12-31 23:59:59"},
        {"issued_at": True},
        {"revoked_at": False},
        {"revoked_at": "0001-01-01"},
        {"license_id": True},
        {"license_id": -1},
        {"license_id": "1e3"},
        {"license_id": "²"},
        {"license_id": 10**18},
        {"blog_id": [1]},
        {"siteurl": 5},
        {"quantity": {}},
    ],
    ids=str,
)
def test_what_is_wrong_is_no_license(wrong: dict[str, Any]) -> None:
    with pytest.raises(Garbled):
        license_of(whole(**wrong))
    with pytest.raises(Garbled):
        page_of({"items": [whole(), whole(**wrong)], "current_page": 1, "total_pages": 1}, 1)


@pytest.mark.parametrize(
    "body", [b"\xff\xfe{}", b"{", b'{"a": NaN}', b'{"a": Infinity}', b"[" * 10_000, b"9" * 5_000]
)
def test_what_is_no_json_is_garbled(body: bytes) -> None:
    with pytest.raises(Garbled):
        parsed(body)


def test_another_page_than_the_one_asked_for_is_none() -> None:
    page = {"items": [whole()], "current_page": 2, "total_pages": "3"}
    assert page_of(page, 2) == ([license_of(whole())], True)
    assert page_of({"items": [], "total_pages": 0}, 1) == ([], False)  # it does not say which
    with pytest.raises(Garbled):
        page_of(page, 3)


@pytest.mark.parametrize("pages", [2, "3", 10**17])
def test_an_empty_page_with_more_behind_it_is_none(pages: Any) -> None:
    for last in (0, 1):
        assert page_of({"items": [], "current_page": 1, "total_pages": last}, 1) == ([], False)
    with pytest.raises(Garbled):
        page_of({"items": [], "current_page": 1, "total_pages": pages}, 1)


@pytest.mark.parametrize(
    ("answer", "code", "message"),
    [
        ({"code": "a", "message": "No."}, "a", "No."),
        ({"error": "a_b", "message": ""}, "a_b", ""),
        ({"code": "a", "error": "b"}, "a", None),
        ({"code": "x" * 100}, "x" * 100, None),
        ({"code": "x" * 101, "message": "No."}, None, "No."),
        ({"code": "", "message": "No."}, None, "No."),
        ({"code": 400, "message": ["No."]}, None, None),
        ({"code": "é", "message": None}, None, None),
        ({"code": "a\nb", "message": 7}, None, None),
        ({"message": "half \ud800"}, None, "half ?"),
        ([], None, None),
        ("no", None, None),
        (None, None, None),
    ],
)
def test_what_an_error_says(answer: Any, code: str | None, message: str | None) -> None:
    assert told(json.dumps(answer).encode()) == (code, message)


@pytest.mark.parametrize("body", [b"", b"<html>", b"{", b"\xff"])
def test_a_page_for_browsers_says_neither(body: bytes) -> None:
    assert told(body) == (None, None)


WHOLE = [
    ("0", None),
    (0, None),
    ("", None),
    (None, None),
    (1, 1),
    ("007", 7),
    ("1" * 18, int("1" * 18)),
]


@pytest.mark.parametrize(("value", "number"), WHOLE)
def test_a_number(value: Any, number: int | None) -> None:
    assert license_of(whole(blog_id=value)).blog_id == number


@pytest.mark.parametrize(
    "value", [10**18, "1" * 19, -1, "-1", "1.0", 1.5, True, "²", "٣", " 1", []]
)
def test_what_is_no_number(value: Any) -> None:
    for field in ("license_id", "blog_id", "parent_license_id", "quantity"):
        with pytest.raises(Garbled):
            license_of(whole(**{field: value}))


def test_a_connection() -> None:
    assert connected_of({"code": "a", "blog_id": "7"}, "jp-1") == ("a", 7, "jp-1")
    assert connected_of({"code": "a"}, None) == ("a", None, None)


@pytest.mark.parametrize("found", [None, [], "x", 7, {}, {"code": None}, {"code": 1}])
def test_what_says_nothing_of_a_connection(found: Any) -> None:
    with pytest.raises(Garbled):
        connected_of(found, None)


@pytest.mark.parametrize(
    "family",
    [
        None,
        7,
        {},
        {"slug": "f", "products": {}},
        {"slug": None, "products": [PRODUCT]},
        *({"slug": "f", "products": [{**PRODUCT, name: []}]} for name in PRODUCT),
        *({"slug": "f", "products": [{**PRODUCT, "amount": wrong}]} for wrong in WRONG_AMOUNTS),
        *(
            {"slug": "f", "products": [{k: v for k, v in PRODUCT.items() if k != name}]}
            for name in PRODUCT
        ),
    ],
    ids=str,
)
def test_what_is_no_price_list(family: Any) -> None:
    good = {"slug": "f", "products": [PRODUCT]}
    assert len(prices_of([good])) == 1
    for found in ([family], [good, family], {"families": [good]}):
        with pytest.raises(Garbled):
            prices_of(found)


# --- lists ---


@pytest.mark.parametrize("n", [0, 1, 99, 100, 101, 250])
def test_a_list_has_every_license_once_a_hundred_a_call(
    licensing: Licensing, jetpack_double: JetpackDouble, n: int
) -> None:
    made = [jetpack_double.world.issue("jetpack-scan").license_key for _ in range(n)]
    assert [each.license_key for each in licensing.licenses()] == made
    newest = [each.license_key for each in licensing.licenses(newest_first=True)]
    assert newest == made[::-1]
    assert len(jetpack_double.calls()) == 2 * max(1, -(-n // 100))


def test_a_list_is_asked_for_page_by_page(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    for _ in range(101):
        jetpack_double.world.issue("jetpack-scan")
    next(licensing.licenses())
    assert len(jetpack_double.calls()) == 1


def test_one_license_is_searched_for(licensing: Licensing, jetpack_double: JetpackDouble) -> None:
    keys = [jetpack_double.world.issue("jetpack-scan").license_key for _ in range(3)]
    assert [each.license_key for each in licensing.licenses(search=keys[1])] == [keys[1]]


# --- prices ---


def test_the_price_list_keeps_amounts_as_they_are_written(
    licensing: Licensing, jetpack_double: JetpackDouble
) -> None:
    found = {each.slug: each for each in licensing.families()}
    assert len(found) == len(jetpack_double.world.products)
    scan = found["jetpack-scan"]
    assert scan[1:] == ("Jetpack Scan Daily", "jetpack-scan", "usd", "0.16", "day")
    assert found["jetpack-backup-daily"].amount == "9.95"


def test_an_amount_may_be_a_text_or_whole() -> None:
    one = {"slug": "a", "name": "A", "currency": "usd", "price_interval": "day"}
    for amount in ("0.10", "7"):
        for written in (amount, f'"{amount}"'):
            text = f'{{"amount": {written}}}'.encode()
            family = {"slug": "f", "products": [{**one, **parsed(text)}]}
            assert shapes.prices_of([family])[0].amount == amount
    for wrong in (None, True, [1]):
        with pytest.raises(Garbled):
            shapes.prices_of([{"slug": "f", "products": [{**one, "amount": wrong}]}])
