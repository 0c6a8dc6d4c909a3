"""Spans that are not (or not yet) so, laid over those that are.

Owns the two temporary tables behind what-if questions and earlier "as of" instants: licenses
named here are taken out of the sums, the spans given instead are put in. Temporary tables live
beside the ledger, never in it, so this works on a read-only file too.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from jpcli.domain.history import History, spans_of
from jpcli.ledger.snapshots.owners import OWNERS
from jpcli.ledger.snapshots.owners import as_recorded as owners_as_recorded
from jpcli.ledger.state.licenses import history_of, placed, stored_history
from jpcli.ledger.state.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

_COLUMNS = "offer_id, child, last_day, first_day, license_id, site_id, ends"
_numbers = count(1)


class Overlay:
    """What the sums should read instead. Hypothetical licenses have negative row numbers.

    `source` is the sub-query that takes the place of the span table, `owners` the one in the place
    of the sites' clients, `names` what hypothetical licenses are called.
    """

    def __init__(self, ledger: Ledger, owners: str = OWNERS) -> None:
        number = next(_numbers)
        self.owners = owners
        self._licenses = f"overlay_licenses_{number}"
        self._spans = f"overlay_spans_{number}"
        self.source = (
            f"(SELECT {_COLUMNS} FROM spans WHERE license_id NOT IN"
            f" (SELECT license_id FROM temp.{self._licenses})"
            f" UNION ALL SELECT {_COLUMNS} FROM temp.{self._spans})"
        )
        self._ledger = ledger
        self._added: dict[int, tuple[int, int]] = {}
        self.names: dict[int, str] = {}
        ledger.execute(f"CREATE TEMP TABLE {self._licenses} (license_id INTEGER PRIMARY KEY)")
        ledger.execute(
            f"CREATE TEMP TABLE {self._spans} (offer_id INTEGER, child INTEGER, last_day INTEGER,"
            " first_day INTEGER, license_id INTEGER, site_id INTEGER, ends INTEGER)"
        )

    def replace(self, license_id: int, history: History | None) -> None:
        """Let a license have had another life, or (None) not have been issued."""
        if license_id in self._added:
            offer_id, child = self._added[license_id]
        else:
            sql = "SELECT offer_id, child FROM licenses WHERE id = :id"
            row = self._ledger.one(sql, id=license_id)
            assert row is not None
            offer_id, child = row
            self._ledger.execute(
                f"INSERT INTO temp.{self._licenses} (license_id) VALUES (?) ON CONFLICT DO NOTHING",
                (license_id,),
            )
        self._ledger.execute(f"DELETE FROM temp.{self._spans} WHERE license_id = ?", (license_id,))
        if history is not None:
            self._insert(offer_id, child, [license_id], history)

    def replace_all(self, lives: Iterable[tuple[int, int, int, History]]) -> None:
        """Let many licenses have had another life: (row number, offer, child, life) of each. They
        must not have been named here before."""
        calendar = self._ledger.calendar
        rows, numbers = [], []
        for number, offer_id, child, history in lives:
            numbers.append((number,))
            rows += [
                (offer_id, child, span.last_day, span.first_day, number, span.site, int(span.ends))
                for span in spans_of(history, calendar)
            ]
        self._ledger.execute_many(
            f"INSERT INTO temp.{self._licenses} (license_id) VALUES (?)", numbers
        )
        marks = "?, ?, ?, ?, ?, ?, ?"
        self._ledger.execute_many(
            f"INSERT INTO temp.{self._spans} ({_COLUMNS}) VALUES ({marks})", rows
        )

    def add(self, offer_id: int, child: int, names: list[str], history: History) -> list[int]:
        """Put in licenses that do not exist, named so where keys would be; gives their numbers."""
        first = -len(self._added) - 1
        numbers = list(range(first, first - len(names), -1))
        self.names.update(zip(numbers, names, strict=True))
        self._added.update(dict.fromkeys(numbers, (offer_id, child)))
        self._insert(offer_id, child, numbers, history)
        return numbers

    def _insert(self, offer_id: int, child: int, numbers: list[int], history: History) -> None:
        spans = spans_of(history, self._ledger.calendar)
        rows = (
            (offer_id, child, span.last_day, span.first_day, number, span.site, int(span.ends))
            for number in numbers
            for span in spans
        )
        marks = "?, ?, ?, ?, ?, ?, ?"
        self._ledger.execute_many(
            f"INSERT INTO temp.{self._spans} ({_COLUMNS}) VALUES ({marks})", rows
        )


def latest_at(ledger: Ledger) -> int:
    """The latest instant at which anything took effect; 0 in an empty ledger."""
    return int(ledger.value("SELECT latest_at FROM chain WHERE id = 1") or 0)


def changed_after(ledger: Ledger, at: int) -> Iterator[tuple[int, History]]:
    """(row number, life) of the licenses to which something happened after an instant."""
    for (license_id,) in ledger.all("SELECT id FROM licenses WHERE last_at > :at", at=at):
        yield license_id, stored_history(ledger, license_id)


def as_recorded(ledger: Ledger, seq: int, end_at: int) -> Overlay | None:
    """The licenses as the first `seq` events have them, for the days before the instant `end_at`.

    None when nothing recorded later reaches back behind it: then the tables themselves are right.
    """
    subjects = ledger.all(
        "SELECT DISTINCT subject FROM events WHERE seq > :seq AND kind LIKE 'license.%'"
        " AND (at < :end_at OR kind = 'license.imported')",
        seq=seq,
        end_at=end_at + _DAY_AND_MORE,
    )
    owners = owners_as_recorded(ledger, seq)
    if not subjects and owners == OWNERS:
        return None
    overlay = Overlay(ledger, owners)
    lookups = Lookups(ledger)
    for (license_key,) in subjects:
        overlay.replace(
            lookups.license_id(license_key), _recorded_history(ledger, license_key, seq)
        )
    return overlay


# A revocation at midnight sharp reaches back behind it; two days cover every time zone's quirks.
_DAY_AND_MORE = 2 * 86_400_000_000


def _recorded_history(ledger: Ledger, license_key: str, seq: int) -> History | None:
    """A license's life as the first `seq` events tell it; None when it was not known yet."""
    lookups = Lookups(ledger)
    history: History | None = None
    for kind, at, data_text in ledger.all(
        "SELECT kind, at, data FROM events WHERE subject = :key AND seq <= :seq"
        " AND kind LIKE 'license.%' ORDER BY seq",
        key=license_key,
        seq=seq,
    ):
        data = json.loads(data_text)
        if kind == "license.issued":
            history = History(at)
        elif kind == "license.imported":
            history = history_of(lookups, data)
        elif kind == "license.revoked":
            assert history is not None
            history = history._replace(revoked_at=at)
        else:
            assert history is not None
            site_id = None if data["site"] is None else lookups.site_id(data["site"])
            history = placed(history, at, site_id)
    return history
