"""The members of a proof that stand before its licenses, read and held against each other.

Owns what they say about one bill: whose, of which month, in which zone, at which prices.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import currency as currencies
from jpcli.domain import events
from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.calendar import OPEN_DAY, BillingCalendar
from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_PROOF_ITEM_BYTES
from jpcli.domain.money import MAX_STORED, parse_markup
from jpcli.domain.periods import month_period, parse_month
from jpcli.domain.prices import day_of
from jpcli.ledger.database.connection import ZONE_DATA, calendar_by
from jpcli.services.proofs import shape
from jpcli.services.proofs.form import EARLIER_KEYS, FORM, INVOICE_KEYS
from jpcli.services.proofs.lives import RENAMES, Names
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.events import Event
    from jpcli.domain.periods import Period
    from jpcli.services.files.json_members import Members
    from jpcli.services.proofs.findings import Events, Findings

# What reading events that make no sense may raise.
UNTELLABLE = (
    *(BadInput, ArithmeticError, AssertionError, AttributeError, LookupError),
    *(OSError, RecursionError, TypeError, ValueError),
)
_MOST_EARLIER = 10_000
# Sets of rules of a zone, each for some years: a small text may unfold to 64 KiB of each.
_MOST_RULES = 100
_LINE_KINDS = ("license", "bundle", "adjustment", "credit")


class Bill(NamedTuple):
    """What a proof is of. `client` is a list of one name (None: nobody) or empty for the whole
    bill, `closing` the event that closed the invoice without its hash, None for an open month."""

    invoice: dict[str, Any]
    client: tuple[str | None, ...]
    markup_e6: int | None
    closing: dict[str, Any] | None

    @property
    def is_whole(self) -> bool:
        return not self.client


class Grounds(NamedTuple):
    """What days and amounts of a bill go by."""

    calendar: BillingCalendar
    period: Period
    currency: str
    prices: dict[tuple[str, int], dict[int, int]]
    names: Names


def read_bill(members: Members) -> Bill:
    """The first members; what is no proof is Unfit."""
    if members.value("form") != FORM:
        raise Unfit(f"its form is not {FORM}")
    invoice = shape.fields(members.value("invoice"), INVOICE_KEYS, "invoice")
    closed = invoice["number"] is not None
    if closed:
        shape.name(invoice["number"], "number")
        shape.sha256_hex(invoice["content_hash"], "content_hash")
    elif invoice["content_hash"] is not None:
        raise Unfit("a month that is not closed has no content_hash")
    shape.sha256_hex(invoice["head"], "head")
    for name in ("period", "currency", "time_zone"):
        shape.name(invoice[name], name)
    for name in ("first_day", "last_day", "total_minor"):
        shape.whole(invoice[name], name)
    whose = members.value("whose")
    client: tuple[str | None, ...] = ()
    if whose is not None:
        client = (
            shape.name_or_none(shape.fields(whose, ("client",), "whose")["client"], "client"),
        )
    markup = shape.name_or_none(members.value("markup"), "markup")
    closing = members.value("closing")
    if (closing is not None) != (closed and not client):
        raise Unfit("closing belongs to the whole of a closed invoice")
    if markup is not None and not client:
        raise Unfit("a markup belongs to one client's proof")
    return Bill(invoice, client, _markup(markup), closing)


def _markup(text: str | None) -> int | None:
    if text is None:
        return None
    try:
        return parse_markup(text)
    except BadInput as error:
        raise Unfit("markup is no percentage") from error


def read_grounds(members: Members, bill: Bill, told: Events, findings: Findings) -> Grounds:
    """Zone, currency, prices and names; what can't be made sense of is Unfit."""
    facts = _facts(members, told)
    invoice = bill.invoice
    try:
        calendar = calendar_by(facts)
        period = month_period(calendar, *parse_month(invoice["period"]))
        currency = facts["currency"]
        currencies.digits(currency)
    except UNTELLABLE as error:
        raise Unfit("the ledger's zone, currency or month can't be made sense of") from error
    expected = {
        "currency": currency,
        "time_zone": facts["time_zone"],
        "first_day": period.first_day,
        "last_day": period.last_day,
    }
    for name, value in expected.items():
        if invoice[name] != value:
            message = f"{name} is {invoice[name]}, and by the ledger's events {value}"
            findings.add("invoice_differs", name, message)
    prices = _prices(members, told, calendar)
    renames = [told.read(item, RENAMES) for item in _each(members, "renames")]
    if [event.seq for event in renames] != sorted(event.seq for event in renames):
        findings.add("events_disordered", "renames", "renames are not in their order")
    try:
        names = Names(renames)
    except UNTELLABLE as error:
        raise Unfit("renames can't be made sense of") from error
    return Grounds(calendar, period, currency, prices, names)


