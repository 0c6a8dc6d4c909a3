"""From an event to the state: the one place where state tables are written.

Owns every INSERT, UPDATE and DELETE on the state, in daily work and in replay alike, so that
replaying the events must give the same rows. Handlers get runs of events of one kind, because
a bulk change is a hundred thousand of them. They trust the event: rules are checked before an
event is recorded, never here.
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.instants import parse_date, parse_instant
from jpcli.domain.owners import stretches
from jpcli.ledger.state import invoices, license_events, outbox
from jpcli.ledger.state.attempts import attempted
from jpcli.ledger.state.licenses import Lives

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.events.chain import Event
    from jpcli.ledger.state.lookups import Lookups

    Handler = Callable[[Ledger, Lookups, list[Event]], None]
    LicenseHandler = Callable[[Lives, Event], None]


def apply_events(ledger: Ledger, lookups: Lookups, events: Iterable[Event]) -> None:
    """Change the state as `events` say, inside the caller's transaction.

    Events of kinds with a stage are sorted by it (stably) between two without one: a site is made
    before anything is put on it whenever it was first named, so runs get long and the outcome is
    the same.
    """
    for staged, stretch in groupby(events, key=lambda event: event.kind in _STAGES):
        ordered = list(stretch)
        if staged:
            ordered.sort(key=lambda event: _STAGES[event.kind])
        changes = [event for event in ordered if event.kind in _LICENSE_HANDLERS]
        others = [event for event in ordered if event.kind not in _LICENSE_HANDLERS]
        for handler, run in groupby(others, key=lambda event: _HANDLERS[event.kind]):
            handler(ledger, lookups, list(run))
        if changes:
            lives = Lives(ledger, lookups)
            for event in changes:
                _LICENSE_HANDLERS[event.kind](lives, event)
            lives.store()
            invoices.unsettle(ledger, changes)


def _created(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    for event in events:
        rows = sorted(event.data.items())
        ledger.execute_many("INSERT INTO meta (key, value) VALUES (?, ?)", rows)


def _price_set(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """M2: a price holds from its day on; setting the same day again replaces it."""
    for event in events:
        data = event.data
        product, size = event.subject, data["bundle_size"]
        product_id = lookups.product_id(product)
        if product_id is None:
            product_id = event.seq
            ledger.execute(
                "INSERT INTO products (id, product, name, family) VALUES (?, ?, ?, ?)",
                (product_id, product, data["name"], data["family"]),
            )
        elif size == 1:
            ledger.execute(
                "UPDATE products SET name = ?, family = ? WHERE id = ?",
                (data["name"], data["family"], product_id),
            )
        ledger.execute(
            "INSERT INTO offers (id, product_id, bundle_size, name) VALUES (?, ?, ?, ?) "
            "ON CONFLICT (product_id, bundle_size) DO UPDATE SET name = excluded.name",
            (event.seq, product_id, size, data["name"]),
        )
        lookups.forget_offers()
        from_day = ledger.calendar.first_day_from(parse_date(data["from"]))
        ledger.execute(
            "INSERT INTO prices (offer_id, from_day, day_price_e12) VALUES (?, ?, ?) "
            "ON CONFLICT (offer_id, from_day) DO UPDATE SET day_price_e12 = excluded.day_price_e12",
            (lookups.offer(product, size), from_day, data["day_price_e12"]),
        )
        invoices.unsettle_from(ledger, from_day)


def _client_added(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    rows = [(event.seq, event.subject) for event in events]
    ledger.execute_many("INSERT INTO clients (id, name) VALUES (?, ?)", rows)


def _site_added(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """W2: the client a site is first named with holds for all days before, too."""
    sites, owners = [], []
    for event in events:
        client_id = lookups.client_id(event.data["client"])
        sites.append((event.seq, event.subject, client_id))
        owners.append((event.seq, 0, _OPEN, event.at, client_id))
    ledger.execute_many("INSERT INTO sites (id, url, client_id) VALUES (?, ?, ?)", sites)
    ledger.execute_many(_NEW_OWNER, owners)
    lookups.add_sites((event.subject, event.seq) for event in events)


def _site_moved(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """W2: the client at the end of a day has the whole day, so the day of the move is new."""
    for event in events:
        site_id = lookups.site_id(event.subject)
        client_id = lookups.client_id(event.data["client"])
        day = ledger.calendar.first_day_ending_after(event.at)
        ledger.execute("UPDATE sites SET client_id = ? WHERE id = ?", (client_id, site_id))
        ledger.execute(
            "DELETE FROM site_clients WHERE site_id = ? AND first_day >= ?", (site_id, day)
        )
        ledger.execute(
            "UPDATE site_clients SET last_day = ? WHERE site_id = ? AND last_day = ?",
            (day - 1, site_id, _OPEN),
        )
        ledger.execute_many(_NEW_OWNER, [(site_id, day, _OPEN, event.at, client_id)])
        invoices.unsettle_from(ledger, day)


def _site_owners_set(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """W2: all clients a site ever had, as a history file tells them; the first since ever."""
    for event in events:
        site_id = lookups.site_id(event.subject)
        changes = [
            (parse_instant(owner["from"]), lookups.client_id(owner["client"]))
            for owner in event.data["owners"]
        ]
        rows = [(site_id, *item) for item in stretches(ledger.calendar, changes)]
        ledger.execute("DELETE FROM site_clients WHERE site_id = ?", (site_id,))
        ledger.execute_many(_NEW_OWNER, rows)
        ledger.execute("UPDATE sites SET client_id = ? WHERE id = ?", (changes[-1][1], site_id))
        invoices.unsettle_from(ledger, _SINCE_EVER)


def _card_added(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    for event in events:
        data = event.data
        if data["primary"]:
            ledger.execute("UPDATE cards SET is_primary = 0 WHERE is_primary = 1")
        ledger.execute(
            "INSERT INTO cards (id, position, brand, last4, exp_month, exp_year, is_primary,"
            " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            (
                event.subject,
                event.seq,
                data["brand"],
                data["last4"],
                data["exp_month"],
                data["exp_year"],
                int(data["primary"]),
                event.at,
            ),
        )


def _card_made_primary(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    for event in events:
        ledger.execute("UPDATE cards SET is_primary = 0 WHERE is_primary = 1")
        ledger.execute("UPDATE cards SET is_primary = 1 WHERE id = ?", (event.subject,))


def _card_removed(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    for event in events:
        ledger.execute("DELETE FROM cards WHERE id = ?", (event.subject,))
        if event.data["promoted"] is not None:
            promoted = (event.data["promoted"],)
            ledger.execute("UPDATE cards SET is_primary = 1 WHERE id = ?", promoted)


def _cards_synced(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """The cards as the gateway has them; what is not in the list is gone."""
    for event in events:
        ledger.execute("DELETE FROM cards")
        ledger.execute_many(
            "INSERT INTO cards (position, id, brand, last4, exp_month, exp_year, is_primary,"
            " added_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            [(position, *card) for position, card in enumerate(event.data["cards"])],
        )


def _facts_set(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    """Facts that a ledger learns, or that are changed, later than its birth."""
    for event in events:
        ledger.execute_many(
            "INSERT INTO meta (key, value) VALUES (?, ?)"
            " ON CONFLICT (key) DO UPDATE SET value = excluded.value",
            sorted(event.data.items()),
        )


def _answered(ledger: Ledger, _: Lookups, events: list[Event]) -> None:
    rows = [(e.subject, e.data["request_hash"], e.data["answer"]) for e in events]
    ledger.execute_many(
        "INSERT INTO answers (idempotency_key, request_hash, answer) VALUES (?, ?, ?)", rows
    )


_OPEN = OPEN_DAY
# Two, because a mark of 0 says that an invoice was voided, and a mark is made a day early.
_SINCE_EVER = 2
_NEW_OWNER = (
    "INSERT INTO site_clients (site_id, first_day, last_day, from_at, client_id)"
    " VALUES (?, ?, ?, ?, ?)"
)

# What depends on what: later stages may name what earlier ones make, never the other way round.
# Two events on one license or one site that must keep their order share a stage.
_STAGES = {
    "client.added": 0,
    "site.added": 1,
    "site.moved": 2,
    "site.owners_set": 2,
    "license.issued": 3,
    "license.imported": 3,
    "license.assigned": 4,
    "license.transferred": 4,
    "license.unassigned": 4,
    "license.revoked": 5,
}

_LICENSE_HANDLERS: dict[str, LicenseHandler] = {
    "license.issued": license_events.issued,
    "license.imported": license_events.imported,
    "license.assigned": license_events.assigned,
    "license.transferred": license_events.assigned,
    "license.unassigned": license_events.assigned,
    "license.revoked": license_events.revoked,
}

_HANDLERS: dict[str, Handler] = {
    "ledger.created": _created,
    "price.set": _price_set,
    "client.added": _client_added,
    "site.added": _site_added,
    "site.moved": _site_moved,
    "site.owners_set": _site_owners_set,
    "card.added": _card_added,
    "card.made_primary": _card_made_primary,
    "card.removed": _card_removed,
    "request.answered": _answered,
    "invoice.closed": invoices.closed,
    "invoice.paid": invoices.paid,
    "invoice.voided": invoices.voided,
    "invoice.synced": invoices.synced,
    "payment.attempted": attempted,
    "outbox.wished": outbox.wished,
    "outbox.stumbled": outbox.stumbled,
    "outbox.done": outbox.done,
    "outbox.failed": outbox.failed,
    "ledger.set": _facts_set,
    "payments.set": _facts_set,
    "cards.synced": _cards_synced,
}
