"""The page to leave open: where the agency stands, the month's bill by client and by day, what is
wasted, the invoices, and what to do next.

Owns how much of each is on it. Only asks; nothing is recorded.
"""

from __future__ import annotations

from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, cast

from jpcli.domain.answers import each_object
from jpcli.domain.instants import parse_instant
from jpcli.domain.moments import local_text
from jpcli.domain.money import money_json
from jpcli.reports.page.page import Day, Page, Share
from jpcli.services.billing.preview import preview
from jpcli.services.invoices.invoices import list_invoices
from jpcli.services.savings.savings import savings, wanted
from jpcli.services.status import status

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.domain.contract.billing import DrawnPreview
    from jpcli.services.desk import Desk

CLIENTS = 50
INVOICES = 12
SUGGESTIONS = 10


def report(desk: Desk) -> Page:
    """Everything that is on the page, as of now."""
    calendar = desk.ledger.calendar
    found = status(desk).data
    by_client = preview(desk, by="client").data
    shares = _shares(by_client["groups"])
    rest = shares[CLIENTS:]
    saved = savings(desk, wanted(desk, (), None, None)).data
    invoices = list_invoices(desk, INVOICES).data
    return Page(
        as_of=local_text(desk.now_at, calendar)[:16],
        status=found,
        issued={
            each["license_key"]: local_text(parse_instant(each["issued_at"]), calendar)[:10]
            for each in found["unassigned"]
        },
        shares=shares[:CLIENTS],
        others=_sum(rest, desk.ledger.currency) if rest else None,
        others_total=len(rest),
        lines=list(by_client["lines"]),
        days=_days(desk, preview(desk, by="day").data),
        invoices=invoices["invoices"],
        invoices_total=invoices["total"],
        suggestions=list(islice(each_object(saved["suggestions"]), SUGGESTIONS)),
        suggestions_total=saved["total"],
        saves_month=saved["saves_month"] if saved["total"] else None,
    )


def _shares(groups: Any) -> list[Share]:
    """Who costs most comes first; ties by name, nobody's last of them."""
    shares = [Share(row["client"], row["to_date"], row["amount"]) for row in each_object(groups)]
    return sorted(
        shares,
        key=lambda share: (-share.amount["amount_minor"], share.client is None, share.client or ""),
    )


def _sum(shares: Sequence[Share], currency: str) -> Share:
    to_date = sum(share.to_date["amount_minor"] for share in shares)
    amount = sum(share.amount["amount_minor"] for share in shares)
    return Share(None, money_json(to_date, currency), money_json(amount, currency))


def _days(desk: Desk, data: DrawnPreview) -> list[Day]:
    """Every day of the month. What belongs to no day, as a correction, is in the bill and not in
    the drawing."""
    calendar = desk.ledger.calendar
    first, last = (
        calendar.day_of_date(date.fromisoformat(data[name])) for name in ("first_day", "last_day")
    )
    rows = {row["day"]: row for row in cast("Iterable[Any]", each_object(data["groups"]))}
    none = money_json(0, desk.ledger.currency)
    days = []
    for day in map(calendar.iso, range(first, last + 1)):
        row = rows.get(day)
        days.append(Day(day, row["days"], row["amount"]) if row else Day(day, 0, none))
    return days
