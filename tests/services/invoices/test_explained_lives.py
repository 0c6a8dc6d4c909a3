"""What is told of one license in one month: a table of lives. And what is told of corrections, on
each road by which a closed month becomes another."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.services.invoices import close, settle
from jpcli.services.invoices.explain import explain, license_rows, stretch_rows
from jpcli.services.invoices.explained_licenses import ADJUSTED_FIELDS
from tests.services.agency import A, Agency, minor
from tests.services.invoices.test_explain import explained

BEFORE = "active before the month began, "
ISSUED = " (the issue day counts)"
REVOKED = " (the revoke day counts)"
MIDNIGHT = " (at midnight: the next day does not count)"
TO_THE_END = f"{ISSUED}, active to the end of the month"
# When a license is issued, put on a site, taken off it, and revoked, to the hour; then its first
# and last day in July, how many it has, whether it ended there, and why.
Life = tuple[str, str | None, str | None, str | None]
LIVES: list[tuple[Life, tuple[str, str, int, bool, str]]] = [
    (("06-03T10", None, None, None), ("01", "31", 31, False, "active all month")),
    (("06-30T23", None, None, None), ("01", "31", 31, False, "active all month")),
    (("07-01T00", None, None, None), ("01", "31", 31, False, f"issued Jul 1{TO_THE_END}")),
    (("07-01T10", None, None, None), ("01", "31", 31, False, f"issued Jul 1{TO_THE_END}")),
    (("07-31T10", None, None, None), ("31", "31", 1, False, f"issued Jul 31{TO_THE_END}")),
    (
        ("06-03T10", None, None, "07-31T10"),
        ("01", "31", 31, True, f"{BEFORE}revoked Jul 31{REVOKED}"),
    ),
    (
        ("06-03T10", None, None, "08-01T00"),
        ("01", "31", 31, True, f"{BEFORE}revoked at the end of Jul 31{MIDNIGHT}"),
    ),
    (("06-03T10", None, None, "08-01T10"), ("01", "31", 31, False, "active all month")),
    (
        ("06-03T10", None, None, "07-01T10"),
        ("01", "01", 1, True, f"{BEFORE}revoked Jul 1{REVOKED}"),
    ),
    (
        ("06-03T10", None, None, "07-10T00"),
        ("01", "09", 9, True, f"{BEFORE}revoked at the end of Jul 9{MIDNIGHT}"),
    ),
    (
        ("07-05T10", "07-08T10", "07-12T10", "07-20T10"),
        ("05", "20", 16, True, f"issued Jul 5{ISSUED}, revoked Jul 20{REVOKED}"),
    ),
    (
        ("06-05T10", "07-08T10", "08-02T10", "08-03T10"),
        ("01", "31", 31, False, "active all month"),
    ),
    (
        ("06-05T10", "07-08T10", None, "08-03T10"),
        ("01", "31", 31, False, "active all month"),
    ),
    (
        ("07-05T10", None, None, "07-05T11"),
        ("05", "05", 1, True, "issued and revoked on Jul 5 (that is one day)"),
    ),
]


def instant(text: str | None) -> str | None:
    return None if text is None else f"2024-{text}:00:00Z"


def lived(agency: Agency, times: Life) -> str:
    """A license that lived so, beside one before it and one after it."""
    issued, put, taken, revoked = map(instant, times)
    agency.issue_one(at="2024-06-02")
    key = agency.issue_one(at=issued)
    if put is not None:
        agency.assign(key, A, client="Ann", at=put)
    if taken is not None:
        agency.unassign(key, at=taken)
    if revoked is not None:
        agency.revoke(key, at=revoked)
    agency.issue_one(at="2024-07-28")
    return key


def of_license(agency: Agency, month: str, key: str) -> dict[str, Any]:
    """The one row of the only line that has days of it."""
    (line,) = explained(agency, month, None, key)["lines"]
    (row,) = line["licenses"]
    found: dict[str, Any] = row
    return found


@pytest.mark.parametrize(("times", "expected"), LIVES)
def test_d2_a_life_is_told_by_its_days(
    agency: Agency, times: Life, expected: tuple[str, str, int, bool, str]
) -> None:
    key = lived(agency, times)
    (line,) = explained(agency, "2024-07")["lines"]
    (row,) = [row for row in line["licenses"] if row["license_key"] == key]
    first, last, days, ended, why = expected
    assert (row["first_day"], row["last_day"]) == (f"2024-07-{first}", f"2024-07-{last}")
    assert (row["days"], row["why"]) == (days, why)
    assert row["began"]["at"] == instant(times[0])
    assert (row["ended"] and row["ended"]["at"]) == (instant(times[3]) if ended else None)
    assert row["sites"][0]["first_day"] == row["first_day"]
    assert row["sites"][-1]["last_day"] == row["last_day"]
    assert of_license(agency, "2024-07", key) == row


def test_d2_what_ended_before_the_month_is_not_told(agency: Agency) -> None:
    key = lived(agency, ("06-03T10", None, None, "07-01T00"))
    assert explained(agency, "2024-07", None, key)["lines"] == []


@pytest.mark.parametrize(
    ("now", "why"),
    [
        ("2024-07-30T23:59:59Z", "active all month if nothing changes"),
        ("2024-07-31T00:00:00Z", "active all month"),
    ],
)
def test_i1_days_are_expected_until_the_last_one_has_come(
    agency: Agency, now: str, why: str
) -> None:
    agency.issue_one(at="2024-06-02")
    (line,) = explained(agency, "2024-07", now=now)["lines"]
    assert [row["why"] for row in line["licenses"]] == [why]


def test_m2_of_two_prices_only_that_is_told_which_has_days_of_a_license(agency: Agency) -> None:
    agency.set_price("jetpack-scan", "0.20", "2024-07-11")
    early = lived(agency, ("06-03T10", None, None, "07-05T10"))
    late = agency.issue_one(at="2024-07-12T10:00:00Z")
    through = agency.issue_one(at="2024-07-02T10:00:00Z")
    agency.revoke(through, at="2024-07-15T10:00:00Z")
    found = {
        key: [
            (line["day_price"], line["licenses"][0]["days"], bool(line["licenses"][0]["ended"]))
            for line in explained(agency, "2024-07", None, key)["lines"]
        ]
        for key in (early, late, through)
    }
    assert found == {
        early: [("0.16", 5, True)],
        late: [("0.20", 20, False)],
        through: [("0.16", 9, False), ("0.20", 5, True)],
    }


# --- corrections ----------------------------------------------------------------------------------


@pytest.fixture
def closed(agency: Agency) -> Agency:
    """June is closed and paid: three scans, and a bundle with one of its licenses on a site."""
    agency.issue("jetpack-scan", 3, at="2024-06-10T10:00:00Z")
    _, (child, *_) = agency.bundle(at="2024-06-10T10:00:00Z")
    agency.assign(child, A, client="Ann", at="2024-06-11T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    return agency


def keys_of(agency: Agency, product: str) -> list[str]:
    month = explained(agency, "2024-06")
    lines = [line for line in month["lines"] if line["product"] == product]
    return [row["license_key"] for line in lines for row in (*line["bundles"], *line["licenses"])]


def corrections(agency: Agency, key: str | None = None) -> list[Any]:
    return [
        line
        for line in explained(agency, "2024-07", None, key)["lines"]
        if line["kind"] == "adjustment"
    ]


def test_i3_the_correction_of_a_license_is_told_where_it_is_asked_for(closed: Agency) -> None:
    changed, other, later = keys_of(closed, "jetpack-scan")
    closed.revoke(changed, at="2024-06-20T10:00:00Z")
    closed.revoke(later, at="2024-07-20T10:00:00Z")  # changes nothing of June
    (line,) = corrections(closed)
    rows = [
        (r["license_key"], r["days_billed"], r["days_now"], r["days"]) for r in line["licenses"]
    ]
    assert (rows, line["bundles"]) == ([(changed, 21, 11, -10)], [])
    assert corrections(closed, changed) == [line]
    assert corrections(closed, other) == corrections(closed, later) == []


def test_i3_the_correction_of_a_bundle_has_its_days_and_those_of_what_is_in_it(
    closed: Agency,
) -> None:
    parent, *children = keys_of(closed, "jetpack-security-t1")
    closed.revoke(parent, at="2024-06-20T10:00:00Z")
    (line,) = corrections(closed)
    told = [
        [(row["license_key"], row["days"]) for row in line[part]]
        for part in ("bundles", "licenses")
    ]
    assert told == [[(parent, -10)], [(child, -10) for child in children]]
    for key, part, left_out in (
        (parent, "bundles", "licenses"),
        (children[1], "licenses", "bundles"),
    ):
        (mine,) = corrections(closed, key)
        assert ([row["license_key"] for row in mine[part]], mine[left_out]) == ([key], [])


@pytest.mark.parametrize(
    ("days", "prices", "cause"),
    [
        (True, (), "days in it"),
        (False, ("2024-06-15",), "prices in it"),
        (True, ("2024-06-15",), "days and prices in it"),
        (True, ("2024-07-01",), "days in it"),
        (True, ("2024-06-30", "2024-08-01"), "days and prices in it"),
        (False, (), "the holders of its days"),
    ],
)
def test_i3_a_correction_says_what_changed_in_its_month(
    closed: Agency, days: bool, prices: tuple[str, ...], cause: str
) -> None:
    """A price from a later day on is no price in it."""
    child = keys_of(closed, "jetpack-security-t1")[1]
    if days:
        closed.revoke(keys_of(closed, "jetpack-scan")[0], at="2024-06-20T10:00:00Z")
    for since in prices:
        closed.set_price("jetpack-scan", f"0.2{prices.index(since)}", since)
    if not (days or prices):
        closed.transfer(child, "https://b.example", at="2024-06-12T10:00:00Z")
        closed.move_site("https://b.example", "Bob", at="2024-06-12T10:00:00Z")
    (line,) = corrections(closed)
    assert line["why"] == f"2024-06 was closed; {cause} changed afterwards"
    told = [event["from"] for event in line["price_events"]]
    assert told == [since for since in prices if since < "2024-07"]


def test_i3_credit_that_is_used_is_told_from_credit_that_is_made(agency: Agency) -> None:
    keys = agency.issue("jetpack-scan", 3, at="2024-06-01T10:00:00Z")
    agency.do(close.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    agency.revoke(*keys, at="2024-06-01T12:00:00Z")
    agency.do(close.close, "2024-07")
    agency.issue("jetpack-ai", 1, at="2024-08-05T10:00:00Z")
    made, used = (explained(agency, month)["lines"][-1] for month in ("2024-07", "2024-08"))
    assert (made["kind"], used["kind"]) == ("credit", "credit")
    assert "carried forward" in made["why"]
    assert "is used here" in used["why"]


# --- tables ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("month", ["2024-06", "2024-07", "2024-08"])
def test_tables_have_what_the_lines_have(closed: Agency, month: str) -> None:
    """Licenses and bundles, corrections of both, and days that no license has."""
    parent, *_ = keys_of(closed, "jetpack-security-t1")
    scan, *_ = keys_of(closed, "jetpack-scan")
    closed.revoke(parent, scan, at="2024-06-12T10:00:00Z")
    closed.issue("jetpack-ai", 5, at="2024-07-01T10:00:00Z")
    closed.do(close.close, "2024-07")
    closed.do(settle.void, "2024-07")
    closed.issue_one("jetpack-ai", at="2024-07-30T10:00:00Z", site=A)
    closed.bundle(at="2024-07-30T10:00:00Z")
    data = explained(closed, month)
    settled = {"settled_elsewhere": data["settled_elsewhere"]}
    nested, flat = [], []
    for number, line in enumerate(data["lines"], 1):
        for part in ("bundle", "license"):
            of_line = {
                "line": number,
                **{name: line[name] for name in ("kind", "product", "bundle_size")},
                "correction_of": line["period"],
                "part": part,
            }
            for row in line[f"{part}s"]:
                more = {name: row.get(name) for name in ADJUSTED_FIELDS}
                nested.append({**of_line, **more, **settled})
                times = {f"{n}_at": row[n] and row[n]["at"] for n in ("began", "ended")}
                own = {name: row[name] for name in ("license_key", "bundle_key", "why")}
                stays = [{"days": row["days"]}] if "days_now" in row else row["sites"]
                places = ("site", "client", "first_day", "last_day", "days")
                for stay in stays:
                    place = {name: stay.get(name) for name in places}
                    flat.append({**of_line, **own, **place, **times, **settled})
    assert {row["part"] for row in nested} == {"bundle", "license"}
    assert closed.ask(license_rows, month)["licenses"] == nested
    assert closed.ask(stretch_rows, month)["licenses"] == flat
    for some in (1, 3):
        assert closed.ask(license_rows, month, limit=some)["licenses"] == nested[:some]
        assert closed.ask(stretch_rows, month, limit=some)["licenses"] == flat[:some]


def test_the_month_itself_is_told(closed: Agency) -> None:
    key = keys_of(closed, "jetpack-scan")[0]
    assert closed.preview("2024-08")["total_to_date"] != closed.preview("2024-08")["total"]
    for month, invoice, status in (
        ("2024-06", "INV-2024-06", "paid"),
        ("2024-08", None, None),
    ):
        data = explained(closed, month)
        assert (data["invoice"], data["status"], data["license_key"]) == (invoice, status, None)
        assert data["total"] == closed.preview(month)["total"]
        assert explained(closed, month, None, key)["license_key"] == key


def test_i3_each_invoice_that_corrects_a_month_is_told_with_what_it_takes(closed: Agency) -> None:
    """On July's, which is closed, and on August's, which is not."""
    parent, *_ = keys_of(closed, "jetpack-security-t1")
    first, second, _ = keys_of(closed, "jetpack-scan")
    closed.issue("jetpack-ai", 5, at="2024-07-01T10:00:00Z")
    closed.revoke(parent, first, at="2024-06-20T10:00:00Z")
    closed.do(close.close, "2024-07")
    closed.revoke(second, at="2024-06-29T10:00:00Z")
    names = ("invoice", "closed", "product", "bundle_size", "days", "license_days")
    told = [
        (*(item[name] for name in names), minor(item["amount"]))
        for item in explained(closed, "2024-06")["corrections"]
    ]
    assert told == [
        ("INV-2024-07", True, "jetpack-scan", None, -10, -10, -160),
        ("INV-2024-07", True, "jetpack-security-t1", 3, -10, -30, -500),
        ("INV-2024-08", False, "jetpack-scan", None, -1, -1, -16),
    ]
    with closed.desk(writes=False) as desk:
        notes = [note for note in explain(desk, "2024-06").notes if note.code == "corrected_later"]
    assert [(note.subject, note.message, note.hint) for note in notes] == [
        (
            "INV-2024-07",
            "2024-06 is corrected on INV-2024-07 by -$6.60",
            "See why:   jpcli invoice explain 2024-07",
        ),
        (
            "INV-2024-08",
            "2024-06 will be corrected on INV-2024-08 by -$0.16",
            "See why:   jpcli invoice explain 2024-08",
        ),
    ]
