"""What an undo stands on: the command that is undone, and who undoes it.

Owns the refusals that all opposites share. A command is undone as a whole or not at all.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import agency_events, events
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.words import count
from jpcli.ledger.queries import commands
from jpcli.ledger.snapshots.names import NamesThen

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.events import Event
    from jpcli.domain.undone import Undoings
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

CODE = "cannot_be_undone"
# So many events are held in memory, and answered with.
MOST_EVENTS = 100_000

_LOG = "See what was done:   jpcli log"
_SITES = (events.SITE_MOVED, events.SITE_OWNERS_SET)
_OF_SITES = (*_SITES, agency_events.SITE_ARCHIVED)
_OF_CLIENTS = (agency_events.CLIENT_ARCHIVED, agency_events.CLIENT_EDITED)
_CARDS = (
    events.CARD_ADDED,
    events.CARD_MADE_PRIMARY,
    events.CARD_REMOVED,
    events.CARDS_SYNCED,
)
# What of a later time changes the same thing. Prices say themselves which day they are for.
_SAME = (
    events.ABOUT_LICENSES,
    _SITES,
    (events.LEDGER_SET,),
    (agency_events.CLIENT_ARCHIVED,),
    (agency_events.CLIENT_EDITED,),
    (agency_events.PRODUCT_EDITED,),
    (agency_events.SITE_ARCHIVED,),
)


class Command(NamedTuple):
    """What was done together. `ranges` are the numbers of its events, first and last of each
    transaction; `events` are those that did something, in order."""

    ranges: list[tuple[int, int]]
    events: list[Event]

    @property
    def changes(self) -> list[Event]:
        """Its events but those that only say that something was undone."""
        return [event for event in self.events if event.kind != events.CHANGE_UNDONE]


class Ground(NamedTuple):
    """One undo, in one transaction."""

    desk: Desk
    writer: Writer
    command: Command
    undoings: Undoings
    reason: str | None


def refused(event: Event, message: str, hint: str) -> Refused:
    """Refused `cannot_be_undone`: why, and what to do instead."""
    return Refused(CODE, message, hint=hint, subject=event.subject)


def command_of(desk: Desk, number: int | None) -> Command:
    """The command that the event of this number belongs to, or the last one.

    Raises BadInput `unknown_event`, Refused `cannot_be_undone` where nothing was done.
    """
    ledger = desk.ledger
    seq = commands.last_number(ledger) if number is None else number
    ranges = [] if seq is None else commands.ranges_of(ledger, seq)
    if not ranges:
        raise BadInput("unknown_event", f"There is no event {seq}", hint=_LOG, subject=f"{seq}")
    size = sum(last - first + 1 for first, last in ranges)
    if size > MOST_EVENTS:
        raise Refused(
            CODE,
            f"That was {count(size, 'event')}: at most {MOST_EVENTS:,} are undone at once",
            hint="Revoke licenses:   jpcli revoke --from FILE --yes",
            subject=f"{seq}",
        )
    found = commands.events_of(ledger, ranges)
    if not found:
        raise Refused(CODE, f"Event {seq} changed nothing", hint=_LOG, subject=f"{seq}")
    return Command(ranges, found)


def check_nothing_later(ground: Ground) -> None:
    """Refuse what something that was done since builds on, which is named."""
    found = _later(ground)
    if found is not None:
        number, kind, subject = found
        raise later(subject, number, kind)


def later(subject: str, number: int, kind: str) -> Refused:
    """The refusal for the sake of a later event."""
    return Refused(
        CODE,
        f"{subject} was changed since: event {number} ({kind}) came later",
        hint=f"Undo that first:   jpcli undo {number}",
        subject=subject,
    )


def _later(ground: Ground) -> tuple[int, str, str] | None:
    """The first later event about the same thing that still holds."""
    (first, _), (_, last) = ground.command.ranges[0], ground.command.ranges[-1]
    changes = ground.command.changes
    kinds = {event.kind for event in changes}
    ledger, is_over = ground.desk.ledger, ground.undoings.is_over
    found: Iterable[tuple[int, str, str]]
    if kinds.intersection(_CARDS):
        found = commands.later_of(ledger, _CARDS, last)
    else:
        found = commands.later_about(ledger, first, last)
    names = NamesThen(ledger)
    about = {(event.kind, _whom(names, event.kind, event.subject, event.seq)) for event in changes}
    for seq, kind, subject in found:
        whom = _whom(names, kind, subject, seq)
        builds = kind in _CARDS or any((one, whom) in about for one in _same_as(kind))
        if builds and not is_over(seq) and not _is_among(ground.command.ranges, seq):
            return seq, kind, subject
    return None


def _whom(names: NamesThen, kind: str, subject: str, seq: int) -> str | int | None:
    """What an event is about: clients and sites by row numbers, because names change hands."""
    if kind in _OF_CLIENTS:
        return names.client_id(subject, seq)
    return names.site_id(subject, seq) if kind in _OF_SITES else subject


def _same_as(kind: str) -> tuple[str, ...]:
    """The kinds that a later one of this kind builds on, if it is about the same subject."""
    if kind in events.AFTER_CLOSING:
        return (events.INVOICE_PAID, events.INVOICE_REOPENED)
    return next((same for same in _SAME if kind in same), ())


def _is_among(ranges: list[tuple[int, int]], seq: int) -> bool:
    return any(first <= seq <= last for first, last in ranges)
