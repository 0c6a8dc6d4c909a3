"""Plans: what it takes to get what a file asks for, and what that costs."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Table
from jpcli.domain.contract.values import (
    ChangeAnswer,
    Count,
    Hash,
    LicenseKey,
    MoneyObject,
    Month,
    OneOf,
    ProblemObject,
)

_Before = TypedDict(
    "_Before",
    {
        "from": str | None,  # the site that the license is on before
    },
)


class StepObject(_Before):
    """One step of a plan."""

    action: Annotated[str, OneOf("issue", "assign", "transfer", "unassign", "revoke", "client")]
    license_key: LicenseKey | None  # null: it is to be issued, or no license is changed
    product: str | None
    site: str | None  # that the license is on afterwards
    client: str | None  # whose site it is
    bundle_size: Count | None


class StepCounts(TypedDict):
    """How many steps there are of each kind."""

    issue: Count
    assign: Count
    transfer: Count
    unassign: Count
    revoke: Count
    client: Count  # sites that get one


class PlannedMonth(TypedDict):
    """What a plan does to a month's bill."""

    period: Month
    settled_elsewhere: bool  # it lies before the books begin (I7)
    now: MoneyObject
    planned: MoneyObject
    difference: MoneyObject


class PlannedBill(TypedDict):
    """What a plan does to the bill."""

    earlier_months: list[PlannedMonth]  # not closed yet, that change where it is dated back
    month: PlannedMonth  # this one, as projected
    full_month: PlannedMonth  # the next one


class PlanAnswer(TypedDict):
    """The steps and what they cost."""

    agency: str
    file: str
    steps: Table[StepObject]
    counts: StepCounts
    bill: PlannedBill
    ledger_head: Hash  # the state that it was planned for


class AppliedAnswer(PlanAnswer, ChangeAnswer):
    """The steps that were done; `license_key` of what was issued is the new one."""

    problems: NotRequired[Table[ProblemObject]]  # at Jetpack: what stopped the others


class FirstPlanAnswer(TypedDict):
    """The file that `--init` wrote."""

    file: str
    sites: Count
    licenses: Count
