"""Closing months, past due, paying and voiding: R2, I2 to I6."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError, Refused
from jpcli.services import cards
from jpcli.services.collection import offline
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices.statement import export
from jpcli.services.ledger import settings
from tests import engines
from tests.services.agency import BEGUN, A, Agency, codes, minor

JULY_1 = "2024-07-01T00:00:00Z"
SEP_1 = "2024-09-01T09:00:00Z"


@pytest.fixture
def billed(agency: Agency) -> Agency:
    """Three scans since July 25; July and August are closed on September 1."""
    agency.issue("jetpack-scan", 3, at="2024-07-25T10:00:00Z")
    agency.do(close.close_due, now=SEP_1)
    agency.now = "2024-09-01T10:00:00Z"
    return agency


def invoice(agency: Agency, name: str) -> Any:
    return agency.ask(invoices.show, name)["invoice"]


def lines(shown: dict[str, Any]) -> list[tuple[str, int, int, str | None]]:
    """(kind, days, minor units, month corrected) of each line."""
    return [
        (line["kind"], line["days"], minor(line["amount"]), line["period"])
        for line in shown["lines"]
    ]


def refused(agency: Agency, code: str, act: Callable[[], Any], exit_code: int = 3) -> JpcliError:
    """The act is refused with this code, and not one byte of the ledger's rows changes."""
    before = agency.state()
    with pytest.raises(JpcliError) as caught:
        act()
    assert (caught.value.code, caught.value.exit_code) == (code, exit_code)
    assert caught.value.message
    assert agency.state() == before
    return caught.value


# --- I2: closing -------------------------------------------------------------------------------


def test_i4_terms_that_were_set_before_the_closing_hold_for_it(agency: Agency) -> None:
    """The ledger is open already when another process changes them."""
    agency.issue("jetpack-scan", 3, at="2024-07-25T10:00:00Z")
    with agency.desk(now=SEP_1) as desk:
        agency.do(settings.set_one, "payment-terms-days", "30", now=SEP_1)
        close.close_due(desk)
    assert invoice(agency, "INV-2024-07")["due_date"] == "2024-10-01"


def test_i2_a_month_is_closed_with_number_lines_due_date_and_hash(billed: Agency) -> None:
    july = invoice(billed, "INV-2024-07")
    assert lines(july) == [("license", 21, 336, None)]
    assert (july["status"], july["past_due"], july["due_date"]) == ("open", False, "2024-09-01")
    assert (minor(july["total"]), minor(july["amount_paid"])) == (336, 0)
    assert len(july["content_hash"]) == 64
    assert lines(invoice(billed, "2024-08")) == [("license", 93, 1488, None)]


@pytest.mark.parametrize(
    ("zone", "too_early", "over"),
    [
        ("UTC", "2024-07-31T23:59:59.999999Z", "2024-08-01T00:00:00Z"),
        ("America/Santiago", "2024-08-01T03:59:00Z", "2024-08-01T04:00:00Z"),
        ("Australia/Lord_Howe", "2024-07-31T13:29:59Z", "2024-07-31T13:30:00Z"),
    ],
)
def test_i2_a_month_is_over_when_it_is_over_in_the_billing_time_zone(
    tmp_path: Path, zone: str, too_early: str, over: str
) -> None:
    agency = Agency(tmp_path / "zone.db").init(zone=zone)
    agency.card(now=BEGUN)
    agency.issue_one(at="2024-07-20T12:00:00Z", now="2024-07-21T00:00:00Z")
    refused(agency, "month_not_over", lambda: agency.do(close.close, "2024-07", now=too_early))
    assert agency.do(close.close_due, now=too_early).data["invoices"] == []
    answer = agency.do(close.close, "2024-07", now=over)
    assert answer.data["invoice"]["number"] == "INV-2024-07"


def test_i2_months_are_closed_in_order_and_once(agency: Agency) -> None:
    refused(agency, "close_in_order", lambda: agency.do(close.close, "2024-07"))  # nothing waits
    agency.issue_one(at="2024-05-31T23:00:00Z")
    error = refused(agency, "close_in_order", lambda: agency.do(close.close, "2024-06"))
    assert error.subject == "2024-05"
    refused(agency, "close_in_order", lambda: agency.do(close.close, "2024-04"))
    refused(agency, "month_not_over", lambda: agency.do(close.close, "2024-08"))
    agency.do(close.close, "2024-05")
    refused(agency, "already_closed", lambda: agency.do(close.close, "2024-05"))
    refused(agency, "bad_month", lambda: agency.do(close.close, "2024-13"), exit_code=2)


