"""Make the table of currencies from the CLDR data that Babel carries.

    python tools/currency_digits.py

Run it when the test that holds the table against Babel says that it is out of date. The table only
grows: a currency that was in use once has ledgers that count in it, in the unit it had then.
"""

from __future__ import annotations

import sys
from pathlib import Path

from babel.core import get_global
from babel.numbers import get_currency_precision, get_currency_symbol

sys.path.insert(0, str(Path(__file__).parents[1]))

from jpcli.domain.currency_digits import CURRENCY_DIGITS
from tools.shared.files import write

HEADER = '''"""Decimals and symbols of the currencies in use, by upper-case ISO 4217 code.

Generated from CLDR by tools/currency_digits.py; do not edit. What Stripe counts otherwise
stands in currency.py.
"""

from __future__ import annotations

'''


def currencies() -> list[str]:
    """The codes of all currencies that are legal tender somewhere today, or were once, sorted."""
    codes = set(CURRENCY_DIGITS)
    for uses in get_global("territory_currencies").values():
        for code, _start, end, tender in uses:
            if end is None and tender:
                codes.add(code)
    return sorted(codes)


def render() -> str:
    """The text of the generated module."""
    codes = currencies()
    symbols = {code: get_currency_symbol(code, "en") for code in codes}
    # Letters need a space before the amount, and then the code itself is clearer.
    signs = {
        code: text for code, text in symbols.items() if text[-1] != "." and not text[-1].isalnum()
    }
    lines = [HEADER, "CURRENCY_DIGITS: dict[str, int] = {\n"]
    places = {code: CURRENCY_DIGITS.get(code, get_currency_precision(code)) for code in codes}
    lines += [f'    "{code}": {count},\n' for code, count in places.items()]
    lines += ["}\n\n", "CURRENCY_SYMBOLS: dict[str, str] = {\n"]
    lines += [f'    "{code}": "{symbol}",\n' for code, symbol in signs.items()]
    lines.append("}\n")
    return "".join(lines)


if __name__ == "__main__":
    write({"jpcli/domain/currency_digits.py": render()})
