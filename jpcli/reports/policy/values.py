"""What one value of a policy may be: each kind of key has a reader that takes it or says why not.

A reader raises `Unfit` with the whole sentence. Nothing here knows which key it reads for.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.currency import symbol
from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_PROBLEMS
from jpcli.domain.money import parse_amount, parse_percent
from jpcli.domain.names import check_client_name
from jpcli.domain.site_urls import normalize_pattern, normalize_url
from jpcli.domain.texts import clean
from jpcli.domain.words import closest
from jpcli.reports.policy import rules

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping, Sequence

GLOB_SIGNS = "*?"
MAX_PATTERN = 1000
MAX_LIST = 100_000


class Facts(NamedTuple):
    """What a policy is read against: the ledger's currency, its products and its clients, what it
    calls a site, and what a client is called now whose name was `given_up`."""

    currency: str
    products: Collection[str]
    clients: Collection[str]
    site_name: Callable[[str], str] = normalize_url
    given_up: Mapping[str, str] = MappingProxyType({})


class Figure(str):
    """A TOML float, kept as its text: money never goes through a binary float."""

    __slots__ = ()


class Unfit(Exception):
    """A value that will not do, or by their numbers those of a list that will not."""

    def __init__(self, code: str, message: str, items: Mapping[int, Unfit] | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.items = items or {}


def read(key: rules.Key, value: Any, facts: Facts) -> Any:
    """The value of a key, checked and in one form. Raises Unfit."""
    if key.kind == rules.CHOICE:
        return _choice(key.choices, value)
    return _READERS[key.kind](value, facts)


def _count(value: Any, _facts: Facts) -> int:
    if type(value) is not int or not 0 <= value <= rules.MOST:
        raise Unfit("bad_number", f"must be a whole number from 0 on, not {shown(value)}")
    return value


def _amount(value: Any, facts: Facts) -> int:
    """An amount in minor units; a number and a text are the same."""
    code = facts.currency
    text = str(value) if type(value) is int else value
    try:
        return parse_amount(_plain_text(text), code)
    except (BadInput, Unfit):
        example = symbol(code)
        message = (
            f"must be an amount in {code.upper()} such as 250, without {example} or separators"
        )
        raise Unfit("bad_amount", f"{message}, not {shown(value)}") from None


def _percent(value: Any, _facts: Facts) -> int:
    text = str(value) if type(value) is int else value
    try:
        return parse_percent(_plain_text(text))
    except (BadInput, Unfit):
        message = f"must be a percentage such as 10 or 12.5, not {shown(value)}"
        raise Unfit("bad_percent", message) from None


def _plain_text(value: Any) -> str:
    if not isinstance(value, str):
        raise Unfit("bad_value", "")
    return str(value)


def _switch(value: Any, _facts: Facts) -> str | None:
    """The level of a finding, None for a check that is off."""
    if type(value) is bool:
        return rules.ERROR if value else None
    if value == rules.WARNING and not isinstance(value, Figure):
        return rules.WARNING
    raise Unfit("bad_value", f'must be true, false or "{rules.WARNING}", not {shown(value)}')


def _choice(choices: tuple[str, ...], value: Any) -> str:
    if isinstance(value, str) and value in choices:
        return value
    named = " or ".join(f'"{choice}"' for choice in choices)
    raise Unfit("bad_value", f"must be {named}, not {shown(value)}{meant(value, choices)}")


def _product(value: Any, facts: Facts) -> str:
    name = _text(value, "a product")
    if not any(fits(name, product) for product in facts.products):
        hint = meant(name, facts.products) or "; see jpcli products list"
        raise Unfit("unknown_product", f"no product is {shown(value)}{hint}")
    return name


def _products(value: Any, facts: Facts) -> tuple[str, ...]:
    return _each(value, '["jetpack-scan"]', _known_product, facts)


def _known_product(value: Any, facts: Facts) -> str:
    name = _text(value, "a product")
    if name not in facts.products:
        hint = meant(name, facts.products) or "; see jpcli products list"
        raise Unfit("unknown_product", f"there is no product {shown(value)}{hint}")
    return name


def _site(value: Any, facts: Facts) -> str:
    """An address in the form the ledger has, or a pattern as it is."""
    text = _text(value, "a site")
    if is_pattern(text):
        if len(text) > MAX_PATTERN or not text.isprintable():
            raise Unfit("bad_site", f"{shown(value)} is no pattern for addresses")
        return normalize_pattern(text)
    try:
        return facts.site_name(text)
    except BadInput as error:
        raise Unfit(error.code, error.message.removesuffix(".")) from None


def _sites(value: Any, facts: Facts) -> tuple[str, ...]:
    return _each(value, '["https://shop.example"]', _site, facts)


def _client(value: Any, facts: Facts) -> str:
    text = _text(value, "a client", empty=True)
    if not text:
        return text
    try:
        name = check_client_name(text)
    except BadInput as error:
        raise Unfit(error.code, error.message.removesuffix(".")) from None
    if name in facts.given_up:
        raise Unfit("client_renamed", f"{shown(value)} is called {shown(facts.given_up[name])} now")
    if name not in facts.clients:
        hint = meant(name, facts.clients) or "; see jpcli clients list"
        raise Unfit("unknown_client", f"there is no client {shown(value)}{hint}")
    return name


def _text(value: Any, what: str, *, empty: bool = False) -> str:
    if not isinstance(value, str) or isinstance(value, Figure) or not (value or empty):
        raise Unfit("bad_value", f"must be {what} in quotes, not {shown(value)}")
    return clean(value)


def _list(value: Any, example: str) -> list[Any]:
    if not isinstance(value, list) or not 0 < len(value) <= MAX_LIST:
        raise Unfit("bad_value", f"must be a list such as {example}, not {shown(value)}")
    return value


def _each(
    value: Any, example: str, reader: Callable[[Any, Facts], str], facts: Facts
) -> tuple[str, ...]:
    """Each item of a list once. Raises Unfit with all that will not do, up to where nobody reads
    on."""
    found: list[str] = []
    wrong: dict[int, Unfit] = {}
    for number, item in enumerate(_list(value, example)):
        try:
            found.append(reader(item, facts))
        except Unfit as error:
            wrong[number] = error
            if len(wrong) > MAX_PROBLEMS:
                break
    if wrong:
        raise Unfit("bad_value", "has items that will not do", wrong)
    return tuple(dict.fromkeys(found))


_READERS: Mapping[str, Callable[[Any, Facts], Any]] = {
    rules.COUNT: _count,
    rules.AMOUNT: _amount,
    rules.PERCENT: _percent,
    rules.SWITCH: _switch,
    rules.PRODUCT: _product,
    rules.PRODUCTS: _products,
    rules.SITE: _site,
    rules.SITES: _sites,
    rules.CLIENT: _client,
}


def is_pattern(text: str) -> bool:
    """Whether a text stands for several: it has a `*` or a `?`."""
    return any(sign in text for sign in GLOB_SIGNS)


def fits(pattern: str, name: str) -> bool:
    """Whether a name is what a pattern means; everything but `*` and `?` means itself."""
    if not is_pattern(pattern):
        return pattern == name
    from fnmatch import fnmatchcase

    return fnmatchcase(name, pattern.replace("[", "[[]"))


def site_matcher(patterns: Sequence[str]) -> Callable[[str], bool]:
    """Whether one of the patterns fits an address, whatever the case; without a scheme a pattern
    is for http and https."""
    if not patterns:
        return lambda _url: False
    import re

    parts = [
        ("" if "://" in pattern else "https?://")
        + "".join({"*": ".*", "?": "."}.get(sign) or re.escape(sign) for sign in pattern)
        for pattern in patterns
    ]
    found = re.compile("|".join(parts), re.IGNORECASE | re.ASCII | re.DOTALL)
    return lambda url: found.fullmatch(url) is not None


def meant(name: object, known: Collection[str]) -> str:
    """`; did you mean at_most?`, or nothing."""
    near = closest(str(name), known, 0.6)
    return "" if near is None else f"; did you mean {near}?"


def shown(value: Any) -> str:
    """A value as TOML has it, short."""
    if type(value) is bool:
        return "true" if value else "false"
    if isinstance(value, Figure):
        return str(value)
    if isinstance(value, dict):
        return "a table"
    if isinstance(value, list):
        return "a list" if value else "an empty list"
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:60] + "…"
