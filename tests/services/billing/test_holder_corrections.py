"""Whose money a correction is: each holder gets what is its own, and nobody else does (I3, I8)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.columns import ManyShares
from jpcli.domain.shares import NOBODY, Holder, Share
from jpcli.services.billing.adjustment_shares import with_rest
from jpcli.services.invoices import close, settle
from jpcli.services.invoices import statement as statements
from jpcli.services.licenses import assign
from tests import engines
from tests.services.agency import BEGUN, A, Agency, B, minor, plain

JULY, AUGUST = "2024-07-01T00:00:00Z", "2024-08-01T09:00:00Z"


def amounts(agency: Agency, name: str, markup: str | None = None) -> dict[str | None, int]:
    """What each client's part of a statement comes to."""
    with agency.desk(writes=False) as desk:
        exported = plain(statements.export(desk, name, None, markup)[1])["invoice"]
    return {client["client"]: minor(client["amount"]) for client in exported["clients"]}


def lines(agency: Agency, month: str, **options: Any) -> list[tuple[Any, ...]]:
    shown = agency.preview(month, **options)["lines"]
    return [(line["kind"], line["days"], minor(line["amount"])) for line in shown]


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    found = Agency(tmp_path / "ledger.db").init(payment_terms_days=365)
    found.card(now=BEGUN)
    return found


@pytest.fixture
def billed(agency: Agency) -> Agency:
    """July, closed: one scan of Ann's on A, one of Bob's on B."""
    first, second = agency.issue("jetpack-scan", 2, now=JULY)
    agency.do(assign.assign, [first], A, "Ann", now=JULY)
    agency.do(assign.assign, [second], B, "Bob", now=JULY)
    agency.do(close.close, "2024-07", now=AUGUST)
    agency.now = "2024-08-31T12:00:00Z"
    return agency


def test_m2_a_correction_has_the_price_of_its_days(agency: Agency) -> None:
    """8 days of Ann's at 0.50, then 10 of Bob's at 40: revoking Bob's four days earlier gives Bob
    160 back and Ann nothing."""
    agency.set_price("jetpack-scan", "0.50", "2024-07-01", now=BEGUN)
    agency.set_price("jetpack-scan", "40", "2024-07-16", now=BEGUN)
    first = agency.issue_one(now=JULY)
    agency.do(assign.assign, [first], A, "Ann", now=JULY)
    agency.revoke(first, now="2024-07-08T12:00:00Z")
    second = agency.issue_one(now="2024-07-22T00:00:00Z")
    agency.do(assign.assign, [second], B, "Bob", now="2024-07-22T00:00:00Z")
    agency.do(close.close, "2024-07", now=AUGUST)
    assert amounts(agency, "2024-07") == {"Ann": 400, "Bob": 40_000}
    agency.now = "2024-08-02T12:00:00Z"
    agency.revoke(second, at="2024-07-27T12:00:00Z")
    agency.do(close.close, "2024-08", now="2024-09-01T00:00:00Z")
    found = agency.preview("2024-08", by="client", now="2024-09-02T00:00:00Z")["groups"]
    assert [(item["client"], item["days"], minor(item["amount"])) for item in found] == [
        ("Bob", -4, -16_000),
        (None, 0, 16_000),  # carried forward
    ]


def test_w2_a_late_move_of_a_site_is_on_the_next_statements(billed: Agency) -> None:
    answer = billed.move_site(A, "Cem", at="2024-07-22T00:00:00Z")
    (note,) = (note for note in answer.notes if note.code == "closed_period")
    assert "INV-2024-08 will carry" in note.message
    assert lines(billed, "2024-08") == [("license", 62, 992), ("adjustment", 0, 0)]
    # 10 days of July are Cem's now, and all of August.
    expected = {"Ann": -160, "Bob": 496, "Cem": 160 + 496}
    assert amounts(billed, "2024-08") == expected
    billed.do(close.close, "2024-08", now="2024-09-01T00:00:00Z")
    billed.now = "2024-09-30T12:00:00Z"
    assert amounts(billed, "2024-08") == expected
    assert amounts(billed, "2024-07") == {"Ann": 496, "Bob": 496}
    assert lines(billed, "2024-09") == [("license", 60, 960)]


