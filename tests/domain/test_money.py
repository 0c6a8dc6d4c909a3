from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.domain.errors import BadInput
from jpcli.domain.money import (
    MAX_STORED,
    amount_text,
    display_amount,
    display_day_price,
    format_day_price,
    half_away,
    line_amount,
    money_json,
    parse_amount,
    parse_day_price,
    parse_markup,
    parse_month_price,
    parse_percent,
    with_markup,
)

if TYPE_CHECKING:
    from collections.abc import Callable

BAD_DECIMALS = [
    "",
    " ",
    "-1",
    "+1",
    "1 ",
    " 1",
    "1e3",
    "1E3",
    "NaN",
    "nan",
    "inf",
    "Infinity",
    "0x10",
    "1_000",
    "1,000.00",
    "1,5",
    "1.",
    ".5",
    ".",
    "1.2.3",
    "$1",
    "1\n",
    "１",
    "٣",
    "²",
    "1.٣",
    "9" * 5000,
    "0." + "0" * 5000 + "1",
]


@pytest.mark.parametrize("text", BAD_DECIMALS)
def test_m1_what_is_no_price_is_refused(text: str) -> None:
    for parse in (parse_day_price, parse_month_price):
        with pytest.raises(BadInput) as caught:
            parse(text, "usd")
        assert caught.value.code == "bad_price"
        assert len(caught.value.message) < 100


