"""The price list, now and at every event, against prices that are kept by hand (M2)."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.domain import events
from jpcli.domain.calculator import Offer
from jpcli.domain.prices import PricePoint
from jpcli.ledger.queries import products
from tests.ledger.queries.memory import empty, record

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

# One is a beginning of another; sizes are not in the order of their digits.
SLUGS = ("jetpack-ai", "jetpack-ai-plus", "jetpack_ai")
SIZES = (1, 3, 20, 100)
DATES = [date(2024, 6, 28) + timedelta(days=days) for days in range(6)]


class Set(NamedTuple):
    """One price that was set."""

    seq: int
    product: str
    size: int
    name: str
    family: str
    since: date
    price_e12: int


def made(random: Random) -> tuple[Ledger, list[Set]]:
    """Prices of a few days, in any order, some of them set again; other events between them."""
    ledger = empty()
    told: list[Set] = []
    for seq in range(1, 60):
        if random.random() < 0.2:
            # The number of another event is a number, too; and its subject may be a product's.
            record(ledger, [(events.client_added(f"{SLUGS[0]} {seq}"), seq)])
            continue
        one = Set(
            seq,
            random.choice(SLUGS),
            random.choice(SIZES),
            f"name {seq}",
            f"family {seq}",
            random.choice(DATES),
            random.choice([0, 10**12, seq]),
        )
        told.append(one)
        entry = events.price_set(
            one.product,
            one.size,
            name=one.name,
            family=one.family,
            since=one.since.isoformat(),
            day_price_e12=one.price_e12,
        )
        record(ledger, [(entry, random.randrange(10**15))])
    return ledger, told


def expected(ledger: Ledger, told: list[Set], seq: int) -> list[tuple[Any, ...]]:
    """(product, size, name, family, prices by day): prices by the first `seq` events, names by
    all. A product's family is told by its price alone, or by its first where it has none."""
    rows = []
    for product, size in sorted({(one.product, one.size) for one in told}):
        of_product = [one for one in told if one.product == product]
        of_offer = [one for one in of_product if one.size == size]
        prices = {one.since: one.price_e12 for one in of_offer if one.seq <= seq}
        points = [
            PricePoint(ledger.calendar.day_of_date(day), price)
            for day, price in sorted(prices.items())
        ]
        family = facts(told, product)[1]
        rows.append((Offer(product, of_offer[-1].name, size), family, tuple(points)))
    return rows


def facts(told: list[Set], product: str) -> tuple[str, str]:
    of_product = [one for one in told if one.product == product]
    says = [one for one in of_product[1:] if one.size == 1] or of_product[:1]
    return says[-1].name, says[-1].family


@pytest.mark.parametrize("seed", range(4))
def test_m2_prices_at_every_event_and_names_of_today(seed: int) -> None:
    ledger, told = made(Random(seed))
    now = products.priced_offers(ledger)
    assert [item[1:] for item in now] == expected(ledger, told, 60)
    for seq in range(62):
        found = products.priced_offers_as_recorded(ledger, seq)
        assert [item[1:] for item in found] == expected(ledger, told, seq), seq
        assert [item.id for item in found] == [item.id for item in now]


@pytest.mark.parametrize("seed", range(4))
def test_one_product_of_several_that_are_called_nearly_the_same(seed: int) -> None:
    ledger, told = made(Random(seed))
    everything = products.priced_offers(ledger)
    assert products.product_names(ledger) == sorted({one.product for one in told})
    for product in (*SLUGS, "", "jetpack-a", "JETPACK-AI"):
        mine = [item for item in everything if item.offer.product == product]
        assert products.priced_offers(ledger, product) == mine
        sizes = products.bundle_sizes(ledger, product)
        assert list(sizes.items()) == [(item.offer.bundle_size, item.id) for item in mine]
        known = any(one.product == product for one in told)
        assert products.product_facts(ledger, product) == (facts(told, product) if known else None)


def test_an_empty_ledger_has_no_prices() -> None:
    ledger = empty()
    assert products.priced_offers(ledger) == products.priced_offers_as_recorded(ledger, 0) == []
    assert products.product_names(ledger) == []
    assert products.bundle_sizes(ledger, SLUGS[0]) == {}
    assert products.product_facts(ledger, SLUGS[0]) is None
