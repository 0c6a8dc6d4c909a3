"""Explaining a month: every line down to licenses, dates, sites, events, and why each day counts.

Owns the answer's shapes: nested for JSON, one license or one stretch a row for tables. A closed
month is explained as it was billed, whatever was recorded since (I2), and it says where that was
corrected (I3). The licenses of a line are streams: they are read while the answer is written.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note, Rows
from jpcli.domain.calculator import totals
from jpcli.domain.instants import format_instant
from jpcli.domain.invoice_status import invoice_number
from jpcli.domain.money import display_amount, money_json
from jpcli.ledger.queries import invoices
from jpcli.ledger.queries.explanation import later_corrections
from jpcli.services.billing.books import elsewhere_note, is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.preview import line_head, line_sums
from jpcli.services.billing.waiting import next_to_close
from jpcli.services.invoices.explained_licenses import ADJUSTED_FIELDS, LICENSE_FIELDS
from jpcli.services.invoices.explained_lines import explained_lines, named_in_full

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Row_co
    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.billing import (
        CorrectionObject,
        ExplainAnswer,
        ExplainedLine,
        ExplainedRowsAnswer,
    )
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk
    from jpcli.services.invoices.explained_lines import Explained

_LINE_FIELDS = ("line", "kind", "product", "bundle_size", "correction_of", "part")
# A fact of the whole month, which a table has nowhere else.
_MONTH_FIELDS = ("settled_elsewhere",)
ROW_FIELDS = (*_LINE_FIELDS, *ADJUSTED_FIELDS, *_MONTH_FIELDS)
STRETCH_FIELDS = (
    *_LINE_FIELDS,
    "license_key",
    "bundle_key",
    "site",
    "client",
    "first_day",
    "last_day",
    "days",
    "began_at",
    "ended_at",
    "why",
    *_MONTH_FIELDS,
)


def explain(
    desk: Desk,
    month: str,
    product: str | None = None,
    license_key: str | None = None,
    limit: int = 0,
) -> Answer[ExplainAnswer]:
    """The lines of a month as objects, each with its licenses as `Rows` to be read once, in order;
    at most `limit` of them on each line, 0 for all.

    Raises BadInput (`bad_month`, `unknown_product`, `unknown_license`) or Failed (`no_price`).
    """
    asked = named_in_full(desk, product, license_key)
    computed, lines = explained_lines(desk, month, asked)
    ledger, iso = desk.ledger, desk.ledger.calendar.iso
    corrected = _corrections(desk, computed)
    data: ExplainAnswer = {
        "period": computed.period.label,
        "invoice": None if computed.invoice is None else computed.invoice.number,
        "status": None if computed.invoice is None else computed.invoice.status,
        "settled_elsewhere": is_settled_elsewhere(ledger, computed.period.label),
        "agency": ledger.name,
        "first_day": iso(computed.period.first_day),
        "last_day": iso(computed.period.last_day),
        "time_zone": ledger.zone,
        "as_of": format_instant(computed.as_of_at),
        "as_of_day": iso(computed.today),
        "currency": ledger.currency,
        "total": money_json(totals(computed.lines)[1], ledger.currency),
        "product": asked.product,
        "license_key": None if asked.license is None else asked.license.license_key,
        "corrections": corrected,
        "lines": [_line(desk, item, limit) for item in lines],
    }
    return Answer(data, _notes(desk, computed, corrected))


def _line(desk: Desk, item: Explained, limit: int) -> ExplainedLine:
    """A line's own fields; how many licenses it has gives way to which they are."""
    return {
        **line_head(desk, item.line),
        **line_sums(desk, item.line),
        "license_count": item.line.licenses,
        "why": item.why,
        "price_events": item.price_events,
        "bundles": _cut(item.bundles, limit),
        "licenses": _cut(item.licenses, limit),
    }


def license_rows(
    desk: Desk,
    month: str,
    product: str | None = None,
    license_key: str | None = None,
    limit: int = 0,
) -> Answer[ExplainedRowsAnswer]:
    """The same as one table, a license of a line a row, nested as in JSON; streams."""
    asked = named_in_full(desk, product, license_key)
    computed, lines = explained_lines(desk, month, asked)
    settled = is_settled_elsewhere(desk.ledger, computed.period.label)
    rows = (
        (*of_line, *row, *(None for _ in range(len(ADJUSTED_FIELDS) - len(row))), settled)
        for of_line, row in _every_license(lines)
    )
    notes = _notes(desk, computed)
    return Answer({"licenses": _cut(Rows(ROW_FIELDS, rows), limit)}, notes)


