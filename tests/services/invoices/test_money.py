"""What is said of attempts to charge a card and of an invoice's money, and which invoices a
gateway's events are about."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries.cards import cards
from jpcli.payments.gateway import RemoteEvent
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices.known import known_invoice
from jpcli.services.invoices.money import (
    invoices_of,
    money_fields,
    money_notes,
    net_minor,
    page_notes,
)
from tests.services.agency import Agency, minor

if TYPE_CHECKING:
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.payments.gateway import Gateway

NUMBER = "INV-2024-07"
ONE = f"visa ···· 4242 declined at 2024-08-14 10:00:00 UTC (insufficient_funds)|warning|{NUMBER}"
TWO = f"visa ···· 4242 declined at 2024-08-15 11:00:00 UTC|warning|{NUMBER}"
PAID = f"visa ···· 4242 paid at 2024-08-15 11:30:00 UTC|ok|{NUMBER}"


def tried(agency: Agency, invoice: str, at: str, outcome: str, code: str | None) -> None:
    with agency.desk(writes=False) as desk:
        (card,) = cards(desk.ledger)
        day = desk.ledger.calendar.day_of(parse_instant(at))
    told = "NULL" if code is None else f"'{code}'"
    values = f"{parse_instant(at)}, {day}, '{outcome}', {told}"
    agency.sql(
        "INSERT INTO attempts (id, number, card, card_name, at, day, outcome, code)"
        f" SELECT COALESCE(MAX(id), 0) + 1, '{invoice}', '{card.id}', 'visa ···· 4242', {values}"
        " FROM attempts"
    )


@pytest.mark.parametrize(
    ("outcomes", "charges", "told"),
    [
        ([], True, []),
        (["one"], True, [ONE, f"{NUMBER}: the next attempt is on 2024-08-15|info|{NUMBER}"]),
        (["one", "two"], True, [ONE, TWO, f"{NUMBER}: the next attempt is on 2024-08-17|info|{NUMBER}"]),  # noqa: E501
        (["one"], False, [ONE, f"{NUMBER}: no card is charged again by itself|warning|{NUMBER}"]),
        (["one", "paid"], True, [ONE, PAID]),
    ],
)  # fmt: skip
def test_each_attempt_is_told_and_of_what_is_unpaid_when_the_next_one_is(
    agency: Agency, outcomes: list[str], charges: bool, told: list[str]
) -> None:
    agency.issue_one(at="2024-07-20")
    agency.do(close.close, "2024-07", now="2024-08-14T09:00:00Z")
    for outcome in outcomes:
        if outcome == "one":
            tried(agency, NUMBER, "2024-08-14T10:00:00Z", "declined", "insufficient_funds")
        elif outcome == "two":
            tried(agency, NUMBER, "2024-08-15T11:00:00Z", "declined", None)
        else:
            tried(agency, NUMBER, "2024-08-15T11:30:00Z", "paid", None)
            agency.do(settle.mark_paid, NUMBER)
    tried(agency, "INV-2024-06", "2024-08-14T10:00:00Z", "declined", None)  # another one's
    if charges:
        agency.sql("UPDATE meta SET value = 'stripe' WHERE key = 'payments'")
    with agency.desk(writes=False) as desk:
        answer = invoices.show(desk, NUMBER)
    notes = [note for note in answer.notes if note.code in ("attempt", "next_attempt")]
    assert [f"{note.message}|{note.kind}|{note.subject}" for note in notes] == told
    hints = {note.hint for note in notes if note.code == "next_attempt"}
    assert hints <= {f"Charge it now:   jpcli invoice pay {NUMBER}"}


def about(agency: Agency, **changes: object) -> Invoice:
    """A closed invoice of 1.92 with other sums."""
    agency.issue_one(at="2024-07-20")
    agency.do(close.close, "2024-07")
    with agency.desk(writes=False) as desk:
        return known_invoice(desk, NUMBER)._replace(**changes)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changes", "codes", "net"),
    [
        ({}, [], 0),
        ({"status": "paid", "amount_paid_minor": 192}, [], 192),
        ({"status": "paid", "amount_paid_minor": 191}, ["paid_not_collected"], 191),
        ({"status": "paid", "amount_paid_minor": 193}, ["more_collected"], 193),
        ({"status": "open", "amount_paid_minor": 193}, [], 193),
        ({"status": "paid", "amount_paid_minor": 92, "credited_minor": 100}, ["credited"], 92),
        ({"status": "paid", "amount_paid_minor": 91, "credited_minor": 100}, ["paid_not_collected", "credited"], 91),  # noqa: E501
        ({"status": "paid", "amount_paid_minor": 192, "refunded_minor": 50}, ["refunded"], 142),
        ({"status": "paid", "amount_paid_minor": 192, "disputed_minor": 192}, ["disputed"], 0),
        ({"status": "paid", "amount_paid_minor": 192, "refunded_minor": 50, "disputed_minor": 142}, ["refunded", "disputed"], 0),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_collected_and_what_is_left_of_it(
    agency: Agency, changes: dict[str, object], codes: list[str], net: int
) -> None:
    invoice = about(agency, **changes)
    notes = money_notes(invoice, "usd")
    assert [note.code for note in notes] == codes
    assert all(note.message.startswith(f"{NUMBER}: ") for note in notes)
    assert {note.subject for note in notes} <= {NUMBER}
    assert net_minor(invoice) == net
    assert minor(money_fields(invoice, "usd")["net"]) == net


@pytest.mark.parametrize(
    ("changes", "codes"),
    [
        ({}, []),
        ({"page_url": "https://pay.example/1"}, ["hosted_page"]),
        ({"page_url": "https://pay.example/1", "gateway_number": NUMBER}, ["hosted_page"]),
        ({"page_url": "https://pay.example/1", "gateway_number": "X-1"}, ["hosted_page", "other_number"]),  # noqa: E501
        ({"page_url": "https://pay.example/1", "pdf_url": "https://pay.example/2"}, ["hosted_page", "hosted_pdf"]),  # noqa: E501
    ],
)  # fmt: skip
def test_where_the_payer_sees_it(
    agency: Agency, changes: dict[str, object], codes: list[str]
) -> None:
    assert [note.code for note in page_notes(about(agency, **changes))] == codes


class Asked:
    """A gateway that knows the invoices of payments, and remembers which it was asked for."""

    def __init__(self) -> None:
        self.payments: list[str] = []

    def invoice_of_payment(self, payment_id: str) -> str | None:
        self.payments.append(payment_id)
        return {"pi_1": "in_1", "pi_2": "in_2"}.get(payment_id)


@pytest.mark.parametrize(
    ("events", "found", "payments"),
    [
        ([], set(), []),
        ([("in_7", None), ("in_8", None)], {"in_7", "in_8"}, []),
        ([("in_7", "pi_1")], {"in_7"}, []),  # it says so itself
        ([(None, "pi_2"), ("in_7", None), (None, "pi_1"), (None, "pi_2")], {"in_1", "in_2", "in_7"}, ["pi_1", "pi_2"]),  # noqa: E501
        ([(None, "pi_none"), (None, None)], set(), ["pi_none"]),
    ],
)  # fmt: skip
def test_events_are_about_invoices_or_about_what_was_paid(
    events: list[tuple[str | None, str | None]], found: set[str], payments: list[str]
) -> None:
    gateway = Asked()
    made = [RemoteEvent(f"evt_{n}", "charge.refunded", *about) for n, about in enumerate(events)]
    assert invoices_of(cast("Gateway", gateway), iter(made)) == found
    assert gateway.payments == payments
