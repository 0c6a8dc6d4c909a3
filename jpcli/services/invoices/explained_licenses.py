"""The licenses behind a line, one after the other: their days, holders, events and reasons.

Owns the merge of the streams in `ledger.queries.explanation`, which are all ordered by license.
Nothing is held in memory but the license at hand.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import events
from jpcli.domain.day_reasons import Stay, why
from jpcli.domain.instants import format_instant
from jpcli.domain.words import short_day
from jpcli.ledger.queries import explanation

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.contract.billing import EventMark, LateEvent, StayObject
    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.explanation import Fact, Held, Occurrence, Scope

LICENSE_FIELDS = (
    "license_key",
    "bundle_key",
    "first_day",
    "last_day",
    "days",
    "sites",
    "began",
    "ended",
    "why",
)
# What an adjustment has besides: what the month had when it was billed, and has now.
ADJUSTED_FIELDS = (*LICENSE_FIELDS, "days_billed", "days_now", "events")


class Month(NamedTuple):
    """What the reasons speak of; after `today` days are only expected."""

    period: Period
    today: int


def licenses_of(ledger: Ledger, scope: Scope, month: Month) -> Iterator[tuple[Any, ...]]:
    """Rows in `LICENSE_FIELDS` order; their days are all the days of the scope."""
    stays = _Stream(explanation.held(ledger, scope))
    ends = _Stream(explanation.endings(ledger, scope))
    describe = _Describing(ledger.calendar, scope, month)
    for fact in explanation.facts(ledger, scope):
        yield describe.row(fact, stays.take(fact.id), ends.take(fact.id))


def changed_licenses(
    ledger: Ledger, scope: Scope, before: Scope, month: Month, expected_days: int
) -> Iterator[tuple[Any, ...]]:
    """Rows in `ADJUSTED_FIELDS` order: the licenses that have other days in `scope` than they had
    in `before`, and the events between the two that did it (I3). `days` is the difference.

    What is left of `expected_days` after the last one is on a row without a key: days that were
    billed, or corrected, on an invoice that was void by then.
    """
    stays = _Stream(explanation.held(ledger, scope))
    ends = _Stream(explanation.endings(ledger, scope))
    counts = _Stream(iter(explanation.day_counts(ledger, before)))
    changes = _Stream(explanation.changes(ledger, scope))
    describe = _Describing(ledger.calendar, scope, month)
    for fact in explanation.facts(ledger, scope):
        row = describe.row(fact, stays.take(fact.id), ends.take(fact.id))
        billed = sum(days for _, days in counts.take(fact.id))
        events = changes.take(fact.id)
        now = row[_DAYS]
        if now == billed:
            continue
        expected_days -= now - billed
        yield (
            *row[:_DAYS],
            now - billed,
            *row[_DAYS + 1 : -1],
            _changed(events, now, billed),
            billed,
            now,
            [event_object(event) for event in events],
        )
    if expected_days and scope.only is None:
        yield remaining(expected_days)


def remaining(days: int) -> tuple[Any, ...]:
    """The row for days that no license explains: an invoice was void in between."""
    reason = "an invoice that had these days was void by then"
    return (None, None, None, None, days, [], None, None, reason, None, None, [])


def event_object(event: Occurrence) -> LateEvent:
    """An event that changed days, with the instant at which it became known."""
    return {
        "seq": event.seq,
        "kind": event.kind,
        "at": format_instant(event.at),
        "recorded_at": format_instant(event.recorded_at),
        "actor": event.actor,
    }


_DAYS = LICENSE_FIELDS.index("days")


class _Stream:
    """Rows ordered by license, whose number comes first, handed out a license at a time."""

    def __init__(self, rows: Iterator[Any]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def take(self, license_id: int) -> list[Any]:
        """The rows of a license; those of earlier ones are passed over."""
        found = []
        while self._next is not None and self._next[0] <= license_id:
            if self._next[0] == license_id:
                found.append(self._next)
            self._next = next(self._rows, None)
        return found


class _Describing:
    """How a license becomes a row."""

    def __init__(self, calendar: BillingCalendar, scope: Scope, month: Month) -> None:
        self._calendar = calendar
        self._scope = scope
        self._opens = scope.first_day == month.period.first_day
        self._closes = scope.last_day == month.period.last_day
        self._month = month

    def row(self, fact: Fact, stays: list[Held], ends: list[Occurrence]) -> tuple[Any, ...]:
        sites = [self._site(stay) for stay in stays]
        began = _event(fact.id, fact.kind, fact.issued_at, fact.actor)
        ended, ended_at = None, None
        if stays and stays[-1].ends and stays[-1].last_day <= self._scope.last_day:
            if ends:
                ended_at = ends[-1].at
                ended = _event(ends[-1].seq, ends[-1].kind, ended_at, ends[-1].actor)
            elif fact.revoked_at is not None:
                ended_at = fact.revoked_at
                ended = _event(fact.id, fact.kind, ended_at, fact.actor)
        return (
            fact.license_key,
            fact.bundle_key,
            sites[0]["first_day"] if sites else None,
            sites[-1]["last_day"] if sites else None,
            sum(site["days"] for site in sites),
            sites,
            began,
            ended,
            self._why(fact, stays, sites, ended_at) if sites else "no day is left in the month",
        )

    def _site(self, stay: Held) -> StayObject:
        first = max(stay.first_day, self._scope.first_day)
        last = min(stay.last_day, self._scope.last_day)
        if stay.client_first_day is not None and stay.client_last_day is not None:
            first, last = max(first, stay.client_first_day), min(last, stay.client_last_day)
        iso = self._calendar.iso
        return {
            "site": stay.site,
            "client": stay.client,
            "first_day": iso(first),
            "last_day": iso(last),
            "days": last - first + 1,
        }

    def _why(
        self, fact: Fact, stays: list[Held], sites: list[StayObject], ended_at: int | None
    ) -> str:
        begun_day = stays[0].first_day
        begins = begun_day > self._scope.first_day or (
            begun_day == self._scope.first_day
            and self._calendar.touched(fact.issued_at, None)[0] == begun_day
        )
        last_day = min(stays[-1].last_day, self._scope.last_day)
        return why(
            Stay(
                first_day=sites[0]["first_day"],
                last_day=sites[-1]["last_day"],
                begins=begins,
                ends=ended_at is not None,
                midnight=ended_at is not None and self._calendar.day_of(ended_at) > last_day,
                opens=self._opens,
                closes=self._closes,
                expected=last_day > self._month.today,
            )
        )


def _event(seq: int, kind: str, at: int, actor: str) -> EventMark:
    return {"seq": seq, "kind": kind, "at": format_instant(at), "actor": actor}


_DONE = {
    events.LICENSE_ISSUED: "issued",
    events.LICENSE_IMPORTED: "imported",
    events.LICENSE_REVOKED: "revoked",
}


def _changed(events: list[Occurrence], now: int, billed: int) -> str:
    """`revoked Jul 10, which was recorded Aug 3: 10 days instead of 31`."""
    told = [
        f"{_DONE[event.kind]} {short_day(format_instant(event.at)[:10])},"
        f" recorded {short_day(format_instant(event.recorded_at)[:10])}"
        for event in events
    ]
    plural = "day" if now == 1 else "days"
    return "; ".join([*told, f"{now} {plural} instead of {billed}"])
