"""The settings of a ledger: what it was made with, and the few of them that may change.

Owns their names, what they may be, and when the month that the books begin with is fixed (I7).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.collection import COLLECTS, GATEWAYS
from jpcli.domain.errors import BadInput, Refused, not_among
from jpcli.domain.periods import parse_month
from jpcli.domain.texts import check_remark
from jpcli.domain.words import count, from_to
from jpcli.ledger.database.connection import ZONE_DATA
from jpcli.ledger.queries import invoices
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.collection import way_of
from jpcli.services.billing.books import BILL_FROM, books_begin, live_invoice
from jpcli.services.billing.waiting import waiting_months
from jpcli.services.change import change
from jpcli.services.ledger.init import check_terms, checked_collect, checked_name, mail_note
from jpcli.services.ledger.zone import checked_source, fingerprint, follow_machine

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.contract.ledger import SettingsAnswer, SettingsObject
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

COLLECT = "collect"
PAYMENTS = "payments"


def show(desk: Desk) -> Answer[SettingsAnswer]:
    """Every setting; `bill_from` is null only in a ledger made before the rule that is empty."""
    return Answer({"settings": _settings(desk)})


def set_one(desk: Desk, key: str, value: str) -> Answer[SettingsAnswer]:
    """Change one setting, named as `settings show` has it, with `-` or `_`.

    The same value again changes nothing. Raises BadInput (`unknown_setting`, `fixed_setting`, or
    what is wrong with the value) or Refused (`books_in_use`, `no_gateway`, `not_collected`,
    `stays_at_stripe`).
    """
    name = _checked_key(desk, key)
    if name == COLLECT and not way_of(desk.ledger).goes_out:
        raise _no_gateway()
    stored = _PARSERS[name](value)

    def do(writer: Writer) -> Answer[SettingsAnswer]:
        if name == ZONE_DATA:
            note = follow_machine(desk, writer)
            return Answer({"settings": _settings(desk)}, (note,))
        if (desk.ledger.fact(name) or "") == stored:
            same = f"{_shown(name)} is {stored or 'none'} already"
            note = Note("unchanged", same, "info", name)
            return Answer({"settings": _settings(desk)}, (note,))
        if name == BILL_FROM:
            _check_books_movable(desk)
        if name == COLLECT:
            _check_all_collected(desk)
        moved = _move_to_stripe(desk, writer) if name == PAYMENTS else ()
        writer.record(*events.ledger_set(_shown(name), name, stored))
        writer.flush()
        message = f"Set {_shown(name)} to {stored or 'none'}"
        note = Note("setting_changed", message, "ok", name)
        return Answer({"settings": _settings(desk)}, (note, *moved, *_what_follows(desk, name)))

    return change(desk, {"command": "settings set", "key": name, "value": stored}, do)


def _settings(desk: Desk) -> SettingsObject:
    fact = desk.ledger.fact
    return {
        "name": fact("name") or "",
        "address": fact("address") or None,
        "tax_id": fact("tax_id") or None,
        "payment_note": fact("payment_note") or None,
        "currency": desk.ledger.currency,
        "time_zone": desk.ledger.zone,
        "zone_data": fingerprint(desk.ledger),
        "bill_from": books_begin(desk.ledger),
        "payment_terms_days": int(fact("payment_terms_days") or 0),
        "payments": fact("payments"),
        "collect": fact("collect"),
        "licensing": fact("licensing"),
    }


def _checked_key(desk: Desk, key: str) -> str:
    name = key.replace("-", "_")
    if name in _PARSERS:
        return name
    may_change = ", ".join(KEYS)
    if name in _settings(desk):
        raise BadInput(
            "fixed_setting",
            f"{_shown(name)} is fixed for the life of the ledger; what may change is {may_change}",
            hint="See them all:   jpcli settings show",
            subject=key,
        )
    raise BadInput(
        "unknown_setting",
        f"There is no setting {key}; what may change is {may_change}",
        hint="See them all:   jpcli settings show",
        subject=key,
    )


def _check_books_movable(desk: Desk) -> None:
    number = live_invoice(desk.ledger)
    if number is not None:
        raise Refused(
            "books_in_use",
            f"The books begin with {books_begin(desk.ledger)} and can't be moved: {number} exists",
            hint="See the invoices:   jpcli invoice list",
            subject=number,
        )


def _no_gateway() -> Refused:
    return Refused(
        "no_gateway",
        "This ledger's invoices are marked as paid by hand; there is nothing that charges or mails",
        hint="Make one that collects through Stripe:   jpcli init --payments stripe --ledger FILE",
        subject=COLLECT,
    )


def _check_all_collected(desk: Desk) -> None:
    """An invoice is made at Stripe to be charged, or to be mailed, and stays so; hints, attempts
    and mails go by the setting. So it changes while nothing is on its way."""
    waiting = invoices.unpaid(desk.ledger)
    if waiting:
        number = waiting[0].number
        raise Refused(
            "not_collected",
            f"{number} is closed and not collected, and how that is done can't change under it",
            hint=f"{way_of(desk.ledger).hint(number)}\n"
            f"Bill its month the other way:   jpcli invoice void {number}",
            subject=number,
        )


def _move_to_stripe(desk: Desk, writer: Writer) -> tuple[Note, ...]:
    """What collecting through Stripe from now on takes. Invoices stay: those that are paid are
    settled, and those that are open are brought there like any other. Cards that were noted here
    are nothing that Stripe could charge, so they are off file (R1)."""
    if way_of(desk.ledger).goes_out:
        raise Refused(
            "stays_at_stripe",
            "A ledger that collects through Stripe stays there: its invoices are there, too",
            hint="Note what was paid elsewhere:   jpcli invoice mark-paid INVOICE --reference TEXT",
            subject=PAYMENTS,
        )
    known = sorted(cards(desk.ledger), key=lambda card: card.primary)
    for card in known:
        writer.record(*events.card_removed(card.id, None))
    writer.record(*events.ledger_set(COLLECT, COLLECT, COLLECTS[0]))
    notes = []
    if known:
        notes.append(Note("cards_at_stripe", f"{count(len(known), 'card')} noted here: off file"))
    message = "Issuing waits for a card at Stripe"
    notes.append(Note("next", message, "warning", hint="jpcli cards add"))
    for invoice in invoices.unpaid(desk.ledger):
        message = f"{invoice.number} is open, and is collected there once it is brought there"
        hint = f"jpcli invoice push {invoice.number}"
        notes.append(Note("to_be_pushed", message, "info", invoice.number, hint))
    return tuple(notes)


def _what_follows(desk: Desk, name: str) -> tuple[Note, ...]:
    """What the first month or the way of collecting being another one changes at once."""
    if name == COLLECT and way_of(desk.ledger).mails:
        return (mail_note(),)
    if name != BILL_FROM:
        return ()
    waiting = waiting_months(desk)
    if not waiting:
        return (Note("books_moved", "No month waits to be closed"),)
    verb = "waits" if len(waiting) == 1 else "wait"
    message = f"{from_to(waiting)} {verb} to be closed"
    return (Note("books_moved", message, hint="jpcli invoice close --due"),)


def _month(text: str) -> str:
    parse_month(text)
    return text


def _days(text: str) -> str:
    if not (text.isascii() and text.isdigit() and len(text) <= 6):
        raise BadInput(
            "bad_payment_terms", f"Payment terms are a whole number of days, not {text[:40]}"
        )
    check_terms(int(text))
    return str(int(text))


def _line(text: str) -> str:
    """One line, or nothing for `none`."""
    return "" if text == "none" else check_remark(text, "VALUE")


def _gateway(text: str) -> str:
    if text not in GATEWAYS:
        raise not_among("payments", text[:40], GATEWAYS, "VALUE")
    return text


def _shown(name: str) -> str:
    return name.replace("_", "-")


_PARSERS: dict[str, Callable[[str], str]] = {
    "address": _line,
    BILL_FROM: _month,
    COLLECT: checked_collect,
    "name": checked_name,
    "payment_note": _line,
    PAYMENTS: _gateway,
    "payment_terms_days": _days,
    "tax_id": _line,
    ZONE_DATA: checked_source,
}
# As they are typed.
KEYS = tuple(_shown(name) for name in _PARSERS)
# What a ledger is made without; `none`, stored as nothing, takes it away again.
MAY_BE_NONE = frozenset(name for name, parse in _PARSERS.items() if parse is _line)
