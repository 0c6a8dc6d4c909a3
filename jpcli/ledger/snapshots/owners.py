"""Whose sites were whose (W2): the days of each client, as they are now or stood earlier.

Owns the step from changes of hands to days. An earlier state is told from the events again, because
the table keeps only the last client of a day; it is laid over the table as `overlay` lays spans.
"""

from __future__ import annotations

import json
from itertools import count
from typing import TYPE_CHECKING

from jpcli.domain.instants import parse_instant
from jpcli.domain.owners import stretches
from jpcli.ledger.state.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.ledger.database.connection import Ledger

OWNERS = "site_clients"
_COLUMNS = "site_id, first_day, last_day, client_id"
_numbers = count(1)


def as_of(ledger: Ledger, at: int) -> str:
    """What to read in the place of the table for how things stood at an instant."""
    urls = ledger.all(
        "SELECT url FROM sites WHERE id IN"
        " (SELECT site_id FROM site_clients WHERE first_day > 0 AND from_at > :at)",
        at=at,
    )
    return _laid_over(ledger, [url for (url,) in urls], lambda _, changed_at: changed_at <= at)


def as_recorded(ledger: Ledger, seq: int) -> str:
    """What to read in the place of the table for what the first `seq` events say."""
    urls = ledger.all(
        "SELECT DISTINCT subject FROM events WHERE seq > :seq"
        " AND kind IN ('site.moved', 'site.owners_set')",
        seq=seq,
    )
    return _laid_over(ledger, [url for (url,) in urls], lambda event_seq, _: event_seq <= seq)


def _laid_over(ledger: Ledger, urls: list[str], known: Callable[[int, int], bool]) -> str:
    if not urls:
        return OWNERS
    number = next(_numbers)
    ledger.execute(f"CREATE TEMP TABLE owned_{number} (site_id INTEGER PRIMARY KEY)")
    ledger.execute(
        f"CREATE TEMP TABLE owners_{number} (site_id INTEGER, first_day INTEGER,"
        " last_day INTEGER, client_id INTEGER)"
    )
    lookups = Lookups(ledger)
    for url in urls:
        site_id = lookups.site_id(url)
        rows = [
            (site_id, item.first_day, item.last_day, item.client_id)
            for item in stretches(ledger.calendar, _changes(ledger, lookups, url, known))
        ]
        ledger.execute(f"INSERT INTO temp.owned_{number} (site_id) VALUES (?)", (site_id,))
        ledger.execute_many(
            f"INSERT INTO temp.owners_{number} ({_COLUMNS}) VALUES (?, ?, ?, ?)", rows
        )
    return (
        f"(SELECT {_COLUMNS} FROM site_clients WHERE site_id NOT IN"
        f" (SELECT site_id FROM temp.owned_{number})"
        f" UNION ALL SELECT {_COLUMNS} FROM temp.owners_{number})"
    )


def _changes(
    ledger: Ledger, lookups: Lookups, url: str, known: Callable[[int, int], bool]
) -> list[tuple[int, int | None]]:
    """`(from_at, client)` of a site, of those that are `known` by their event and instant."""
    changes: list[tuple[int, int | None]] = []
    for seq, kind, at, data_text in ledger.all(
        "SELECT seq, kind, at, data FROM events WHERE subject = :url"
        " AND kind IN ('site.added', 'site.moved', 'site.owners_set') ORDER BY seq",
        url=url,
    ):
        data = json.loads(data_text)
        if kind == "site.owners_set" and known(seq, 0):
            told = [
                (parse_instant(owner["from"]), lookups.client_id(owner["client"]))
                for owner in data["owners"]
            ]
            # The first one since ever, so it is known whenever the site is.
            changes = [*told[:1], *(change for change in told[1:] if known(seq, change[0]))]
        elif kind == "site.added" or (kind == "site.moved" and known(seq, at)):
            changes.append((at, lookups.client_id(data["client"])))
    return changes
