"""The rules of the time zone that a ledger is to have in itself, and what was recorded by others.

Owns the step of a ledger that was made before ledgers had them: it takes this machine's, and where
its tables have another day than those give, because the zone's rules were others then, that second
keeps the offset that explains it. So what was recorded stays, and a replay gives the same.
"""

from __future__ import annotations

from itertools import combinations, islice, product
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.history import Span, spans_of
from jpcli.domain.instants import SECOND
from jpcli.ledger.database.connection import ZONE_DATA, ZONE_EXCEPTIONS
from jpcli.ledger.events.log import told
from jpcli.ledger.state.licenses import stored_history

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.history import History
    from jpcli.ledger.database.connection import Ledger

    # Seconds (since 1970) of one instant, and their offset in seconds east of UTC.
    Choice = dict[int, int]

# By how much two versions of a zone's rules may differ: an hour as a rule, never three yet.
_SHIFTS = (1800, 3600, 7200, 10800)
_DAY = 86_400
# How many ways are tried to explain one license.
_MOST_CHOICES = 5000


def zone_facts(calendar: BillingCalendar) -> dict[str, str]:
    """The facts with which a ledger is made, so that its days rest on itself; UTC needs none."""
    if calendar.rules is None:
        return {}
    from jpcli.ledger.database.zone_data import as_text, machine_data

    data = machine_data(calendar.zone)
    return {} if data is None else {ZONE_DATA: as_text(data)}


def recorded_facts(ledger: Ledger) -> dict[str, str]:
    """The facts about its zone that the ledger has learned since it was made, from its events."""
    facts: dict[str, str] = {}
    for event in told(ledger, (events.LEDGER_ZONE_SET,), subject=ledger.zone):
        facts.update(event.data)
    return facts


def due_facts(ledger: Ledger) -> dict[str, str]:
    """The facts that a ledger without rules is to learn: this machine's rules, and where its tables
    show that they were others; none where it has some, or needs none."""
    if not ledger.lacks_rules:
        return {}
    facts = zone_facts(ledger.calendar)
    if facts:
        from jpcli.ledger.database.zone_data import exceptions_text

        facts[ZONE_EXCEPTIONS] = exceptions_text(_exceptions(ledger))
    return facts


def _exceptions(ledger: Ledger) -> Choice:
    found: Choice = {}
    for choice in (*_of_licenses(ledger), *_of_days(ledger)):
        found.update(choice)
    return found


def _of_licenses(ledger: Ledger) -> Iterator[Choice]:
    calendar = ledger.calendar
    for (license_id,) in ledger.rows("SELECT id FROM licenses ORDER BY id"):
        history = stored_history(ledger, license_id)
        moments = [options for keys in _moments(history) if (options := _options(calendar, keys))]
        if not moments:
            continue
        stored = tuple(
            Span(first_day, last_day, site, bool(ends))
            for first_day, last_day, site, ends in ledger.all(
                "SELECT first_day, last_day, site_id, ends FROM spans WHERE license_id = :id"
                " ORDER BY first_day",
                id=license_id,
            )
        )
        if stored != spans_of(history, calendar):
            yield _explaining(history, stored, calendar, moments)


def _of_days(ledger: Ledger) -> Iterator[Choice]:
    """The same for what has one instant and one day: changes of hands, and attempts to charge."""
    calendar = ledger.calendar
    there = ledger.has_table("attempts")
    owned = "SELECT from_at, first_day FROM site_clients WHERE first_day > 0"
    for at, day in ledger.rows(owned):
        if calendar.first_day_ending_after(at) != day:
            yield from _fitting(calendar, at, day)
    attempts = "SELECT at, day FROM attempts"
    for at, day in ledger.rows(attempts) if there else ():  # the first schema has none
        if calendar.day_of(at) != day:
            yield from _fitting(calendar, at, day)


def _moments(history: History) -> list[tuple[int, ...]]:
    """The seconds of each instant of a life that are looked at; a revocation ends the one before
    it."""
    issued_at, revoked_at, assignments = history
    instants = {issued_at}
    for item in assignments:
        instants |= {item.from_at} if item.to_at is None else {item.from_at, item.to_at}
    instants.discard(revoked_at or 0)
    moments: set[tuple[int, ...]] = {(at // SECOND,) for at in instants}
    if revoked_at is not None:
        moments.add(((revoked_at - 1) // SECOND, revoked_at // SECOND))
    return sorted(moments)


def _options(calendar: BillingCalendar, keys: tuple[int, ...]) -> list[Choice]:
    """The least other offsets by which the first of these seconds has the date before or after;
    with them its own, which leaves out that a date may come once more. None far from midnight."""
    from jpcli.domain.zones import offset_at

    assert calendar.rules is not None, "UTC has no other rules"
    offset = offset_at(calendar.rules, keys[0])
    local = keys[0] + offset
    found = []
    for sign in (-1, 1):
        moved = (sign * shift for shift in _SHIFTS)
        shift = next((s for s in moved if (local + s) // _DAY != local // _DAY), None)
        if shift is not None:
            found.append(dict.fromkeys(keys, offset + shift))
    return [*found, dict.fromkeys(keys, offset)] if found else []


def _explaining(
    history: History,
    stored: tuple[Span, ...],
    calendar: BillingCalendar,
    moments: list[list[Choice]],
) -> Choice:
    """Offsets by which a life has the spans that are stored, as few as can be; none where no rules
    of a zone explain them."""
    for chosen in islice(_choices(moments), _MOST_CHOICES):
        exceptions = {second: offset for part in chosen for second, offset in part.items()}
        if stored == spans_of(history, _with(calendar, exceptions)):
            return exceptions
    return {}


def _choices(moments: list[list[Choice]]) -> Iterator[tuple[Choice, ...]]:
    """One option of some of the moments, of few of them first."""
    for size in range(1, len(moments) + 1):
        for some in combinations(moments, size):
            yield from product(*some)


def _fitting(calendar: BillingCalendar, at: int, day: int) -> Iterator[Choice]:
    for choice in _options(calendar, (at // SECOND,)):
        if _with(calendar, choice).day_of(at) == day:
            yield choice


def _with(calendar: BillingCalendar, exceptions: Choice) -> BillingCalendar:
    return BillingCalendar(calendar.zone, calendar.skipped, calendar.rules, exceptions)
