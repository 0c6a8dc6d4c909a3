"""Exact money: day prices in, amounts out, every rounding in one place (M1, M3, M4).

An amount is an int of minor units (`amount_minor`). A day price is an int of 10^-12 of a minor unit
(`day_price_e12`): 0.27 USD is 27 * 10**12. This module must not know what is sold, and there is no
float and no Decimal anywhere near it.
"""

from __future__ import annotations

from functools import lru_cache
from typing import TYPE_CHECKING

from jpcli.domain import currency as currencies
from jpcli.domain.errors import BadInput, misread

if TYPE_CHECKING:
    from jpcli.domain.contract.values import MoneyObject

E12 = 10**12
PLACES = 12
"""Decimal places of a day price past the minor unit (M1)."""

MAX_STORED = 2**63 - 1
_PERCENT_E6 = 100 * 10**6


def parse_day_price(text: str, currency: str) -> int:
    """`day_price_e12` of a plain decimal such as `0.27`, which is not negative (M1).

    Raises BadInput `bad_price` for anything else, for more than 12 places past the minor unit, and
    for what a database cannot hold (about 92,000 USD a day).
    """
    day_price_e12 = _scaled(text, currencies.digits(currency) + PLACES)
    if day_price_e12 is None or day_price_e12 > MAX_STORED:
        raise _bad_price(text, currency)
    return day_price_e12


def parse_month_price(text: str, currency: str) -> int:
    """`day_price_e12` of a price per month: times 12 / 365, half up to the minor unit (M3).

    Raises BadInput `bad_price` as `parse_day_price` does.
    """
    month_price_e12 = _scaled(text, currencies.digits(currency) + PLACES)
    if month_price_e12 is None:
        raise _bad_price(text, currency)
    day_price_e12 = half_away(month_price_e12 * 12, 365 * E12) * E12
    if day_price_e12 > MAX_STORED:
        raise _bad_price(text, currency)
    return day_price_e12


def parse_amount(text: str, currency: str) -> int:
    """Minor units of a plain decimal such as `250` or `81.27`, which is not negative.

    Raises BadInput `bad_amount` for anything else and for more places than the currency has.
    """
    amount_minor = _scaled(text, currencies.digits(currency))
    if amount_minor is None or amount_minor > MAX_STORED:
        shown = text if len(text) <= 40 else text[:40] + "…"
        raise misread(
            "bad_amount",
            shown,
            f"an amount in {currency.upper()}",
            "Write a plain decimal such as 250, without a sign or a separator, "
            + _bounds(currencies.digits(currency)),
        )
    return amount_minor


def format_day_price(day_price_e12: int, currency: str) -> str:
    """`0.27`: the currency's decimals at least, more only where the price has more."""
    text = _fixed(day_price_e12, currencies.digits(currency) + PLACES)
    return (text[:-PLACES] + text[-PLACES:].rstrip("0")).removesuffix(".")


@lru_cache(16_384)  # a bill by site has few amounts, many times each
def amount_text(amount_minor: int, currency: str) -> str:
    """`81.27`, with the currency's decimals and nothing else."""
    return _fixed(amount_minor, currencies.digits(currency))


def money_json(amount_minor: int, currency: str) -> MoneyObject:
    """The money object of the JSON contract."""
    return {
        "amount_minor": amount_minor,
        "currency": currency,
        "amount": amount_text(amount_minor, currency),
    }


def display_amount(amount_minor: int, currency: str) -> str:
    """What a person reads: `$1,234.50`, `-$3.10`, `¥300`, `KWD 1.230`."""
    sign = "-" if amount_minor < 0 else ""
    whole, point, decimals = amount_text(abs(amount_minor), currency).partition(".")
    return f"{sign}{currencies.symbol(currency)}{int(whole):,}{point}{decimals}"


def display_day_price(day_price_e12: int, currency: str) -> str:
    """What a person reads: `$0.27`."""
    return currencies.symbol(currency) + format_day_price(day_price_e12, currency)


def line_amount(days: int, day_price_e12: int, currency: str) -> int:
    """`days x day price` in minor units, rounded once, half away from zero, to a step (M4)."""
    step_minor = currencies.step_minor(currency)
    return half_away(days * day_price_e12, step_minor * E12) * step_minor


