"""Questions about products, offers and prices.

Owns the SQL of the price list. A price is an integer in 10^-12 of a minor unit (M1) and holds
from its day on (M2).
"""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.events import PRICE_SET
from jpcli.domain.prices import PricePoint, price_after
from jpcli.ledger.events.log import told

if TYPE_CHECKING:
    from jpcli.domain.calculator import Offer
    from jpcli.ledger.database.connection import Ledger


class PricedOffer(NamedTuple):
    """An offer with every price it ever had, oldest first. `id` is its row number."""

    id: int
    offer: Offer
    family: str
    points: tuple[PricePoint, ...]


def priced_offers(ledger: Ledger, product: str | None = None) -> list[PricedOffer]:
    """All offers (of one product), ordered by product and bundle size, with their prices."""
    from jpcli.domain.calculator import Offer  # which every command would load otherwise

    where = "" if product is None else " WHERE p.product = :product"
    params = {} if product is None else {"product": product}
    rows = ledger.all(
        "SELECT o.id, p.product, o.name, o.bundle_size, p.family, r.from_day, r.day_price_e12"
        " FROM offers o JOIN products p ON p.id = o.product_id"
        f" LEFT JOIN prices r ON r.offer_id = o.id{where}"
        " ORDER BY p.product, o.bundle_size, r.from_day",
        **params,
    )
    found = []
    for (number, name, title, size, family), group in groupby(rows, lambda row: row[:5]):
        points = tuple(PricePoint(*row[5:]) for row in group if row[5] is not None)
        found.append(PricedOffer(number, Offer(name, title, size), family, points))
    return found


def priced_offers_as_recorded(ledger: Ledger, seq: int) -> list[PricedOffer]:
    """All offers with the prices that the first `seq` events set, and their names of today."""
    found = priced_offers(ledger)
    recorded = list(told(ledger, (PRICE_SET, PRICE_REMOVED), among="SELECT product FROM products"))
    if not recorded or recorded[-1].seq <= seq:
        return found
    points: dict[tuple[str, int], dict[int, int]] = {}
    for event in recorded:
        if event.seq > seq:
            break
        offer = points.setdefault((event.subject, event.data["bundle_size"]), {})
        price_after(offer, event, ledger.calendar)
    return [
        item._replace(
            points=tuple(
                PricePoint(*point)
                for point in sorted(
                    points.get((item.offer.product, item.offer.bundle_size), {}).items()
                )
            )
        )
        for item in found
    ]


def product_names(ledger: Ledger) -> list[str]:
    """Every product's slug, in order."""
    return [row[0] for row in ledger.rows("SELECT product FROM products ORDER BY product")]


def product_titles(ledger: Ledger) -> list[tuple[str, str]]:
    """(slug, name) of every product, by slug."""
    return ledger.all("SELECT product, name FROM products ORDER BY product")


def is_hidden(ledger: Ledger, product: str) -> bool:
    """Whether a product is not offered any more."""
    return bool(
        ledger.value("SELECT hidden FROM products WHERE product = :product", product=product)
    )


def hidden_products(ledger: Ledger) -> set[str]:
    """The products that are not offered any more."""
    return {row[0] for row in ledger.rows("SELECT product FROM products WHERE hidden = 1")}


def bundle_sizes(ledger: Ledger, product: str) -> dict[int, int]:
    """The sizes a product is offered in (1 is alone), each with its offer's row number."""
    rows = ledger.all(
        "SELECT bundle_size, o.id FROM offers o JOIN products p ON p.id = o.product_id"
        " WHERE p.product = :product ORDER BY bundle_size",
        product=product,
    )
    return dict(rows)


def product_facts(ledger: Ledger, product: str) -> tuple[str, str] | None:
    """(name, family) of a product, or None."""
    row: tuple[Any, ...] | None = ledger.one(
        "SELECT name, family FROM products WHERE product = :product", product=product
    )
    return None if row is None else (row[0], row[1])


def first_day_sold(ledger: Ledger, offer_id: int) -> int | None:
    """The first billing day of any license of an offer; None where none was ever issued."""
    sql = "SELECT MIN(first_day) FROM spans WHERE offer_id = :offer_id AND child = 0"
    found: int | None = ledger.value(sql, offer_id=offer_id)
    return found


def active_on(ledger: Ledger, offer_id: int, day: int) -> int:
    """How many licenses of an offer, or bundles, are billed for a day."""
    return int(
        ledger.value(
            "SELECT COUNT(*) FROM spans WHERE offer_id = :offer_id AND child = 0"
            " AND last_day >= :day AND first_day <= :day",
            offer_id=offer_id,
            day=day,
        )
    )
