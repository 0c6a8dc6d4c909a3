"""Sums of days, each against the same days counted one by one."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.bill_change import Shared
from jpcli.domain.instants import parse_instant
from jpcli.domain.periods import Period
from jpcli.ledger.queries import client_days, days, idle, licenses, products, shared_days
from jpcli.ledger.queries.days import OfferPart, Window
from jpcli.ledger.queries.shared_days import MonthDays
from tests.ledger.queries.world import CLIENTS, DAYS, Life, World, noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

# First and last day, and the last one that has come: before, at, inside and after all of it.
WINDOWS = [(0, 30, 99), (31, 60, 45), (40, 40, 40), (0, 99, 99), (61, 99, 60), (90, 140, 99)]
MAY, JUNE, JULY = (0, 30), (31, 60), (61, 91)


def day_zero(ledger: Ledger) -> int:
    return ledger.calendar.day_of(parse_instant(noon(0)))


def parts(ledger: Ledger, world: World) -> Iterator[tuple[int, OfferPart, list[Life]]]:
    """Bundle size, what is summed, and the licenses that this is."""
    for priced in products.priced_offers(ledger):
        size = priced.offer.bundle_size
        of_product = [life for life in world.lives if life.product == priced.offer.product]
        single = [life for life in of_product if life.bundle is None and life.usable]
        bundles = [life for life in of_product if not life.usable]
        children = [life for life in of_product if life.bundle is not None]
        yield size, OfferPart(priced.id, 0), single if size == 1 else bundles
        yield size, OfferPart(priced.id, 1), [] if size == 1 else children


def counted(
    lives: Iterable[Life], window: tuple[int, int, int], holder: Callable[[Life, int], Any]
) -> dict[Any, tuple[int, int]]:
    """(days so far, days) by holder, day by day; who has none is left out."""
    so_far: Counter[Any] = Counter()
    whole: Counter[Any] = Counter()
    first, last, today = window
    for life in lives:
        for day in range(first, last + 1):
            if life.active(day):
                whole[holder(life, day)] += 1
                so_far[holder(life, day)] += day <= today
    return {key: (so_far[key], whole[key]) for key in whole}


def pairs(rows: Iterable[tuple[Any, ...]], names: Callable[..., Any]) -> dict[Any, tuple[int, int]]:
    return {names(*row[:-2]): (row[-2], row[-1]) for row in rows}


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_w1_w2_every_day_has_the_holder_it_has_at_its_end(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    zero = day_zero(ledger)
    asked = Window(*(zero + day for day in window))
    sites, clients = days.site_names(ledger), days.client_names(ledger)
    for _, part, lives in parts(ledger, world):
        keys = days.license_names(ledger, part, asked)
        assert sorted(keys.values()) == sorted(counted(lives, window, lambda life, _: life.key))
        by_license = pairs(days.days_by_license(ledger, part, asked), keys.__getitem__)
        assert by_license == counted(lives, window, lambda life, _: life.key)
        by_site = pairs(days.days_by_site(ledger, part, asked), sites.__getitem__)
        assert by_site == counted(lives, window, lambda life, day: life.site(day))
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
    known = [name for name in CLIENTS if name in days.client_names(ledger).values()]
    for _, part, lives in parts(ledger, world):
        expected = [sum(life.active(day) for life in lives) for day in every_day]
        assert days.licenses_by_day(ledger, part, asked) == expected
        for client in (None, *known):
            expected = [
                sum(
                    life.active(day) and world.client(life.site(day), day) == client
                    for life in lives
                )
                for day in every_day
            ]
            assert client_days.client_licenses_by_day(ledger, part, asked, client) == expected


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
        assert (line.license_days_to_date, line.license_days) == licensed
        present = [life for life in used if any(life.active(d) for d in range(first, last + 1))]
        ends = [life.site(min(last, last if life.last is None else life.last)) for life in present]
        assert (line.licenses, line.unassigned) == (len(ends), ends.count(None))
        assert line.assigned == line.licenses - line.unassigned
        in_all[0] += len(ends)
        in_all[1] += ends.count(None)
    assert not lines
    assert days.count_used(ledger, offers, period) == tuple(in_all)


@pytest.mark.parametrize("months", [(MAY, JUNE), (MAY, JULY), (JUNE, JUNE), (JULY, MAY)], ids=str)
def test_units_with_days_in_two_months(ledger: Ledger, world: World, months: Any) -> None:
    zero = day_zero(ledger)
    earlier, later = (
        MonthDays(Period(zero + first, zero + last, "2024-05")) for first, last in months
    )
    for _, part, lives in parts(ledger, world):
        if part.child:
            continue
        expected = [0] * len(Shared._fields)
        for life in lives:
            there = [
                [day for day in range(first, last + 1) if life.active(day)]
                for first, last in months
            ]
            if all(there):
                ends = [
                    end
                    for found, (first, last) in zip(there, months, strict=True)
                    for end in (found[0] - first, last - found[-1])
                ]
                row = [1, *map(len, there), *ends]
                expected = [a + b for a, b in zip(expected, row, strict=True)]
        found = shared_days.shared_units(ledger, part.offer_id, earlier, later)
        assert found == Shared(*expected)


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_idle_licenses_and_their_days(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    zero = day_zero(ledger)
    first, last, today = window
    asked = Window(*(zero + day for day in window))
    now_at = parse_instant(noon(today))
    free = [
        life
        for life in world.lives
        if life.usable and life.state == "unassigned" and life.first <= today
    ]
    free.sort(key=lambda life: life.first)
    found = idle.oldest_idle(ledger, now_at, 100)
    assert [item.license_key for item in found] == [life.key for life in free]
    assert idle.oldest_idle(ledger, now_at, 2) == found[:2]
    for life in world.lives:
        facts = licenses.find(ledger, life.key)
        assert facts is not None
        assert idle.idle_days(ledger, facts.id, asked) == sum(
            life.active(day) and life.site(day) is None
            for day in range(first, min(last, today) + 1)
        )


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