def test_i2_due_closes_all_that_wait_and_then_nothing(agency: Agency) -> None:
    agency.issue_one(at="2024-05-31T23:00:00Z")
    answer = agency.do(close.close_due)
    assert [item["period"] for item in answer.data["invoices"]] == ["2024-05", "2024-06", "2024-07"]
    before = agency.state()
    again = agency.do(close.close_due)
    assert (again.data["invoices"], codes(again)) == ([], ["nothing_to_close"])
    assert agency.state() == before


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE invoices SET total_minor = 1",
        "UPDATE invoices SET number = 'X'",
        "UPDATE invoices SET content_hash = 'x'",
        "UPDATE invoices SET due_day = 0",
        "UPDATE invoices SET period = '2020-01'",
        "DELETE FROM invoices",
        "UPDATE invoice_lines SET amount_minor = 0",
        "UPDATE invoice_lines SET days = 0",
        "DELETE FROM invoice_lines",
        "INSERT INTO invoice_lines SELECT * FROM invoice_lines",
    ],
)
def test_i2_the_database_refuses_to_change_a_closed_invoice(billed: Agency, statement: str) -> None:
    before = billed.state()
    with pytest.raises(engines.refusals()):
        billed.sql(statement)
    assert billed.state() == before


def test_i2_the_check_finds_an_amount_that_was_changed_past_the_triggers(billed: Agency) -> None:
    changed = "UPDATE invoice_lines SET amount_minor = 335 WHERE amount_minor = 336"
    engines.engine.harm(billed.path, (changed,))
    assert ("invoice_changed", "INV-2024-07") in billed.problems()


def test_i1_the_preview_of_a_closed_month_is_its_invoice(billed: Agency) -> None:
    key = billed.issue_one(at="2024-07-01T00:00:00Z", now="2024-09-01T10:00:00Z")
    shown = billed.preview("2024-07", by="license")
    assert (shown["invoice"], minor(shown["total"])) == ("INV-2024-07", 336)
    assert key not in {group["license_key"] for group in shown["groups"]}
    assert sum(minor(group["amount"]) for group in shown["groups"]) == 336


# --- I3: adjustments and credit ----------------------------------------------------------------


def test_i3_a_back_dated_change_comes_as_an_adjustment_on_the_next_invoice(billed: Agency) -> None:
    key = billed.preview("2024-07", by="license")["groups"][0]["license_key"]
    answer = billed.revoke(key, at="2024-07-28T10:00:00Z")
    assert "closed_period" in codes(answer)
    frozen = (invoice(billed, "2024-07"), invoice(billed, "2024-08"))
    # September: 2 licenses for 30 days; July loses 3 days, August all 31.
    expected = [
        ("license", 60, 960, None),
        ("adjustment", -3, -48, "2024-07"),
        ("adjustment", -31, -496, "2024-08"),
    ]
    # So far it is less than nothing, which would be carried forward; by the month's end it is not.
    shown = billed.preview("2024-09")
    assert lines(shown) == [*expected, ("credit", 0, 0, None)]
    assert minor(shown["total_to_date"]) == 0
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    assert lines(invoice(billed, "2024-09")) == expected
    assert (invoice(billed, "2024-07"), invoice(billed, "2024-08")) == frozen
    billed.now = "2024-10-02T00:00:00Z"
    assert lines(billed.preview("2024-10")) == [("license", 62, 992, None)]
    assert billed.problems() == []


def test_i3_a_price_set_for_the_past_is_adjusted_at_that_months_days(billed: Agency) -> None:
    billed.set_price("jetpack-scan", "0.20", "2024-08-01")
    assert lines(billed.preview("2024-09"))[1:] == [("adjustment", 0, 93 * 4, "2024-08")]


