"""Products, their offers and prices: events to state."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events, events, prices
from jpcli.ledger.state import invoices

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _price_set(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """M2: a price holds from its day on; setting the same day again replaces it."""
    for event in told:
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
        lookups.forget()
        from_day, day_price_e12 = prices.point_of(event, ledger.calendar)
        ledger.execute(
            "INSERT INTO prices (offer_id, from_day, day_price_e12) VALUES (?, ?, ?) "
            "ON CONFLICT (offer_id, from_day) DO UPDATE SET day_price_e12 = excluded.day_price_e12",
            (lookups.offer(product, size), from_day, day_price_e12),
        )
        invoices.unsettle_from(ledger, from_day)


def _price_removed(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """M2: the price before goes on; the offer stays, also where it was its only price."""
    for event in told:
        from_day = prices.day_of(event, ledger.calendar)
        offer_id = lookups.offer(event.subject, event.data["bundle_size"])
        ledger.execute(
            "DELETE FROM prices WHERE offer_id = ? AND from_day = ?", (offer_id, from_day)
        )
        invoices.unsettle_from(ledger, from_day)


def _edited(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """Bundles that are called as the product is are called so still."""
    for event in told:
        product_id = lookups.product_id(event.subject)
        if "name" in event.data:
            ledger.execute(
                "UPDATE offers SET name = ? WHERE product_id = ?"
                " AND name = (SELECT name FROM products WHERE id = ?)",
                (event.data["name"], product_id, product_id),
            )
            named = (event.data["name"], product_id)
            ledger.execute("UPDATE products SET name = ? WHERE id = ?", named)
        if "hidden" in event.data:
            hidden = (int(event.data["hidden"]), product_id)
            ledger.execute("UPDATE products SET hidden = ? WHERE id = ?", hidden)


HANDLERS = {
    agency_events.PRICE_REMOVED: _price_removed,
    agency_events.PRODUCT_EDITED: _edited,
    events.PRICE_SET: _price_set,
}
