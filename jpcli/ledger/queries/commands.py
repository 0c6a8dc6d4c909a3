"""Questions about commands: which events were recorded together, and what came of them since.

Owns that answer. One transaction records all its events at one instant, and never at that of the
one before it (`ledger.writer`), so neighbors of one instant are of one command.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events, outside_events
from jpcli.ledger.events.log import all_between, is_one_of, told
from jpcli.ledger.queries.licenses import number_of, rows_numbered

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger

# What is written down about a command, and is none by itself.
_NONE = (
    events.REQUEST_ANSWERED,
    events.REQUEST_LISTED,
    events.INVOICE_LISTED,
    *outside_events.ABOUT_WISHES,
)
# What some command is for, and others only write down beside what they are for.
_EITHER = (events.LEDGER_ZONE_SET, outside_events.CONNECTION_SEEN)


def last_number(ledger: Ledger) -> int | None:
    """The number of the last event that a command is known by; None in a ledger without one."""
    sql = f"SELECT seq FROM events WHERE NOT {is_one_of(_NONE)} ORDER BY seq DESC LIMIT 1"
    found = ledger.value(sql)
    return None if found is None else int(found)


def range_of(ledger: Ledger, seq: int) -> tuple[int, int] | None:
    """The first and the last event of the transaction that recorded this one; None where there is
    no such event.

    Older ledgers may have neighbors of one instant, where their clock stood still; who did it tells
    some of them apart.
    """
    row = ledger.one("SELECT recorded_at, actor FROM events WHERE seq = :seq", seq=seq)
    if row is None:
        return None
    other = "(recorded_at <> :recorded_at OR actor <> :actor)"
    known = {"seq": seq, "recorded_at": row[0], "actor": row[1]}
    before = ledger.value(
        f"SELECT seq FROM events WHERE seq < :seq AND {other} ORDER BY seq DESC LIMIT 1", **known
    )
    after = ledger.value(
        f"SELECT seq FROM events WHERE seq > :seq AND {other} ORDER BY seq LIMIT 1", **known
    )
    last = ledger.value("SELECT MAX(seq) FROM events") if after is None else after - 1
    return (0 if before is None else int(before)) + 1, int(last)


def events_of(ledger: Ledger, ranges: list[tuple[int, int]]) -> list[Event]:
    """What a command recorded, in order, without what is beside it."""
    known = [event for each in ranges for event in all_between(ledger, *each, but=_NONE)]
    return [event for event in known if event.kind not in _EITHER] or known


def later_about(ledger: Ledger, first: int, last: int) -> Iterator[tuple[int, str, str]]:
    """(number, kind, subject) of what was recorded after these events about the same subjects, or
    about what had another name before then or has one now; streams."""
    rows = ledger.rows(
        "SELECT seq, kind, subject FROM events WHERE seq > :last AND subject IN"
        " (SELECT subject FROM events WHERE seq >= :first AND seq <= :last"
        " UNION SELECT name FROM former_names WHERE until_seq > :last"
        " UNION SELECT name FROM clients WHERE id IN"
        " (SELECT id FROM former_names WHERE kind = 'client' AND until_seq > :last)"
        " UNION SELECT url FROM sites WHERE id IN"
        " (SELECT id FROM former_names WHERE kind = 'site' AND until_seq > :last)) ORDER BY seq",
        first=first,
        last=last,
    )
    return ((row[0], row[1], row[2]) for row in rows)


def later_of(ledger: Ledger, kinds: tuple[str, ...], last: int) -> list[tuple[int, str, str]]:
    """The same of these kinds, whatever they are about."""
    rows = ledger.all(
        f"SELECT seq, kind, subject FROM events WHERE seq > :last AND {is_one_of(kinds)}"
        " ORDER BY seq",
        last=last,
    )
    return [(row[0], row[1], row[2]) for row in rows]


def rows_of(ledger: Ledger, license_keys: list[str]) -> Iterator[tuple[Any, ...]]:
    """These licenses as they are in lists."""
    numbers = (number_of(ledger, license_key) for license_key in license_keys)
    return rows_numbered(ledger, [number for number in numbers if number is not None])


def undoings(ledger: Ledger) -> list[Event]:
    """All events that say what was undone."""
    return list(told(ledger, (events.CHANGE_UNDONE,), subject=events.UNDOING))


def ranges_of(ledger: Ledger, seq: int) -> list[tuple[int, int]]:
    """The transactions of the command that recorded this event: one, or at Jetpack those of all its
    calls, and of an undo what says so; none where there is no such event."""
    for undoing in undoings(ledger):
        by = [(first, last) for first, last in undoing.data["by"]]
        if seq == undoing.seq or any(first <= seq <= last for first, last in by):
            said = range_of(ledger, undoing.seq)
            assert said is not None
            return sorted({*(each for each in by if not said[0] <= each[0] <= said[1]), said})
    return _calls_of(ledger, seq)


def _calls_of(ledger: Ledger, seq: int) -> list[tuple[int, int]]:
    found = range_of(ledger, seq)
    if found is None:
        return []
    first, last = found
    settled = told(ledger, (outside_events.WISH_SETTLED,), after_seq=first - 1, until_seq=last)
    wished = [event.data["wish"] for event in settled]
    if not wished:
        return [found]
    process = ledger.value("SELECT process FROM wishes WHERE id = :id", id=wished[0])
    if not process:
        return [found]
    rows = ledger.all("SELECT id FROM wishes WHERE process = :p", p=process)
    ids = frozenset(row[0] for row in rows)
    settled = told(ledger, (outside_events.WISH_SETTLED,), after_seq=min(ids, default=seq))
    ranges = {range_of(ledger, event.seq) for event in settled if event.data["wish"] in ids}
    return sorted(each for each in ranges if each is not None) or [found]
