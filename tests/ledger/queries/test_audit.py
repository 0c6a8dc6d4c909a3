"""What an audit counts, against the facts."""

from __future__ import annotations

import re
from collections import Counter
from typing import TYPE_CHECKING

import pytest

from jpcli.domain.history import ASSIGNED, REVOKED, UNASSIGNED
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import audit
from jpcli.ledger.queries.audit import Which
from tests.ledger.queries.world import AI, CLIENTS, FAMILIES, SECURITY, Life, World, noon

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

PATTERNS = ["*", "a.example", "A.EXAMPLE", "a_b*", "a?b.example", "*100%*", "https://*", "c.*", ""]
WHICH = [
    Which(products, site, client, state)
    for products in (None, (AI,), (AI, SECURITY), ("none",), ())
    for site in (None, *PATTERNS)
    for client in (None, "", CLIENTS[0], CLIENTS[1], "Cyd")
    for state in (None, ASSIGNED, UNASSIGNED, REVOKED)
]


def fits(pattern: str, site: str) -> bool:
    """`*` is any text and `?` any character; without a scheme it is http or https."""
    plain = re.escape(pattern).replace(r"\*", ".*").replace(r"\?", ".")
    if "://" not in pattern:
        plain = "https?://" + plain
    return re.fullmatch(plain, site, re.IGNORECASE) is not None


def meant(world: World, which: Which, life: Life) -> bool:
    site = life.now_on
    return (
        life.usable
        and (life.state == which.state if which.state else life.state != "revoked")
        and (which.products is None or life.product in which.products)
        and (which.site is None or (site is not None and fits(which.site, site)))
        and (which.client is None or (world.client(site) or "") == which.client)
    )


def usable(world: World) -> list[Life]:
    return [life for life in world.lives if life.usable]


def idle_day(life: Life) -> int:
    """Since when it is on no site: the end of its last stay, or its issue."""
    return max([life.first, *(stay.ended for stay in life.stays if stay.ended is not None)])


def test_licenses_by_product_and_state(ledger: Ledger, world: World) -> None:
    found = Counter((life.product, life.state) for life in usable(world))
    assert audit.totals(ledger) == dict(found)


def test_whichever_licenses_are_meant(ledger: Ledger, world: World) -> None:
    for which in WHICH:
        lives = [life for life in world.lives if meant(world, which, life)]
        assert audit.count(ledger, which) == len(lives), which
        # The unassigned first, then the newest, and of those the last in the file.
        lives.reverse()
        lives.sort(key=lambda life: (life.now_on is not None, -life.first))
        found = audit.spare_first(ledger, which, 100)
        assert [item.license_key for item in found] == [life.key for life in lives], which
        assert audit.spare_first(ledger, which, 1) == found[:1]
        for item, life in zip(found, lives, strict=True):
            expected = (life.product, life.now_on is not None, life.bundle is not None)
            assert item[1:] == expected


@pytest.mark.parametrize("day", [0, 30, 60, 100])
def test_idle_since(ledger: Ledger, world: World, day: int) -> None:
    """Before an instant: what became idle at that very instant is not meant."""
    free = [life for life in usable(world) if life.state == "unassigned"]
    free.sort(key=idle_day)
    for moment in {day, *map(idle_day, free[:2])}:
        long = [life for life in free if idle_day(life) < moment]
        total, found = audit.idle_since(ledger, parse_instant(noon(moment)), 3)
        assert total == len(long)
        assert [item.license_key for item in found] == [life.key for life in long[:3]]
        assert not any(item.assigned for item in found)
    longest = parse_instant(noon(idle_day(free[0]))) if free else None
    assert audit.longest_idle_since(ledger) == longest


def test_what_is_on_each_site(ledger: Ledger, world: World) -> None:
    here: dict[str, set[str]] = {}
    for life in world.lives:
        if life.state == "assigned" and life.now_on is not None:
            here.setdefault(life.now_on, set()).add(life.product)
    rows = list(audit.sites_with_licenses(ledger))
    found = dict(rows)
    assert len(rows) == len(found)
    assert {site: set(products) for site, products in found.items()} == here
    assert list(found) == sorted(here)
    assert all(len(set(products)) == len(products) for products in found.values())
    assert audit.all_clients(ledger) == sorted(
        {move.client for move in world.moves if move.client is not None}
    )
    assert not audit.any_open_invoice(ledger)


def test_several_products_of_one_family_on_a_site(ledger: Ledger, world: World) -> None:
    here: dict[tuple[str, str], set[str]] = {}
    for life in world.lives:
        if life.state == "assigned" and life.now_on is not None:
            here.setdefault((life.now_on, FAMILIES[life.product]), set()).add(life.product)
    expected = [(*key, products) for key, products in sorted(here.items()) if len(products) > 1]
    total, found = audit.family_clashes(ledger, 10)
    assert [(site, family, set(names.split(","))) for site, family, names in found] == expected
    assert total == len(expected)
    assert audit.family_clashes(ledger, 1) == (total, found[:1])
