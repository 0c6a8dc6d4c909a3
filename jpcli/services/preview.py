"""The preview: what a month costs so far, and to its end if nothing more changes (I1).

Owns how a question becomes sums and sums become the published object. The rules are in
`domain.invoice`, the sums in `ledger.billing`; nothing is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Answer
from jpcli.domain.instants import format_instant, is_date, parse_date, parse_instant
from jpcli.domain.invoice import compute_lines, totals
from jpcli.domain.money import format_day_price, money_json, parse_percent, with_markup
from jpcli.domain.periods import month_of, month_period, parse_month
from jpcli.ledger import billing, catalog
from jpcli.ledger.overlay import latest_at

if TYPE_CHECKING:
    from jpcli.domain.invoice import Line
    from jpcli.domain.periods import Period
    from jpcli.ledger.billing import OfferPart, Window
    from jpcli.ledger.overlay import Overlay
    from jpcli.services.desk import Desk


class Question(NamedTuple):
    """What to preview: a month `YYYY-MM` (default: the one it is), as of when, grouped by what,
    with what added (`markup` in percent), supposing which changes."""

    month: str | None = None
    by: str | None = None
    markup: str | None = None
    as_of: str | None = None
    revoke: tuple[str, ...] = ()
    issue: tuple[str, ...] = ()
    details: bool = False


class Computed(NamedTuple):
    """The sums of one month: each line with the offer part that its holders are counted by."""

    period: Period
    as_of_at: int
    today: int
    lines: tuple[Line, ...]
    parts: tuple[OfferPart, ...]
    licenses: int
    unassigned: int
    source: str
    overlay: Overlay | None


def preview(
    desk: Desk,
    month: str | None = None,
    by: str | None = None,
    markup: str | None = None,
    as_of: str | None = None,
    revoke: tuple[str, ...] | list[str] = (),
    issue: tuple[str, ...] | list[str] = (),
    *,
    details: bool = False,
) -> Answer:
    """The invoice of a month as it would be (M4, I1), in the JSON contract's shape.

    `details` adds what only a person looks at: licenses a day, the cost of unassigned ones.
    Raises BadInput (`bad_month`, `bad_instant`, `bad_percent`, what-if errors) or Failed
    (`no_price`).
    """
    question = Question(month, by, markup, as_of, tuple(revoke), tuple(issue), details)
    computed = compute(desk, question)
    return Answer(_data(desk, question, computed))


def compute(desk: Desk, question: Question) -> Computed:
    """Sum the month; closing it uses the same function (I1)."""
    ledger = desk.ledger
    as_of_at = _as_of_at(desk, question.as_of)
    today = ledger.calendar.day_of(as_of_at)
    label = question.month or month_of(ledger.calendar, today)
    period = month_period(ledger.calendar, *parse_month(label))
    source, overlay = billing.SPANS, None
    if question.revoke or question.issue or as_of_at < latest_at(ledger):
        from jpcli.ledger.overlay import SOURCE
        from jpcli.services.whatif import build_overlay

        source = SOURCE
        overlay = build_overlay(desk, as_of_at, question.revoke, question.issue)
    offers = catalog.priced_offers(ledger)
    summed = [
        (part, days)
        for part, days in billing.sum_lines(ledger, offers, period, today, source)
        if days.days
    ]
    lines = compute_lines([days for _, days in summed], ledger.currency)
    # With one line an offer its counts are the month's; a price change makes more, so ask again.
    if len({part for part, _ in summed}) == len(summed):
        licenses = sum(line.licenses for line in lines)
        unassigned = sum(line.unassigned for line in lines)
    else:
        licenses, unassigned = billing.count_used(ledger, offers, period, source)
    parts = tuple(part for part, _ in summed)
    return Computed(period, as_of_at, today, lines, parts, licenses, unassigned, source, overlay)


def window_of(computed: Computed, line: Line) -> Window:
    """The days over which a line was summed."""
    return billing.Window(line.first_day, line.last_day, computed.today)


def _as_of_at(desk: Desk, text: str | None) -> int:
    """`--as-of`: an instant, or a date, which means the end of that billing day."""
    if text is None:
        return desk.now_at
    if not is_date(text):
        return parse_instant(text)
    calendar = desk.ledger.calendar
    end_at = calendar.end_of(calendar.day_of_date(parse_date(text))) - 1
    return (
        min(end_at, desk.now_at)
        if calendar.day_of(desk.now_at) == calendar.day_of(end_at)
        else end_at
    )


def _data(desk: Desk, question: Question, computed: Computed) -> dict[str, Any]:
    ledger, currency = desk.ledger, desk.ledger.currency
    iso = ledger.calendar.iso
    markup_e6 = None if question.markup is None else parse_percent(question.markup)
    to_date, amount = totals(computed.lines)
    data: dict[str, Any] = {
        "period": computed.period.label,
        "first_day": iso(computed.period.first_day),
        "last_day": iso(computed.period.last_day),
        "time_zone": ledger.zone,
        "as_of": format_instant(computed.as_of_at),
        "as_of_day": iso(computed.today),
        "agency": ledger.name,
        "currency": currency,
        "licenses": {
            "total": computed.licenses,
            "assigned": computed.licenses - computed.unassigned,
            "unassigned": computed.unassigned,
        },
        "lines": [line_object(desk, line, markup_e6) for line in computed.lines],
        "total_to_date": money_json(to_date, currency),
        "total": money_json(amount, currency),
    }
    if markup_e6 is not None:
        marked = sum(with_markup(line.amount_minor, markup_e6, currency) for line in computed.lines)
        data["markup_percent"] = question.markup
        data["total_with_markup"] = money_json(marked, currency)
    if question.revoke or question.issue:
        data["what_if"] = {"revoke": list(question.revoke), "issue": list(question.issue)}
    if question.by is not None or question.details:
        from jpcli.services.grouping import details, groups

        if question.by is not None:
            data["by"] = question.by
            data["groups"] = groups(desk, computed, question.by, markup_e6)
        if question.details:
            data["details"] = details(desk, computed)
    return data


def line_object(desk: Desk, line: Line, markup_e6: int | None = None) -> dict[str, Any]:
    """One line as the JSON contract has it."""
    currency, iso = desk.ledger.currency, desk.ledger.calendar.iso
    found = {
        "kind": line.kind,
        "product": line.product,
        "name": line.name,
        "bundle_size": line.bundle_size if line.bundle_size > 1 else None,
        "day_price": format_day_price(line.day_price_e12, currency),
        "first_day": iso(line.first_day),
        "last_day": iso(line.last_day),
        "licenses": line.licenses,
        "assigned": line.assigned,
        "unassigned": line.unassigned,
        "days_to_date": line.days_to_date,
        "days": line.days,
        "license_days": line.license_days,
        "to_date": money_json(line.to_date_minor, currency),
        "amount": money_json(line.amount_minor, currency),
        "period": line.period,
    }
    if markup_e6 is not None:
        marked = with_markup(line.amount_minor, markup_e6, currency)
        found["amount_with_markup"] = money_json(marked, currency)
    return found
