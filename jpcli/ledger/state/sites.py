"""Sites, clients, what they are called, and whose sites were whose (W2): events to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events, events, owners
from jpcli.domain.calendar import OPEN_DAY
from jpcli.ledger.state import invoices

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


# Two, because a mark of 0 says that an invoice was voided, and a mark is made a day early.
_SINCE_EVER = 2
_NEW_OWNER = (
    "INSERT INTO site_clients (site_id, first_day, last_day, from_at, client_id)"
    " VALUES (?, ?, ?, ?, ?)"
)
# Of several that had a name the last one is meant by it.
_FORMER_NAME = (
    "INSERT INTO former_names (kind, name, id, until_seq) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (kind, name, id) DO UPDATE SET until_seq = excluded.until_seq"
)


def _client_added(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    rows = [(event.seq, event.subject) for event in told]
    ledger.execute_many("INSERT INTO clients (id, name) VALUES (?, ?)", rows)
    lookups.add_clients((event.subject, event.seq) for event in told)


def _added(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """W2: the client a site is first named with holds for all days before, too."""
    made, owned = [], []
    for event in told:
        ((at, client_id),) = owners.after([], event, lookups.client_id)
        made.append((event.seq, event.subject, client_id))
        owned.append((event.seq, 0, OPEN_DAY, at, client_id))
    ledger.execute_many("INSERT INTO sites (id, url, client_id) VALUES (?, ?, ?)", made)
    ledger.execute_many(_NEW_OWNER, owned)
    lookups.add_sites((event.subject, event.seq) for event in told)


def _handed_on(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """W2: the days of each client are written anew from all changes of hands."""
    for event in told:
        site_id = lookups.site_id(event.subject)
        before = ledger.all(
            "SELECT from_at, client_id FROM site_clients WHERE site_id = :id ORDER BY first_day",
            id=site_id,
        )
        changes = owners.after(before, event, lookups.client_id)
        found = owners.stretches(ledger.calendar, changes)
        ledger.execute("DELETE FROM site_clients WHERE site_id = ?", (site_id,))
        ledger.execute_many(_NEW_OWNER, [(site_id, *stretch) for stretch in found])
        ledger.execute("UPDATE sites SET client_id = ? WHERE id = ?", (changes[-1][1], site_id))
        moved = event.kind == events.SITE_MOVED
        invoices.unsettle_from(ledger, found[-1].first_day if moved else _SINCE_EVER)


def _client_renamed(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    for event in told:
        client_id = lookups.client_id(event.data["from"])
        ledger.execute("UPDATE clients SET name = ? WHERE id = ?", (event.subject, client_id))
        ledger.execute(_FORMER_NAME, ("client", event.data["from"], client_id, event.seq))
        lookups.forget()


def _client_edited(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    for event in told:
        for name in agency_events.CLIENT_DETAILS:
            if name in event.data:
                found = (event.data[name], lookups.client_id(event.subject))
                ledger.execute(f"UPDATE clients SET {name} = ? WHERE id = ?", found)


def _client_archived(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    for event in told:
        found = (int(event.data["archived"]), lookups.client_id(event.data["into"]))
        ledger.execute(
            "UPDATE clients SET archived = ?, into_id = ? WHERE id = ?",
            (*found, lookups.client_id(event.subject)),
        )


def _renamed(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    for event in told:
        site_id = lookups.site_id(event.data["from"])
        ledger.execute("UPDATE sites SET url = ? WHERE id = ?", (event.subject, site_id))
        # Jetpack's number is the site's, whatever its address is.
        ledger.execute("DELETE FROM connections WHERE url = ?", (event.subject,))
        ledger.execute(
            "UPDATE connections SET url = ? WHERE url = ?", (event.subject, event.data["from"])
        )
        ledger.execute(_FORMER_NAME, ("site", event.data["from"], site_id, event.seq))
        lookups.forget()


def _archived(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    for event in told:
        into = event.data["into"]
        found = (int(event.data["archived"]), None if into is None else lookups.site_id(into))
        ledger.execute(
            "UPDATE sites SET archived = ?, into_id = ? WHERE id = ?",
            (*found, lookups.site_id(event.subject)),
        )


HANDLERS = {
    agency_events.CLIENT_ARCHIVED: _client_archived,
    agency_events.CLIENT_EDITED: _client_edited,
    agency_events.CLIENT_RENAMED: _client_renamed,
    agency_events.SITE_ARCHIVED: _archived,
    agency_events.SITE_RENAMED: _renamed,
    events.CLIENT_ADDED: _client_added,
    events.SITE_ADDED: _added,
    events.SITE_MOVED: _handed_on,
    events.SITE_OWNERS_SET: _handed_on,
}
