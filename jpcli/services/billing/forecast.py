"""The months ahead: the same computation as a preview's, month after month (I1).

Owns the loop, and that credit left over in one month is used in the next (I3). What is known
counts: the licenses that are active now and prices that are set for later; nothing else is guessed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.adjustments import credit_line
from jpcli.domain.calculator import totals
from jpcli.domain.errors import BadInput
from jpcli.domain.money import money_json, parse_markup
from jpcli.domain.periods import month_label, next_month, parse_month
from jpcli.domain.shares import NOBODY, Share
from jpcli.ledger.queries import invoices
from jpcli.services.billing.books import is_settled_elsewhere
from jpcli.services.billing.compute import as_of_question, compute
from jpcli.services.billing.period import marked
from jpcli.services.billing.waiting import next_to_close

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.billing import ForecastMonth
    from jpcli.services.billing.compute import Question
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

MOST_MONTHS = 120


def forecast(
    desk: Desk,
    question: Question,
    first: Computed,
    months: int,
    whose: Callable[[Computed], Computed] = lambda computed: computed,
) -> list[ForecastMonth]:
    """What each of so many months comes to, from one that is computed already on.

    `whose` makes one client's part of each, where only that is asked for. `corrections` is what
    adjustments and credit make of a total. Raises BadInput `bad_months`, Failed `no_price`.
    """
    if not 1 <= months <= MOST_MONTHS:
        raise BadInput("bad_months", f"A forecast is for 1 to {MOST_MONTHS} months, not {months}")
    return [
        _object(desk, question, whose(computed))
        for computed in months_from(desk, question, first, months)
    ]


def months_from(desk: Desk, question: Question, first: Computed, months: int) -> Iterator[Computed]:
    """So many months from one that is computed already on, each with the credit that those before
    it leave to it (I3)."""
    as_of = as_of_question(desk, question, first.as_of_at)
    carrier = next_to_close(desk, as_of)
    credit_minor: int | None = None
    # Where the next bill is an earlier one, what it leaves of the credit counts all the same.
    for computed in _computed(desk, question, first, min(carrier, first.period.label), months):
        used = None
        if computed.period.label == carrier:
            credit_minor = invoices.credit_minor(desk.ledger, as_of.before_seq)
            credit_minor += sum(
                line.amount_minor for line in computed.lines if line.kind == "credit"
            )
        elif credit_minor is not None and computed.invoice is None:
            used = credit_line(computed.lines, credit_minor)
            credit_minor += 0 if used is None else used.amount_minor
        if computed.period.label >= first.period.label:
            yield computed if used is None else _with_credit(computed, used)


def _with_credit(computed: Computed, used: Line) -> Computed:
    """Credit is nobody's."""
    return computed._replace(
        lines=(*computed.lines, used),
        parts=(*computed.parts, None),
        shares=(*computed.shares, {NOBODY: Share(0, used.amount_minor)}),
    )


def _computed(
    desk: Desk, question: Question, first: Computed, begin: str, months: int
) -> Iterator[Computed]:
    """Month after month from `begin` on, so many from the one that is computed already."""
    label = begin
    while months:
        if label >= first.period.label:
            months -= 1
        same = label == first.period.label
        yield first if same else compute(desk, question._replace(month=label))
        label = month_label(*next_month(*parse_month(label)))


def _object(desk: Desk, question: Question, computed: Computed) -> ForecastMonth:
    currency, iso = desk.ledger.currency, desk.ledger.calendar.iso
    own = [line for line in computed.lines if line.kind in ("license", "bundle")]
    others = [line for line in computed.lines if line.kind not in ("license", "bundle")]
    to_date, total = totals(computed.lines)
    found: ForecastMonth = {
        "period": computed.period.label,
        "first_day": iso(computed.period.first_day),
        "last_day": iso(computed.period.last_day),
        "invoice": None if computed.invoice is None else computed.invoice.number,
        "settled_elsewhere": is_settled_elsewhere(desk.ledger, computed.period.label),
        "licenses": computed.licenses,
        "unassigned": computed.unassigned,
        "days_to_date": sum(line.days_to_date for line in own),
        "days": sum(line.days for line in own),
        "license_days": sum(line.license_days for line in own),
        "corrections": money_json(totals(others)[1], currency),
        "to_date": money_json(to_date, currency),
        "total": money_json(total, currency),
    }
    markup_e6 = None if question.markup is None else parse_markup(question.markup)
    if markup_e6 is not None:
        with_markup = totals(marked(computed, markup_e6, currency))[1]
        found["total_with_markup"] = money_json(with_markup, currency)
    if question.by is not None:
        from jpcli.services.billing.groups import groups

        found["groups"] = groups(desk, computed, question.by, markup_e6)
    return found
