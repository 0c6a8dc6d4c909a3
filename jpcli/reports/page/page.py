"""What is on the page, and what its drawings need: rows in the order in which they are shown.

Knows no ledger; amounts are MONEY of the JSON contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import display_amount, display_day_price, money_json, parse_day_price
from jpcli.domain.words import count, month_of, short_day
from jpcli.reports.statement import text

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.domain.contract.billing import PreviewLine
    from jpcli.domain.contract.invoices import InvoiceHead
    from jpcli.domain.contract.savings import SuggestionObject
    from jpcli.domain.contract.status import IdleLicense, LastMonth, StatusAnswer
    from jpcli.domain.contract.values import MoneyObject

# In units of the drawing: the height of the highest bar, and of the numbers under them; the room of
# one day, and what stays free on either side of its bar.
HEIGHT = 96
NUMBERS = 20
STEP = 20
GAP = 2
# On a small screen there is room for the number of every so many days.
MARKED = 5
IDLE = 8


class Share(NamedTuple):
    """A client's part of the bill; `client` is None for sites and licenses that are nobody's."""

    client: str | None
    to_date: MoneyObject
    amount: MoneyObject


class Day(NamedTuple):
    """A day of the month: its ISO date, the license-days billed on it, and what they cost."""

    day: str
    licenses: int
    amount: MoneyObject


class Page(NamedTuple):
    """All of the page. `as_of` is the moment in the ledger's zone, `issued` the day there of each
    license on no site, by key, `others` how many clients come after those in `shares` and what they
    cost, `invoices` the newest first of `invoices_total`; `suggestions` are the first of
    `suggestions_total`, which save `saves_month` together."""

    as_of: str
    status: StatusAnswer
    issued: Mapping[str, str]
    shares: Sequence[Share]
    others: Share | None
    others_total: int
    lines: Sequence[PreviewLine]
    days: Sequence[Day]
    invoices: Sequence[InvoiceHead]
    invoices_total: int
    suggestions: Sequence[SuggestionObject]
    suggestions_total: int
    saves_month: MoneyObject | None


class Bar(NamedTuple):
    """A day as it is drawn: from where, how high, its number, what it says, whether it is still
    to come or today, and whether its number is there on a small screen as well."""

    left: int
    top: int
    height: int
    number: str
    told: str
    ahead: bool
    today: bool
    marked: bool


def bars(page: Page) -> list[Bar]:
    """A bar a day, the highest as high as the drawing."""
    most = max((day.licenses for day in page.days), default=0)
    today = page.status["today"]
    drawn = []
    for place, day in enumerate(page.days):
        height = HEIGHT * day.licenses // most if most else 0
        height = max(height, 2) if day.licenses else 0
        told = f"{short_day(day.day)}: {count(day.licenses, 'license')}, {money(day.amount)}"
        drawn.append(
            Bar(
                place * STEP,
                HEIGHT - height,
                height,
                str(int(day.day[8:10])),
                told + (", if nothing changes" if day.day > today else ""),
                day.day > today,
                day.day == today,
                place % MARKED == 0 and abs(int(day.day[8:10]) - int(today[8:10])) > 1,
            )
        )
    return drawn


class Idle(NamedTuple):
    """The oldest licenses on no site; days and cost of all others."""

    shown: Sequence[IdleLicense]
    other_days: int
    other_cost: MoneyObject


def idle(status: StatusAnswer) -> Idle:
    """The few that are named, and the rest of what unassigned days have cost."""
    found, others = status["unassigned"], status["unassigned_others"]
    rest = found[IDLE:]
    minor = sum(each["to_date"]["amount_minor"] for each in rest)
    minor += others["to_date"]["amount_minor"]
    days = sum(each["days"] for each in rest) + others["days"]
    return Idle(found[:IDLE], days, money_json(minor, status["currency"]))


def money(amount: MoneyObject) -> str:
    """`$1,204.50`, with a real minus."""
    return text.money(amount["amount_minor"], amount["currency"])


def number(value: int) -> str:
    """`1,204`, with a real minus."""
    return text.number(value)


def day_price(price: str, currency: str) -> str:
    """`$0.82`."""
    return display_day_price(parse_day_price(price, currency), currency)


def against(last: LastMonth) -> str:
    """`$12.00 more than October's $80.00`."""
    minor, currency = last["difference"]["amount_minor"], last["difference"]["currency"]
    month = f"{month_of(last['period'])}’s {money(last['total'])}"
    if not minor:
        return f"the same as {month}"
    more = "more" if minor > 0 else "less"
    return f"{display_amount(abs(minor), currency)} {more} than {month}"


def invoice_state(invoice: InvoiceHead) -> str:
    """`past due` where it is, else its status."""
    return "past due" if invoice["past_due"] else invoice["status"]
