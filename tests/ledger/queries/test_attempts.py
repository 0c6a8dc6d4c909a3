"""Attempts to charge: all of them, or one invoice's, in the order in which they were made."""

from __future__ import annotations

from random import Random

import pytest

from jpcli.domain import events
from jpcli.domain.dunning import DECLINED, PAID, PENDING, Attempt
from jpcli.ledger.queries.attempts import attempts
from tests.ledger.queries.memory import DAY, empty, record

# Each is the beginning of another, or a pattern that fits one.
NUMBERS = ("INV-2024-05", "INV-2024-0", "INV-2024-05-2", "INV-2024-0_", "")


def made(random: Random) -> list[Attempt]:
    """Attempts in the order of recording, which is not that of their instants."""
    return [
        Attempt(
            invoice=random.choice(NUMBERS[:3]),
            card=f"pm_{random.randrange(3)}",
            card_name=f"visa {number}",
            at=(at := random.choice([0, DAY - 1, DAY, 2 * DAY - 1, 2 * DAY])),
            day=at // DAY,
            outcome=random.choice([PAID, DECLINED, PENDING]),
            code=random.choice([None, "lost_card"]),
            advice=random.choice([None, "try_again_later"]),
            charge=random.choice([None, f"ch_{number}"]),
        )
        for number in range(random.randrange(30))
    ]


@pytest.mark.parametrize("seed", range(8))
def test_attempts_are_told_in_the_order_in_which_they_were_made(seed: int) -> None:
    """Those of one instant as they were recorded; a day begins with its first instant (D4)."""
    ledger = empty()
    # Instants count from 1970, billing days from the first of January of the year 1.
    first_day = ledger.calendar.day_of(0)
    tried = made(Random(seed))
    for one in tried:
        entry = events.payment_attempted(
            one.invoice,
            card=one.card,
            card_name=one.card_name,
            outcome=one.outcome,
            code=one.code,
            advice=one.advice,
            charge=one.charge,
        )
        record(ledger, [(entry, one.at)])
    # Sorting keeps the order of what is equal.
    expected = sorted(
        (one._replace(day=first_day + one.day) for one in tried), key=lambda one: one.at
    )
    assert attempts(ledger) == expected
    for number in NUMBERS:
        assert attempts(ledger, number) == [one for one in expected if one.invoice == number]


def test_an_empty_ledger_has_no_attempts() -> None:
    assert attempts(empty()) == attempts(empty(), NUMBERS[0]) == []
