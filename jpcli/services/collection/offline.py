"""The collector of a ledger that is collected by hand: the whole of `Collector`, without a network.

Owns R1's cure and R3 there: the first card becomes primary by itself, a later one only when asked;
removing the primary promotes the oldest other one. A card number never gets in: only brand, last
four digits and expiry.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from jpcli.domain import cards as rules
from jpcli.domain import events
from jpcli.domain.answers import Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.cards import cards
from jpcli.services import cards as on_file
from jpcli.services.cards import known_card, list_cards, primary_note, removal_notes
from jpcli.services.change import change

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

is_only_card = on_file.is_only_card


def add_card(
    desk: Desk, brand: str | None, last4: str | None, exp: str | None, *, primary: bool = False
) -> Answer:
    """Put a card on file; it becomes primary when it is the first or `primary` asks (R3).

    Raises BadInput (`usage` for what is missing, `card_number`, `bad_last4`, `bad_brand`,
    `bad_expiry`).
    """
    if brand is None or last4 is None or exp is None:
        raise _missing(brand, last4, exp)
    for text in (last4, brand, exp):
        check_no_card_number(text)
    name = rules.check_brand(brand)
    digits = rules.check_last4(last4)
    month, year = rules.parse_exp(exp)
    request = {"command": "cards add", "card": [name, digits, month, year], "primary": primary}

    def do(writer: Writer) -> Answer:
        becomes = rules.becomes_primary(cards(desk.ledger), primary)
        card_id = f"card_{writer.last_seq + 1}"
        entry = events.card_added(
            card_id,
            brand=name,
            last4=digits,
            exp_month=month,
            exp_year=year,
            primary=becomes,
        )
        writer.record(*entry, at=desk.effective_at())
        writer.flush()
        what = "is the primary card now" if becomes else "was added"
        notes = [Note("card_added", f"{name} ···· {digits} {what}", "ok", card_id)]
        if not becomes:
            hint = f"jpcli cards primary {card_id}"
            notes.append(Note("not_primary", "Another card stays primary", hint=hint))
        return list_cards(desk, *notes)

    return change(desk, request, do)


def open_checkout(_desk: Desk) -> NoReturn:
    """There is no page on which a card is entered: it is typed in here (BadInput `usage`)."""
    raise _missing(None, None, None)


def attach_card(desk: Desk, _card_id: str, *, primary: bool) -> NoReturn:  # noqa: ARG001
    """There is no provider whose card it could be (Refused `offline_gateway`)."""
    from jpcli.payments.gateway import check_meant

    check_meant(desk.at_text, dry_run=desk.dry_run)
    _needs_gateway()


def make_primary(desk: Desk, card_id: str) -> Answer:
    """Charge this card first from now on; BadInput `unknown_card`."""

    def do(writer: Writer) -> Answer:
        card = known_card(desk, card_id)
        if not card.primary:
            writer.record(*events.card_made_primary(card.id), at=desk.effective_at())
            writer.flush()
        return list_cards(desk, primary_note(card))

    return change(desk, {"command": "cards primary", "card": card_id}, do)


def remove_card(desk: Desk, card_id: str, *, only_too: bool = True) -> Answer:  # noqa: ARG001
    """Take a card off file; the oldest other one becomes primary when it was the primary (R3).

    `only_too` was settled by the question before: nobody else takes cards off this ledger.
    """

    def do(writer: Writer) -> Answer:
        card = known_card(desk, card_id)
        successor = rules.promoted(cards(desk.ledger), card.id)
        promoted = None if successor is None else successor.id
        writer.record(*events.card_removed(card.id, promoted), at=desk.effective_at())
        writer.flush()
        notes = removal_notes(desk, card, successor, "jpcli cards add --primary")
        return list_cards(desk, *notes)

    return change(desk, {"command": "cards remove", "card": card_id}, do)


def close(desk: Desk, month: str | None) -> Answer:
    """Close one month, or with None all that wait; what they come to waits for a hand."""
    from jpcli.services.invoices import close as closing

    return closing.close_due(desk) if month is None else closing.close(desk, month)


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer:
    """See `invoices.settle.mark_paid`."""
    from jpcli.services.invoices import settle

    return settle.mark_paid(desk, name, reference)


def void(desk: Desk, name: str, reason: str | None = None) -> Answer:
    """See `invoices.settle.void`."""
    from jpcli.services.invoices import settle

    return settle.void(desk, name, reason)


def _needs_gateway(*_args: object, **_options: object) -> NoReturn:
    """What nobody does for a ledger that is collected by hand."""
    from jpcli.payments.gateway import no_gateway

    raise no_gateway()


finish_checkout = sync_cards = push = pay = sync = reconcile = _needs_gateway


def _missing(brand: str | None, last4: str | None, exp: str | None) -> BadInput:
    given = (("--brand", brand), ("--last4", last4), ("--exp", exp))
    missing = [name for name, value in given if value is None]
    return BadInput(
        "usage",
        f"Missing {', '.join(missing)}",
        hint="jpcli cards add --brand visa --last4 4242 --exp 12/2030",
        subject=missing[0],
    )
