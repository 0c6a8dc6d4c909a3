"""The life of one license, and what it adds up to: spans of billing days with their holders.

Owns D1, D2 and W1: which days are billed, and whose each one is. This module must not know prices,
periods, products or how a ledger stores any of it. A site is an opaque id; None is unassigned.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from jpcli.domain.calendar import BillingCalendar

ASSIGNED, UNASSIGNED, REVOKED = STATES = ("assigned", "unassigned", "revoked")
"""The states of a license."""
BUNDLE = "bundle"
"""What a bundle is until it is revoked: it is no license, and on no site."""


class Assignment(NamedTuple):
    """A license on a site in `[from_at, to_at)`; `to_at` None: until it is revoked, or still."""

    site: int | str | None
    from_at: int
    to_at: int | None = None


class History(NamedTuple):
    """One license: active in `[issued_at, revoked_at)` (D1), assigned or not."""

    issued_at: int
    revoked_at: int | None = None
    assignments: tuple[Assignment, ...] = ()


class Span(NamedTuple):
    """Billing days, both included, with one holder. `ends` marks the last one of a revoked one."""

    first_day: int
    last_day: int
    site: int | str | None
    ends: bool = False


def spans_of(history: History, calendar: BillingCalendar) -> tuple[Span, ...]:
    """Every billed day of a license, each with exactly one holder (D2, W1), as few spans as can be.

    The spans follow each other without gap or overlap. The last one goes to OPEN_DAY when the
    license is not revoked. The holder of a day is the one at its end, or at the revocation. The
    history must be one that `check_history` accepts.
    """
    issued_at, revoked_at, assignments = history
    first_day, last_day = calendar.touched(issued_at, revoked_at)
    ends = revoked_at is not None
    if not assignments:
        return (Span._make((first_day, last_day, None, ends)),)
    if len(assignments) == 1:  # most of them: one site, from the start to the end
        ((site, from_at, to_at),) = assignments
        if from_at == issued_at and (to_at is None or to_at == revoked_at):
            return (Span._make((first_day, last_day, site, ends)),)
    changes = _changes(history, calendar)
    spans: list[Span] = []
    begun_day, holder = first_day, None
    for day, site in changes:
        if day > last_day:
            break
        if day > begun_day:
            _append(spans, Span(begun_day, day - 1, holder))
            begun_day = day
        holder = site
    _append(spans, Span(begun_day, last_day, holder, ends))
    return tuple(spans)


def check_history(history: History) -> int:
    """The instant of the last thing that happened. Raises BadInput `bad_history` unless all the
    instants are in an order that can have happened."""
    issued_at, revoked_at, assignments = history
    last = issued_at
    if revoked_at is not None and revoked_at < issued_at:
        raise _bad("it is revoked before it is issued")
    open_ended = False
    for _, from_at, to_at in assignments:
        if open_ended:
            raise _bad("an assignment without an end is followed by another")
        if from_at < issued_at:
            raise _bad("an assignment begins before the license is issued")
        if from_at < last:
            raise _bad("assignments overlap or are not in order")
        if to_at is None:
            open_ended = True
            last = from_at
        elif to_at < from_at:
            raise _bad("an assignment ends before it begins")
        else:
            last = to_at
    if revoked_at is None:
        return last
    if last > revoked_at:
        raise _bad("an assignment begins or ends after the license is revoked")
    return revoked_at


def truncated(history: History, as_of_at: int) -> History | None:
    """The history as it stood at an instant: what came after it undone. None: not issued yet.

    What happened at that very instant had happened.
    """
    if history.issued_at > as_of_at:
        return None
    revoked_at = history.revoked_at
    if revoked_at is not None and revoked_at > as_of_at:
        revoked_at = None
    assignments = history.assignments
    if assignments and max(assignments[-1].from_at, assignments[-1].to_at or 0) > as_of_at:
        assignments = tuple(
            item._replace(to_at=None) if item.to_at is not None and item.to_at > as_of_at else item
            for item in assignments
            if item.from_at <= as_of_at
        )
    return History(history.issued_at, revoked_at, assignments)


def last_at(history: History) -> int:
    """The instant of the last thing that happened to a license."""
    issued_at, revoked_at, assignments = history
    last = issued_at if revoked_at is None else revoked_at
    for _, from_at, to_at in assignments:
        ended_at = from_at if to_at is None else to_at
        last = max(last, ended_at)
    return last


def _changes(history: History, calendar: BillingCalendar) -> list[tuple[int, int | str | None]]:
    """`(day, holder from that day on)`, in order; of several on one day the last one counts.

    An assignment that ends as the license is revoked was ended by that, so it has the last day.
    """
    day_ending_after = calendar.first_day_ending_after
    changes: list[tuple[int, int | str | None]] = []
    for site, from_at, to_at in history.assignments:
        changes.append((day_ending_after(from_at), site))
        if to_at is not None and to_at != history.revoked_at:
            changes.append((day_ending_after(to_at), None))
    return changes


def _append(spans: list[Span], span: Span) -> None:
    """Add a span; with the same holder as the one before, it makes that one longer."""
    if spans and spans[-1].site == span.site:
        spans[-1] = Span(spans[-1].first_day, span.last_day, span.site, span.ends)
    else:
        spans.append(span)


def _bad(reason: str) -> BadInput:
    return BadInput("bad_history", f"This history cannot have happened: {reason}.")