@pytest.mark.parametrize(
    ("text", "currency"),
    [
        ("0.000000000000001", "usd"),  # 13 places in cents
        ("0.0000000000001", "jpy"),
        ("0.0000000000000001", "kwd"),
        ("92233.72036854775808", "usd"),  # 2^63
        ("92233.73", "usd"),
    ],
)
def test_m1_a_price_has_twelve_places_in_minor_units_and_fits(text: str, currency: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_day_price(text, currency)
    assert caught.value.code == "bad_price"
    assert caught.value.subject == text


@pytest.mark.parametrize(
    ("text", "currency", "day_price_e12", "formatted"),
    [
        ("0.27", "usd", 27 * 10**12, "0.27"),
        ("0.270", "usd", 27 * 10**12, "0.27"),
        ("00.27", "usd", 27 * 10**12, "0.27"),
        ("0", "usd", 0, "0.00"),
        ("1", "usd", 100 * 10**12, "1.00"),
        ("10", "usd", 1000 * 10**12, "10.00"),
        ("0.275", "usd", 275 * 10**11, "0.275"),
        ("0.00000000000001", "usd", 1, "0.00000000000001"),
        ("92233.72", "usd", 9_223_372 * 10**12, "92233.72"),
        ("92233.72036854775807", "usd", 2**63 - 1, "92233.72036854775807"),
        ("30", "jpy", 30 * 10**12, "30"),
        ("0", "jpy", 0, "0"),
        ("100", "jpy", 100 * 10**12, "100"),
        ("0.5", "jpy", 5 * 10**11, "0.5"),
        ("0.082", "kwd", 82 * 10**12, "0.082"),
        ("1.5", "kwd", 1500 * 10**12, "1.500"),
    ],
)
def test_m1_a_price_is_exact(text: str, currency: str, day_price_e12: int, formatted: str) -> None:
    assert parse_day_price(text, currency) == day_price_e12
    assert format_day_price(day_price_e12, currency) == formatted
    assert day_price_e12 <= MAX_STORED


@pytest.mark.parametrize(
    ("text", "currency", "per_day"),
    [
        ("24.95", "usd", "0.82"),  # 82.03 cents
        ("4.95", "usd", "0.16"),  # 16.27
        ("0", "usd", "0.00"),
        ("7.30", "usd", "0.24"),  # exactly 24
        ("2.281250", "usd", "0.08"),  # exactly 7.5, half up
        ("2.281249", "usd", "0.07"),
        ("1000", "jpy", "33"),
        ("1", "kwd", "0.033"),
        ("100000", "usd", "3287.67"),  # more than a day may cost, but not once it is spread
    ],
)
def test_m3_a_price_per_month_is_twelve_of_365_half_up(
    text: str, currency: str, per_day: str
) -> None:
    assert format_day_price(parse_month_price(text, currency), currency) == per_day


def test_m3_a_price_per_month_that_does_not_fit_is_refused() -> None:
    with pytest.raises(BadInput):
        parse_month_price("2900000", "usd")


@pytest.mark.parametrize(
    ("days", "price", "currency", "amount_minor"),
    [
        (301, "0.27", "usd", 8127),
        (0, "0.27", "usd", 0),
        (1, "0.005", "usd", 1),  # half a cent, away from zero
        (-1, "0.005", "usd", -1),
        (1, "0.00499999999999", "usd", 0),
        (3, "0.005", "usd", 2),  # once, at the line: not three times one cent
        (31, "0.5", "jpy", 16),
        (31, "0.275", "kwd", 8530),  # 8525 fils, up to a step of ten
        (31, "0.001", "kwd", 30),
        (5, "0.001", "kwd", 10),
        (-5, "0.001", "kwd", -10),
        (4, "0.001", "kwd", 0),
        (3, "0.50", "isk", 200),  # one króna and a half, in hundredths of which whole ones count
        (10**9, "92233.72", "usd", 9_223_372 * 10**9),
    ],
)
def test_m4_a_line_is_rounded_once_to_the_chargeable_step(
    days: int, price: str, currency: str, amount_minor: int
) -> None:
    assert line_amount(days, parse_day_price(price, currency), currency) == amount_minor


@pytest.mark.parametrize(
    ("numerator", "denominator", "nearest"),
    [(0, 3, 0), (1, 2, 1), (-1, 2, -1), (3, 2, 2), (-3, 2, -2), (4, 3, 1), (5, 3, 2), (-5, 3, -2)],
)
def test_m4_halves_go_away_from_zero(numerator: int, denominator: int, nearest: int) -> None:
    assert half_away(numerator, denominator) == nearest


@pytest.mark.parametrize(
    ("amount_minor", "currency", "text", "display"),
    [
        (8127, "usd", "81.27", "$81.27"),
        (-310, "usd", "-3.10", "-$3.10"),
        (-5, "usd", "-0.05", "-$0.05"),
        (0, "usd", "0.00", "$0.00"),
        (123450, "usd", "1234.50", "$1,234.50"),
        (123456789012, "eur", "1234567890.12", "€1,234,567,890.12"),
        (300, "jpy", "300", "¥300"),
        (-3000, "jpy", "-3000", "-¥3,000"),
        (1230, "kwd", "1.230", "KWD 1.230"),
        (-10, "kwd", "-0.010", "-KWD 0.010"),
        (500, "isk", "5.00", "ISK 5.00"),
    ],
)
def test_an_amount_as_text(amount_minor: int, currency: str, text: str, display: str) -> None:
    assert amount_text(amount_minor, currency) == text
    assert display_amount(amount_minor, currency) == display
    assert money_json(amount_minor, currency) == {
        "amount_minor": amount_minor,
        "currency": currency,
        "amount": text,
    }


def test_a_day_price_on_a_screen() -> None:
    assert display_day_price(27 * 10**12, "usd") == "$0.27"
    assert display_day_price(275 * 10**11, "usd") == "$0.275"
    assert display_day_price(82 * 10**12, "kwd") == "KWD 0.082"


@pytest.mark.parametrize("text", [*BAD_DECIMALS, "%", "20%%", "% 20", "0.0000001"])
def test_what_is_no_percentage_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_percent(text)
    assert caught.value.code == "bad_percent"


@pytest.mark.parametrize(
    ("percent", "amount_minor", "currency", "expected"),
    [
        ("20", 1000, "usd", 1200),
        ("20%", 1000, "usd", 1200),
        ("0", 1001, "usd", 1001),
        ("12.5", 100, "usd", 113),  # 112.5
        ("12.5", -100, "usd", -113),
        ("33.333333", 300, "usd", 400),
        ("20", 1230, "kwd", 1480),  # 1476, to a step of ten
        ("10", 5, "jpy", 6),  # 5.5
    ],
)
def test_m4_a_markup_is_rounded_as_a_line_is(
    percent: str, amount_minor: int, currency: str, expected: int
) -> None:
    assert with_markup(amount_minor, parse_percent(percent), currency) == expected


@pytest.mark.parametrize(
    ("text", "markup_e6", "amount_minor"),
    [
        ("20", 20_000_000, 1200),
        ("-10", -10_000_000, 900),
        ("-99.9%", -99_900_000, 1),
        ("-0", 0, 1000),
    ],
)
def test_a_markup_may_be_a_discount(text: str, markup_e6: int, amount_minor: int) -> None:
    assert parse_markup(text) == markup_e6
    assert with_markup(1000, markup_e6, "usd") == amount_minor


@pytest.mark.parametrize("text", ["-100", "-100%", "-250", "--10", "-", "−10", "- 10", "1e2", ""])
def test_no_discount_is_all_of_it(text: str) -> None:
    with pytest.raises(BadInput) as caught:
        parse_markup(text)
    assert caught.value.code == "bad_percent"


@pytest.mark.parametrize(
    ("parse", "currency", "most", "decimals"),
    [
        (parse_day_price, "usd", "92233", 14),
        (parse_day_price, "kwd", "9223", 15),
        (parse_day_price, "jpy", "9223372", 12),
        (parse_amount, "usd", "92233720368547758", 2),
        (parse_amount, "jpy", "9223372036854775807", 0),
    ],
)
def test_what_is_refused_as_too_large_or_too_fine_says_what_is_taken(
    parse: Callable[[str, str], int], currency: str, most: str, decimals: int
) -> None:
    finest = f"0.{'1' * decimals}" if decimals else "0"
    assert parse(most, currency) > parse(finest, currency)
    for text in (str(int(most) + 1), f"{finest}1" if decimals else "0.1"):
        with pytest.raises(BadInput) as caught:
            parse(text, currency)
        told = f"of at most {decimals} decimals" if decimals else "without decimals"
        assert str(caught.value.hint).endswith(f"{told}, up to {most}.")
