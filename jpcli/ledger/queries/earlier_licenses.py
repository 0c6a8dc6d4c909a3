"""Licenses as a change left them, whatever happened to them, and to their sites, later.

Owns the step from the rows as they are now to those of an earlier event. Only what has changed
since is told from the events; of the others the tables are right.
"""

from __future__ import annotations

from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

from jpcli.domain import license_events, owners
from jpcli.domain.agency_events import CLIENT_RENAMED, SITE_RENAMED
from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS
from jpcli.domain.history import ASSIGNED, BUNDLE, REVOKED, UNASSIGNED
from jpcli.ledger.events.log import is_one_of, told
from jpcli.ledger.queries.licenses import FROM, JOINED, SELECT
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.ledger.state.licenses import present_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.history import History
    from jpcli.ledger.database.connection import Ledger

_CHANGING = is_one_of([kind for kind in ABOUT_LICENSES if kind not in license_events.MAKING])
_CHANGED_SINCE = (
    ", EXISTS (SELECT 1 FROM events x WHERE x.subject = l.license_key AND x.seq > :until"
    f" AND {_CHANGING}) OR EXISTS (SELECT 1 FROM events x WHERE x.subject = s.url"
    f" AND x.seq > :until AND {is_one_of((*ABOUT_OWNERS, SITE_RENAMED))})"
    " OR EXISTS (SELECT 1 FROM events x WHERE x.subject = c.name"
    f" AND x.seq > :until AND {is_one_of((CLIENT_RENAMED,))})"
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
    names = NamesThen(ledger)
    place_then = lru_cache(10_000)(lambda site_id: _place(names, ledger, site_id, until))
    for *row, changed_since in rows:
        if not changed_since:
            yield tuple(row)
            continue
        key, product, _, _, _, issued_at, _, _, bundle, size = row
        site_id, assigned_at, revoked_at, _ = present_of(_life(names, ledger, key, until))
        free = UNASSIGNED if size is None else BUNDLE
        state = REVOKED if revoked_at is not None else free if site_id is None else ASSIGNED
        site, client = (None, None) if site_id is None else place_then(site_id)
        yield key, product, state, site, client, issued_at, assigned_at, revoked_at, bundle, size


def _life(names: NamesThen, ledger: Ledger, license_key: str, until: int) -> History:
    """A license's life as it was known then."""
    life: History | None = None
    for event in told(ledger, ABOUT_LICENSES, subject=license_key, until_seq=until):
        life = license_events.after(life, event, partial(names.site_id, seq=event.seq))
    assert life is not None
    return life


def _place(names: NamesThen, ledger: Ledger, site_id: int, until: int) -> tuple[str, str | None]:
    """A site and whose it was, by their names of that time."""
    url = names.site_called(site_id, until)
    client_id: int | None = None
    for name, first, last in names.site_spells(url, until):
        found = told(ledger, ABOUT_OWNERS, subject=name, after_seq=first - 1, until_seq=last)
        for event in found:
            client_id = names.client_id(owners.last_named(event), event.seq)
    return url, names.client_called(client_id, until)
