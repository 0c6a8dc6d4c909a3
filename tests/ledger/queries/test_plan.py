"""What a plan is made from, against the facts, and the head of the chain."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.instants import parse_instant
from jpcli.ledger.events.chain import GENESIS
from jpcli.ledger.queries import licenses, plan, products
from tests.ledger.queries.memory import empty, record
from tests.ledger.queries.world import DAYS, Life, World, noon

if TYPE_CHECKING:
    from jpcli.domain.plan_terms import License
    from jpcli.ledger.database.connection import Ledger


def last_change(life: Life) -> int:
    stays = [day for stay in life.stays for day in (stay.begun, stay.ended) if day is not None]
    return parse_instant(noon(max([life.first, *stays])))


def said(ledger: Ledger, found: License) -> tuple[object, ...]:
    """A license in words: row numbers have become keys."""
    placed = plan.placed(ledger, found.number)
    parent = ledger.value("SELECT license_key FROM licenses WHERE id = :id", id=found.parent)
    offer = {item.id: item.offer for item in products.priced_offers(ledger)}[placed.offer]
    assert (offer.product, placed.site, placed.client) == found[1:3] + found[4:]
    assert placed.child == (parent is not None)
    row = (found.product, offer.bundle_size, found.site, parent)
    return placed.license_key, *row, placed.issued_at, placed.last_at


def test_active_licenses_with_their_places(ledger: Ledger, world: World) -> None:
    """A bundle is apart from what can be used; what was revoked is not there (B1)."""
    found = plan.present(ledger, set(world.sites))
    sizes = {life.key: life.size for life in world.lives}
    expected = {}
    for life in world.lives:
        if life.last is None and sizes[life.key] == 1:
            size = life.size if life.bundle is None else sizes[life.bundle]
            issued_at = parse_instant(noon(life.first))
            row = (life.product, size, life.site(DAYS), life.bundle, issued_at, last_change(life))
            expected[life.key] = (life.key, *row)
    listed = list(found.licenses)
    used = {item.number: said(ledger, item) for item in listed}
    assert len(used) == len(listed)
    assert {row[0]: row for row in used.values()} == expected
    assert found.owners == {site: world.client(site) for site in world.sites}
    few = set(list(world.sites)[:2])
    assert plan.present(ledger, few).owners == {site: world.client(site) for site in few}


def test_what_a_first_plan_has(ledger: Ledger, world: World) -> None:
    """The same licenses, counted by site and product."""
    there = list(plan.present(ledger, ()).licenses)
    on_sites = Counter(
        (item.site, item.client, item.product) for item in there if item.site is not None
    )
    found = list(plan.held(ledger))
    assert found == sorted((*key, count) for key, count in on_sites.items())
    assert plan.sites_in_use(ledger) == len({site for site, *_ in found})
    every = Counter(item.product for item in there)
    free = Counter(item.product for item in there if item.site is None)
    assert plan.totals(ledger) == sorted(
        (product, count, free[product]) for product, count in every.items()
    )


def test_the_head_is_the_last_event_s_hash(ledger: Ledger) -> None:
    (last,) = ledger.one("SELECT hash FROM events ORDER BY seq DESC LIMIT 1") or (b"",)
    assert plan.head(ledger) == last.hex()
    assert len(plan.head(ledger)) == 64


def test_an_empty_ledger_has_nothing_and_the_chain_s_beginning() -> None:
    ledger = empty()
    found = plan.present(ledger, {"https://a.example"}, (), ("jetpack-scan",))
    assert (list(found.licenses), found.owners, found.bundles) == ([], {}, {})
    assert (list(plan.held(ledger)), plan.totals(ledger), plan.sites_in_use(ledger)) == ([], [], 0)
    assert plan.head(ledger) == GENESIS.hex()
    record(ledger, [(events.client_added("Ann"), 0)])
    first = plan.head(ledger)
    record(ledger, [(events.client_added("Bob"), 0)])
    assert len({first, plan.head(ledger), GENESIS.hex()}) == 3
    assert licenses.find(ledger, "") is None
