"""Licenses on no site, and the days on which they were on none, counted one by one (W1)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import idle, licenses
from jpcli.ledger.queries.days import Window
from tests.ledger.queries.counted import WINDOWS, day_zero
from tests.ledger.queries.world import World, noon

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


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
    for life in free[:2]:
        # From the instant of its issue on.
        issued_at = parse_instant(noon(life.first))
        begun = [item.license_key for item in idle.oldest_idle(ledger, issued_at, 100)]
        before = [item.license_key for item in idle.oldest_idle(ledger, issued_at - 1, 100)]
        assert life.key in begun
        assert life.key not in before
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
