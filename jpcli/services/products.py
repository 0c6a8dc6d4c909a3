"""The price list: products, what they cost a day, and since when (M1 to M3)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import money
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, JpcliError, Problem
from jpcli.domain.instants import parse_date
from jpcli.domain.keys import check_product_slug
from jpcli.ledger import catalog

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.ledger.writing import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.reading import Row

PRICE_COLUMNS = frozenset(
    {"product", "name", "family", "amount", "price_interval", "currency", "from", "bundle_size"}
)
PRICE_REQUIRED = frozenset({"product", "amount"})
MOST_IN_BUNDLE = 10_000
# Where a price list leaves out since when: before any license there could be.
_ALWAYS = "1970-01-01"


class Priced(NamedTuple):
    """One price as it is recorded; `day_price_e12` in 10^-12 of a minor unit (M1)."""

    product: str
    name: str
    family: str
    bundle_size: int
    since: str
    day_price_e12: int


def list_products(desk: Desk) -> Answer:
    """Every offer with the price of today and the next one that is known."""
    today = desk.today
    products = [_offer_object(desk, priced, today) for priced in catalog.priced_offers(desk.ledger)]
    return Answer({"products": products, "currency": desk.ledger.currency})


def show_product(desk: Desk, product: str) -> Answer:
    """One product: each way it is sold, with every price it ever had."""
    offers = catalog.priced_offers(desk.ledger, product)
    if not offers:
        raise _unknown(desk, product)
    return Answer({"products": [_offer_object(desk, priced, desk.today) for priced in offers]})


def set_price(
    desk: Desk, product: str, price: str, since: str | None = None, bundle_size: int | None = None
) -> Answer:
    """Let a price hold from a date on (default: today), M2. A bundle may be new, a product not.

    `price` is per license and day, in the ledger's currency: a plain decimal number.
    """
    size = 1 if bundle_size is None else bundle_size
    _check_size(size)
    facts = catalog.product_facts(desk.ledger, product)
    if facts is None:
        raise _unknown(desk, product)
    currency, calendar = desk.ledger.currency, desk.ledger.calendar
    day_price_e12 = money.parse_day_price(price, currency)
    date = calendar.iso(desk.today) if since is None else parse_date(since).isoformat()
    name = facts[0] if size == 1 else f"{facts[0]}, bundle of {size}"
    for priced in catalog.priced_offers(desk.ledger, product):
        if priced.offer.bundle_size == size:
            name = priced.offer.name
    wanted = Priced(product, name, facts[1], size, date, day_price_e12)

    def do(writer: Writer) -> Answer:
        _record(writer, wanted)
        writer.flush()
        text = money.display_day_price(day_price_e12, currency)
        note = Note("price_set", f"{name} costs {text} a day from {date} on", "ok", product)
        return Answer(show_product(desk, product).data, (note,))

    # As asked: "today" must be the same request tomorrow.
    request = {"command": "products set-price", "price": [product, price, since, size]}
    return desk.change(request, do)


def import_prices(desk: Desk, rows: Iterable[Row], problems: list[Problem]) -> Answer:
    """Take over a price list, all or nothing; prices that are known already change nothing."""
    wanted = checked_prices(rows, desk.ledger.currency, problems)
    if problems:
        raise bad_price_list(problems)

    def do(writer: Writer) -> Answer:
        recorded = 0
        for price in wanted:
            if not _is_known(desk, price):
                _record(writer, price)
                recorded += 1
        writer.flush()
        plural = "price" if recorded == 1 else "prices"
        note = Note("prices_imported", f"Took over {recorded:,} {plural} of {len(wanted):,}", "ok")
        data = {"imported": recorded, "unchanged": len(wanted) - recorded}
        return Answer({**list_products(desk).data, **data}, (note,))

    request = {"command": "products import", "prices": [list(price) for price in wanted]}
    return desk.change(request, do)


def checked_prices(rows: Iterable[Row], currency: str, problems: list[Problem]) -> list[Priced]:
    """The rows of a price list as prices; what is wrong goes to `problems`, with its line."""
    wanted = []
    seen: dict[tuple[str, int, str], int] = {}
    for row in rows:
        try:
            price = _priced(row.values, currency)
            same = (price.product, price.bundle_size, price.since)
            if same in seen:
                raise BadInput(
                    "double_price",
                    f"{price.product} has a price from {price.since} on line {seen[same]} already",
                    subject=price.product,
                )
            seen[same] = row.line
            wanted.append(price)
        except JpcliError as error:
            problems.append(Problem(error.code, error.subject, error.message, row.line))
    return wanted


def bad_price_list(problems: list[Problem]) -> BadInput:
    """One error for a price list, with every problem in it."""
    return BadInput(
        "bad_price_list",
        f"{len(problems):,} problems in the price list; nothing was written",
        hint="Columns: product, name, family, amount, price_interval (day or month), currency,"
        " from, bundle_size.",
        problems=tuple(problems),
    )


def record_prices(writer: Writer, prices: list[Priced]) -> None:
    """Record prices in order; the caller checked them."""
    for price in sorted(prices, key=lambda p: (p.product, p.bundle_size, p.since)):
        _record(writer, price)


def _record(writer: Writer, price: Priced) -> None:
    data = {
        "name": price.name,
        "family": price.family,
        "bundle_size": price.bundle_size,
        "from": price.since,
        "day_price_e12": price.day_price_e12,
    }
    writer.record("price.set", price.product, data)


def _priced(values: dict[str, Any], currency: str) -> Priced:
    """One row of a price list. A monthly amount becomes a day price by M3."""
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
    since = parse_date(str(values.get("from") or _ALWAYS)).isoformat()
    name = str(values.get("name") or product)
    family = str(values.get("family") or product)
    return Priced(
        product, name, family, size, since, parsers[interval](str(values["amount"]), currency)
    )


def _size(value: Any) -> int:
    text = "1" if value is None else str(value)
    if not (text.isascii() and text.isdigit()):
        raise BadInput("bad_bundle_size", f"bundle_size must be a whole number, not {text[:40]}")
    size = int(text[:9])
    _check_size(size)
    return size


def _check_size(size: int) -> None:
    if not 1 <= size <= MOST_IN_BUNDLE:
        raise BadInput(
            "bad_bundle_size", f"A bundle has 1 to {MOST_IN_BUNDLE:,} licenses, not {size}"
        )


def _is_known(desk: Desk, price: Priced) -> bool:
    """Is this very price in force from this very day already?"""
    ledger = desk.ledger
    day = ledger.calendar.first_day_from(parse_date(price.since))
    for priced in catalog.priced_offers(ledger, price.product):
        if priced.offer.bundle_size == price.bundle_size and priced.offer.name == price.name:
            return any(
                point.from_day == day and point.day_price_e12 == price.day_price_e12
                for point in priced.points
            )
    return False


def _offer_object(desk: Desk, priced: catalog.PricedOffer, today: int) -> dict[str, Any]:
    currency, calendar = desk.ledger.currency, desk.ledger.calendar
    now = [point for point in priced.points if point.from_day <= today]
    prices = [
        {
            "from": calendar.iso(point.from_day),
            "day_price": money.format_day_price(point.day_price_e12, currency),
        }
        for point in priced.points
    ]
    return {
        "product": priced.offer.product,
        "name": priced.offer.name,
        "family": priced.family,
        "bundle_size": priced.offer.bundle_size if priced.offer.bundle_size > 1 else None,
        "day_price": prices[len(now) - 1]["day_price"] if now else None,
        "currency": currency,
        "prices": prices,
    }


def _unknown(desk: Desk, product: str) -> BadInput:
    from difflib import get_close_matches

    close = get_close_matches(product, catalog.product_names(desk.ledger), n=1, cutoff=0.4)
    return BadInput(
        "unknown_product",
        f"There is no product {product} in the price list",
        hint=f"Did you mean {close[0]}?" if close else "See them all:   jpcli products list",
        subject=product,
    )
