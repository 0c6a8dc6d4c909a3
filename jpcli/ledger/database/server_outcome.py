"""Whether a change was kept whose COMMIT was not answered.

Owns that question, which the chain settles: its last event is there, or nothing of it is.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import psycopg

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.connection import HEAD
from jpcli.ledger.database.server_faults import unknown_outcome

if TYPE_CHECKING:
    from jpcli.ledger.database.server_link import Link, Statement

WRITE: Statement = ("BEGIN ISOLATION LEVEL READ COMMITTED", ())
LOCK: Statement = (f"{HEAD} FOR UPDATE", ())


def patient(seconds: float, **more: Any) -> Statement:
    """Who stands in line for the head gives up when the time to wait is over; that, and `more`
    settings, for one transaction."""
    settings = {"lock_timeout": max(1000, int(seconds * 1000)), **more}
    listed = (f"set_config('{name}', '{value}', true)" for name, value in settings.items())
    return f"SELECT {', '.join(listed)}", ()


def was_kept(link: Link, seq: int, hash_: bytes) -> bool:
    """Whether the event that was to be the last one is there, asked while holding the head: who
    still has that is still about to keep it. Raises Failed `outcome_unknown`."""
    patience = link.patience()
    hash_of: Statement = ("SELECT hash FROM events WHERE seq = %s", (seq,))
    while True:
        try:
            row = link.send([WRITE, patient(patience.left), LOCK, hash_of]).fetchone()
            link.rollback()
            return row is not None and row[0] == hash_
        except psycopg.errors.UndefinedTable:  # it was to be made in that transaction
            return False
        except (psycopg.Error, JpcliError):
            link.rollback()
            patience.wait_or_raise(unknown_outcome(link.path))
