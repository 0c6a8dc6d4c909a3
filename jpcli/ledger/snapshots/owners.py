"""Whose sites were whose (W2) at another moment, told from the events again.

Owns the step from changes of hands to days where the table can't say it, because it keeps only the
last client of a day. An earlier state is laid over the table as `overlay` lays spans.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jpcli.domain import owners
from jpcli.domain.events import ABOUT_OWNERS, LATEST_SEQ, SITE_ADDED
from jpcli.ledger.events.log import told
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.ledger.snapshots.snapshot import NOW

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.domain.owners import Change
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.snapshots.names import Spell

_COLUMNS = "site_id, first_day, last_day, client_id"
# Those after which a site has other days than it had.
_HANDING_ON = tuple(kind for kind in ABOUT_OWNERS if kind != SITE_ADDED)


def as_of(ledger: Ledger, at: int) -> str:
    """What to read in the place of the table for how things stood at an instant."""
    changed = ledger.all(
        "SELECT id, url FROM sites WHERE id IN"
        " (SELECT site_id FROM site_clients WHERE first_day > 0 AND from_at > :at)",
        at=at,
    )
    names = NamesThen(ledger)
    found = []
    for site_id, url in changed:
        first, *later = _changes(ledger, names, names.site_spells(url))
        # The first one since ever, so it is known whenever the site is.
        found.append((site_id, [first, *(change for change in later if change[0] <= at)]))
    return _laid_over(ledger, found)


def as_recorded(ledger: Ledger, seq: int) -> str:
    """What to read in the place of the table for what the first `seq` events say."""
    names = NamesThen(ledger)
    changed = {
        names.site_id(event.subject, event.seq): names.site_spells(event.subject, event.seq)
        for event in told(ledger, _HANDING_ON, after_seq=seq)
    }
    return _laid_over(
        ledger, [(one, _changes(ledger, names, spells, seq)) for one, spells in changed.items()]
    )


def owners_before(ledger: Ledger, event: Event) -> list[tuple[int, str | None]]:
    """Since when a site was whose before an event about it, by the names of today."""
    names = NamesThen(ledger)
    spells = names.site_spells(event.subject, event.seq)
    changes = _changes(ledger, names, spells, event.seq - 1)
    return [(at, names.client_called(client_id, LATEST_SEQ)) for at, client_id in changes]


def _laid_over(ledger: Ledger, owned: list[tuple[int, list[Change]]]) -> str:
    """The table with other changes of hands for the sites given by row number."""
    if not owned:
        return NOW.owners
    sites, laid = ledger.scratch("site_id", key=True), ledger.scratch(_COLUMNS)
    for site_id, changes in owned:
        sites.insert([(site_id,)])
        laid.insert(
            (site_id, item.first_day, item.last_day, item.client_id)
            for item in owners.stretches(ledger.calendar, changes)
        )
    return (
        f"(SELECT {_COLUMNS} FROM site_clients WHERE site_id NOT IN"
        f" (SELECT site_id FROM {sites.name})"
        f" UNION ALL SELECT {_COLUMNS} FROM {laid.name})"
    )


def _changes(
    ledger: Ledger, names: NamesThen, spells: list[Spell], until_seq: int = LATEST_SEQ
) -> list[Change]:
    """Every change of hands of the site of these names, as the events up to one have it."""
    changes: list[Change] = []
    for name, first, last in spells:
        found = told(
            ledger,
            ABOUT_OWNERS,
            subject=name,
            after_seq=first - 1,
            until_seq=min(last, until_seq),
        )
        for event in found:
            changes = owners.after(changes, event, partial(names.client_id, seq=event.seq))
    return changes