def test_i3_an_import_that_reaches_into_a_closed_month_is_adjusted(
    billed: Agency, tmp_path: Path
) -> None:
    source = tmp_path / "late.ndjson"
    source.write_text(
        '{"license_key": "jetpack-ai_late", "product": "jetpack-ai",'
        ' "issued_at": "2024-08-30T00:00:00Z", "revoked_at": "2024-08-31T12:00:00Z"}\n',
        encoding="utf-8",
    )
    assert "closed_period" in codes(billed.import_file(source))
    assert ("adjustment", 2, 54, "2024-08") in lines(billed.preview("2024-09"))


def test_i3_an_assignment_in_the_past_changes_whose_the_days_are_and_no_amount(
    billed: Agency,
) -> None:
    key = billed.preview("2024-07", by="license")["groups"][0]["license_key"]
    billed.do(settle.mark_paid, "2024-07")
    billed.do(settle.mark_paid, "2024-08")
    billed.assign(key, A, client="Ann", at="2024-07-26T00:00:00Z")
    shown = billed.preview("2024-09", by="client", now="2024-09-30T12:00:00Z")
    assert lines(shown) == [
        ("license", 90, 1440, None),
        ("adjustment", 0, 0, "2024-07"),
        ("adjustment", 0, 0, "2024-08"),
    ]
    # Ann's are 6 days of July, 31 of August and 30 of September.
    assert [(g["client"], g["days"], minor(g["amount"])) for g in shown["groups"]] == [
        ("Ann", 67, 67 * 16),
        (None, 90 - 67, (90 - 67) * 16),
    ]
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    assert minor(invoice(billed, "2024-09")["total"]) == 1440
    billed.now = "2024-10-02T00:00:00Z"
    assert lines(billed.preview("2024-10")) == [("license", 93, 1488, None)]


def test_i3_a_negative_total_is_carried_forward_as_credit_until_it_is_used_up(
    billed: Agency,
) -> None:
    keys = [group["license_key"] for group in billed.preview("2024-07", by="license")["groups"]]
    billed.revoke(*keys, at="2024-07-25T12:00:00Z")
    # 3 days are left of 114: 3 x 0.16 was all there was to pay, so 17.76 is credit.
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    september = invoice(billed, "2024-09")
    assert lines(september) == [
        ("adjustment", -18, -288, "2024-07"),
        ("adjustment", -93, -1488, "2024-08"),
        ("credit", 0, 1776, None),
    ]
    assert (minor(september["total"]), september["status"]) == (0, "paid")
    billed.do(settle.mark_paid, "2024-07")
    billed.do(settle.mark_paid, "2024-08")
    billed.now = "2024-10-01T12:00:00Z"
    billed.issue("jetpack-ai", 2)
    billed.do(close.close, "2024-10", now="2024-11-01T00:00:00Z")
    october = invoice(billed, "2024-10")
    assert lines(october) == [("license", 62, 1674, None), ("credit", 0, -1674, None)]
    billed.now = "2024-11-01T00:00:00Z"
    assert lines(billed.preview("2024-11")) == [
        ("license", 60, 1620, None),
        ("credit", 0, -102, None),
    ]
    assert billed.problems() == []


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
def test_i3_groups_with_adjustments_add_up_to_the_lines(billed: Agency, by: str) -> None:
    keys = [group["license_key"] for group in billed.preview("2024-07", by="license")["groups"]]
    billed.do(settle.mark_paid, "2024-07")
    billed.do(settle.mark_paid, "2024-08")
    billed.assign(keys[1], A, client="Ann", at="2024-07-27T00:00:00Z")
    billed.revoke(keys[0], at="2024-08-10T00:00:00Z")
    billed.issue("jetpack-ai", 1, at="2024-08-20T00:00:00Z")
    for month, now in (("2024-09", billed.now), ("2024-09", "2024-10-05T00:00:00Z")):
        if now != billed.now:
            billed.do(close.close, "2024-09", now=now)
            billed.now = now
        shown = billed.preview(month, by=by)
        # The second of them only changed hands in July.
        assert [line[0] for line in lines(shown)] == [*["license"] * 2, *["adjustment"] * 3]
        groups = shown["groups"]
        assert sum(minor(group["amount"]) for group in groups) == minor(shown["total"])
        license_days = sum(line["license_days"] for line in shown["lines"])
        assert sum(group["days"] for group in groups) == license_days


