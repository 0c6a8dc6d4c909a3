"""The page to leave open: where the agency stands, the month's bill by client and by day, what is
wasted, the invoices, and what to do next.

Owns how much of each is on it. Only asks; nothing is recorded.
"""

from __future__ import annotations

from heapq import nsmallest
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import each_object
from jpcli.domain.instants import parse_instant
from jpcli.domain.moments import local_text
from jpcli.domain.money import money_json
from jpcli.reports.page.page import Day, Page, Share
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.preview import preview
from jpcli.services.billing.splitting import NOTHING, Splitting
from jpcli.services.invoices.invoices import list_invoices
from jpcli.services.savings.savings import savings, wanted
from jpcli.services.status import status

if TYPE_CHECKING:
    from jpcli.domain.answers import Rows
    from jpcli.domain.contract.billing import PreviewLine
    from jpcli.services.desk import Desk

CLIENTS = 50
INVOICES = 12
SUGGESTIONS = 10


def report(desk: Desk) -> Page:
    """Everything that is on the page, as of now."""
    calendar = desk.ledger.calendar
    found = status(desk).data
    bill = _bill(desk)
    saved = savings(desk, wanted(desk, (), None, None)).data
    invoices = list_invoices(desk, INVOICES).data
    return Page(
        as_of=local_text(desk.now_at, calendar)[:16],
        status=found,
        issued={
            each["license_key"]: local_text(parse_instant(each["issued_at"]), calendar)[:10]
            for each in found["unassigned"]
        },
        shares=bill.shares,
        others=bill.others,
        others_total=bill.others_total,
        lines=bill.lines,
        days=_days(desk),
        invoices=invoices["invoices"],
        invoices_total=invoices["total"],
        suggestions=list(islice(each_object(saved["suggestions"]), SUGGESTIONS)),
        suggestions_total=saved["total"],
        saves_month=saved["saves_month"] if saved["total"] else None,
    )


class _Bill(NamedTuple):
    """The lines of the month, who costs most of it, and how many the others are and their part."""

    lines: list[PreviewLine]
    shares: list[Share]
    others: Share | None
    others_total: int


def _bill(desk: Desk) -> _Bill:
    """Who costs most comes first; ties by name, nobody's last of them."""
    data = preview(desk, by="client").data
    groups: Rows[Any] = data["groups"]
    shares = nsmallest(
        CLIENTS,
        (Share(row["client"], row["to_date"], row["amount"]) for row in each_object(groups)),
        key=lambda share: (-share.amount["amount_minor"], share.client is None, share.client or ""),
    )
    to_date, amount, total = 0, 0, -len(shares)
    for row in each_object(groups):
        to_date += row["to_date"]["amount_minor"]
        amount += row["amount"]["amount_minor"]
        total += 1
    to_date -= sum(share.to_date["amount_minor"] for share in shares)
    amount -= sum(share.amount["amount_minor"] for share in shares)
    currency = desk.ledger.currency
    others = Share(None, money_json(to_date, currency), money_json(amount, currency))
    return _Bill(data["lines"], shares, others if total else None, total)


def _days(desk: Desk) -> list[Day]:
    """Every day of the month. What belongs to no day of it, as a correction, is in the bill and not
    in the drawing."""
    calendar, currency = desk.ledger.calendar, desk.ledger.currency
    computed = compute(desk, Question())
    sums = Splitting(desk, computed, "day").own(computed.lines)
    days = []
    for day in map(calendar.iso, range(computed.period.first_day, computed.period.last_day + 1)):
        _, licenses, _, amount_minor = sums.get(day, NOTHING)
        days.append(Day(day, licenses, money_json(amount_minor, currency)))
    return days
