"""What a plan does to the bill: this month as projected, and a full month.

Owns the supposition. The sums are those of every preview (I1), read through an overlay in which
the licenses of the plan are issued and revoked; moves from site to site change no total (W1).
"""

from __future__ import annotations

from collections import Counter
from functools import partial
from typing import TYPE_CHECKING

from jpcli.domain.calculator import totals
from jpcli.domain.history import History
from jpcli.domain.money import money_json
from jpcli.domain.periods import (
    month_of,
    month_period,
    months_between,
    next_month,
    parse_month,
)
from jpcli.ledger.queries.invoices import closed_periods
from jpcli.ledger.queries.licenses import each_active_child
from jpcli.ledger.queries.plan import placed
from jpcli.ledger.queries.products import bundle_sizes
from jpcli.ledger.snapshots.overlay import Overlay
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot
from jpcli.services.billing.adjustments import with_corrections
from jpcli.services.billing.books import books_begin, is_settled_elsewhere
from jpcli.services.billing.period import sum_period
from jpcli.services.billing.waiting import waiting_months

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.domain.contract.plan import PlannedBill, PlannedMonth
    from jpcli.domain.periods import Period
    from jpcli.domain.plan_terms import Step, Steps
    from jpcli.ledger.database.connection import Ask
    from jpcli.services.desk import Desk


def planned_bill(desk: Desk, steps: Steps, from_at: int, until_at: int) -> PlannedBill:
    """`month`, `full_month` and those of `earlier_months` that change, each with MONEY `now`,
    `planned` and `difference`.

    What is issued counts from the instant `from_at`, what is revoked until `until_at` (D2). The
    full month is the next one, with the prices that are known for it. Raises Failed `no_price`.
    """
    calendar = desk.ledger.calendar
    year, month = parse_month(month_of(calendar, desk.today))
    this = month_period(calendar, year, month)
    following = month_period(calendar, *next_month(year, month))
    supposed = _supposed(desk, steps, from_at, until_at)
    # Only what is dated back changes what earlier months come to (I3).
    begin = month_of(calendar, calendar.day_of(min(from_at, until_at)))
    back = begin < this.label
    snapshots = (NOW,) if supposed is NOW else (NOW, supposed)
    _foresee(desk, [(period, snapshot) for period in (this, following) for snapshot in snapshots])
    now = planned = _total(desk, this, NOW, back)
    earlier = [] if supposed is NOW or not back else list(_earlier(desk, begin, this, supposed))
    full_now = full_planned = _full(desk, following, NOW)
    if supposed is not NOW:
        planned = _total(desk, this, supposed, back)
        full_planned = _full(desk, following, supposed)
    return {
        "earlier_months": earlier,
        "month": _change(desk, this.label, now, planned),
        "full_month": _change(desk, following.label, full_now, full_planned),
    }


def bill_so_far(desk: Desk, bill: PlannedBill) -> PlannedBill:
    """The same where but a part was done: `planned` is what that part made of each month."""

    def done(month: PlannedMonth, total: Callable[[Period], int]) -> PlannedMonth:
        period = month_period(desk.ledger.calendar, *parse_month(month["period"]))
        return _change(desk, month["period"], month["now"]["amount_minor"], total(period))

    def with_earlier(period: Period) -> int:
        return _total(desk, period, NOW, bool(bill["earlier_months"]))

    return {
        "earlier_months": [done(month, with_earlier) for month in bill["earlier_months"]],
        "month": done(bill["month"], with_earlier),
        "full_month": done(bill["full_month"], lambda period: _full(desk, period, NOW)),
    }


def _earlier(desk: Desk, begin: str, this: Period, supposed: Snapshot) -> Iterator[PlannedMonth]:
    """The months before this one without an invoice that change, from one on: the oldest has the
    corrections of those that are closed, and may lie before that, where an invoice was voided."""
    calendar, closed = desk.ledger.calendar, closed_periods(desk.ledger)
    first = min([max(begin, books_begin(desk.ledger) or ""), *waiting_months(desk)[:1]])
    for label in months_between(first, this.label)[:-1]:
        if label not in closed:
            period = month_period(calendar, *parse_month(label))
            now, planned = (_total(desk, period, each, True) for each in (NOW, supposed))
            if planned != now:
                yield _change(desk, label, now, planned)


def _foresee(desk: Desk, sums: list[tuple[Period, Snapshot]]) -> None:
    """Let the months be summed side by side."""

    def asks(wanted: tuple[Period, Snapshot]) -> Iterator[Ask]:
        period, snapshot = wanted
        yield lambda: sum_period(desk, period, desk.today, snapshot)

    for _ in desk.ledger.each(sums, asks):
        pass


def _supposed(desk: Desk, steps: Steps, from_at: int, until_at: int) -> Snapshot:
    if not steps.count("revoke") and not steps.count("issue"):
        return NOW
    overlay = Overlay(desk.ledger)
    overlay.replace_all(
        (number, offer, int(child), History(issued_at, until_at))
        for number, offer, child, issued_at in _ended(desk, steps)
    )
    # B1: a bundle is billed as one; what is in it adds nothing.
    issued = Counter((str(step.product), step.children or 1) for step in steps.of("issue"))
    for (product, size), count in issued.items():
        offer = bundle_sizes(desk.ledger, product)[size]
        overlay.add_unnamed(offer, 0, count, History(from_at))
    return overlay.snapshot


def _ended(desk: Desk, steps: Steps) -> Iterator[tuple[int, int, bool, int]]:
    """(row number, offer, is it a child, instant of issue) of all that is revoked."""

    def asks(step: Step) -> Iterator[Ask]:
        if step.number is not None:
            yield partial(placed, desk.ledger, step.number)

    for step in desk.ledger.each(steps.of("revoke"), asks):
        assert step.number is not None
        item = placed(desk.ledger, step.number)
        yield step.number, item.offer, item.child, item.issued_at
        if step.children:
            for child in each_active_child(desk.ledger, step.number):
                yield child.id, item.offer, True, child.issued_at


def _total(desk: Desk, period: Period, snapshot: Snapshot, back: bool) -> int:
    """The month to its end, with the corrections of earlier ones as its invoice will have them."""
    computed = sum_period(desk, period, desk.today, snapshot)
    if not back:
        computed = computed._replace(snapshot=NOW)
    return totals(with_corrections(desk, computed).lines)[1]


def _full(desk: Desk, period: Period, snapshot: Snapshot) -> int:
    return totals(sum_period(desk, period, desk.today, snapshot).lines)[1]


def _change(desk: Desk, label: str, now_minor: int, planned_minor: int) -> PlannedMonth:
    currency = desk.ledger.currency
    return {
        "period": label,
        "settled_elsewhere": is_settled_elsewhere(desk.ledger, label),
        "now": money_json(now_minor, currency),
        "planned": money_json(planned_minor, currency),
        "difference": money_json(planned_minor - now_minor, currency),
    }