# --- R2, I4, I5: past due ------------------------------------------------------------------------


def test_r2_the_road_to_past_due_and_back_as_the_faq_tells_it(agency: Agency) -> None:
    first, second = agency.issue("jetpack-scan", 2, at="2024-07-20T00:00:00Z")
    only = agency.ask(cards.list_cards)["cards"][0]["id"]
    agency.assign(first, A, at="2024-07-21T00:00:00Z")
    agency.do(offline.remove_card, only, now="2024-07-30T00:00:00Z")
    agency.do(close.close, "2024-07", now="2024-08-01T08:00:00Z")
    agency.now = "2024-08-01T23:59:59Z"
    assert invoice(agency, "2024-07")["past_due"] is False
    agency.assign(second, A)
    agency.unassign(second)
    agency.now = "2024-08-02T00:00:00Z"
    assert invoice(agency, "2024-07")["past_due"] is True
    error = refused(agency, "invoice_past_due", lambda: agency.assign(second, A))
    assert "INV-2024-07" in error.message
    assert "$3.84" in error.message
    assert "2024-08-02" in error.message
    assert "mark-paid INV-2024-07" in str(error.hint)
    agency.card("1881")
    refused(agency, "invoice_past_due", lambda: agency.issue("jetpack-scan"))
    agency.transfer(first, "https://b.example")
    agency.unassign(first)
    agency.revoke(first)
    agency.do(settle.mark_paid, "INV-2024-07", "wire")
    agency.assign(second, A)
    agency.issue("jetpack-scan")


def test_i4_the_due_date_is_the_closing_day_plus_the_terms(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "terms.db").init(payment_terms_days=14)
    agency.card(now=BEGUN)
    agency.issue_one(at="2024-07-20T00:00:00Z")
    agency.do(close.close, "2024-07", now="2024-08-03T10:00:00Z")
    agency.now = "2024-08-17T23:00:00Z"
    shown = invoice(agency, "2024-07")
    assert (shown["due_date"], shown["past_due"]) == ("2024-08-17", False)
    agency.now = "2024-08-18T00:00:00Z"
    assert invoice(agency, "2024-07")["past_due"] is True


def test_i4_an_invoice_over_nothing_is_paid_and_never_past_due(agency: Agency) -> None:
    agency.set_price("jetpack-scan", "0", "2022-01-01")
    agency.issue_one(at="2024-07-20T00:00:00Z")
    agency.do(close.close, "2024-07")
    shown = invoice(agency, "2024-07")
    assert (shown["status"], minor(shown["total"]), shown["past_due"]) == ("paid", 0, False)


def test_i4_paying_twice_is_refused(billed: Agency) -> None:
    answer = billed.do(settle.mark_paid, "INV-2024-07", "wire 77")
    paid = answer.data["invoice"]
    assert (paid["status"], minor(paid["amount_paid"]), paid["reference"]) == (
        "paid",
        336,
        "wire 77",
    )
    for other in (None, "wire 78"):
        again = partial(billed.do, settle.mark_paid, "INV-2024-07", other)
        refused(billed, "already_paid", again)
    refused(billed, "unknown_invoice", lambda: billed.do(settle.mark_paid, "INV-1"), exit_code=2)


@pytest.mark.parametrize("reference", [None, "wire 77"])
@pytest.mark.parametrize("dry_run", [False, True])
def test_what_was_noted_as_paid_is_noted_again_without_a_trace(
    billed: Agency, reference: str | None, dry_run: bool
) -> None:
    at = "2024-09-01T09:00:00Z"
    paid = billed.do(settle.mark_paid, "INV-2024-07", reference, at=at).data
    before = billed.state()
    for day in (None, at):
        again = billed.do(settle.mark_paid, "2024-07", reference, at=day, dry_run=dry_run)
        assert (again.data["invoice"], codes(again)[0]) == (paid["invoice"], "already_paid")
    assert billed.state() == before
    other = "2024-09-01T09:30:00Z"
    refused(
        billed,
        "already_paid",
        lambda: billed.do(settle.mark_paid, "INV-2024-07", reference, at=other, dry_run=dry_run),
    )


# --- I6: voiding ---------------------------------------------------------------------------------


