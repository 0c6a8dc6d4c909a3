"""Whose a site is on which days, and what events change of it (W2)."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain import events, owners
from jpcli.domain.calendar import OPEN_DAY, BillingCalendar
from jpcli.domain.events import Event
from jpcli.domain.instants import parse_instant
from jpcli.domain.owners import Stretch, stretches

UTC = BillingCalendar()
NEW_YORK = BillingCalendar("America/New_York")
CLIENTS = {None: None, "Ann": 1, "Bob": 2, "Cid": 3}


def at(text: str) -> int:
    return parse_instant(f"2026-07-{text}Z")


def days(
    changes: list[tuple[str, int | None]], calendar: BillingCalendar = UTC
) -> list[tuple[int | str, int | str, int | None]]:
    """(first day, last day, client), as days of July."""
    found = stretches(calendar, [(at(text), client) for text, client in changes])
    zero = UTC.day_of(at("01T00:00")) - 1

    def shown(day: int) -> int | str:
        return "ever" if day == 0 else "open" if day == OPEN_DAY else day - zero

    for stretch in found:
        assert isinstance(stretch, Stretch)
        assert (stretch.from_at, stretch.client_id) in [(at(text), one) for text, one in changes]
    return [(shown(one.first_day), shown(one.last_day), one.client_id) for one in found]


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ([], []),
        # The first has all days before, too.
        ([("10T12:00", 1)], [("ever", "open", 1)]),
        ([("10T12:00", None)], [("ever", "open", None)]),
        # Who has it at the end of a day has the whole day.
        ([("10T12:00", 1), ("20T12:00", 2)], [("ever", 19, 1), (20, "open", 2)]),
        ([("10T12:00", 1), ("20T23:59:59.999999", 2)], [("ever", 19, 1), (20, "open", 2)]),
        ([("10T12:00", 1), ("20T00:00", 2)], [("ever", 19, 1), (20, "open", 2)]),
        ([("10T12:00", 1), ("19T23:59:59.999999", None)], [("ever", 18, 1), (19, "open", None)]),
        # Handed on within a day, it was no day that client's.
        (
            [("10T12:00", 1), ("20T09:00", 2), ("20T10:00", 3)],
            [("ever", 19, 1), (20, "open", 3)],
        ),
        (
            [("10T12:00", 1), ("20T09:00", 2), ("21T00:00", 3)],
            [("ever", 19, 1), (20, 20, 2), (21, "open", 3)],
        ),
        # On the day on which it was first named, the first one still has all days before.
        ([("10T12:00", 1), ("10T13:00", 2)], [("ever", 9, 1), (10, "open", 2)]),
    ],
)
def test_w2_each_day_is_whose_it_is_at_its_end(changes: Any, expected: Any) -> None:
    assert days(changes) == expected


def test_w2_a_day_ends_in_the_ledger_s_zone() -> None:
    changes: list[tuple[str, int | None]] = [("10T12:00", 1), ("20T03:59", 2), ("21T04:00", 3)]
    assert days(changes, NEW_YORK) == [("ever", 18, 1), (19, 20, 2), (21, "open", 3)]


def event(entry: events.Entry, text: str) -> Event:
    kind, subject, data = entry
    return Event(1, kind, subject, at(text), 0, "ann", None, data)


def test_events_add_a_change_or_tell_all_of_them() -> None:
    url = "https://a.example"
    found = owners.after([], event(events.site_added(url, "Ann"), "01T00:00"), CLIENTS.__getitem__)
    assert found == [(at("01T00:00"), 1)]
    for entry in (events.site_moved(url, "Bob", "Ann"), events.site_given(url, "Bob")):
        moved = owners.after(found, event(entry, "05T00:00"), CLIENTS.__getitem__)
        assert moved == [(at("01T00:00"), 1), (at("05T00:00"), 2)]
    nobody = event(events.site_moved(url, None, "Ann"), "05T00:00")
    assert owners.after(found, nobody, CLIENTS.__getitem__)[1:] == [(at("05T00:00"), None)]
    told: list[dict[str, str | None]] = [
        {"client": "Cid", "from": "2026-07-02T00:00:00Z"},
        {"client": None, "from": "2026-07-03T00:00:00Z"},
    ]
    whole = event(events.site_owners_set(url, told), "09T00:00")
    assert owners.after(found, whole, CLIENTS.__getitem__) == [
        (at("02T00:00"), 3),
        (at("03T00:00"), None),
    ]
    # What was handed in is as it was.
    assert found == [(at("01T00:00"), 1)]
