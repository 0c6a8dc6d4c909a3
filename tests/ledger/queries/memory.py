"""A ledger in memory that takes any events, whether or not a rule would let them happen.

Here queries are asked about what services make seldom: equal instants, times out of order, and
things that came back after they were gone.
"""

from __future__ import annotations

import sqlite3
from typing import TYPE_CHECKING, Any
from weakref import finalize

from jpcli.ledger.database import tables
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.events import Entry
    from jpcli.ledger.database.connection import Ledger

DAY = 24 * 60 * 60 * 1_000_000


def empty(**facts: str) -> Ledger:
    """A ledger without an event, that is not even founded."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    tables.create_in_memory(connection)
    known = {"currency": "usd", "time_zone": "UTC", "name": "A", "skipped_dates": ""}
    ledger = SqliteLedger(connection, "memory", {**known, **facts})
    finalize(ledger, connection.close)  # nobody else does, and Python 3.13 complains of it
    return ledger


def closing(month: int, **more: Any) -> dict[str, Any]:
    """What closing a month of 2024 freezes, without a line unless there is `more`."""
    return {
        "period": f"2024-{month:02d}",
        "first_day": month,
        "last_day": month,
        "status": "open",
        "due_day": month,
        "total_minor": 0,
        "lines": [],
        "content_hash": "",
        **more,
    }


def record(
    ledger: Ledger,
    told: Iterable[tuple[Entry, int]],
    *,
    actor: str = "ann",
    now_at: int = 1000 * DAY,
) -> None:
    """Record events, each with the instant at which it took effect."""
    writer = Writer(ledger, actor=actor, now_at=now_at)
    for entry, at in told:
        writer.record(*entry, at=at)
    writer.flush()
