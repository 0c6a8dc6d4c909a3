"""What a plan is made from, against the facts, and the head of the chain."""

from __future__ import annotations

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
    (key,) = ledger.one("SELECT license_key FROM licenses WHERE id = :id", id=found.number) or ("",)
    assert key == found.license_key
    parent = ledger.value("SELECT license_key FROM licenses WHERE id = :id", id=found.parent)
    offers = {item.id: item.offer for item in products.priced_offers(ledger)}
    size = offers[found.offer].bundle_size
    assert offers[found.offer].product == found.product
    return key, found.product, size, found.site, parent, found.issued_at, found.last_at


def test_active_licenses_with_their_places(ledger: Ledger, world: World) -> None:
    """A bundle is apart from what can be used; what was revoked is not there (B1)."""
    found = plan.present(ledger)
    sizes = {life.key: life.size for life in world.lives}
    expected = {}
    for life in world.lives:
        if life.last is None:
            size = life.size if life.bundle is None else sizes[life.bundle]
            issued_at = parse_instant(noon(life.first))
            row = (life.product, size, life.site(DAYS), life.bundle, issued_at, last_change(life))
            expected[life.key] = (life.key, *row)
    listed = list(found.licenses)
    used = {item.license_key: said(ledger, item) for item in listed}
    whole = {item.license_key: said(ledger, item) for item in found.bundles.values()}
    assert len(used) == len(listed)
    assert used == {key: row for key, row in expected.items() if sizes[key] == 1}
    assert whole == {key: row for key, row in expected.items() if sizes[key] > 1}
    assert all(number == item.number for number, item in found.bundles.items())
    assert found.owners == {site: world.client(site) for site in world.sites}


def test_the_head_is_the_last_event_s_hash(ledger: Ledger) -> None:
    (last,) = ledger.one("SELECT hash FROM events ORDER BY seq DESC LIMIT 1") or (b"",)
    assert plan.head(ledger) == last.hex()
    assert len(plan.head(ledger)) == 64


def test_an_empty_ledger_has_nothing_and_the_chain_s_beginning() -> None:
    ledger = empty()
    active, urls, owners = plan.present(ledger)
    assert (list(active), urls, owners) == ([], {}, {})
    assert plan.head(ledger) == GENESIS.hex()
    record(ledger, [(events.client_added("Ann"), 0)])
    first = plan.head(ledger)
    record(ledger, [(events.client_added("Bob"), 0)])
    assert len({first, plan.head(ledger), GENESIS.hex()}) == 3
    assert licenses.find(ledger, "") is None
