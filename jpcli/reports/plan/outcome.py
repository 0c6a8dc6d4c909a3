"""What a plan comes to, in words that every format of it needs. Knows no ledger and no screen."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import each_object
from jpcli.domain.money import display_amount
from jpcli.domain.words import month_name

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.contract.plan import PlanAnswer, StepObject
    from jpcli.domain.contract.values import MoneyObject

SHOWN = 100
"""Steps that are named one by one: a comment on a change has no room for all of very many."""


class BillRow(NamedTuple):
    """One month before and after, as text."""

    month: str
    now: str
    then: str
    change: str


def bill_rows(data: PlanAnswer) -> Iterator[BillRow]:
    """The present month, and a whole one."""
    months = ((data["bill"]["month"], "projected"), (data["bill"]["full_month"], "a full month"))
    for bill, what in months:
        told = "settled elsewhere" if bill["settled_elsewhere"] else what
        minor = bill["difference"]["amount_minor"]
        change = f"{'+' if minor > 0 else ''}{_money(bill['difference'])}" if minor else "no change"
        month = f"{month_name(bill['period'])}, {told}"
        yield BillRow(month, _money(bill["now"]), _money(bill["planned"]), change)


def summary(data: PlanAnswer) -> str:
    """`3 to issue, 1 to revoke`, or that there is nothing to do."""
    counts: Mapping[str, int] = {**data["counts"]}  # type: ignore[dict-item]
    names = {"client": "client to enter"}
    parts = [f"{n:,} {names.get(action, f'to {action}')}" for action, n in counts.items() if n]
    return ", ".join(parts) or "Nothing to do"


def shown_steps(data: PlanAnswer, most: int = SHOWN) -> tuple[list[StepObject], int]:
    """The first steps, and how many more there are."""
    steps = list(islice(each_object(data["steps"]), most))
    total = sum(n for n in data["counts"].values() if isinstance(n, int))
    return steps, total - len(steps)


def _money(amount: MoneyObject) -> str:
    return display_amount(amount["amount_minor"], amount["currency"])
