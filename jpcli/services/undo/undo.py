"""Undoing: a command that was a mistake is taken back by events that say the opposite.

Owns that a command is undone as a whole, now, and once; nothing that was recorded goes away. The
rules that hold for what the opposite does hold for it here, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.undone import Undoings
from jpcli.domain.words import count
from jpcli.ledger.events.log import all_between
from jpcli.ledger.queries import commands
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.change import change
from jpcli.services.licensing import act
from jpcli.services.shapes import license_table
from jpcli.services.undo import licenses, opposites, prices
from jpcli.services.undo.ground import Command, Ground, check_nothing_later, command_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Notes
    from jpcli.domain.contract.undo import UndoneAnswer, UndoneEvent
    from jpcli.domain.events import Event
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def undo(
    desk: Desk, number: int | None = None, reason: str | None = None, meant: int | None = None
) -> Answer[UndoneAnswer]:
    """Undo the command that the event of this `number` belongs to; without one the last command, or
    the one of the event `meant`, which somebody has seen and said yes to.

    What is undone already stays so. Raises BadInput `unknown_event`, Refused `cannot_be_undone`,
    and what the opposite is refused for.
    """
    request = {"command": "undo", "event": number, "reason": reason}
    wanted = meant if number is None else number
    if not at_jetpack(desk.ledger):
        return change(desk, request, lambda writer: _undone(desk, writer, wanted, reason))
    return _at_jetpack(desk, request, wanted, reason)


def _undone(
    desk: Desk, writer: Writer, number: int | None, reason: str | None
) -> Answer[UndoneAnswer]:
    command = command_of(desk, number)
    undoings = Undoings(commands.undoings(desk.ledger))
    first = command.events[0]
    before = undoings.undone_by(first.seq)
    if before is not None:
        return _already(first, before)
    ground = Ground(desk, writer, command, undoings, reason)
    after = writer.last_seq
    notes = _opposite(ground)
    writer.flush()
    by = (after + 1, writer.last_seq)
    recorded = [] if by[0] > by[1] else all_between(desk.ledger, *by)
    writer.record(*events.change_undone(command.ranges, [by]), reason=reason)
    data: UndoneAnswer = {
        "undone": [_shown(event) for event in command.changes],
        "events": [_shown(event, dry_run=desk.dry_run) for event in recorded],
    }
    return Answer(data, joined((_done(desk, command),), notes))


def _opposite(ground: Ground) -> Notes:
    """Record the opposites of all that a command did, the last first."""
    changes = ground.command.changes
    about = [event for event in changes if event.kind in events.ABOUT_LICENSES]
    others = [event for event in changes if event.kind not in events.ABOUT_LICENSES]
    opposites.check(ground, [event for event in others if event.kind not in prices.KINDS])
    licenses.check(ground, about)
    check_nothing_later(ground)
    last = about[-1].seq if about else 0
    notes = [_opposites(ground, [event for event in others if event.seq > last])]
    if about:
        notes.append(licenses.undo(ground, about))
    notes.append(_opposites(ground, [event for event in others if event.seq <= last]))
    return joined(*notes)


def _opposites(ground: Ground, others: list[Event]) -> Notes:
    notes = []
    for event in reversed(others):
        done = prices if event.kind in prices.KINDS else opposites
        notes.append(done.undo(ground, event))
        ground.writer.flush()
    return tuple(notes)


def _at_jetpack(
    desk: Desk, request: dict[str, Any], number: int | None, reason: str | None
) -> Answer[UndoneAnswer]:
    """What concerns licenses goes to Jetpack first, license by license; that they were undone is
    recorded after them."""
    command = command_of(desk, number)
    if not any(event.kind in events.ABOUT_LICENSES for event in command.changes):
        return change(desk, request, lambda writer: _undone(desk, writer, number, reason))
    seq = command.events[0].seq

    def do(writer: Writer) -> Answer[UndoneAnswer]:
        answer = _undone(desk, writer, seq, reason)
        keys = {event["subject"] for event in answer.data["events"]}
        rows = license_table(commands.rows_of(desk.ledger, sorted(keys)))
        told: list[UndoneEvent] = [{**event, "seq": None} for event in answer.data["events"]]
        data: UndoneAnswer = {**answer.data, "events": told, "licenses": rows}
        return answer._replace(data=data)

    answer = act(desk, request, do)
    recorded = [(before + 1, last) for before, last in desk.recorded]
    if not recorded or answer.failures:
        return answer
    found = commands.events_of(desk.ledger, recorded)
    with desk.writing() as writer:
        writer.record(*events.change_undone(command.ranges, recorded), reason=reason)
    return answer._replace(data={**answer.data, "events": [_shown(event) for event in found]})


def _already(first: Event, by: int) -> Answer[UndoneAnswer]:
    message = f"Event {first.seq} was undone before: see event {by}"
    return Answer({"undone": [], "events": []}, (Note("already_undone", message, subject=f"{by}"),))


def _done(desk: Desk, command: Command) -> Note:
    """What was undone, by whom and when it was done."""
    first = command.events[0]
    told = count(len(command.changes), "event")
    message = f"Undid {told} that {first.actor} recorded at {desk.told(first.recorded_at)}"
    return Note("undone", message, "ok", f"{first.seq}")


def _shown(event: Event, *, dry_run: bool = False) -> UndoneEvent:
    """An event as the answer has it; of a dry run it has no number."""
    return {
        "seq": None if dry_run else event.seq,
        "kind": event.kind,
        "subject": event.subject,
        "data": dict(event.data),
    }
