"""The price list: products, what they cost a day, and since when (M1 to M3)."""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING

from jpcli.domain import money
from jpcli.domain.answers import Answer, Note
from jpcli.domain.instants import parse_date
from jpcli.domain.words import count
from jpcli.ledger.queries import products as product_queries
from jpcli.ledger.writer import asks_about
from jpcli.services.change import change, without_rows
from jpcli.services.meant import known_product
from jpcli.services.products.price_list import (
    Priced,
    bad_price_list,
    check_size,
    checked_prices,
    free_notes,
    is_known,
    named,
    record_price,
)

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.contract.products import (
        OfferListAnswer,
        OfferObject,
        OffersAnswer,
        OffersImportedAnswer,
        PriceObject,
    )
    from jpcli.domain.errors import Problem
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row


OFFER_COLUMNS = (
    "product",
    "name",
    "family",
    "bundle_size",
    "day_price",
    "currency",
    "prices",
    "since",
)


def list_products(desk: Desk, *, hidden: bool = False) -> Answer[OfferListAnswer]:
    """Every offer, or those that are `hidden`, with the price of today and the next one that is
    known."""
    today = desk.today
    not_offered = product_queries.hidden_products(desk.ledger)
    products = [
        _offer_object(desk, priced, today)
        for priced in product_queries.priced_offers(desk.ledger)
        if (priced.offer.product in not_offered) == hidden
    ]
    return Answer({"products": products, "currency": desk.ledger.currency})


def show_product(desk: Desk, product: str) -> Answer[OffersAnswer]:
    """One product: each way it is sold, with every price it ever had."""
    return Answer({"products": _offers_of(desk, known_product(desk.ledger, product))})


def _offers_of(desk: Desk, product: str) -> list[OfferObject]:
    offers = product_queries.priced_offers(desk.ledger, product)
    return [_offer_object(desk, priced, desk.today) for priced in offers]


def set_price(
    desk: Desk, product: str, price: str, since: str | None = None, bundle_size: int | None = None
) -> Answer[OffersAnswer]:
    """Let a price hold from a date on (default: today, or the day of `--at`), M2. A bundle may be
    new, a product not.

    `price` is per license and day, in the ledger's currency: a plain decimal number.
    """
    size = 1 if bundle_size is None else bundle_size
    check_size(size)
    currency = desk.ledger.currency
    day_price_e12 = money.parse_day_price(price, currency)
    date = _effective_date(desk) if since is None else parse_date(since).isoformat()

    def do(writer: Writer) -> Answer[OffersAnswer]:
        wanted = _priced(desk, known_product(desk.ledger, product), size, date, day_price_e12)
        record_price(writer, wanted)
        writer.flush()
        text = money.display_day_price(day_price_e12, currency)
        until = _last_date(desk, wanted)
        lasting = f"from {date} on" if until is None else f"from {date} to {until}"
        message = f"Set the price of {wanted.name} to {text} a day {lasting}"
        note = Note("price_set", message, "ok", wanted.product)
        offers = _offers_of(desk, wanted.product)
        return Answer({"products": offers}, (note, *free_notes([wanted])))

    # As asked: "today" must be the same request tomorrow.
    request = {"command": "products set-price", "price": [product, price, since, size]}
    asks = (
        partial(product_queries.product_facts, desk.ledger, product),
        partial(product_queries.priced_offers, desk.ledger, product),
    )
    return change(desk, request, do, chain(asks_about(desk.ledger, product=product), asks))


def _priced(desk: Desk, product: str, size: int, since: str, day_price_e12: int) -> Priced:
    """A price of a product that is there, under the name that this offer has or gets."""
    facts = product_queries.product_facts(desk.ledger, product)
    assert facts is not None
    name = facts[0] if size == 1 else f"{facts[0]}, bundle of {size}"
    for priced in product_queries.priced_offers(desk.ledger, product):
        if priced.offer.bundle_size == size:
            name = priced.offer.name
    return Priced(product, name, facts[1], size, since, day_price_e12)


def import_prices(
    desk: Desk, rows: Iterable[Row], problems: list[Problem]
) -> Answer[OffersImportedAnswer]:
    """Take over a price list, all or nothing; prices that are known already change nothing.

    A row that does not say since when changes the price from today on, or from the day of `--at`.
    """
    asked = checked_prices(rows, desk.ledger.currency, problems, _effective_date(desk))
    if problems:
        raise bad_price_list(problems)

    def do(writer: Writer) -> Answer[OffersImportedAnswer]:
        wanted = named(asked, product_queries.priced_offers(desk.ledger))
        new = [price for price in wanted if not is_known(desk, price)]
        for price in new:
            record_price(writer, price)
        writer.flush()
        data: OffersImportedAnswer = {
            **list_products(desk).data,
            "imported": len(new),
            "unchanged": len(wanted) - len(new),
        }
        return Answer(data, (_imported_note(new, len(wanted)), *free_notes(new)))

    # As asked: a list without dates must be the same request tomorrow.
    undated = [price if price.dated else price._replace(since="") for price in asked]
    request = {"command": "products import", "prices": [list(price[:6]) for price in undated]}
    if not asked:
        known = list_products(desk).data
        return without_rows(desk, request, {**known, "imported": 0, "unchanged": 0})
    return change(desk, request, do)


def _imported_note(new: list[Priced], total: int) -> Note:
    """How many prices were new, and from when they hold."""
    message = f"Took over {count(len(new), 'price')} of {total:,}"
    dates = sorted({price.since for price in new})
    if len(dates) == 1:
        message += f", from {dates[0]} on"
    elif dates:
        message += f", from dates between {dates[0]} and {dates[-1]} on"
    return Note("prices_imported", message, "ok")


def _effective_date(desk: Desk) -> str:
    """The date on which a change takes effect: that of `--at`, else today."""
    calendar = desk.ledger.calendar
    return calendar.iso(calendar.day_of(desk.effective_at()))


def _last_date(desk: Desk, price: Priced) -> str | None:
    """The last date of a price that another one follows; None when it holds from then on."""
    calendar = desk.ledger.calendar
    day = calendar.first_day_from(parse_date(price.since))
    for priced in product_queries.priced_offers(desk.ledger, price.product):
        if priced.offer.bundle_size == price.bundle_size:
            later = [point.from_day for point in priced.points if point.from_day > day]
            return calendar.iso(later[0] - 1) if later else None
    return None


def _offer_object(desk: Desk, priced: product_queries.PricedOffer, today: int) -> OfferObject:
    currency, calendar = desk.ledger.currency, desk.ledger.calendar
    now = [point for point in priced.points if point.from_day <= today]
    prices: list[PriceObject] = [
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
        "since": prices[len(now) - 1]["from"] if now else None,
    }
