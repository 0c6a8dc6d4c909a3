"""What closing is about to do, and what is said of what it left, on each way of collecting. Nothing
here asks Stripe: the cards and attempts are written down as its answers would be."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import dunning, events, outside_events
from jpcli.domain.errors import Decline, Refused
from jpcli.services.collection.outlook import closing_outlook
from jpcli.services.collection.stripe import attempts
from jpcli.services.collection.unpaid import unpaid_step
from jpcli.services.invoices import close
from jpcli.services.invoices.known import known_invoice
from tests.services.agency import Agency

WAYS: dict[str, dict[str, Any]] = {
    "by hand": {},
    "card": {"payments": "stripe"},
    "mail": {"payments": "stripe", "collect": "send", "payment_terms_days": 14},
}
JUNE, JULY = ("2024-06", 256), ("2024-07", 496)
NEW, OLD = True, False
VISA = ["pm_1", "visa", "4242", 12, 2030, 1, 5]
MASTERCARD = ["pm_2", "mastercard", "4444", 7, 2024, 0, 6]


def agency_of(way: str, path: Path, *cards: list[Any]) -> Agency:
    """A scan since June 15; it is August 2, and two months wait."""
    agency = Agency(path / "one.db", "2024-08-02T09:00:00Z").init(**WAYS[way])
    if way == "by hand":
        agency.card(now="2024-06-15T00:00:00Z")
    else:
        hold(agency, *(cards or (VISA,)))
    agency.issue("jetpack-scan", now="2024-06-15T00:00:00Z")
    return agency


def hold(agency: Agency, *cards: list[Any]) -> None:
    with agency.desk(now="2024-06-15T00:00:00Z") as desk, desk.writing() as writer:
        writer.record(*events.cards_synced("cus_1", list(cards)))


def tried(agency: Agency, outcome: str, code: str | None, now: str) -> None:
    with agency.desk(now=now) as desk:
        decline = None if code is None else Decline(code, None, None)
        invoice = known_invoice(desk, "2024-06")
        attempts.record(desk, invoice, ("pm_1", "visa ···· 4242"), outcome, decline)


@pytest.mark.parametrize(
    ("way", "closed", "month", "until", "bills"),
    [
        *((way, (), None, None, [(*JUNE, NEW), (*JULY, NEW)]) for way in WAYS),
        *((way, (), None, "2024-06", [(*JUNE, NEW)]) for way in WAYS),
        *((way, (), "2024-06", None, [(*JUNE, NEW)]) for way in WAYS),
        ("by hand", ("2024-06",), None, None, [(*JULY, NEW)]),
        ("by hand", ("2024-06",), None, "2024-06", []),
        *(
            (way, ("2024-06",), None, None, [(*JUNE, OLD), (*JULY, NEW)])
            for way in ("card", "mail")
        ),
        *((way, ("2024-06",), "2024-06", None, [(*JUNE, OLD)]) for way in ("card", "mail")),
        *((way, ("2024-06",), "2024-07", None, [(*JULY, NEW)]) for way in WAYS),
        *((way, ("2024-06",), None, "2024-06", [(*JUNE, OLD)]) for way in ("card", "mail")),
        *(
            (way, ("2024-06", "2024-07"), None, "2024-06", [(*JUNE, OLD)])
            for way in ("card", "mail")
        ),
    ],
)
def test_what_is_closed_and_what_is_collected(
    tmp_path: Path,
    way: str,
    closed: tuple[str, ...],
    month: str | None,
    until: str | None,
    bills: list[tuple[str, int, bool]],
) -> None:
    agency = agency_of(way, tmp_path)
    for done in closed:
        agency.do(close.close, done)
    before = agency.state()
    with agency.desk(dry_run=True) as desk:
        outlook = closing_outlook(desk, month, until)
    assert [(bill.period, bill.total_minor, bill.is_new) for bill in outlook.bills] == bills
    assert [bill.number for bill in outlook.bills] == [f"INV-{period}" for period, *_ in bills]
    assert (outlook.charges, outlook.mails) == (way == "card", way == "mail")
    assert (outlook.total_minor, outlook.currency) == (sum(bill[1] for bill in bills), "usd")
    assert agency.state() == before


def test_what_is_paid_is_no_part_of_it_and_the_oldest_comes_first(tmp_path: Path) -> None:
    agency = agency_of("card", tmp_path)
    agency.do(close.close_due)
    told: dict[str, Any] = {"amount_paid_minor": 256, "paid_at": 5, "gateway_id": "in_1"}
    for status, periods in (("open", [JUNE[0], JULY[0]]), ("paid", [JULY[0]])):
        with agency.desk() as desk, desk.writing() as writer:
            writer.record(*events.invoice_synced("INV-2024-06", {**told, "status": status}))
        with agency.desk(dry_run=True) as desk:
            assert [bill.period for bill in closing_outlook(desk, None).bills] == periods


def test_what_can_t_be_closed_fails_before_anybody_is_asked(tmp_path: Path) -> None:
    agency = agency_of("by hand", tmp_path)
    agency.do(close.close, "2024-06")
    for month, code in (("2024-06", "already_closed"), ("2024-08", "month_not_over")):
        with agency.desk(dry_run=True) as desk, pytest.raises(Refused) as refused:
            closing_outlook(desk, month)
        assert refused.value.code == code


@pytest.mark.parametrize("month", ["2024-06", None])
def test_nothing_is_closed_again_under_the_same_key(tmp_path: Path, month: str | None) -> None:
    agency = agency_of("by hand", tmp_path)
    if month is None:
        agency.do(close.close_due, key="once")
    else:
        agency.do(close.close, month, key="once")
    with agency.desk(dry_run=True, key="once") as desk:
        assert closing_outlook(desk, month).bills == ()


@pytest.mark.parametrize(
    ("cards", "code", "named", "expired"),
    [
        ((VISA,), None, "pm_1", False),
        ((VISA, MASTERCARD), "insufficient_funds", "pm_1", False),
        ((VISA, MASTERCARD), "lost_card", "pm_2", True),
        (([*VISA[:3], 7, 2024, 1, 5],), None, "pm_1", True),
        (([*VISA[:3], 8, 2024, 1, 5],), None, "pm_1", False),
        (([*VISA[:5], 0, 5], [*MASTERCARD[:5], 1, 6]), None, "pm_2", True),
        ((VISA,), "stolen_card", None, False),
    ],
)
def test_the_card_is_the_one_that_is_charged_first(
    tmp_path: Path, cards: tuple[list[Any], ...], code: str | None, named: str | None, expired: bool
) -> None:
    agency = agency_of("card", tmp_path, *cards)
    agency.do(close.close, "2024-06")
    if code is not None:
        tried(agency, dunning.DECLINED, code, "2024-07-20T00:00:00Z")
    with agency.desk(dry_run=True) as desk:
        outlook = closing_outlook(desk, "2024-07")
    card = outlook.card
    assert (None if card is None else card.id, outlook.expired) == (named, expired)


@pytest.mark.parametrize(
    ("attempt", "now", "asked"),
    [
        (("insufficient_funds", "2024-08-02T01:00:00Z"), "2024-08-02T09:00:00Z", False),
        (("insufficient_funds", "2024-08-02T01:00:00Z"), "2024-08-03T09:00:00Z", True),
        (("insufficient_funds", "2024-08-02T01:00:00Z"), "2024-08-20T09:00:00Z", False),
        (("lost_card", "2024-08-02T01:00:00Z"), "2024-08-03T09:00:00Z", False),
        (None, "2024-08-02T09:00:00Z", True),
    ],
)
def test_what_waits_for_its_next_attempt_is_no_part_of_it(
    tmp_path: Path, attempt: tuple[str, str] | None, now: str, asked: bool
) -> None:
    agency = agency_of("card", tmp_path)
    agency.do(close.close_due)
    if attempt is not None:
        tried(agency, dunning.DECLINED, *attempt)
    with agency.desk(dry_run=True, now=now) as desk:
        assert bool(closing_outlook(desk, "2024-06").bills) is asked
        assert len(closing_outlook(desk, "2024-07").bills) == 1


CLOSED = "INV-2024-06 over $2.56 "
BY_HAND = "jpcli invoice mark-paid INV-2024-06"
CARD = "jpcli invoice pay INV-2024-06"
MAIL = "jpcli invoice close 2024-06"


@pytest.mark.parametrize(
    ("way", "attempt", "day", "why", "command"),
    [
        ("by hand", None, 2, "is due today (issuing waits from tomorrow)", BY_HAND),
        ("by hand", None, 3, "is past due since 2024-08-03", BY_HAND),
        ("by hand", None, 9, "is past due since 2024-08-03", BY_HAND),
        ("card", None, 2, "is due today (issuing waits from tomorrow)", CARD),
        (
            *("card", (dunning.DECLINED, "insufficient_funds"), 3),
            *("is past due since 2024-08-03, declined; tried again on 2024-08-03", CARD),
        ),
        (
            *("card", (dunning.PENDING, None), 3),
            "is past due since 2024-08-03, its payment not finished; tried again on 2024-08-03",
            CARD,
        ),
        (
            *("card", (dunning.DECLINED, "lost_card"), 3),
            *("is past due since 2024-08-03, and no card is charged again by itself", CARD),
        ),
        ("mail", None, 2, "is due on 2024-08-16, and not mailed", MAIL),
        ("mail", (dunning.DECLINED, "lost_card"), 2, "is due on 2024-08-16, and not mailed", MAIL),
    ],
)
def test_what_is_said_of_an_invoice_that_is_not_paid(
    tmp_path: Path,
    way: str,
    attempt: tuple[str, str | None] | None,
    day: int,
    why: str,
    command: str,
) -> None:
    agency = agency_of(way, tmp_path)
    agency.do(close.close_due)
    if attempt is not None:
        tried(agency, *attempt, "2024-08-02T09:00:00Z")
    with agency.desk(now=f"2024-08-{day:02d}T10:00:00Z") as desk:
        step = unpaid_step(desk, known_invoice(desk, "2024-06"))
        other = unpaid_step(desk, known_invoice(desk, "2024-07"))  # for which nothing was tried
    assert step == {"why": CLOSED + why, "command": command}
    assert "again" not in other["why"]


def test_what_was_mailed_is_not_mailed_again_and_waits_for_a_wire(tmp_path: Path) -> None:
    agency = agency_of("mail", tmp_path)
    agency.do(close.close, "2024-06")
    name, said = "invoice/INV-2024-06/send", {"status": "open", "gateway_id": "in_1"}
    with agency.desk() as desk, desk.writing() as writer:
        told = {**said, "amount_paid_minor": 0, "paid_at": None}
        writer.record(*events.invoice_synced("INV-2024-06", told))
        wished = outside_events.outbox_wished(
            name, attempt=1, idempotency_key="k", request_hash="h"
        )
        writer.record(*wished)
        writer.record(*outside_events.outbox_done(name, {"id": "in_1"}))
    with agency.desk(dry_run=True) as desk:
        assert closing_outlook(desk, None, "2024-06").bills == ()
        step = unpaid_step(desk, known_invoice(desk, "2024-06"))
    why = f"{CLOSED}is due on 2024-08-16; when it was paid by wire"
    assert step == {"why": why, "command": BY_HAND}