def stretch_rows(
    desk: Desk,
    month: str,
    product: str | None = None,
    license_key: str | None = None,
    limit: int = 0,
) -> Answer[ExplainedRowsAnswer]:
    """The same as one flat table, a stretch of days on one site a row; streams.

    A license that an adjustment is about has one row with the difference of its days.
    """
    asked = named_in_full(desk, product, license_key)
    computed, lines = explained_lines(desk, month, asked)
    notes = _notes(desk, computed)
    settled = is_settled_elsewhere(desk.ledger, computed.period.label)
    rows = Rows(STRETCH_FIELDS, ((*row, settled) for row in _stretches(lines)))
    return Answer({"licenses": _cut(rows, limit)}, notes)


def _cut(rows: Rows[Row_co], limit: int) -> Rows[Row_co]:
    """The first rows of a stream; 0 is all of them."""
    return rows._replace(rows=islice(rows.rows, limit)) if limit else rows


def _every_license(
    lines: list[Explained],
) -> Iterator[tuple[tuple[Any, ...], tuple[Any, ...]]]:
    """(fields of the line, row of the license), line by line, bundles before their licenses."""
    for number, item in enumerate(lines, 1):
        line = item.line
        of_line = (
            number,
            line.kind,
            line.product or None,
            line.bundle_size if line.bundle_size > 1 else None,
            line.period,
        )
        for part, rows in (("bundle", item.bundles), ("license", item.licenses)):
            for row in rows.rows:
                yield (*of_line, part), row


def _stretches(lines: list[Explained]) -> Iterator[tuple[Any, ...]]:
    for of_line, row in _every_license(lines):
        key, bundle_key, _, _, days, sites, began, ended, why = row[: len(LICENSE_FIELDS)]
        began_at = None if began is None else began["at"]
        ended_at = None if ended is None else ended["at"]
        if len(row) > len(LICENSE_FIELDS):  # an adjustment: its days are a difference
            sites = ({"days": days},)
        for site in sites:
            get = site.get
            place = (get("site"), get("client"), get("first_day"), get("last_day"), site["days"])
            yield (*of_line, key, bundle_key, *place, began_at, ended_at, why)


def _corrections(desk: Desk, computed: Computed) -> list[CorrectionObject]:
    """Where a closed month was, or will be, corrected (I3)."""
    if computed.invoice is None:
        return []
    ledger, label = desk.ledger, computed.period.label
    found = [(True, *row) for row in later_corrections(ledger, label, computed.invoice.id)]
    carrier = next_to_close(desk)
    if invoices.unsettled_day(ledger) <= computed.period.last_day:
        number = invoice_number(carrier, invoices.count_of_period(ledger, carrier))
        found += [
            (False, number, carrier, *_correction(line))
            for line in compute(desk, Question(month=carrier)).lines
            if line.kind == "adjustment" and line.period == label
        ]
    return [
        {
            "invoice": number,
            "period": period,
            "closed": closed,
            "product": product,
            "name": name,
            "bundle_size": size if size > 1 else None,
            "days": days,
            "license_days": license_days,
            "amount": money_json(amount_minor, ledger.currency),
        }
        for closed, number, period, product, name, size, days, license_days, amount_minor in found
    ]


def _correction(line: Line) -> tuple[str, str, int, int, int, int]:
    return (
        line.product,
        line.name,
        line.bundle_size,
        line.days,
        line.license_days,
        line.amount_minor,
    )


def _notes(
    desk: Desk, computed: Computed, corrected: list[CorrectionObject] | None = None
) -> tuple[Note, ...]:
    """Where the month is settled or corrected, if that is not on its own invoice."""
    if corrected is None:
        corrected = _corrections(desk, computed)
    before = elsewhere_note(desk, computed.period.label)
    return (*before, *_correction_notes(desk, computed, corrected))


def _correction_notes(
    desk: Desk, computed: Computed, corrected: list[CorrectionObject]
) -> Iterator[Note]:
    """One remark for each invoice that corrects this one."""
    for number in dict.fromkeys(item["invoice"] for item in corrected):
        items = [item for item in corrected if item["invoice"] == number]
        total = sum(item["amount"]["amount_minor"] for item in items)
        amount = display_amount(total, desk.ledger.currency)
        verb = "is corrected" if items[0]["closed"] else "will be corrected"
        message = f"{computed.period.label} {verb} on {number} by {amount}"
        hint = f"See why:   jpcli invoice explain {items[0]['period']}"
        yield Note("corrected_later", message, "info", number, hint)