def test_w1_a_late_transfer_is_on_the_next_statements(billed: Agency) -> None:
    key = next(group["license_key"] for group in billed.preview("2024-08", by="license")["groups"])
    site = billed.ask(_shown, key)["site"]
    other = B if site == A else A
    billed.transfer(key, other, at="2024-07-22T00:00:00Z")
    gains, loses = ("Bob", "Ann") if site == A else ("Ann", "Bob")
    assert amounts(billed, "2024-08") == {gains: 160 + 992, loses: -160}


def _shown(desk: Any, key: str) -> Any:
    from jpcli.domain.answers import Answer
    from jpcli.services.licenses import licenses

    return Answer(licenses.show(desk, [key]).data["licenses"][0])


@pytest.mark.parametrize("markup", [None, "33.333333"])
def test_i8_a_voided_older_invoice_changes_no_statement_of_a_later_one(
    billed: Agency, markup: str | None
) -> None:
    billed.move_site(A, "Cem", at="2024-07-22T00:00:00Z")
    billed.do(close.close, "2024-08", now="2024-09-01T00:00:00Z")
    billed.now = "2024-09-15T00:00:00Z"
    stated = amounts(billed, "INV-2024-08", markup)
    billed.do(settle.void, "INV-2024-07")
    assert amounts(billed, "INV-2024-08", markup) == stated
    # July is billed again as it is now, and takes back what August had corrected of it.
    billed.do(close.close, "2024-07")
    assert amounts(billed, "INV-2024-07-2") == {
        "Ann": 336 + 160,
        "Bob": 496,
        "Cem": 160 - 160,
    }
    assert amounts(billed, "INV-2024-08", markup) == stated
    assert billed.problems() == []


def test_i3_a_voided_month_in_the_middle_hands_its_correction_to_whom_it_was_for(
    billed: Agency,
) -> None:
    billed.move_site(A, "Cem", at="2024-07-22T00:00:00Z")
    billed.do(close.close, "2024-08", now="2024-09-01T00:00:00Z")
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    billed.now = "2024-10-02T00:00:00Z"
    billed.do(settle.void, "INV-2024-08")
    billed.do(close.close, "2024-08")
    assert amounts(billed, "INV-2024-08-2") == {"Ann": -160, "Bob": 496, "Cem": 160 + 496}


def groups(agency: Agency, by: str, **options: Any) -> list[tuple[Any, ...]]:
    """(key, days, amount) of each group of August, those of no license or day summed."""
    name, amount = ("license_key" if by == "license" else by), "amount_with_markup"
    rows = agency.preview("2024-08", by=by, markup="50", **options)["groups"]
    return [(row[name], row["days"], minor(row["amount"]), minor(row[amount])) for row in rows]


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_w2_a_late_move_is_split_for_each_client_by_all_that_it_has_of_it(
    billed: Agency, closed: bool
) -> None:
    """Of July Cem has 10 days of two sites, of August both, 31 days; one license is nobody's."""
    for site in (A, B):
        billed.move_site(site, "Cem", at="2024-07-22T00:00:00Z")
    spare = billed.issue_one(now="2024-08-01T10:00:00Z")
    if closed:
        billed.do(close.close, "2024-08", now="2024-09-01T00:00:00Z")
        billed.now = "2024-09-02T00:00:00Z"
    both, one = (20 + 62, 320 + 992, 480 + 1488), (41, 160 + 496, 240 + 744)
    assert groups(billed, "product", client="Cem") == [("jetpack-scan", *both)]
    assert groups(billed, "site", client="Cem") == [(A, *one), (B, *one)]
    *licenses, rest = groups(billed, "license", client="Cem")
    assert [row[1:] for row in licenses] == [(31, 496, 744)] * 2
    assert rest == (None, 20, 320, 480)
    *days, rest = groups(billed, "day", client="Cem")
    assert {row[1:] for row in days} == {(2, 32, 48)}
    assert (len(days), rest) == (31, (None, 20, 320, 480))
    for by, key in (("product", "jetpack-scan"), ("site", A), ("license", None), ("day", None)):
        assert groups(billed, by, client="Ann") == [(key, -10, -160, -240)]
    assert groups(billed, "client") == [
        ("Ann", -10, -160, -240),
        ("Bob", -10, -160, -240),
        ("Cem", *both),
        (None, 31, 496, 744),
    ]
    assert groups(billed, "site") == [(s, 31, 496, 744) for s in (A, B, None)]
    counted = {
        client: [
            (line["kind"], line["licenses"], line["assigned"], line["unassigned"])
            for line in billed.preview("2024-08", client=client)["lines"]
        ]
        for client in ("Ann", "Cem", "")
    }
    assert counted == {
        "Ann": [("adjustment", 0, 0, 0)],
        "Cem": [("license", 2, 2, 0), ("adjustment", 0, 0, 0)],
        "": [("license", 1, 0, 1)],
    }
    assert groups(billed, "license", client="") == [(spare, 31, 496, 744)]


