"""Licenses as a change left them, whatever happened to them, and to their sites, later.

Owns the step from the rows as they are now to those of an earlier event. Only what has changed
since is told from the events; of the others the tables are right.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING, Any

from jpcli.domain import license_events, owners
from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS
from jpcli.domain.history import ASSIGNED, BUNDLE, REVOKED, UNASSIGNED
from jpcli.ledger.events.log import is_one_of, told
from jpcli.ledger.queries.licenses import FROM, JOINED, SELECT
from jpcli.ledger.state.licenses import present_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.history import History
    from jpcli.ledger.database.connection import Ledger

_CHANGING = is_one_of([kind for kind in ABOUT_LICENSES if kind not in license_events.MAKING])
_CHANGED_SINCE = (
    ", EXISTS (SELECT 1 FROM events x WHERE x.subject = l.license_key AND x.seq > :until"
    f" AND {_CHANGING}) OR EXISTS (SELECT 1 FROM events x WHERE x.subject = s.url"
    f" AND x.seq > :until AND {is_one_of(ABOUT_OWNERS)})"
)


def made_between(ledger: Ledger, after: int, until: int) -> Iterator[tuple[Any, ...]]:
    """The licenses that events of these numbers made, as the last of them left them, in
    `LICENSE_COLUMNS` order."""
    where = " WHERE l.id > :after AND l.id <= :until ORDER BY l.id"
    rows = ledger.rows(f"{SELECT}{_CHANGED_SINCE}{FROM}{where}", after=after, until=until)
    return _then(ledger, rows, until)


def touched_between(ledger: Ledger, after: int, until: int) -> Iterator[tuple[Any, ...]]:
    """The same for those that they moved or ended, a row an event."""
    rows = ledger.rows(
        # In this order: else SQLite would walk all licenses and sort them.
        f"{SELECT}{_CHANGED_SINCE} FROM events e CROSS JOIN licenses l{JOINED}"
        " WHERE l.license_key = e.subject AND e.seq > :after AND e.seq <= :until"
        f" AND e.{_CHANGING} ORDER BY e.seq",
        after=after,
        until=until,
    )
    return _then(ledger, rows, until)


def listed(ledger: Ledger, numbers: Iterable[int], until: int) -> Iterator[tuple[Any, ...]]:
    """The same for those of these row numbers, in this order."""
    sql = f"{SELECT}{_CHANGED_SINCE}{FROM} WHERE l.id = :id"
    rows = (ledger.one(sql, id=number, until=until) for number in numbers)
    return _then(ledger, (row for row in rows if row is not None), until)


def _then(ledger: Ledger, rows: Iterable[tuple[Any, ...]], until: int) -> Iterator[tuple[Any, ...]]:
    client_then = lru_cache(10_000)(lambda url: _client(ledger, url, until))
    for *row, changed_since in rows:
        if not changed_since:
            yield tuple(row)
            continue
        key, product, _, _, _, issued_at, _, _, bundle, size = row
        site, assigned_at, revoked_at, _ = present_of(_life(ledger, key, until))
        free = UNASSIGNED if size is None else BUNDLE
        state = REVOKED if revoked_at is not None else free if site is None else ASSIGNED
        client = None if site is None else client_then(site)
        yield key, product, state, site, client, issued_at, assigned_at, revoked_at, bundle, size


def _life(ledger: Ledger, license_key: str, until: int) -> History:
    """A license's life, with sites by their addresses of that time."""
    life: History | None = None
    for event in told(ledger, ABOUT_LICENSES, subject=license_key, until_seq=until):
        life = license_events.after(life, event, str)
    assert life is not None
    return life


def _client(ledger: Ledger, url: str, until: int) -> str | None:
    """Whose a site was, by the name of that time."""
    client: str | None = None
    for event in told(ledger, ABOUT_OWNERS, subject=url, until_seq=until):
        client = owners.last_named(event)
    return client
