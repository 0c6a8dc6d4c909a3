"""Sums of days, each against the same days counted one by one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.calculator import nobody_last
from jpcli.domain.periods import Period
from jpcli.ledger.queries import days, products, served_days
from jpcli.ledger.queries.days import Window
from jpcli.ledger.queries.names_in_order import LICENSE, names_in_order
from tests.ledger.queries.counted import WINDOWS, counted, day_zero, pairs, parts
from tests.ledger.queries.world import DAYS, World

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_w1_w2_every_day_has_the_holder_it_has_at_its_end(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    zero = day_zero(ledger)
    asked = Window(*(zero + day for day in window))
    sites, clients = days.site_names(ledger), days.client_names(ledger)
    for _, part, lives in parts(ledger, world):
        rows = list(served_days.license_days_as_served(ledger, part, asked))
        keys = dict(names_in_order(ledger, LICENSE, [number for number, _, _ in rows], {}))
        by_license = pairs(rows, keys.__getitem__)
        assert by_license == counted(lives, window, lambda life, _: life.key)
        assert list(by_license) == sorted(by_license) == list(keys.values())
        by_site = pairs(days.days_by_site(ledger, part, asked), sites.__getitem__)
        assert by_site == counted(lives, window, lambda life, day: life.site(day))
        as_served = pairs(served_days.site_days_as_served(ledger, part, asked), sites.__getitem__)
        assert list(as_served.items()) == [(site, by_site[site]) for site in nobody_last(by_site)]
        by_client = pairs(days.days_by_client(ledger, part, asked), clients.__getitem__)
        assert by_client == counted(
            lives, window, lambda life, day: world.client(life.site(day), day)
        )
        by_owner = pairs(
            days.days_by_owner(ledger, part, asked),
            lambda client, site: (clients[client], sites[site]),
        )
        assert by_owner == counted(
            lives, window, lambda life, day: (world.client(life.site(day), day), life.site(day))
        )


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_a_day_has_so_many_licenses(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    zero = day_zero(ledger)
    asked = Window(*(zero + day for day in window))
    every_day = range(window[0], window[1] + 1)
    for _, part, lives in parts(ledger, world):
        expected = [sum(life.active(day) for life in lives) for day in every_day]
        assert days.licenses_by_day(ledger, part, asked) == expected


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_lines_have_the_days_of_their_licenses(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    """A license counts where it is at the end of the month, or of its life."""
    zero = day_zero(ledger)
    first, last, today = window
    period = Period(zero + first, zero + last, "2024-05")
    offers = products.priced_offers(ledger)
    lines = {
        (line.offer.product, line.offer.bundle_size): line
        for _, line in days.sum_lines(ledger, offers, period, zero + today)
    }
    in_all = [0, 0]
    for priced in offers:
        of_offer = [lives for _, part, lives in parts(ledger, world) if part.offer_id == priced.id]
        billed, used = (of_offer[0], of_offer[priced.offer.bundle_size > 1])
        line = lines.pop((priced.offer.product, priced.offer.bundle_size), None)
        total = counted(billed, window, lambda *_: 0).get(0, (0, 0))
        licensed = counted(used, window, lambda *_: 0).get(0, (0, 0))
        if line is None:
            assert (total, licensed) == ((0, 0), (0, 0))
            continue
        assert (line.days_to_date, line.days) == total
        assert line.license_days == licensed[1]
        present = [life for life in used if any(life.active(d) for d in range(first, last + 1))]
        ends = [life.site(min(last, last if life.last is None else life.last)) for life in present]
        assert (line.licenses, line.unassigned) == (len(ends), ends.count(None))
        assert line.assigned == line.licenses - line.unassigned
        in_all[0] += len(ends)
        in_all[1] += ends.count(None)
    assert not lines
    assert days.count_used(ledger, offers, period) == tuple(in_all)


def test_m2_a_line_ends_where_its_price_does(tmp_path: Any) -> None:
    """A license on both sides of a price is in two lines, and still one."""
    from tests.ledger.queries.world import SCAN, made

    world = made(tmp_path / "ledger.db", 3)
    world.agency.set_price(SCAN, "0.20", "2024-06-15")
    with world.agency.desk(writes=False) as desk:
        ledger = desk.ledger
        zero = day_zero(ledger)
        period = Period(zero + 31, zero + 60, "2024-06")
        offers = products.priced_offers(ledger, SCAN)
        lines = [line for _, line in days.sum_lines(ledger, offers, period, zero + DAYS)]
        lives = [life for life in world.lives if life.product == SCAN]
        assert [(line.segment.first_day - zero, line.days) for line in lines] == [
            (31, sum(life.active(day) for life in lives for day in range(31, 45))),
            (45, sum(life.active(day) for life in lives for day in range(45, 61))),
        ]
        used = [life for life in lives if any(life.active(day) for day in range(31, 61))]
        assert days.count_used(ledger, offers, period)[0] == len(used)
