"""Questions about sites, clients and what is on them, against the facts."""

from __future__ import annotations

from itertools import product
from typing import TYPE_CHECKING, Any

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import plan, sites
from tests.ledger.queries.world import CLIENTS, DAYS, SITES, World, noon

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def said(world: World, site: str) -> tuple[Any, ...]:
    """A site's row."""
    here = [life for life in world.lives if life.now_on == site and life.last is None]
    products = ",".join(sorted({life.product for life in here})) or None
    return (site, world.client(site), len(here), products)


def test_sites_of_a_client_with_a_text_in_their_address(ledger: Ledger, world: World) -> None:
    searches = (None, "", "a_b", "A_B", "%", "%25", "_", "axb", "nowhere")
    for client, search in product((None, "", *CLIENTS, "Cyd"), searches):
        expected = [
            said(world, site)
            for site in world.sites
            if (client is None or (world.client(site) or "") == client)
            and (search or "").lower() in site.lower()
        ]
        assert list(sites.site_rows(ledger, client, search=search)) == expected, (client, search)
        assert list(sites.site_rows(ledger, client, 1, search)) == expected[:1]
        assert sites.count_sites(ledger, client, search) == len(expected)


def test_one_site_is_found_by_its_whole_address(ledger: Ledger, world: World) -> None:
    for site in SITES:
        found = sites.find_site(ledger, site)
        if site not in world.sites:
            assert found is None
            continue
        assert found is not None
        assert (found.url, found.client) == (site, world.client(site))
        moves = [move for move in world.moves if move.site == site]
        if moves:
            assert found.client_since_at == parse_instant(noon(moves[-1].day))
        assert sites.find_site(ledger, site.upper()) is None


def test_every_day_of_a_site_has_one_owner(ledger: Ledger, world: World) -> None:
    zero = ledger.calendar.day_of(parse_instant(noon(0)))
    for site in world.sites:
        facts = sites.find_site(ledger, site)
        assert facts is not None
        rows = sites.owners_of(ledger, facts.id)
        assert (rows[0][1], rows[-1][2]) == (0, OPEN_DAY)
        assert [row[1] for row in rows[1:]] == [row[2] + 1 for row in rows[:-1]]
        owned = [
            next(row[0] for row in rows if row[1] <= zero + day <= row[2]) for day in range(DAYS)
        ]
        assert owned == [world.client(site, day) for day in range(DAYS)]


def test_clients_have_their_sites_and_what_is_on_them(ledger: Ledger, world: World) -> None:
    named = sorted({move.client for move in world.moves if move.client is not None})
    expected = []
    for client in named:
        own = [said(world, site) for site in world.sites if world.client(site) == client]
        expected.append((client, len(own), sum(row[2] for row in own)))
    assert list(sites.client_rows(ledger)) == expected
    assert list(sites.client_rows(ledger, 1)) == expected[:1]
    assert sites.count_clients(ledger) == len(expected)
    for client in (*CLIENTS, "Cyd", ""):
        assert sites.client_exists(ledger, client) == (client in named)


def test_a_plan_is_made_from_every_active_license(ledger: Ledger, world: World) -> None:
    present = plan.present(ledger, set(world.sites))
    active = [life for life in world.lives if life.last is None]
    told = {item.number: plan.placed(ledger, item.number) for item in present.licenses}
    assert {told[item.number].license_key: item[1:3] for item in present.licenses} == {
        life.key: (life.product, life.now_on) for life in active if life.usable
    }
    parents = {
        told[item.number].license_key: plan.placed(ledger, item.parent).license_key
        for item in present.licenses
        if item.parent
    }
    # A child may outlive its bundle's row here only if its bundle is revoked: none does.
    assert parents == {life.key: life.bundle for life in active if life.bundle is not None}
    assert present.owners == {site: world.client(site) for site in world.sites}
