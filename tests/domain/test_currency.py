from __future__ import annotations

import pytest
from babel.core import get_global
from babel.numbers import get_currency_precision, get_currency_symbol

from jpcli.domain.currency import (
    STRIPE_DIGITS,
    STRIPE_WHOLE_UNITS,
    check_currency,
    digits,
    step_minor,
    symbol,
)
from jpcli.domain.currency_digits import CURRENCY_DIGITS, CURRENCY_SYMBOLS
from jpcli.domain.errors import BadInput

# https://docs.stripe.com/currencies: zero-decimal and three-decimal currencies, special cases
STRIPE_ZERO = [
    "BIF",
    "CLP",
    "DJF",
    "GNF",
    "JPY",
    "KMF",
    "KRW",
    "MGA",
    "PYG",
    "RWF",
    "VND",
    "VUV",
    "XAF",
    "XOF",
    "XPF",
]
STRIPE_THREE = ["BHD", "JOD", "KWD", "OMR", "TND"]
# Nobody charges these by Stripe.
OTHER_ZERO = ["IQD", "IRR", "KPW", "SYP"]
OTHER_THREE = ["LYD"]
# CLDR has changed its mind about them; ledgers go on counting in what they began with.
CHANGED_IN_CLDR = {"COP": 2, "HUF": 2, "IDR": 2, "RSD": 0}


@pytest.mark.parametrize("code", ["", "us", "usdd", "xxx", "dem", "u$d", "usd ", "ｕｓｄ", "840"])
def test_m6_what_is_no_currency_is_refused(code: str) -> None:
    for function in (check_currency, digits, step_minor, symbol):
        with pytest.raises(BadInput) as caught:
            function(code)
        assert caught.value.code == "unknown_currency"


def test_m6_a_code_is_kept_in_lower_case() -> None:
    assert check_currency("USD") == check_currency("usd") == "usd"


@pytest.mark.parametrize(
    ("code", "decimals", "step", "sign"),
    [
        ("usd", 2, 1, "$"),
        ("eur", 2, 1, "€"),
        ("jpy", 0, 1, "¥"),
        ("kwd", 3, 10, "KWD "),
        ("chf", 2, 1, "CHF "),
        ("xof", 0, 1, "XOF "),
        ("isk", 2, 100, "ISK "),
    ],
)
def test_m4_decimals_step_and_sign(code: str, decimals: int, step: int, sign: str) -> None:
    assert (digits(code), step_minor(code), symbol(code)) == (decimals, step, sign)
    assert digits(code.upper()) == decimals


def test_m4_the_minor_unit_is_the_one_that_stripe_counts_in() -> None:
    assert [code for code in STRIPE_ZERO if digits(code) != 0] == []
    assert [code for code in STRIPE_THREE if digits(code) != 3] == []
    assert [code for code in STRIPE_THREE if step_minor(code) != 10] == []
    for code in STRIPE_WHOLE_UNITS:
        assert (digits(code), step_minor(code)) == (2, 100)


def test_m6_the_unit_of_a_currency_never_changes() -> None:
    """Whatever CLDR says next: a ledger that counts in hundredths can't count in whole units."""
    expected = dict.fromkeys([*STRIPE_ZERO, *OTHER_ZERO], 0) | dict.fromkeys(
        [*STRIPE_THREE, *OTHER_THREE], 3
    )
    assert {code: digits(code) for code in CURRENCY_DIGITS if digits(code) != 2} == expected
    assert len(CURRENCY_DIGITS) >= 154
    assert digits("bgn") == 2  # gone since 2026, and still what old ledgers are kept in


def test_the_table_is_what_babel_says() -> None:
    """When this fails after an update of Babel, run tools/currency_digits.py."""
    said = {code: get_currency_precision(code) for code in CURRENCY_DIGITS}
    assert said | CHANGED_IN_CLDR == CURRENCY_DIGITS
    in_use = {
        code
        for uses in get_global("territory_currencies").values()
        for code, _start, end, tender in uses
        if end is None and tender
    }
    assert in_use - set(CURRENCY_DIGITS) == set()
    assert {code: get_currency_symbol(code, "en") for code in CURRENCY_SYMBOLS} == CURRENCY_SYMBOLS


def test_no_exception_of_stripe_is_stale() -> None:
    assert [code for code, own in STRIPE_DIGITS.items() if CURRENCY_DIGITS[code] == own] == []
    assert set(STRIPE_DIGITS) >= STRIPE_WHOLE_UNITS