def test_i6_only_an_open_invoice_can_be_voided(billed: Agency) -> None:
    billed.do(settle.mark_paid, "2024-07")
    refused(billed, "invoice_paid", lambda: billed.do(settle.void, "INV-2024-07"))
    answer = billed.do(settle.void, "INV-2024-08", "wrong prices")
    assert answer.data["invoice"]["status"] == "void"
    refused(billed, "invoice_void", lambda: billed.do(settle.void, "INV-2024-08"))
    refused(billed, "invoice_void", lambda: billed.do(settle.mark_paid, "INV-2024-08"))


def test_i6_a_voided_month_is_billed_again_once_under_a_new_number(billed: Agency) -> None:
    billed.do(settle.void, "2024-08")
    assert lines(billed.preview("2024-09")) == [("license", 90, 1440, None)]
    refused(
        billed,
        "close_in_order",
        lambda: billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z"),
    )
    billed.do(close.close, "2024-08")
    again = invoice(billed, "2024-08")
    assert (again["number"], lines(again)) == ("INV-2024-08-2", [("license", 93, 1488, None)])
    assert lines(billed.preview("2024-09")) == [("license", 90, 1440, None)]
    assert billed.problems() == []


def test_i6_what_a_voided_invoice_corrected_is_corrected_by_the_next(billed: Agency) -> None:
    key = billed.preview("2024-07", by="license")["groups"][0]["license_key"]
    billed.revoke(key, at="2024-07-28T10:00:00Z")
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    before = lines(invoice(billed, "2024-09"))
    billed.now = "2024-10-01T01:00:00Z"
    billed.do(settle.void, "2024-09")
    billed.do(close.close, "2024-09")
    assert lines(invoice(billed, "2024-09")) == before
    assert invoice(billed, "2024-09")["number"] == "INV-2024-09-2"


def test_i6_a_month_adjusted_later_and_then_voided_is_not_billed_twice(billed: Agency) -> None:
    key = billed.preview("2024-07", by="license")["groups"][0]["license_key"]
    billed.revoke(key, at="2024-08-10T10:00:00Z")
    billed.do(close.close, "2024-09", now="2024-10-01T00:00:00Z")
    billed.now = "2024-10-01T01:00:00Z"
    billed.do(settle.void, "2024-08")
    billed.do(close.close, "2024-08")
    august = invoice(billed, "2024-08")
    # Its own lines have all of August now; what September's invoice took off is put back.
    assert lines(august) == [("license", 72, 1152, None), ("adjustment", 21, 336, "2024-08")]
    assert billed.problems() == []


def test_closing_is_idempotent_under_a_key_and_dry_run_closes_nothing(agency: Agency) -> None:
    agency.issue_one(at="2024-07-20T00:00:00Z")
    before = agency.state()
    tried = agency.do(close.close, "2024-07", dry_run=True)
    assert tried.data["invoice"]["number"] == "INV-2024-07"
    assert agency.state() == before
    first = agency.do(close.close, "2024-07", key="cron-1")
    again = agency.do(close.close, "2024-07", key="cron-1")
    assert again.data == first.data
    with pytest.raises(Refused, match="already"):
        agency.do(close.close, "2024-07", key="cron-2")
    agency.do(close.close_due, "2024-06", key="due")
    for until in ("2024-07", None):
        with pytest.raises(Refused) as caught:
            agency.do(close.close_due, until, key="due")
        assert caught.value.code == "idempotency_key_reused"


def test_the_head_of_an_invoice_is_the_hash_of_the_event_that_closed_it(billed: Agency) -> None:
    (july,), (august,) = (
        billed.stored(f"SELECT hash FROM events WHERE subject = 'INV-2024-{month}'")
        for month in ("07", "08")
    )
    assert invoice(billed, "2024-07")["head"] == bytes(july[0]).hex()
    billed.do(settle.mark_paid, "INV-2024-07")
    assert invoice(billed, "2024-07")["head"] == bytes(july[0]).hex()
    exported = billed.ask(lambda desk: export(desk, "2024-08")[1])
    assert exported["invoice"]["head"] == bytes(august[0]).hex()
    open_month = billed.ask(lambda desk: export(desk, "2024-09")[1])
    assert open_month["invoice"]["head"] == billed.check()["head"]
