"""Whose a site is, day by day, and what events change of it (W2).

Knows neither licenses nor prices; a client is a row number.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import events
from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.events import Event

    # From which instant on a site is whose.
    Change = tuple[int, int | None]
    ClientOf = Callable[[str | None], int | None]


class Stretch(NamedTuple):
    """The days of a site that are one client's; `from_at` is when it became theirs."""

    first_day: int
    last_day: int
    from_at: int
    client_id: int | None


def stretches(
    calendar: BillingCalendar, changes: Iterable[tuple[int, int | None]]
) -> list[Stretch]:
    """The days of each `(from_at, client)`, in order of time; the first has all days before, too.

    The client at the end of a day has the whole day.
    """
    found: list[Stretch] = []
    for at, client_id in changes:
        day = calendar.first_day_ending_after(at) if found else 0
        if found:
            found[-1] = found[-1]._replace(last_day=day - 1)
            if found[-1].last_day < found[-1].first_day:
                found.pop()  # handed on within the day
        found.append(Stretch(day, OPEN_DAY, at, client_id))
    return found


def after(changes: list[Change], event: Event, client_of: ClientOf) -> list[Change]:
    """The changes of hands of a site with one event about it more; none is before the first."""
    if event.kind == events.SITE_OWNERS_SET:
        return [
            (parse_instant(owner["from"]), client_of(owner["client"]))
            for owner in event.data["owners"]
        ]
    return [*changes, (event.at, client_of(event.data["client"]))]


def last_named(event: Event) -> str | None:
    """Whose a site is after an event about it, by name."""
    data = event.data
    client: str | None = (data["owners"][-1] if "owners" in data else data)["client"]
    return client
