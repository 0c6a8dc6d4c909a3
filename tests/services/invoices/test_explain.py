"""A month explained down to licenses, dates, sites and events (D1, D2, W1, W2, I3)."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.invoices import close, explain, settle
from tests.services.agency import A, Agency, B, codes, minor

SEP_1 = "2024-09-01T09:00:00Z"


def explained(agency: Agency, month: str, *asked: Any, **options: Any) -> dict[str, Any]:
    """The answer with its streams read."""
    with agency.desk(writes=False, **options) as desk:
        data: dict[str, Any] = {**explain.explain(desk, month, *asked).data}
        for line in data["lines"]:
            for name in ("bundles", "licenses"):
                rows = line[name]
                line[name] = [dict(zip(rows.columns, row, strict=True)) for row in rows.rows]
        return data


def notes(agency: Agency, month: str) -> list[str]:
    with agency.desk(writes=False) as desk:
        return codes(explain.explain(desk, month))


def test_the_published_examples_are_explained(agency: Agency) -> None:
    """D2: revoked July 10 is 10 days, issued July 25 is 7."""
    old = agency.issue_one(at="2024-06-03T10:00:00Z", actor="bob")
    agency.revoke(old, at="2024-07-10T15:00:00Z", actor="cyd")
    new = agency.issue_one(at="2024-07-25T10:00:00Z")
    (line,) = explained(agency, "2024-07")["lines"]
    assert (line["license_days"], line["license_count"]) == (17, 2)
    first, second = line["licenses"]
    assert (first["license_key"], first["first_day"], first["last_day"], first["days"]) == (
        old,
        "2024-07-01",
        "2024-07-10",
        10,
    )
    assert first["why"] == ("active before the month began, revoked Jul 10 (the revoke day counts)")
    assert (first["began"]["kind"], first["began"]["at"], first["began"]["actor"]) == (
        "license.issued",
        "2024-06-03T10:00:00Z",
        "bob",
    )
    assert (first["ended"]["kind"], first["ended"]["at"], first["ended"]["actor"]) == (
        "license.revoked",
        "2024-07-10T15:00:00Z",
        "cyd",
    )
    assert (second["license_key"], second["days"], second["ended"]) == (new, 7, None)
    assert second["why"] == "issued Jul 25 (the issue day counts), active to the end of the month"


def test_events_are_those_of_the_log(agency: Agency) -> None:
    from jpcli.services.log import list_events

    key = agency.issue_one(at="2024-07-03T10:00:00Z")
    agency.revoke(key, at="2024-07-05T10:00:00Z")
    (found,) = explained(agency, "2024-07")["lines"][0]["licenses"]
    log = {event["seq"]: event for event in agency.ask(list_events)["events"]}
    for event in (found["began"], found["ended"]):
        logged = log[event["seq"]]
        assert (logged["kind"], logged["subject"], logged["at"]) == (
            event["kind"],
            key,
            event["at"],
        )


def test_w1_w2_days_are_told_by_site_and_client(agency: Agency) -> None:
    key = agency.issue_one(now="2024-07-02T10:00:00Z", site=A, client="Ann")
    agency.transfer(key, B, at="2024-07-10T10:00:00Z")
    agency.move_site(B, "Bob", at="2024-07-20T10:00:00Z")
    agency.unassign(key, at="2024-07-25T10:00:00Z")
    (found,) = explained(agency, "2024-07")["lines"][0]["licenses"]
    told = [
        (s["site"], s["client"], s["first_day"][8:], s["last_day"][8:], s["days"])
        for s in found["sites"]
    ]
    assert told == [
        (A, "Ann", "02", "09", 8),
        (B, None, "10", "19", 10),
        (B, "Bob", "20", "24", 5),
        (None, None, "25", "31", 7),
    ]


def test_b1_bundles_come_before_their_licenses(agency: Agency) -> None:
    parent, children = agency.bundle(at="2024-07-30T10:00:00Z")
    (line,) = explained(agency, "2024-07")["lines"]
    assert (line["days"], line["license_days"]) == (2, 6)
    assert [(item["license_key"], item["days"]) for item in line["bundles"]] == [(parent, 2)]
    assert [item["license_key"] for item in line["licenses"]] == children
    assert {item["bundle_key"] for item in line["licenses"]} == {parent}
    assert "2 bundle-days at 0.50 each" in line["why"]


def test_m2_a_price_change_makes_two_lines_with_the_same_license(agency: Agency) -> None:
    agency.issue_one(at="2024-07-01T10:00:00Z")
    agency.set_price("jetpack-scan", "0.20", "2024-07-11")
    lines = explained(agency, "2024-07")["lines"]
    assert [line["licenses"][0]["days"] for line in lines] == [10, 21]
    assert lines[0]["licenses"][0]["why"].startswith("issued Jul 1")
    assert lines[1]["licenses"][0]["why"].startswith("at the price from Jul 11 on")


def test_an_imported_license_began_and_ended_with_its_import(agency: Agency, tmp_path: Any) -> None:
    source = tmp_path / "history.ndjson"
    source.write_text(
        '{"license_key": "jetpack-ai_old", "product": "jetpack-ai",'
        ' "issued_at": "2024-07-30T00:00:00Z", "revoked_at": "2024-07-31T12:00:00Z"}\n',
        encoding="utf-8",
    )
    agency.import_file(source)
    (found,) = explained(agency, "2024-07")["lines"][0]["licenses"]
    assert found["began"]["kind"] == found["ended"]["kind"] == "license.imported"
    assert found["began"]["seq"] == found["ended"]["seq"]
    assert (found["began"]["at"], found["ended"]["at"]) == (
        "2024-07-30T00:00:00Z",
        "2024-07-31T12:00:00Z",
    )


def test_i1_days_to_come_are_said_to_be_expected(agency: Agency) -> None:
    agency.issue_one(at="2024-08-01T10:00:00Z")
    data = explained(agency, "2024-08")
    assert (data["invoice"], data["lines"][0]["licenses"][0]["days"]) == (None, 31)
    assert data["lines"][0]["licenses"][0]["why"].endswith("if nothing changes")


# --- closed months -------------------------------------------------------------------------------


@pytest.fixture
def corrected(agency: Agency) -> tuple[Agency, str, str]:
    """Two scans since July 25, closed; one is then revoked back in July, and one issued there."""
    gone, _ = agency.issue("jetpack-scan", 2, at="2024-07-25T10:00:00Z")
    agency.do(close.close, "2024-07")
    agency.do(settle.mark_paid, "2024-07")
    agency.revoke(gone, at="2024-07-28T10:00:00Z")
    late = agency.issue_one(at="2024-07-30T10:00:00Z")
    return agency, gone, late


def test_i2_a_closed_month_is_explained_as_it_was_billed(
    corrected: tuple[Agency, str, str],
) -> None:
    agency, gone, late = corrected
    data = explained(agency, "2024-07")
    (line,) = data["lines"]
    days = {item["license_key"]: (item["days"], item["ended"]) for item in line["licenses"]}
    assert data["invoice"] == "INV-2024-07"
    assert days[gone] == (7, None)
    assert late not in days
    assert sum(item["days"] for item in line["licenses"]) == line["license_days"] == 14


def test_i3_a_closed_month_says_where_it_is_corrected(corrected: tuple[Agency, str, str]) -> None:
    agency, _, _ = corrected
    (found,) = explained(agency, "2024-07")["corrections"]
    assert (found["invoice"], found["closed"], found["days"]) == ("INV-2024-08", False, -1)
    assert minor(found["amount"]) == -16
    assert notes(agency, "2024-07") == ["corrected_later"]
    agency.do(close.close_due, now=SEP_1)
    agency.now = SEP_1
    (found,) = explained(agency, "2024-07")["corrections"]
    assert (found["invoice"], found["closed"], found["days"]) == ("INV-2024-08", True, -1)


def test_i3_each_closed_month_says_its_own_correction_also_of_its_last_day(agency: Agency) -> None:
    agency.issue_one("jetpack-ai", at="2024-06-01T10:00:00Z")
    for month in ("2024-06", "2024-07"):
        agency.do(close.close, month)
        agency.do(settle.mark_paid, month)
    agency.issue_one(at="2024-06-30T10:00:00Z")
    found = {month: explained(agency, month)["corrections"] for month in ("2024-06", "2024-07")}
    assert {
        month: [(item["invoice"], item["days"], minor(item["amount"])) for item in items]
        for month, items in found.items()
    } == {"2024-06": [("INV-2024-08", 1, 16)], "2024-07": [("INV-2024-08", 31, 31 * 16)]}


def test_i3_an_adjustment_names_licenses_and_the_events_that_changed_them(
    corrected: tuple[Agency, str, str],
) -> None:
    agency, gone, late = corrected
    for closed in (False, True):
        if closed:
            agency.do(close.close_due, now=SEP_1)
            agency.now = "2024-09-02T00:00:00Z"
            agency.revoke(late, at="2024-07-31T10:00:00Z")  # later still: not of this invoice
        line = explained(agency, "2024-08")["lines"][-1]
        assert (line["kind"], line["period"], line["license_days"]) == ("adjustment", "2024-07", -1)
        told = {
            item["license_key"]: (item["days_billed"], item["days_now"], item["days"])
            for item in line["licenses"]
        }
        assert told == {gone: (7, 4, -3), late: (0, 2, 2)}
        reasons = {item["license_key"]: item["why"] for item in line["licenses"]}
        assert reasons[gone] == "revoked Jul 28, recorded Aug 15; 4 days instead of 7"
        assert reasons[late] == "issued Jul 30, recorded Aug 15; 2 days instead of 0"
        (event,) = line["licenses"][0]["events"]
        assert event["kind"] == "license.revoked"
        # After another one at that instant.
        assert event["recorded_at"] == "2024-08-15T12:00:00.000001Z"


def test_i3_an_adjustment_of_prices_names_the_price(corrected: tuple[Agency, str, str]) -> None:
    agency, _, _ = corrected
    agency.do(close.close_due, now=SEP_1)
    agency.now = SEP_1
    agency.set_price("jetpack-scan", "0.20", "2024-07-01")
    lines = [line for line in explained(agency, "2024-09")["lines"] if line["period"]]
    assert [(line["period"], line["licenses"]) for line in lines] == [
        ("2024-07", []),
        ("2024-08", []),
    ]
    (event,) = lines[0]["price_events"]
    assert (event["kind"], event["from"], event["day_price"]) == (
        "price.set",
        "2024-07-01",
        "0.20",
    )
    assert "prices in it changed afterwards" in lines[0]["why"]


def test_i6_days_of_a_voided_invoice_are_on_a_row_without_a_license(agency: Agency) -> None:
    """June was corrected on July's invoice, and that is void: no later event explains it."""
    key = agency.issue_one(at="2024-06-25T10:00:00Z")
    parent, _ = agency.bundle(at="2024-06-25T10:00:00Z")
    agency.issue("jetpack-ai", 5, at="2024-06-25T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.revoke(key, at="2024-06-26T10:00:00Z")
    agency.revoke(parent, at="2024-06-26T10:00:00Z")
    agency.now = SEP_1
    agency.do(close.close_due)
    agency.do(settle.void, "2024-07")
    for month in ("2024-06", "2024-07", "2024-08"):
        for line in explained(agency, month)["lines"]:
            days = sum(item["days"] for item in line["licenses"])
            assert days == line["license_days"]
    line, of_bundle = [line for line in explained(agency, "2024-07")["lines"] if line["period"]]
    (row,) = line["licenses"]
    assert (row["license_key"], row["days"]) == (None, -4)
    assert "void" in row["why"]
    assert line["bundles"] == []
    found = [[row["days"] for row in of_bundle[part]] for part in ("bundles", "licenses")]
    assert found == [[-4], [-12]]
    assert explained(agency, "2024-07", None, key)["lines"] == []


def test_i6_what_was_corrected_of_a_month_that_is_billed_again_is_taken_back(
    agency: Agency,
) -> None:
    """June is void after July's invoice had corrected it: its own lines have all of it now."""
    key = agency.issue_one(at="2024-06-25T10:00:00Z")
    parent, _ = agency.bundle(at="2024-06-25T10:00:00Z")
    agency.issue("jetpack-ai", 5, at="2024-06-25T10:00:00Z")
    agency.set_price("jetpack-ai", "0.40", "2024-01-01", bundle_size=2)
    agency.bundle("jetpack-ai", 2, at="2024-06-25T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.revoke(key, at="2024-06-26T10:00:00Z")
    agency.revoke(parent, at="2024-06-26T10:00:00Z")
    agency.set_price("jetpack-ai", "0.50", "2024-06-25")
    agency.set_price("jetpack-ai", "0.60", "2024-06-25", bundle_size=2)
    agency.do(close.close, "2024-07")
    agency.do(settle.void, "2024-06")
    for after in (lambda: None, lambda: agency.do(close.close, "2024-06")):
        after()
        lines = [line for line in explained(agency, "2024-06")["lines"] if line["period"]]
        assert [
            (
                line["product"],
                minor(line["amount"]),
                [row["days"] for row in line["bundles"]],
                [row["days"] for row in line["licenses"]],
            )
            for line in lines
        ] == [
            ("jetpack-ai", -5 * 6 * 23, [], []),
            ("jetpack-ai", -6 * 20, [], []),
            ("jetpack-scan", 4 * 16, [], [4]),
            ("jetpack-security-t1", 4 * 50, [4], [12]),
        ]
        assert all("takes back what was corrected meanwhile" in line["why"] for line in lines)
        # Which licenses had what is taken back is not told.
        (line,) = explained(agency, "2024-06", None, key)["lines"]
        assert (line["kind"], line["license_days"]) == ("license", 2)


def test_i3_credit_has_no_licenses(agency: Agency) -> None:
    key = agency.issue_one(at="2024-07-01T10:00:00Z")
    agency.do(close.close, "2024-07")
    agency.do(settle.mark_paid, "2024-07")
    agency.revoke(key, at="2024-07-01T11:00:00Z")
    agency.do(close.close_due, now=SEP_1)
    line = explained(agency, "2024-08", now=SEP_1)["lines"][-1]
    assert (line["kind"], line["licenses"], line["bundles"]) == ("credit", [], [])
    assert "carried forward" in line["why"]


# --- what is asked for ---------------------------------------------------------------------------


def test_one_product_or_one_license(agency: Agency) -> None:
    scan = agency.issue_one(at="2024-07-01T10:00:00Z")
    agency.issue("jetpack-ai", 2, at="2024-07-01T10:00:00Z")
    parent, (child, *_) = agency.bundle(at="2024-07-01T10:00:00Z")
    everything = explained(agency, "2024-07")["lines"]
    assert [line["product"] for line in everything] == [
        "jetpack-ai",
        "jetpack-scan",
        "jetpack-security-t1",
    ]
    (line,) = explained(agency, "2024-07", "jetpack-ai")["lines"]
    assert len(line["licenses"]) == 2
    (line,) = explained(agency, "2024-07", None, scan)["lines"]
    assert [item["license_key"] for item in line["licenses"]] == [scan]
    (line,) = explained(agency, "2024-07", None, child)["lines"]
    assert (line["bundles"], len(line["licenses"])) == ([], 1)
    (line,) = explained(agency, "2024-07", None, parent)["lines"]
    assert (len(line["bundles"]), line["licenses"]) == (1, [])
    assert explained(agency, "2024-06", None, scan)["lines"] == []


@pytest.mark.parametrize(
    ("asked", "code"),
    [
        (("2024-13",), "bad_month"),
        (("2024-07", "jetpack-nothing"), "unknown_product"),
        (("2024-07", None, "nobody"), "unknown_license"),
    ],
)
def test_what_is_not_known_is_said(agency: Agency, asked: Any, code: str) -> None:
    with pytest.raises(JpcliError) as caught:
        explained(agency, *asked)
    assert (caught.value.code, caught.value.exit_code) == (code, 2)


def test_tables_have_a_license_or_a_stretch_a_row(corrected: tuple[Agency, str, str]) -> None:
    agency, gone, _ = corrected
    rows = agency.ask(explain.stretch_rows, "2024-08")["licenses"]
    assert sum(row["days"] for row in rows if row["kind"] == "license") == 62
    assert [row["days"] for row in rows if row["license_key"] == gone] == [-3]
    nested = agency.ask(explain.license_rows, "2024-08")["licenses"]
    assert [row["days_now"] for row in nested if row["kind"] == "adjustment"] == [4, 2]
    assert len(agency.ask(explain.license_rows, "2024-08", limit=2)["licenses"]) == 2
