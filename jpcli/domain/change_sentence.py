"""Why a bill changed, in one sentence that a person can repeat.

Owns the words and their order: what makes the change stands first, the largest part before the
others, and what speaks against it last. It must not know how parts are found.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.bill_change import ADJUSTMENTS, CREDIT, ISSUED, MONTH_LENGTH, PRICE, REVOKED
from jpcli.domain.money import display_amount
from jpcli.domain.words import count, month_name, month_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.domain.bill_change import Part


class Moved(NamedTuple):
    """How many licenses and bundles came and went."""

    licenses_came: int = 0
    bundles_came: int = 0
    licenses_went: int = 0
    bundles_went: int = 0

    def plus(self, other: Moved) -> Moved:
        """The sum, field by field."""
        return Moved(*map(sum, zip(self, other, strict=True)))


class Change(NamedTuple):
    """From an earlier month `YYYY-MM` to a later one, in that order; `is_open` is whether the later
    one is not over. `priced` are the names of what has another price, `longer_days` how much longer
    the later month is."""

    earlier: str
    later: str
    is_open: bool
    currency: str
    difference_minor: int
    total_minor: int
    parts: Sequence[Part]
    moved: Moved
    priced: Sequence[str]
    longer_days: int


def sentence(change: Change) -> str:
    """`November will cost $12.30 more than October: 3 licenses were issued; against that, …`."""
    earlier, later = month_of(change.earlier), month_of(change.later)
    if change.earlier[:4] != change.later[:4]:
        earlier, later = month_name(change.earlier), month_name(change.later)
    begin = f"{later} {'will cost' if change.is_open else 'cost'}"
    if change.earlier == change.later:
        return f"{begin} {display_amount(change.total_minor, change.currency)}."
    minor = change.difference_minor
    if minor:
        by = display_amount(abs(minor), change.currency)
        begin += f" {by} {'more' if minor > 0 else 'less'} than {earlier}"
    else:
        begin += f" the same as {earlier}, {display_amount(change.total_minor, change.currency)}"
    parts = sorted(
        (part for part in change.parts if part.amount_minor),
        key=lambda part: -abs(part.amount_minor),
    )
    upward = minor >= 0
    with_it = [_clause(part, change) for part in parts if (part.amount_minor > 0) == upward]
    against = [_clause(part, change) for part in parts if (part.amount_minor > 0) != upward]
    if not parts:
        return f"{begin}: nothing changed."
    told = _listed(with_it) if with_it else ""
    if against:
        told += f"; against that, {_listed(against)}" if told else _listed(against)
    return f"{begin}: {told}."


def _clause(part: Part, change: Change) -> str:
    moved = change.moved
    if part.reason == ISSUED:
        return _units(moved.licenses_came, moved.bundles_came, "issued")
    if part.reason == REVOKED:
        return _units(moved.licenses_went, moved.bundles_went, "revoked")
    if part.reason == MONTH_LENGTH:
        days = count(abs(change.longer_days), "day")
        return f"the month is {days} {'longer' if change.longer_days > 0 else 'shorter'}"
    if part.reason == PRICE:
        if not change.priced:
            return "amounts are rounded"
        alone = len(change.priced) == 1
        return f"the price of {change.priced[0]} changed" if alone else "prices changed"
    if part.reason == ADJUSTMENTS:
        return "earlier months were corrected"
    assert part.reason == CREDIT
    return "more credit is used" if part.amount_minor < 0 else "less credit is used"


def _units(licenses: int, bundles: int, what: str) -> str:
    named = [count(licenses, "license")] if licenses or not bundles else []
    named += [count(bundles, "bundle")] if bundles else []
    return f"{' and '.join(named)} {'was' if licenses + bundles == 1 else 'were'} {what}"


def _listed(clauses: Sequence[str]) -> str:
    *first, last = clauses
    return f"{', '.join(first)} and {last}" if first else last
