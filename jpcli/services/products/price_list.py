"""A price list: what its rows may say, and how a price is recorded (M1 to M3).

Owns the columns and their checks, and since when a price holds whose row does not say.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import events, money
from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput, JpcliError, by_line, problem_of
from jpcli.domain.instants import parse_date
from jpcli.domain.names import check_product_slug
from jpcli.domain.texts import check_remark
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries import products
from jpcli.services.files.rows import is_text, whole_number

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.errors import Problem
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

PRICE_FIELDS = (
    "product",
    "name",
    "family",
    "amount",
    "price_interval",
    "currency",
    "from",
    "bundle_size",
)
# What `products list` has in the place of amount and from.
_LISTED = ("day_price", "prices")
# And that day_price's `from`: whoever edits day_price there means from today on.
_SINCE = "since"
PRICE_COLUMNS = frozenset((*PRICE_FIELDS, *_LISTED, _SINCE))
PRICE_REQUIRED = frozenset({"product", "amount"})
PRICE_INSTEAD = {"amount": _LISTED}
MOST_IN_BUNDLE = 10_000


class Priced(NamedTuple):
    """One price as it is recorded; `day_price_e12` in 10^-12 of a minor unit (M1). It was `dated`
    if the list itself said since when; else it changes a price from a day on, where it differs. It
    was `rounded_away` if it is more than nothing a month and comes to nothing a day (M3).
    `name` and `family` are empty where the list has none, until `named` fills them in."""

    product: str
    name: str
    family: str
    bundle_size: int
    since: str
    day_price_e12: int
    dated: bool = True
    rounded_away: bool = False


@contextmanager
def shipped_list() -> Iterator[str]:
    """The path of the list for a ledger that is made without one of its own, while it lasts."""
    from importlib.resources import as_file, files

    with as_file(files("jpcli") / "data" / "prices.csv") as path:
        yield str(path)


def checked_prices(
    rows: Iterable[Row], currency: str, problems: list[Problem], undated: str
) -> list[Priced]:
    """The rows of a price list as prices; what is wrong goes to `problems`, with its line.

    `undated` is the date from which a price holds where its row does not say.
    """
    wanted = []
    seen: dict[tuple[str, int, str], int] = {}
    for row in rows:
        try:
            for price in _prices(row.values, currency, undated):
                same = (price.product, price.bundle_size, price.since)
                if same in seen:
                    told = f"has a price from {price.since} on line {seen[same]} already"
                    message = f"{price.product} {told}"
                    raise BadInput("double_price", message, subject=price.product)
                seen[same] = row.line
                wanted.append(price)
        except JpcliError as error:
            problems.append(problem_of(error, row.line))
    return wanted


def bad_price_list(problems: list[Problem]) -> BadInput:
    """One error for a price list, with every problem in it."""
    return BadInput(
        "bad_price_list",
        f"{count(len(problems), 'problem')} in the price list; nothing was written",
        hint="Columns: product, name, family, amount, price_interval (day or month), currency,"
        " from, bundle_size.",
        problems=tuple(by_line(problems)),
    )


def named(prices: Iterable[Priced], known: Iterable[products.PricedOffer] = ()) -> list[Priced]:
    """The prices with a name and a family each: a product keeps those it has (`known`), a new one
    is called as it is in the list, else by its slug."""
    families: dict[str, str] = {}
    names: dict[tuple[str, int], str] = {}
    for priced in known:
        families[priced.offer.product] = priced.family
        names[priced.offer.product, priced.offer.bundle_size] = priced.offer.name
    listed = list(prices)
    for price in listed:
        if price.name:
            names[price.product, price.bundle_size] = price.name
        if price.family:
            families[price.product] = price.family
    found = []
    for price in listed:
        name = names.get((price.product, 1), price.product)
        if price.bundle_size > 1:
            bundle = f"{name}, bundle of {price.bundle_size}"
            name = names.get((price.product, price.bundle_size), bundle)
        family = families.get(price.product, price.product)
        found.append(price._replace(name=price.name or name, family=price.family or family))
    return found


def free_notes(prices: Iterable[Priced]) -> list[Note]:
    """Remarks on what costs nothing, which is seldom meant: the first, and how many more."""
    free = [price for price in prices if not price.day_price_e12]
    if not free:
        return []
    first, more = free[0], and_more(len(free) - 1)
    if first.rounded_away:
        why = f"The price of a month of {first.name} comes to nothing a day"
    else:
        why = f"{first.name} costs nothing"
    bundle = f" --bundle {first.bundle_size}" if first.bundle_size > 1 else ""
    command = f"jpcli products set-price {quoted(first.product)}{bundle} --price PRICE"
    message = f"{why}, from {first.since} on{more}: no invoice will have it"
    return [Note("free_price", message, "warning", first.product, f"Set another:   {command}")]


def record_prices(writer: Writer, prices: list[Priced]) -> None:
    """Record prices in order; the caller checked them."""
    for price in sorted(prices, key=lambda p: (p.product, p.bundle_size, p.since)):
        record_price(writer, price)


def record_price(writer: Writer, price: Priced) -> None:
    entry = events.price_set(
        price.product,
        price.bundle_size,
        name=price.name,
        family=price.family,
        since=price.since,
        day_price_e12=price.day_price_e12,
    )
    writer.record(*entry)
    writer.reaches(writer.ledger.calendar.first_day_from(parse_date(price.since)))


def is_known(desk: Desk, price: Priced) -> bool:
    """Is this very price in force from this very day already? From whichever day, where the list
    does not say."""
    ledger = desk.ledger
    day = ledger.calendar.first_day_from(parse_date(price.since))
    for priced in products.priced_offers(ledger, price.product):
        offer = priced.offer
        same_family = price.bundle_size > 1 or priced.family == price.family
        if (offer.bundle_size, offer.name) == (price.bundle_size, price.name) and same_family:
            begun = [point for point in priced.points if point.from_day <= day]
            return (
                bool(begun)
                and begun[-1].day_price_e12 == price.day_price_e12
                and (begun[-1].from_day == day or not price.dated)
            )
    return False


def _prices(values: dict[str, Any], currency: str, undated: str) -> list[Priced]:
    """What one row of a price list says: a price, or in `prices` all that an offer has."""
    listed, shown = (values.get(name) for name in _LISTED[::-1])
    told = [name for name in ("amount", "price_interval", "from") if values.get(name) is not None]
    if listed is None and shown is None:
        if values.get(_SINCE) is not None:
            raise BadInput("bad_date", "since goes with day_price; for an amount it is from")
        return [_priced(values, currency, undated)]
    if (listed is not None and told) or "amount" in told:
        other = "day_price" if listed is None else "prices"
        raise BadInput("two_prices", f"{told[0]} and {other} can't be in one row")
    alone = {name: values.get(name) for name in PRICE_FIELDS if name != "price_interval"}
    if listed is None:
        return [_priced({**alone, "amount": shown}, currency, undated)]
    found = [
        _priced({**alone, "amount": price["day_price"], "from": price["from"]}, currency, undated)
        for price in _listed_prices(listed)
    ]
    if shown is not None:
        day_price_e12 = money.parse_day_price(str(shown), currency)
        if day_price_e12 not in [price.day_price_e12 for price in found]:
            raise BadInput(
                "two_prices",
                f"day_price {shown} is none of its prices",
                hint="Change it in prices, too, or leave that column out: then it is the price"
                " from today on.",
            )
    return found


def _listed_prices(value: Any) -> list[dict[str, Any]]:
    """`prices` as JSON has it, or as a cell has that JSON."""
    if isinstance(value, str):
        try:
            value = json.loads(value, parse_float=str)
        except (ValueError, RecursionError):
            value = None
    if not isinstance(value, list) or not all(
        isinstance(item, dict)
        and item.keys() == {"from", "day_price"}
        and None not in item.values()
        and all(map(is_text, item.values()))
        for item in value
    ):
        form = '[{"from": "2026-01-01", "day_price": "0.27"}]'
        raise BadInput("bad_prices", f"prices must be a list such as {form}")
    return value


def _priced(values: dict[str, Any], currency: str, undated: str) -> Priced:
    """One price. A monthly amount becomes a day price by M3."""
    product = check_product_slug(str(values["product"]))
    named = values.get("currency")
    if named is not None and str(named).lower() != currency:
        raise BadInput(
            "other_currency",
            f"The price of {product} is in {named}, the ledger in {currency} (M6)",
            subject=product,
        )
    interval = values.get("price_interval") or "day"
    parsers = {"day": money.parse_day_price, "month": money.parse_month_price}
    if interval not in parsers:
        raise BadInput(
            "bad_price_interval",
            f"price_interval must be day or month, not {interval}",
            subject=product,
        )
    size = _size(values.get("bundle_size"))
    told = values.get("from")
    since = parse_date(str(told or undated)).isoformat()
    name = check_remark(str(values.get("name") or ""), "name")
    family = check_remark(str(values.get("family") or ""), "family")
    amount = str(values["amount"])
    day_price_e12 = parsers[interval](amount, currency)
    rounded_away = not day_price_e12 and any(figure in amount for figure in "123456789")
    return Priced(product, name, family, size, since, day_price_e12, bool(told), rounded_away)


def _size(value: Any) -> int:
    size = 1 if value is None else whole_number(value)
    if size is None:
        shown = str(value)[:40]
        raise BadInput("bad_bundle_size", f"bundle_size must be a whole number, not {shown}")
    check_size(size)
    return size


def check_size(size: int) -> None:
    if not 1 <= size <= MOST_IN_BUNDLE:
        raise BadInput(
            "bad_bundle_size", f"A bundle has 1 to {MOST_IN_BUNDLE:,} licenses, not {size}"
        )
