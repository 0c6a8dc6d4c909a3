"""The preview: what a month costs so far, and to its end if nothing more changes (I1).

Owns how a question becomes sums and sums become the published object. The rules are in
`domain.calculator`, the sums in `ledger.queries.days`; nothing is stored.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from jpcli.domain.adjustments import has_price
from jpcli.domain.answers import Answer
from jpcli.domain.calculator import totals
from jpcli.domain.instants import format_instant
from jpcli.domain.money import format_day_price, money_json, parse_markup
from jpcli.services.billing.books import elsewhere_note, is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.period import marked

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.billing import DrawnPreview, PreviewLine, WhatIfObject
    from jpcli.domain.contract.invoices import LineHead, LineObject, LineSums
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


# In the place of a percent: what is put on top of this client's bills.
OWN = "own"


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
    months: int | None = None,
    client: str | None = None,
) -> Answer[DrawnPreview]:
    """The invoice of a month as it would be (M4, I1), in the JSON contract's shape.

    `details` adds what only a person looks at: licenses a day, the cost of unassigned ones.
    `months` adds the totals of so many months, from this one on; `by` then splits each of them.
    `client` is one client's part alone, `""` for what belongs to no client; in one month `markup`
    may then be `OWN`, the client's own.
    Raises BadInput (`bad_month`, `bad_instant`, `bad_percent`, `unknown_client`, what-if errors) or
    Failed (`no_price`).
    """
    question = Question(month, by, markup, as_of, tuple(revoke), tuple(issue), details, client)
    whose = _whose(desk, client)
    computed = compute(desk, question)
    mine = whose(computed)
    if markup == OWN and mine.whose is not None and months is None:
        question = question._replace(markup=mine.whose.own_markup())
    before = None
    if question.revoke or question.issue:
        unsupposed = question._replace(revoke=(), issue=(), details=False)
        before = totals(whose(compute(desk, unsupposed)).lines)[1]
    data = _data(desk, question, mine, before)
    if months is not None:
        from jpcli.services.billing.forecast import forecast

        data["months"] = forecast(desk, question, computed, months, whose)
    shown = [data["period"], *(found["period"] for found in data.get("months", ()))]
    return Answer(data, elsewhere_note(desk, *shown))


def _whose(desk: Desk, client: str | None) -> Callable[[Computed], Computed]:
    """What is shown of a month: all of it, or one client's part."""
    if client is None:
        return lambda computed: computed
    from jpcli.services.billing.client_part import known_whose, part_of

    found = known_whose(desk, client)
    return lambda computed: part_of(desk, computed, found)


def _what_if(desk: Desk, question: Question, before: int, after: int) -> WhatIfObject:
    """What was supposed, and what the month comes to without that and with it, in minor units."""
    currency = desk.ledger.currency
    return {
        "revoke": list(question.revoke),
        "issue": list(question.issue),
        "before": money_json(before, currency),
        "after": money_json(after, currency),
        "difference": money_json(after - before, currency),
    }


def _data(
    desk: Desk, question: Question, computed: Computed, before: int | None = None
) -> DrawnPreview:
    ledger, currency = desk.ledger, desk.ledger.currency
    iso = ledger.calendar.iso
    markup_e6 = None if question.markup is None else parse_markup(question.markup)
    to_date, amount = totals(computed.lines)
    data: DrawnPreview = {
        "period": computed.period.label,
        "first_day": iso(computed.period.first_day),
        "last_day": iso(computed.period.last_day),
        "time_zone": ledger.zone,
        "as_of": format_instant(computed.as_of_at),
        "as_of_day": iso(computed.today),
        "agency": ledger.name,
        "currency": currency,
        "settled_elsewhere": is_settled_elsewhere(ledger, computed.period.label),
        "licenses": {
            "total": computed.licenses,
            "assigned": computed.licenses - computed.unassigned,
            "unassigned": computed.unassigned,
        },
        "lines": _lines(desk, computed, markup_e6),
        "total_to_date": money_json(to_date, currency),
        "total": money_json(amount, currency),
    }
    if computed.invoice is not None:
        data["invoice"] = computed.invoice.number
        data["status"] = computed.invoice.status
    if question.client is not None:
        data["client"] = question.client or None
    if markup_e6 is not None and question.markup is not None:
        with_markup = totals(marked(computed, markup_e6, currency))[1]
        data["markup_percent"] = question.markup
        data["total_with_markup"] = money_json(with_markup, currency)
    if before is not None:
        data["what_if"] = _what_if(desk, question, before, amount)
    if question.by is not None or question.details:
        from jpcli.services.billing.groups import details, groups

        if question.by is not None:
            data["by"] = question.by
            data["groups"] = groups(desk, computed, question.by, markup_e6)
        if question.details:
            data["details"] = details(desk, computed)
    return data


LINE_COLUMNS = (
    *("kind", "product", "name", "bundle_size", "day_price", "first_day", "last_day"),
    *("licenses", "assigned", "unassigned", "days_to_date", "days", "license_days"),
    *("to_date", "amount", "period"),
)


def line_object(desk: Desk, line: Line) -> LineObject:
    """One line as the JSON contract has it."""
    return {**line_head(desk, line), "licenses": line.licenses, **line_sums(desk, line)}


def line_head(desk: Desk, line: Line) -> LineHead:
    """What a line is about, and its price."""
    currency, iso = desk.ledger.currency, desk.ledger.calendar.iso
    is_credit = line.kind == "credit"
    price = format_day_price(line.day_price_e12, currency) if has_price(line, currency) else None
    return {
        "kind": line.kind,
        "product": None if is_credit else line.product,
        "name": line.name,
        "bundle_size": line.bundle_size if line.bundle_size > 1 else None,
        "day_price": price,
        "first_day": None if is_credit else iso(line.first_day),
        "last_day": None if is_credit else iso(line.last_day),
    }


def line_sums(desk: Desk, line: Line) -> LineSums:
    """What a line comes to."""
    currency = desk.ledger.currency
    return {
        "assigned": line.assigned,
        "unassigned": line.unassigned,
        "days_to_date": line.days_to_date,
        "days": line.days,
        "license_days": line.license_days,
        "to_date": money_json(line.to_date_minor, currency),
        "amount": money_json(line.amount_minor, currency),
        "period": line.period,
    }


def _lines(desk: Desk, computed: Computed, markup_e6: int | None) -> list[PreviewLine]:
    found = [cast("PreviewLine", line_object(desk, line)) for line in computed.lines]
    if computed.whose is not None:
        for line in found:
            # License-days of a bundle have no price of their own.
            line["day_price"] = None if line["kind"] == "bundle" else line["day_price"]
    if markup_e6 is not None:
        currency = desk.ledger.currency
        for line, with_markup in zip(found, marked(computed, markup_e6, currency), strict=True):
            line["amount_with_markup"] = money_json(with_markup.amount_minor, currency)
    return found
