"""The checks of an audit that are about money: this month's bill, and how it grew.

Owns what is compared: the month that it is, projected to its end as `invoice preview` does it (I1),
and the month before as it was billed, or as it comes to when it is not closed. Integers throughout.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.calculator import totals
from jpcli.domain.errors import Failed
from jpcli.domain.money import display_amount
from jpcli.domain.periods import month_label, parse_month, previous_month
from jpcli.domain.words import path_text
from jpcli.reports.audit.outcome import NAMED, Check
from jpcli.services.billing.books import is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.policy.policy import BillRule
    from jpcli.services.desk import Desk

E6 = 10**6


class Bills(NamedTuple):
    """This month's projected bill and the one of the month before, in minor units; `products` are
    those of this one, the most expensive first."""

    month: str
    now_minor: int
    before_month: str
    before_minor: int
    products: tuple[str, ...]


def bill_checks(desk: Desk, rule: BillRule | None) -> Iterator[Check]:
    """One check a limit."""
    if rule is None:
        return
    key = path_text(rule.path)
    try:
        bills = bills_of(desk)
    except Failed as error:  # a product without a price: there is no bill to compare
        yield Check(
            "bill",
            False,
            "a bill that can be computed",
            error.code,
            error.message,
            rule.level,
            (error.subject,) if error.subject else (),
            1 if error.subject else 0,
            (error.hint or "").rpartition("   ")[2] or None,
            key,
        )
        return
    if rule.at_most is not None:
        check = _total(desk, bills, rule.at_most)
        yield check._replace(level=rule.level, key=f"{key}.at_most")
    if rule.growth_at_most is not None:
        check = _growth(desk, bills, rule.growth_at_most)
        yield check._replace(level=rule.level, key=f"{key}.growth_at_most")
    if rule.growth_at_most_percent is not None:
        check = _growth_percent(desk, bills, rule.growth_at_most_percent)
        yield check._replace(level=rule.level, key=f"{key}.growth_at_most_percent")


def bills_of(desk: Desk) -> Bills:
    """Both bills. Raises Failed `no_price`."""
    computed = compute(desk, Question())
    label = computed.period.label
    before = month_label(*previous_month(*parse_month(label)))
    earlier = compute(desk, Question(month=before))
    lines = sorted(computed.lines, key=lambda line: -line.amount_minor)
    products = tuple(dict.fromkeys(line.product for line in lines if line.product))
    return Bills(label, totals(computed.lines)[1], before, totals(earlier.lines)[1], products)


def _total(desk: Desk, bills: Bills, most_minor: int) -> Check:
    currency = desk.ledger.currency
    expected = f"at most {display_amount(most_minor, currency)}"
    actual = display_amount(bills.now_minor, currency)
    ok = bills.now_minor <= most_minor
    message = f"{_named(desk, bills.month)} comes to {actual} by its end"
    if not ok:
        message += f", {display_amount(bills.now_minor - most_minor, currency)} too much"
    return _check("bill", ok, expected, actual, message, bills, "jpcli invoice preview")


def _growth(desk: Desk, bills: Bills, most_minor: int) -> Check:
    currency = desk.ledger.currency
    grown_minor = bills.now_minor - bills.before_minor
    expected = f"at most {display_amount(most_minor, currency)} more than {bills.before_month}"
    actual = _change(grown_minor, currency)
    return _growth_check(desk, bills, grown_minor <= most_minor, expected, actual)


def _growth_percent(desk: Desk, bills: Bills, most_e6: int) -> Check:
    """Without a bill in the month before there is nothing to grow from, and the check holds."""
    percent = f"{most_e6 // E6}" + f".{most_e6 % E6:06d}".rstrip("0").rstrip(".")
    expected = f"at most {percent}% more than {bills.before_month}"
    if bills.before_minor <= 0:
        message = f"{bills.before_month} has no bill to compare with"
        return Check("bill_growth_percent", True, expected, "no bill before", message)
    grown_minor = bills.now_minor - bills.before_minor
    ok = grown_minor * 100 * E6 <= most_e6 * bills.before_minor
    actual = _percent_text(grown_minor, bills.before_minor)
    check = _growth_check(desk, bills, ok, expected, actual)
    return check._replace(rule="bill_growth_percent")


def _growth_check(desk: Desk, bills: Bills, ok: bool, expected: str, actual: str) -> Check:
    currency = desk.ledger.currency
    now = display_amount(bills.now_minor, currency)
    before = display_amount(bills.before_minor, currency)
    month, earlier = (_named(desk, label) for label in (bills.month, bills.before_month))
    message = f"{month} comes to {now} after {before} in {earlier}: {actual}"
    fix = f"jpcli invoice diff {bills.before_month} {bills.month}"
    return _check("bill_growth", ok, expected, actual, message, bills, fix)


def _named(desk: Desk, month: str) -> str:
    """I7: days before the books count as any others here, and are no invoice."""
    return f"{month} (settled elsewhere)" if is_settled_elsewhere(desk.ledger, month) else month


def _check(
    rule: str, ok: bool, expected: str, actual: str, message: str, bills: Bills, fix: str
) -> Check:
    check = Check(rule, ok, expected, actual, message)
    if ok:
        return check
    products = bills.products
    return check._replace(subjects=products[:NAMED], subjects_total=len(products), fix=fix)


def _change(minor: int, currency: str) -> str:
    return f"{'+' if minor > 0 else ''}{display_amount(minor, currency)}"


def _percent_text(part: int, whole: int) -> str:
    """`+12.3%`; rounded away from zero, so that it is never shown as less than it is."""
    tenths = -(-abs(part) * 1000 // whole)
    sign = "+" if part > 0 else "-" if part < 0 else ""
    return f"{sign}{tenths // 10}.{tenths % 10}%"
