"""Prices, amounts and splits against the model's fractions and Python's decimals."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant, is_date, parse_date, parse_instant
from jpcli.domain.money import (
    MAX_STORED,
    amount_text,
    format_day_price,
    line_amount,
    parse_day_price,
    parse_month_price,
    parse_percent,
    with_markup,
)
from jpcli.domain.prices import PricePoint, segments
from jpcli.domain.split import largest_remainder
from tests.property import model
from tests.property.histories import microseconds

CURRENCIES = ("usd", "jpy", "kwd")
currencies = st.sampled_from(CURRENCIES)
day_prices_e12 = st.one_of(
    st.integers(0, 10**16),
    st.integers(0, 2000).map(lambda minor: minor * 10**12),
    st.integers(0, 2000).map(lambda halves: halves * 10**12 // 2),
)
weights = st.lists(
    st.one_of(st.integers(0, 4), st.integers(0, 10**6)), min_size=1, max_size=30
).filter(any)


def digits(currency: str) -> int:
    return model.DIGITS.get(currency, 2)


@given(day_prices_e12, currencies)
def test_m1_a_price_survives_being_written_and_read(day_price_e12: int, currency: str) -> None:
    text = format_day_price(day_price_e12, currency)
    assert parse_day_price(text, currency) == day_price_e12
    assert Fraction(text) * 10 ** digits(currency) == Fraction(day_price_e12, 10**12)
    assert text == model.price_text(Fraction(day_price_e12, 10**12), currency)


@given(st.text("0123456789.-+eE_ ,٣∞naif", max_size=30), currencies)
def test_m1_any_text_is_an_exact_price_or_refused(text: str, currency: str) -> None:
    try:
        day_price_e12 = parse_day_price(text, currency)
    except BadInput:
        return
    assert set(text) <= set("0123456789.")
    assert Fraction(day_price_e12) == Fraction(text) * 10 ** digits(currency) * 10**12
    assert 0 <= day_price_e12 <= MAX_STORED


@given(st.integers(0, 10**7), currencies)
def test_m3_a_month_price_is_twelve_of_365_half_up(minor: int, currency: str) -> None:
    text = amount_text(minor, currency)
    price = {"amount": text, "price_interval": "month"}
    expected = model.day_price(price, currency)
    assert Fraction(parse_month_price(text, currency), 10**12) == expected


@given(st.integers(0, 10**7), day_prices_e12, currencies)
def test_m4_a_line_is_rounded_once_half_up(days: int, day_price_e12: int, currency: str) -> None:
    amount_minor = line_amount(days, day_price_e12, currency)
    step = model.STEPS.get(currency, 1)
    exact = Decimal(days * day_price_e12).scaleb(-12) / step
    assert amount_minor == exact.quantize(Decimal(1), ROUND_HALF_UP) * step
    assert amount_minor == model.rounded(Fraction(days * day_price_e12, 10**12), currency)
    assert line_amount(-days, day_price_e12, currency) == -amount_minor


@given(st.integers(-(10**9), 10**9), st.integers(0, 10**10), currencies)
def test_m4_a_markup_is_rounded_as_a_line_is(
    amount_minor: int, markup_e6: int, currency: str
) -> None:
    step = model.STEPS.get(currency, 1)
    percent = Decimal(markup_e6).scaleb(-6)
    exact = amount_minor * (100 + percent) / 100 / step
    expected = exact.quantize(Decimal(1), ROUND_HALF_UP) * step
    assert with_markup(amount_minor, markup_e6, currency) == expected
    assert parse_percent(f"{percent:f}") == markup_e6


@given(st.integers(0, 10**6), weights)
def test_m5_parts_are_those_of_the_model(amount_minor: int, given_weights: list[int]) -> None:
    # The model hands out one unit at a time, so it gets the small amounts.
    amount_minor %= 10**4
    assert largest_remainder(amount_minor, given_weights) == model.split(
        amount_minor, given_weights
    )


@given(st.integers(-(10**12), 10**12), weights, st.sampled_from([1, 10, 100]))
def test_m5_parts_add_up_and_stay_within_a_step_of_their_share(
    amount: int, given_weights: list[int], step: int
) -> None:
    amount_minor = amount * step
    parts = largest_remainder(amount_minor, given_weights, step)
    assert sum(parts) == amount_minor
    assert not any(part % step for part in parts)
    whole = sum(given_weights)
    for part, weight in zip(parts, given_weights, strict=True):
        assert abs(part - Fraction(amount_minor * weight, whole)) < step
    assert [-part for part in parts] == largest_remainder(-amount_minor, given_weights, step)


@given(st.integers(0, 10**6), weights)
def test_m5_equal_weights_differ_by_one_at_most_and_the_earlier_has_more(
    amount_minor: int, given_weights: list[int]
) -> None:
    parts = largest_remainder(amount_minor, given_weights)
    for weight in set(given_weights):
        mine = [part for part, other in zip(parts, given_weights, strict=True) if other == weight]
        assert mine == sorted(mine, reverse=True)
        assert mine[0] - mine[-1] <= 1


@given(
    st.lists(st.builds(PricePoint, st.integers(0, 40), st.integers(0, 3)), max_size=8),
    st.integers(5, 20),
    st.integers(4, 35),
)
def test_m2_segments_are_the_price_of_each_day(
    points: list[PricePoint], first_day: int, last_day: int
) -> None:
    found = segments(points, first_day, last_day)
    by_day = {
        day: segment.day_price_e12
        for segment in found
        for day in range(segment.first_day, segment.last_day + 1)
    }
    expected: dict[int, int | None] = {}
    for day in range(first_day, last_day + 1):
        expected[day] = None
        for from_day in range(day + 1):
            for point in points:
                if point.from_day == from_day:
                    expected[day] = point.day_price_e12
    assert by_day == expected
    assert sum(s.last_day - s.first_day + 1 for s in found) == len(expected)
    prices = [segment.day_price_e12 for segment in found]
    assert all(before != after for before, after in pairwise(prices))


@given(st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)))  # noqa: DTZ001
def test_an_instant_survives_being_written_and_read(naive: datetime) -> None:
    at = microseconds(naive.replace(tzinfo=UTC))
    text = format_instant(at)
    assert parse_instant(text) == at
    assert model.instant(text) == naive.replace(tzinfo=UTC)
    assert not text.endswith(("0Z", ".Z")) or "." not in text


@given(
    st.datetimes(
        datetime(1970, 1, 2),  # noqa: DTZ001
        datetime(2199, 12, 30),  # noqa: DTZ001
        timezones=st.timezones(),
    ),
    st.sampled_from(["T", " "]),
    st.sampled_from(["seconds", "milliseconds", "microseconds"]),
)
def test_an_instant_with_an_offset_is_read_as_python_reads_it(
    at: datetime, separator: str, precision: str
) -> None:
    offset = at.utcoffset()
    assert offset is not None
    assume(offset.total_seconds() % 60 == 0)
    text = at.isoformat(separator, precision)
    assert parse_instant(text) == microseconds(model.instant(text))


@given(st.text("0123456789-:.TZ+ ٣", max_size=32))
def test_any_text_is_an_instant_that_python_reads_too_or_refused(text: str) -> None:
    at = _parsed(text)
    if at is not None:
        assert microseconds(model.instant(text)) == at


def _parsed(text: str) -> int | None:
    try:
        return parse_instant(text)
    except BadInput:
        return None


@given(st.from_regex(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", fullmatch=True))
def test_a_date_is_read_as_python_reads_it(text: str) -> None:
    if is_date(text):
        assert parse_date(text).isoformat() == text
    else:
        with pytest.raises(BadInput):
            parse_date(text)