def test_m5_of_equal_remainders_that_of_no_site_is_last(agency: Agency) -> None:
    """15 of one day of each; a day without licenses is no group."""
    agency.set_price("jetpack-scan", "0.075", "2024-07-01", now=BEGUN)
    agency.issue_one(now="2024-07-05T00:00:00Z", site=A)
    agency.issue_one(now="2024-07-05T00:00:00Z")
    for key in agency.groups("2024-07", "license", now="2024-07-05T01:00:00Z"):
        agency.revoke(key, now="2024-07-05T02:00:00Z")
    agency.do(close.close, "2024-07", now=AUGUST)
    with agency.desk(writes=False, now=AUGUST) as desk:
        (nobody,) = statements.statement(desk, "2024-07").clients
        counted = statements.statement(desk, "2024-07", "").per_day
    assert [each.licenses for each in counted] == [0] * 4 + [2] + [0] * 26
    assert [(site.site, site.amount_minor) for site in nobody.sites] == [(A, 8), (None, 7)]
    assert agency.groups("2024-07", "day", now=AUGUST) == {"2024-07-05": 2}


@pytest.mark.parametrize("many", [False, True])
def test_m5_what_no_part_has_is_nobodys(many: bool) -> None:
    """To the last minor unit, and the last day: parts add up to the whole."""
    ann, of_ann, of_nobody = Holder(7, 8), Share(3, 30), Share(1, 10)
    for days, minor_units in ((4, 40), (4, 41), (5, 40)):
        shares = {ann: of_ann, NOBODY: of_nobody}
        given = ManyShares(shares.items()) if many else shares
        found = with_rest(given, Share(days, minor_units), NOBODY)
        assert dict(found.items()) == {ann: of_ann, NOBODY: Share(days - 3, minor_units - 30)}
        assert isinstance(found, ManyShares) == many


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
def test_m5_groups_with_a_markup_add_up_also_where_one_side_is_empty(
    billed: Agency, by: str
) -> None:
    billed.move_site(A, "Cem", at="2024-07-22T00:00:00Z")
    billed.set_price("jetpack-scan", "0.17", "2024-07-15")
    shown = billed.preview("2024-08", by=by, markup="7.7")
    for name, total in (("amount", "total"), ("amount_with_markup", "total_with_markup")):
        assert sum(minor(group[name]) for group in shown["groups"]) == minor(shown[total])


def test_i8_the_kept_parts_can_not_be_changed(billed: Agency) -> None:
    for statement in (
        "UPDATE invoice_shares SET amount_minor = 1",
        "DELETE FROM invoice_shares",
        "UPDATE invoice_holders SET client = 'Eve'",
        "INSERT INTO invoice_shares SELECT invoice_id, 9, holder, 1, 1 FROM invoice_shares",
    ):
        with pytest.raises(engines.refusals()):
            billed.sql(statement)
