"""The opposites of prices that were set or removed: what held from the same day on before.

The days since then are priced anew; what an invoice has billed already is corrected by the next one
(I3), as with any price that is set late.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events, events
from jpcli.domain.answers import Note
from jpcli.domain.instants import parse_date
from jpcli.domain.money import display_day_price
from jpcli.domain.prices import day_of
from jpcli.domain.words import quoted
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.products import first_day_sold, priced_offers
from jpcli.services.undo.ground import later, refused

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.services.undo.ground import Ground

KINDS = (events.PRICE_SET, agency_events.PRICE_REMOVED)


def undo(ground: Ground, event: Event) -> Note:
    """Record it; Refused `cannot_be_undone` where another price of that day came later, or where
    days of licenses would have none."""
    before, since = _before(ground, event), event.data["from"]
    ledger, size = ground.desk.ledger, event.data["bundle_size"]
    first_day = ledger.calendar.first_day_from(parse_date(since))
    called = _called(ground, event)
    if before is None or before.kind == agency_events.PRICE_REMOVED:
        _check_unused(ground, event, first_day)
        ground.writer.record(*agency_events.price_removed(event.subject, size, since))
        _call_back(ground, event, called, first_day)
        message = f"Removed the price of {event.subject} from {since} on"
    else:
        price_e12 = before.data["day_price_e12"]
        entry = events.price_set(
            event.subject, size, **called, since=since, day_price_e12=price_e12
        )
        ground.writer.record(*entry)
        text = display_day_price(price_e12, ledger.currency)
        message = f"Set the price of {called['name']} back to {text} a day from {since} on"
    ground.writer.reaches(first_day)
    return Note("price_set", message, "ok", event.subject)


def _call_back(ground: Ground, event: Event, called: dict[str, str], first_day: int) -> None:
    """Name and family came with the price, and go with it: with another price of the same offer,
    set again as it is, which is called so. An offer that has none left has none to be called by."""
    size, subject = event.data["bundle_size"], event.subject
    of_product = called if size == 1 else {"name": called["name"]}
    if all(value == event.data.get(key, value) for key, value in of_product.items()):
        return
    (now,) = (
        item
        for item in priced_offers(ground.desk.ledger, subject)
        if item.offer.bundle_size == size
    )
    left = [point for point in now.points if point.from_day != first_day]
    if left:
        since = ground.desk.ledger.calendar.iso(left[0].from_day)
        price_e12 = left[0].day_price_e12
        ground.writer.record(
            *events.price_set(subject, size, **called, since=since, day_price_e12=price_e12)
        )
    elif size == 1:
        name = {"name": called["name"]}
        ground.writer.record(*agency_events.product_edited(subject, name))


def _before(ground: Ground, event: Event) -> Event | None:
    """The event before about the same offer from the same day on."""
    calendar, size = ground.desk.ledger.calendar, event.data["bundle_size"]
    day, last = day_of(event, calendar), ground.command.ranges[-1][1]
    before = None
    for other in told(ground.desk.ledger, KINDS, subject=event.subject):
        if other.data["bundle_size"] != size or day_of(other, calendar) != day:
            continue
        if other.seq < event.seq:
            before = other
        elif other.seq > last and not ground.undoings.is_over(other.seq):
            raise later(event.subject, other.seq, other.kind)
    return before


def _called(ground: Ground, event: Event) -> dict[str, str]:
    """Name and family as they were before an event, if it gave others and these still hold; what
    it left as it was, or somebody changed since, is as it is now."""
    ledger, size = ground.desk.ledger, event.data["bundle_size"]
    kinds = (events.PRICE_SET, agency_events.PRODUCT_EDITED)
    names: dict[int, str] = {}
    family = None
    for earlier in told(ledger, kinds, subject=event.subject, until_seq=event.seq - 1):
        data = earlier.data
        if earlier.kind == events.PRICE_SET:
            names[data["bundle_size"]] = data["name"]
            family = data["family"] if data["bundle_size"] == 1 else family
        elif "name" in data:  # bundles that are called as the product is are called so still
            alone = names.get(1)
            names = {s: data["name"] if name == alone else name for s, name in names.items()}
    (now,) = (
        item for item in priced_offers(ledger, event.subject) if item.offer.bundle_size == size
    )
    called = {"name": now.offer.name, "family": now.family}
    before = {"name": names.get(size), "family": family}
    return {
        key: before[key] or shown if shown == event.data.get(key) else shown
        for key, shown in called.items()
    }


def _check_unused(ground: Ground, event: Event, first_day: int) -> None:
    """A day of a license that has no price can't be billed."""
    size = event.data["bundle_size"]
    for number, offer, _, points in priced_offers(ground.desk.ledger, event.subject):
        if offer.bundle_size != size:
            continue
        sold_day = first_day_sold(ground.desk.ledger, number)
        left = [point.from_day for point in points if point.from_day != first_day]
        if sold_day is not None and not any(day <= sold_day for day in left):
            raise refused(
                event,
                f"Licenses of {event.subject} are billed by this price",
                f"Set another one:   jpcli products set-price {quoted(event.subject)}"
                f" --price PRICE --from {ground.desk.ledger.calendar.iso(first_day)}",
            )