def _each(members: Members, name: str) -> Any:
    found = members.items(name, MAX_PROOF_ITEM_BYTES)
    if found is None:
        raise Unfit(f"{name} is no array")
    return found


def _facts(members: Members, told: Events) -> dict[str, str]:
    """What the ledger was made with, and what it learned of its zone."""
    facts: dict[str, str] = {}
    last = 0
    for number, item in enumerate(_each(members, "ledger")):
        kind = events.LEDGER_ZONE_SET if number else events.LEDGER_CREATED
        event: Event = told.read(item, (kind,), late=bool(number))
        if not number and event.seq != 1:
            raise Unfit("a ledger begins with event 1")
        if event.seq <= last:
            raise Unfit("the rules of the zone are not in their order")
        last = event.seq
        facts.update({str(name): shape.text(value, name) for name, value in event.data.items()})
    if not {"currency", "time_zone", "skipped_dates"} <= facts.keys():
        raise Unfit("the event that made the ledger is missing")
    if facts.get(ZONE_DATA, "").count(",") >= _MOST_RULES:
        raise Unfit("the zone has too many rules")
    if ZONE_DATA not in facts and facts["time_zone"] not in ("UTC", "Etc/UTC"):
        raise Unfit("the rules of the time zone are missing")
    return facts


def _prices(
    members: Members, told: Events, calendar: BillingCalendar
) -> dict[tuple[str, int], dict[int, int]]:
    """For each offer, from which billing day on a day costs how much (M2)."""
    found: dict[tuple[str, int], dict[int, int]] = {}
    last: dict[str, int] = {}
    for item in _each(members, "prices"):
        event = told.read(item, (events.PRICE_SET, PRICE_REMOVED))
        if last.get(event.subject, 0) >= event.seq:
            raise Unfit("prices are not in their order")
        last[event.subject] = event.seq
        try:
            size = shape.whole(event.data["bundle_size"], "bundle_size", 1)
            points = found.setdefault((event.subject, size), {})
            day = day_of(event, calendar)
            if event.kind == PRICE_REMOVED:
                points.pop(day, None)
                continue
            price = shape.whole(event.data["day_price_e12"], "day_price_e12", 0, MAX_STORED)
            points[day] = price
        except UNTELLABLE as error:
            raise Unfit(f"event {event.seq} sets no price") from error
    return found


def read_earlier(members: Members) -> Iterator[dict[str, Any]]:
    """Invoices that had billed what is corrected."""
    for number, item in enumerate(_each(members, "earlier")):
        if number >= _MOST_EARLIER:
            raise Unfit("too many earlier invoices")
        invoice = shape.fields(item, EARLIER_KEYS, "an earlier invoice")
        shape.name(invoice["number"], "number")
        shape.name(invoice["period"], "period")
        shape.sha256_hex(invoice["content_hash"], "content_hash")
        for name in ("first_day", "last_day", "total_minor"):
            shape.whole(invoice[name], name)
        for line in shape.items(invoice["lines"], "lines"):
            checked_line(line)
        yield invoice


def checked_line(value: Any) -> dict[str, Any]:
    """A line as a closing records it."""
    line = shape.fields(value, events.LINE_FIELDS, "a line")
    if line["kind"] not in _LINE_KINDS:
        raise Unfit("kind of a line is none")
    for name in ("product", "name"):
        shape.name(line[name], name)
    shape.name_or_none(line["period"], "period")
    shape.whole(line["bundle_size"], "bundle_size", 1)
    shape.whole(line["day_price_e12"], "day_price_e12", 0)
    for name in ("first_day", "last_day"):
        shape.whole(line[name], name, 0, OPEN_DAY)
    for name in ("licenses", "assigned", "unassigned"):
        shape.whole(line[name], name, 0)
    for name in ("days", "license_days", "amount_minor"):
        shape.whole(line[name], name)
    return line
