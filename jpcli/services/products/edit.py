"""A product put right: another name, hidden, or a price that is not to come after all."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import parse_date
from jpcli.domain.texts import clean, is_plain_line
from jpcli.domain.words import quoted
from jpcli.ledger.queries import products as queries
from jpcli.services.change import change
from jpcli.services.meant import known_product
from jpcli.services.products.products import show_product
from jpcli.services.refusals import known_offer

if TYPE_CHECKING:
    from jpcli.domain.contract.products import OffersAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

_LONGEST = 200


def rename_product(desk: Desk, product: str, name: str) -> Answer[OffersAnswer]:
    """Let people read another name for a product, on bills to come. Raises BadInput
    `unknown_product`, `bad_name`."""
    text = clean(name)
    if not text or len(text) > _LONGEST or not is_plain_line(text):
        raise BadInput("bad_name", f"A name has 1 to {_LONGEST} printable characters", subject=name)

    def do(writer: Writer) -> Answer[OffersAnswer]:
        slug, known = _named(desk, product)
        if known == text:
            note = Note("already_renamed", f"{slug} is called {text} already", "info", slug)
            return Answer(show_product(desk, slug).data, (note,))
        message = f"Renamed {known} to {text}"
        return _edited(desk, writer, slug, {"name": text}, message)

    return change(desk, {"command": "products rename", "product": product, "to": text}, do)


def hide_product(desk: Desk, product: str, *, back: bool = False) -> Answer[OffersAnswer]:
    """Offer a product no more, or with `back` again; licenses that run go on being billed. Raises
    BadInput `unknown_product`."""

    def do(writer: Writer) -> Answer[OffersAnswer]:
        slug, name = _named(desk, product)
        if queries.is_hidden(desk.ledger, slug) == (not back):
            told = "offered" if back else "hidden"
            note = Note("already_hidden", f"{name} is {told} already", "info", slug)
            return Answer(show_product(desk, slug).data, (note,))
        message = f"Put {name} back into the list" if back else f"Took {name} off the list"
        return _edited(desk, writer, slug, {"hidden": not back}, message)

    return change(desk, {"command": "products hide", "product": product, "back": back}, do)


def remove_price(
    desk: Desk, product: str, since: str, bundle_size: int | None = None
) -> Answer[OffersAnswer]:
    """Take back a price that is to come (M2). Raises BadInput `unknown_product`, `unknown_bundle`,
    `unknown_price`, Refused `price_in_force` for one that has begun."""
    date = parse_date(since)

    def do(writer: Writer) -> Answer[OffersAnswer]:
        calendar = desk.ledger.calendar
        slug, size = known_offer(desk.ledger, product, bundle_size)
        day = calendar.first_day_from(date)
        (offer,) = (
            one for one in queries.priced_offers(desk.ledger, slug) if one.offer.bundle_size == size
        )
        later = [calendar.iso(p.from_day) for p in offer.points if p.from_day > desk.today]
        name, bundle = offer.offer.name, f" --bundle {size}" if size > 1 else ""
        if all(point.from_day != day for point in offer.points):
            to_come = f"; to come are {', '.join(later)}" if later else ""
            raise BadInput(
                "unknown_price",
                f"{name} has no price that begins on {date.isoformat()}{to_come}",
                hint=f"See its prices:   jpcli products show {quoted(slug)}",
                subject=slug,
            )
        if day <= desk.today:
            raise Refused(
                "price_in_force",
                f"The price of {name} from {date.isoformat()} on has begun",
                hint="Set another from a day on:"
                f"   jpcli products set-price {quoted(slug)}{bundle} --price AMOUNT",
                subject=slug,
            )
        writer.record(*agency_events.price_removed(slug, size, date.isoformat()))
        writer.flush()
        message = f"Removed the price of {name} from {date.isoformat()} on"
        note = Note("price_removed", message, "ok", slug)
        return Answer(show_product(desk, slug).data, (note,))

    request = {
        "command": "products remove-price",
        "price": [product, date.isoformat(), bundle_size],
    }
    return change(desk, request, do)


def _named(desk: Desk, product: str) -> tuple[str, str]:
    """The slug of a product and what people read for it; errors as `known_product`."""
    slug = known_product(desk.ledger, product)
    facts = queries.product_facts(desk.ledger, slug)
    assert facts is not None
    return slug, facts[0]


def _edited(
    desk: Desk, writer: Writer, product: str, changed: dict[str, Any], message: str
) -> Answer[OffersAnswer]:
    writer.record(*agency_events.product_edited(product, changed))
    writer.flush()
    note = Note("product_edited", message, "ok", product)
    return Answer(show_product(desk, product).data, (note,))
