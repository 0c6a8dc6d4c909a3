"""How many licenses were a client's on each day, counted one by one (W2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.ledger.queries import days
from jpcli.ledger.queries.client_days import count_held, held_by, stretches
from jpcli.ledger.queries.days import Window, licenses_by_day
from jpcli.ledger.state.lookups import number_of_client
from tests.ledger.queries.counted import WINDOWS, day_zero, parts
from tests.ledger.queries.world import CLIENTS, World

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_w2_a_day_has_so_many_licenses_of_a_client(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    zero = day_zero(ledger)
    asked = Window(*(zero + day for day in window))
    numbers = {name: number for number, name in days.client_names(ledger).items()}
    known = [name for name in CLIENTS if name in numbers]
    for _, part, lives in parts(ledger, world):
        every = list(stretches(ledger, part, asked))
        for client in (None, *known):
            expected = [
                sum(
                    life.active(day) and world.client(life.site(day), day) == client
                    for life in lives
                )
                for day in range(window[0], window[1] + 1)
            ]
            held = held_by(None if client is None else number_of_client(ledger, client), asked)
            assert licenses_by_day(ledger, part, asked, held) == expected
            number = None if client is None else number_of_client(ledger, client)
            assert expected == [
                sum(row[3] for row in every if row[0] == number and row[1] <= day <= row[2])
                for day in range(asked.first_day, asked.last_day + 1)
            ]
            assert all(asked.first_day <= row[1] <= row[2] <= asked.last_day for row in every)
            mine = [
                [
                    life.site(day)
                    for day in range(window[0], window[1] + 1)
                    if life.active(day) and world.client(life.site(day), day) == client
                ]
                for life in lives
            ]
            last = [sites[-1] for sites in mine if sites]
            assert count_held(ledger, [part], asked, held) == (len(last), last.count(None))
