"""What a proof shows: events with their place in the chain, of the licenses and sites of a bill.

Owns the streams that a proof is written from. Nothing is asked for a single license.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS, INVOICE_LISTED, LATEST_SEQ
from jpcli.ledger.events.chain import GENESIS
from jpcli.ledger.events.log import EVENT_COLUMNS, is_one_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.snapshots.snapshot import Snapshot

_EVENT = ", ".join(f"e.{name}" for name in EVENT_COLUMNS) + ", p.hash, e.hash"
# Data may be as long as a bill has licenses: so many characters are asked for at a time.
_PIECE = 4 * 2**20
_BEFORE = "LEFT JOIN events p ON p.seq = e.seq - 1"


class Linked(NamedTuple):
    """An event as it is stored, its data as text, with the hash before it and its own."""

    seq: int
    kind: str
    subject: str
    at: int
    recorded_at: int
    actor: str
    reason: str | None
    data: str
    previous: bytes
    hash: bytes


class Part(NamedTuple):
    """Licenses that a bill is about: of these offers, with a day in a stretch of days; with
    `client_id` only those on sites that are that client's at some time."""

    offer_ids: tuple[int, ...]
    first_day: int
    last_day: int
    snapshot: Snapshot
    client_id: int | None = None


def linked_events(
    ledger: Ledger, kinds: Iterable[str], seq: int = LATEST_SEQ, subject: str | None = None
) -> list[Linked]:
    """The events of these kinds up to one, in order: of one subject, or of all. They are few."""
    about = "" if subject is None else " AND e.subject = :subject"
    rows = ledger.all(
        f"SELECT {_EVENT} FROM events e {_BEFORE} WHERE {is_one_of(kinds, 'e.kind')}"
        f" AND e.seq <= :seq{about} ORDER BY e.seq",
        seq=seq,
        **({} if subject is None else {"subject": subject}),
    )
    return [_linked(row) for row in rows]


def closing_event(ledger: Ledger, seq: int) -> Linked:
    """The event that closed an invoice, without its data: those are in `data_pieces`."""
    columns = _EVENT.replace("e.data", "''")
    row = ledger.one(f"SELECT {columns} FROM events e {_BEFORE} WHERE e.seq = :seq", seq=seq)
    assert row is not None
    return _linked(row)


def listed_rows(ledger: Ledger, first: int, last: int, name: str) -> Iterator[Any]:
    """The rows of `holders` or `shares` in the events that a closing comes after; streams."""
    rows = ledger.rows(
        f"SELECT data FROM events WHERE seq >= :first AND seq <= :last"
        f" AND kind = '{INVOICE_LISTED}' ORDER BY seq",
        first=first,
        last=last,
    )
    return (row for (text,) in rows for row in json.loads(text).get(name, ()))


def data_pieces(ledger: Ledger, seq: int) -> Iterator[str]:
    """The data of an event as they are stored, a piece at a time."""
    first, length = 1, _PIECE
    while length == _PIECE:
        piece = ledger.value(
            f"SELECT substr(e.data, {first}, {_PIECE}) FROM events e WHERE e.seq = :seq", seq=seq
        )
        yield piece
        length = len(piece)
        first += length


def license_events(ledger: Ledger, parts: list[Part], seq: int) -> Iterator[Linked]:
    """What happened to the licenses of a bill up to an event: license by license, in order."""
    rows = ledger.rows(
        f"SELECT {_EVENT} FROM licenses l JOIN events e ON e.subject = l.license_key"
        f" AND {is_one_of(ABOUT_LICENSES, 'e.kind')} AND e.seq <= :seq {_BEFORE}"
        f" WHERE l.id IN ({_which('s.license_id', parts)}) ORDER BY l.id, e.seq",
        seq=seq,
    )
    return map(_linked, rows)


def used_sites(ledger: Ledger, parts: list[Part]) -> Iterator[int]:
    """The row numbers of the sites that those licenses are on in those days, some several times."""
    return (row[0] for row in ledger.rows(_which("s.site_id", parts)) if row[0] is not None)


def site_events(ledger: Ledger, seq: int) -> Iterator[Linked]:
    """Whose sites were whose, up to an event: name by name, in order."""
    rows = ledger.rows(
        f"SELECT {_EVENT} FROM events e {_BEFORE} WHERE {is_one_of(ABOUT_OWNERS, 'e.kind')}"
        " AND e.seq <= :seq ORDER BY e.subject, e.seq",
        seq=seq,
    )
    return map(_linked, rows)


def _which(column: str, parts: list[Part]) -> str:
    return " UNION ".join(f"SELECT {column} FROM {_within(part)}" for part in parts)


def _within(part: Part) -> str:
    offers = ", ".join(str(int(number)) for number in part.offer_ids) or "NULL"
    only = ""
    if part.client_id is not None:
        only = (
            f" AND s.site_id IN (SELECT o.site_id FROM {part.snapshot.owners} o"
            f" WHERE o.client_id = {int(part.client_id)})"
        )
    return (
        f"{part.snapshot.spans} s WHERE s.offer_id IN ({offers}) AND s.child IN (0, 1)"
        f" AND s.last_day >= {int(part.first_day)} AND s.first_day <= {int(part.last_day)}{only}"
    )


def _linked(row: tuple[Any, ...]) -> Linked:
    *event, previous, own = row
    return Linked._make((*event, GENESIS if previous is None else previous, own))
