"""Currencies: decimals, the smallest step that can be charged, and the sign on a screen.

Owns what differs from one currency to another (M4, M6). Amounts themselves are in `money`. The
minor unit is the one that Stripe counts in, so that an amount goes there as it is.
"""

from __future__ import annotations

from functools import lru_cache

from jpcli.domain.currency_digits import CURRENCY_DIGITS, CURRENCY_SYMBOLS
from jpcli.domain.errors import misread

# Whole units since they lost their decimals, but Stripe goes on counting hundredths of them.
STRIPE_WHOLE_UNITS = frozenset({"ISK", "UGX"})
# Stripe has fixed lists of currencies without decimals and with three; CLDR says more of them have
# none, as their coins went out of use.
STRIPE_DIGITS = {
    "AFN": 2,
    "ALL": 2,
    "ISK": 2,
    "LAK": 2,
    "LBP": 2,
    "MMK": 2,
    "RSD": 2,
    "SOS": 2,
    "UGX": 2,
    "YER": 2,
}


def check_currency(code: str) -> str:
    """The code in lower case. Raises BadInput `unknown_currency` when nobody pays with it."""
    if code.upper() not in CURRENCY_DIGITS or not code.isascii():
        raise misread(
            "unknown_currency",
            code,
            "the code of a currency",
            "Use a three-letter code such as usd, eur or jpy.",
        )
    return code.lower()


@lru_cache(maxsize=8)  # a grouped bill asks once for each of its amounts
def digits(code: str) -> int:
    """How many decimals an amount has: 0 for jpy, 2 for usd, 3 for kwd."""
    upper = check_currency(code).upper()
    return STRIPE_DIGITS.get(upper, CURRENCY_DIGITS[upper])


def step_minor(code: str) -> int:
    """The smallest chargeable step in minor units (M4): 10 with three decimals, otherwise 1."""
    if code.upper() in STRIPE_WHOLE_UNITS:
        return 100
    return 10 if digits(code) == 3 else 1


def symbol(code: str) -> str:
    """What stands before an amount: `$`, `¥`, or the code and a space where there is no sign."""
    upper = check_currency(code).upper()
    return CURRENCY_SYMBOLS.get(upper, f"{upper} ")
