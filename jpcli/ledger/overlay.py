"""Spans that are not (or not yet) so, laid over those that are.

Owns the two temporary tables behind what-if questions and earlier "as of" instants: licenses
named here are taken out of the sums, the spans given instead are put in. Temporary tables live
beside the ledger, never in it, so this works on a read-only file too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.history import History, spans_of
from jpcli.ledger.applying_licenses import stored_history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.connection import Ledger

_COLUMNS = "offer_id, child, last_day, first_day, license_id, site_id, ends"
SOURCE = (
    f"(SELECT {_COLUMNS} FROM spans WHERE license_id NOT IN"
    f" (SELECT license_id FROM temp.overlay_licenses)"
    f" UNION ALL SELECT {_COLUMNS} FROM temp.overlay_spans)"
)


class Overlay:
    """What the sums should read instead. Hypothetical licenses have negative row numbers."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._next_id = -1
        self.names: dict[int, str] = {}
        ledger.execute("CREATE TEMP TABLE overlay_licenses (license_id INTEGER PRIMARY KEY)")
        ledger.execute(
            "CREATE TEMP TABLE overlay_spans (offer_id INTEGER, child INTEGER, last_day INTEGER,"
            " first_day INTEGER, license_id INTEGER, site_id INTEGER, ends INTEGER)"
        )

    def replace(self, license_id: int, history: History | None) -> None:
        """Let a license have had another life, or (None) not have been issued."""
        row = self._ledger.one("SELECT offer_id, child FROM licenses WHERE id = :i", i=license_id)
        assert row is not None
        self._ledger.execute(
            "INSERT INTO temp.overlay_licenses (license_id) VALUES (?) ON CONFLICT DO NOTHING",
            (license_id,),
        )
        self._ledger.execute("DELETE FROM temp.overlay_spans WHERE license_id = ?", (license_id,))
        if history is not None:
            self._insert(row[0], row[1], license_id, history)

    def add(self, offer_id: int, child: int, name: str, history: History) -> None:
        """Put in a license that does not exist; `name` stands where its key would."""
        self.names[self._next_id] = name
        self._insert(offer_id, child, self._next_id, history)
        self._next_id -= 1

    def _insert(self, offer_id: int, child: int, license_id: int, history: History) -> None:
        rows = [
            (offer_id, child, span.last_day, span.first_day, license_id, span.site, int(span.ends))
            for span in spans_of(history, self._ledger.calendar)
        ]
        marks = "?, ?, ?, ?, ?, ?, ?"
        self._ledger.execute_many(
            f"INSERT INTO temp.overlay_spans ({_COLUMNS}) VALUES ({marks})", rows
        )


def latest_at(ledger: Ledger) -> int:
    """The latest instant at which anything took effect; 0 in an empty ledger."""
    return int(ledger.value("SELECT latest_at FROM chain WHERE id = 1") or 0)


def changed_after(ledger: Ledger, at: int) -> Iterator[tuple[int, History]]:
    """(row number, life) of the licenses to which something happened after an instant."""
    for (license_id,) in ledger.all("SELECT id FROM licenses WHERE last_at > :at", at=at):
        yield license_id, stored_history(ledger, license_id)
