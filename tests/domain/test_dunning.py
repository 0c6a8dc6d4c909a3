"""Which days a card is charged on without a person asking (the calendar of attempts)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.dunning import (
    DECLINED,
    DO_NOT_TRY_AGAIN,
    PAID,
    PENDING,
    Attempt,
    is_hard,
    next_attempt,
    next_day,
)

INVOICE, OTHER = "INV-2024-06", "INV-2024-07"
A, B = "pm_a", "pm_b"
DAY = 100


def tried(
    day: int,
    card: str = A,
    *,
    invoice: str = INVOICE,
    code: str | None = "generic_decline",
    advice: str | None = None,
    outcome: str = DECLINED,
) -> Attempt:
    return Attempt(invoice, card, card, day * 10, day, outcome, code, advice)


def test_the_first_attempt_is_today_and_a_declined_card_waits_until_tomorrow() -> None:
    assert next_day(INVOICE, A, [], DAY) == DAY
    assert next_day(INVOICE, A, [tried(DAY)], DAY) == DAY + 1


def test_it_is_tried_1_3_5_and_7_days_after_the_first_decline_and_no_more() -> None:
    attempts: list[Attempt] = []
    charged = []
    for day in range(DAY, DAY + 31):
        for _ in range(24):
            if next_day(INVOICE, A, attempts, day) == day:
                charged.append(day - DAY)
                attempts.append(tried(day))
    assert charged == [0, 1, 3, 5, 7]
    assert next_day(INVOICE, A, attempts, DAY + 31) is None


@pytest.mark.parametrize(
    ("code", "advice"),
    [
        ("lost_card", None),
        ("stolen_card", None),
        ("pickup_card", None),
        ("do_not_try_again", None),
        ("do_not_honor", DO_NOT_TRY_AGAIN),
        ("generic_decline", DO_NOT_TRY_AGAIN),
    ],
)
def test_a_dead_card_is_never_tried_again_for_any_invoice_and_another_one_is(
    code: str, advice: str | None
) -> None:
    attempts = [tried(DAY, code=code, advice=advice)]
    for invoice in (INVOICE, OTHER):
        assert next_day(invoice, A, attempts, DAY + 1) is None
        assert next_day(invoice, B, attempts, DAY) == DAY
    assert next_attempt(INVOICE, [A], attempts, DAY) is None
    assert next_attempt(INVOICE, [A, B], attempts, DAY) == DAY
    # It paid after all, when a person asked.
    attempts.append(tried(DAY + 1, outcome=PAID, code=None))
    assert next_day(OTHER, A, attempts, DAY + 2) == DAY + 2


def test_what_only_the_payer_can_do_ends_it_for_that_invoice() -> None:
    attempts = [tried(DAY, code="authentication_required")]
    assert is_hard(attempts[0])
    assert next_day(INVOICE, A, attempts, DAY + 1) is None
    assert next_day(OTHER, A, attempts, DAY + 1) == DAY + 1


@pytest.mark.parametrize("code", ["do_not_honor", "insufficient_funds", "try_again_later", None])
def test_what_may_pass_is_tried_again(code: str | None) -> None:
    assert next_day(INVOICE, A, [tried(DAY, code=code, advice="try_again_later")], DAY) == DAY + 1


def test_one_attempt_a_day_whatever_the_invoice() -> None:
    attempts = [tried(DAY)]
    assert next_day(OTHER, A, attempts, DAY) == DAY + 1
    assert next_day(OTHER, A, [tried(DAY, outcome=PAID, code=None)], DAY) == DAY
    assert next_day(OTHER, A, [tried(DAY, outcome=PENDING, code=None)], DAY) == DAY + 1


def test_a_day_that_was_missed_is_made_up_for_once_but_not_after_the_end() -> None:
    attempts = [tried(DAY)]
    assert next_day(INVOICE, A, attempts, DAY + 6) == DAY + 6
    attempts.append(tried(DAY + 6))
    assert next_day(INVOICE, A, attempts, DAY + 6) == DAY + 7
    assert next_day(INVOICE, A, [tried(DAY)], DAY + 8) is None


def test_a_new_card_begins_anew() -> None:
    attempts = [tried(DAY + day) for day in (0, 1, 3, 5, 7)]
    assert next_attempt(INVOICE, [A], attempts, DAY + 20) is None
    assert next_attempt(INVOICE, [A, B], attempts, DAY + 20) == DAY + 20


CODES = ("generic_decline", "insufficient_funds", "lost_card", "authentication_required", None)
RUNS = st.lists(
    st.tuples(
        st.integers(min_value=0, max_value=3),  # days since the run before
        st.sampled_from((INVOICE, OTHER)),
        st.sampled_from((A, B)),
        st.sampled_from(CODES),  # None: it pays
    ),
    max_size=120,
)


@given(RUNS)
def test_bounds_hold_for_any_history(runs: list[tuple[int, str, str, str | None]]) -> None:
    """Said again, from the outside: per card one failure a day; per card and invoice at most five,
    on days 0 to 7; nothing after a dead card."""
    attempts: list[Attempt] = []
    day = DAY
    for step, invoice, card, code in runs:
        day += step
        due = next_day(invoice, card, attempts, day)
        assert due is None or due >= day
        if due != day:
            continue
        outcome = PAID if code is None else DECLINED
        attempts.append(tried(day, card, invoice=invoice, code=code, outcome=outcome))
    for card in (A, B):
        failed = [a for a in attempts if a.card == card and a.outcome == DECLINED]
        days = [attempt.day for attempt in failed]
        assert len(days) == len(set(days))
        for position, attempt in enumerate(a for a in attempts if a.card == card):
            after = [a for a in attempts if a.card == card][position + 1 :]
            assert attempt.code != "lost_card" or after == []
        for invoice in (INVOICE, OTHER):
            own = [attempt.day for attempt in failed if attempt.invoice == invoice]
            assert len(own) <= 5
            assert not own or own[-1] - own[0] <= 7


@given(RUNS, st.integers(min_value=0, max_value=20))
def test_the_day_that_is_named_is_the_first_one_on_which_it_is_charged(
    runs: list[tuple[int, str, str, str | None]], ahead: int
) -> None:
    attempts: list[Attempt] = []
    day = DAY
    for step, invoice, card, code in runs:
        day += step
        if next_day(invoice, card, attempts, day) == day:
            outcome = PAID if code is None else DECLINED
            attempts.append(tried(day, card, invoice=invoice, code=code, outcome=outcome))
    named = next_day(INVOICE, A, attempts, day)
    later = [d for d in range(day, day + 30) if next_day(INVOICE, A, attempts, d) == d]
    assert named == (later[0] if later else None)
