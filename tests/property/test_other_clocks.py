"""The end of a license by another clock than ours (D1, D2, W1): whatever ours says was done before
or after it, its days are those until then, each has one holder, and its life can have been.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events, license_events
from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.events import Event
from jpcli.domain.history import History, check_history, spans_of
from tests.property.histories import microseconds

BEGUN = datetime(2024, 6, 1, 12, tzinfo=UTC)
CALENDAR = BillingCalendar("UTC", ())
hours = st.integers(0, 100)
SITES = ["a", "b", None]


def lived(placed: list[tuple[datetime, str | None]], end: datetime) -> History:
    """What the ledger makes of it."""
    entries: list[tuple[Any, datetime]] = [
        (events.license_issued("k", events.license_terms("p")), BEGUN)
    ]
    site: str | None = None
    for at, to in placed:
        if to is None:
            entries.append((events.license_unassigned("k", site), at))
        elif site is None:
            entries.append((events.license_assigned("k", to), at))
        else:
            entries.append((events.license_transferred("k", to, site), at))
        site = to
    entries.append((events.license_revoked("k"), end))
    life = None
    for seq, ((kind, key, data), at) in enumerate(entries, 1):
        event = Event(seq, kind, key, microseconds(at), 0, "ann", None, data)
        life = license_events.after(life, event, lambda url: url)
    assert life is not None
    return life


@given(st.lists(st.tuples(hours, st.sampled_from(SITES)), max_size=4), st.integers(-30, 100))
def test_an_end_by_another_clock(steps: list[tuple[int, str | None]], ended: int) -> None:
    end = BEGUN + timedelta(hours=ended)
    placed: list[tuple[datetime, str | None]] = []
    site = None
    for hour, (_, to) in zip(sorted(hour for hour, _ in steps), steps, strict=True):
        if to != site:
            placed.append((BEGUN + timedelta(hours=hour), to))
            site = to
    life = lived(placed, end)
    check_history(life)
    end = max(end, BEGUN)
    assert life.revoked_at == microseconds(end)
    found = {
        day: span.site
        for span in spans_of(life, CALENDAR)
        for day in range(span.first_day, span.last_day + 1)
    }
    first, last = BEGUN.date(), max(BEGUN, end - timedelta(microseconds=1)).date()
    expected: dict[int, str | None] = {}
    on = first
    while on <= last:
        day_ends = datetime(on.year, on.month, on.day, tzinfo=UTC) + timedelta(days=1)
        holder = None
        for at, to in placed:
            done = min(at, end)
            if done < day_ends:
                # What frees it at its very end, or later, is that it ends.
                holder = holder if to is None and done == end else to
        expected[CALENDAR.day_of(microseconds(day_ends - timedelta(hours=1)))] = holder
        on += timedelta(days=1)
    assert found == expected