def parse_percent(text: str) -> int:
    """Millionths of a percent of `20`, `20%` or `12.5`; raises BadInput `bad_percent`."""
    markup_e6 = _scaled(text.removesuffix("%"), 6)
    if markup_e6 is None:
        raise misread(
            "bad_percent",
            text,
            "a percentage",
            "Write a number such as 20 or 12.5, at most six decimals.",
        )
    return markup_e6


def parse_markup(text: str) -> int:
    """The same of what is put on top of a bill; with a minus it is a discount, of less than 100
    percent. Raises BadInput `bad_percent`."""
    discount = text.startswith("-")
    markup_e6 = parse_percent(text.removeprefix("-"))
    if discount and markup_e6 >= _PERCENT_E6:
        raise BadInput(
            "bad_percent",
            f"A discount is less than 100 percent, not {text}",
            hint="Write a number such as -10.",
            subject=text,
        )
    return -markup_e6 if discount else markup_e6


def percent_text(markup: str) -> str:
    """`+20%` or `-10%` of a markup as it was typed."""
    figures = markup.removesuffix("%")
    return f"{figures}%" if figures.startswith("-") else f"+{figures}%"


def part_of_100(part_minor: int, whole_minor: int) -> str:
    """`16.7%`, to be read and not to be counted with; nothing of nothing."""
    if not whole_minor:
        return ""
    tenths = half_away(part_minor * 1000 * (1 if whole_minor > 0 else -1), abs(whole_minor))
    return f"{_fixed(tenths, 1)}%"


def with_markup(amount_minor: int, markup_e6: int, currency: str) -> int:
    """An amount with a markup in millionths of a percent on top, rounded as a line is (M4)."""
    step_minor = currencies.step_minor(currency)
    numerator, denominator = markup_fraction(markup_e6)
    return half_away(amount_minor * numerator, denominator * step_minor) * step_minor


def markup_fraction(markup_e6: int) -> tuple[int, int]:
    """`(numerator, denominator)` by which a markup multiplies."""
    return _PERCENT_E6 + markup_e6, _PERCENT_E6


def day_price_with_markup(day_price_e12: int, markup_e6: int) -> int:
    """A day price with a markup on top, to 12 places past the minor unit (M1); only for reading:
    amounts are marked up themselves."""
    return half_away(day_price_e12 * (_PERCENT_E6 + markup_e6), _PERCENT_E6)


def half_away(numerator: int, denominator: int) -> int:
    """The nearest integer to a fraction, halves away from zero; the denominator is positive."""
    quotient = (2 * abs(numerator) + denominator) // (2 * denominator)
    return -quotient if numerator < 0 else quotient


def _scaled(text: str, places: int) -> int | None:
    """A plain non-negative decimal times 10^places, or None for any other text."""
    whole, point, decimals = text.partition(".")
    if not _all_digits(whole) or (point and not _all_digits(decimals)):
        return None
    # Before int(), which refuses thousands of figures in a way of its own.
    if len(decimals) > places or len(whole) > 30:
        return None
    return int(whole + decimals.ljust(places, "0"))


def _all_digits(text: str) -> bool:
    return text.isascii() and text.isdigit()


def _fixed(scaled: int, places: int) -> str:
    """A number times 10^-places as text."""
    if not places:
        return str(scaled)
    if places == 2 and scaled >= 0:  # most of all amounts, and a bill by site has many
        return f"{scaled // 100}.{scaled % 100:02}"
    sign = "-" if scaled < 0 else ""
    figures = str(abs(scaled)).rjust(places + 1, "0")
    return f"{sign}{figures[:-places]}.{figures[-places:]}"


def _bad_price(text: str, currency: str) -> BadInput:
    shown = text if len(text) <= 40 else text[:40] + "…"
    return misread(
        "bad_price",
        shown,
        f"a price in {currency.upper()}",
        "Write a plain decimal such as 0.27, not negative, without a sign or a separator, "
        + _bounds(currencies.digits(currency) + PLACES),
    )


def _bounds(places: int) -> str:
    """The places that a decimal may have, and how large it may be (`MAX_STORED`)."""
    decimals = f"of at most {places} decimals" if places else "without decimals"
    return f"{decimals}, up to {MAX_STORED // 10**places}."
