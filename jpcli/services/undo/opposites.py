"""The opposites of what was done to cards, invoices and settings: one function a kind of event, and
what to do instead where there is none.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events, outside_events
from jpcli.domain.answers import Note
from jpcli.domain.cards import card_name
from jpcli.domain.invoice_status import PAID
from jpcli.domain.words import command_line, quoted
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.ledger.queries.invoices import by_number
from jpcli.services.billing.books import BILL_FROM, live_invoice
from jpcli.services.by_hand import check_by_hand
from jpcli.services.ledger.settings import MAY_BE_NONE
from jpcli.services.undo import names
from jpcli.services.undo.ground import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.errors import Refused
    from jpcli.domain.events import Event
    from jpcli.services.undo.ground import Ground

    Opposite = Callable[[Ground, Event], Note]

_CARDS = (events.CARD_ADDED, events.CARD_MADE_PRIMARY, events.CARD_REMOVED)
_AT_STRIPE = "Take it back at Stripe, then:   jpcli invoice sync"


def check(ground: Ground, changes: list[Event]) -> None:
    """Refused `cannot_be_undone` for the first event that has no opposite."""
    for event in changes:
        if event.kind not in _OPPOSITES:
            raise _no_opposite(ground, event)
        if event.kind == events.LEDGER_SET and "payments" in event.data:
            hint = "See how it collects:   jpcli settings show"
            raise refused(event, "A ledger that was moved to Stripe stays there", hint)


def undo(ground: Ground, event: Event) -> Note:
    """Record the opposite of one event, which has one; Refused `cannot_be_undone` all the same,
    where it would not be the opposite of what is so. Raises as `check_by_hand`."""
    check_by_hand(ground.desk.ledger)
    return _OPPOSITES[event.kind](ground, event)


def _no_opposite(ground: Ground, event: Event) -> Refused:
    subject, kind = event.subject, event.kind
    match kind:
        case events.INVOICE_CLOSED:
            message = f"{subject} is closed, and a closed invoice never changes"
            return refused(event, message, f"Void it:   jpcli invoice void {quoted(subject)} --yes")
        case events.INVOICE_VOIDED:
            invoice = by_number(ground.desk.ledger, subject)
            assert invoice is not None
            hint = f"Close its month again:   jpcli invoice close {invoice.period}"
            return refused(event, f"{subject} is void, and stays so", hint)
        case events.CARDS_SYNCED:
            return refused(
                event,
                "The cards are those at Stripe",
                "See them:   jpcli cards list\nThen:   jpcli cards add, or jpcli cards remove CARD",
            )
        case events.LEDGER_CREATED:
            hint = "Make another one:   jpcli init --ledger FILE"
            return refused(event, "A ledger that was made stays", hint)
    if kind.startswith(_STRIPES) or kind == events.INVOICE_SYNCED:
        return refused(event, "What was done at Stripe is not undone from here", _AT_STRIPE)
    hint = "See what was done:   jpcli log"
    return refused(event, f"There is no opposite of {kind}", hint)


_STRIPES = tuple(
    kind.partition(".")[0] + "."
    for kind in (events.PAYMENTS_SET, events.PAYMENT_ATTEMPTED, outside_events.OUTBOX_DONE)
)


def _reopened(ground: Ground, event: Event) -> Note:
    """I4: it was not paid after all; past its due date that stops issuing (R2)."""
    number, ledger = event.subject, ground.desk.ledger
    if way_of(ledger).goes_out:
        raise refused(event, f"{number} is collected at Stripe", _AT_STRIPE)
    invoice = by_number(ledger, number)
    assert invoice is not None
    if invoice.status != PAID:
        hint = f"See it:   jpcli invoice show {number}"
        raise refused(event, f"{number} is {invoice.status} already", hint)
    ground.writer.record(*events.invoice_reopened(number))
    late = ""
    if invoice.due_day < ground.desk.today:
        late = ", which is past due: issuing and assigning wait until it is paid"
    return Note("reopened", f"Reopened {number}{late}", "ok", number)


def _paid_again(ground: Ground, event: Event) -> Note:
    """The opposite of a re-opening: what was said before holds, from the same instant on."""
    number, ledger = event.subject, ground.desk.ledger
    paid = list(told(ledger, (events.INVOICE_PAID,), subject=number, until_seq=event.seq))[-1]
    if way_of(ledger).goes_out:
        raise refused(event, f"{number} is collected at Stripe", _AT_STRIPE)
    data = paid.data
    entry = events.invoice_paid(number, data["amount_minor"], data["reference"])
    ground.writer.record(*entry, at=paid.at)
    return Note("paid", f"Marked {number} as paid, as before", "ok", number)


def _setting_back(ground: Ground, event: Event) -> Note:
    ((name, value),) = event.data.items()
    ledger = ground.desk.ledger
    before: str | None = "" if name in MAY_BE_NONE else None
    for earlier in told(
        ledger, (events.LEDGER_CREATED, events.LEDGER_SET), until_seq=event.seq - 1
    ):
        before = earlier.data.get(name, before)
    shown = event.subject
    if name in _FIXED or before is None:
        message = f"There was no {shown} before" if before is None else f"{shown} is not set back"
        hint = command_line("Set it:   jpcli settings set", shown, before or "VALUE")
        raise refused(event, message, hint)
    if name == BILL_FROM and (number := live_invoice(ledger)) is not None:
        hint = f"Void it:   jpcli invoice void {number} --yes"
        raise refused(event, f"The books can't be moved: {number} exists", hint)
    ground.writer.record(*events.ledger_set(shown, name, before))
    done = f"Set {shown} from {value or 'none'} back to {before or 'none'}"
    return Note("setting_changed", done, "ok", shown)


# What asks more questions when it is set than an undo does.
_FIXED = frozenset({"payments", "collect", "licensing", "zone_data"})


def _card_gone(ground: Ground, event: Event) -> Note:
    """R3: the card that was primary before is so again."""
    _check_cards_here(ground, event)
    others = [card for card in cards(ground.desk.ledger) if card.id != event.subject]
    before = _primary_before(ground, event) if event.data["primary"] else None
    promoted = before if any(card.id == before for card in others) else None
    ground.writer.record(*events.card_removed(event.subject, promoted))
    name = card_name(event.data["brand"], event.data["last4"])
    paused = "" if others else ". Issuing new licenses is paused until you add a card"
    return Note("card_removed", f"Removed {name}{paused}", "ok", event.subject)


def _card_again(ground: Ground, event: Event) -> Note:
    """R3: it is as old as it was."""
    _check_cards_here(ground, event)
    known = told(
        ground.desk.ledger, (events.CARD_ADDED,), subject=event.subject, until_seq=event.seq
    )
    added = list(known)[-1]
    data = added.data
    shown = {name: data[name] for name in ("brand", "last4", "exp_month", "exp_year")}
    primary = _primary_before(ground, event) == event.subject
    entry = events.card_added(event.subject, **shown, primary=primary)
    ground.writer.record(*entry, at=added.at)
    what = " as the primary card" if primary else ""
    name = card_name(data["brand"], data["last4"])
    return Note("card_added", f"Added {name} again{what}", "ok", event.subject)


def _primary_back(ground: Ground, event: Event) -> Note:
    _check_cards_here(ground, event)
    before = _primary_before(ground, event)
    found = [card for card in cards(ground.desk.ledger) if card.id == before]
    if not found:
        raise refused(
            event,
            "No card on file was primary before",
            "Make another one primary:   jpcli cards primary CARD",
        )
    ground.writer.record(*events.card_made_primary(found[0].id))
    name = card_name(found[0].brand, found[0].last4)
    return Note("primary", f"Made {name} the primary card again", "ok", found[0].id)


def _check_cards_here(ground: Ground, event: Event) -> None:
    if way_of(ground.desk.ledger).goes_out:
        hint = "See them:   jpcli cards list"
        raise refused(event, "The cards are those at Stripe now", hint)


def _primary_before(ground: Ground, event: Event) -> str | None:
    """The id of the card that was primary before this event."""
    primary: str | None = None
    for earlier in told(ground.desk.ledger, _CARDS, until_seq=event.seq - 1):
        data = earlier.data
        if earlier.kind == events.CARD_MADE_PRIMARY or data.get("primary"):
            primary = earlier.subject
        elif earlier.kind == events.CARD_REMOVED and primary == earlier.subject:
            primary = data["promoted"]
    return primary


_OPPOSITES: dict[str, Opposite] = {
    **names.OPPOSITES,
    events.CARD_ADDED: _card_gone,
    events.CARD_MADE_PRIMARY: _primary_back,
    events.CARD_REMOVED: _card_again,
    events.INVOICE_PAID: _reopened,
    events.INVOICE_REOPENED: _paid_again,
    events.LEDGER_SET: _setting_back,
}
