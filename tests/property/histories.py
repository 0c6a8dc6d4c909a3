"""Random lives of licenses, on instants where days and clocks change, and the model's view of them.

The instants come from the model's look at the zone, not from the code that is tested.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from jpcli.domain.calendar import BillingCalendar, find_skipped
from jpcli.domain.history import Assignment, History
from tests.property import model

MICROSECOND = timedelta(microseconds=1)


class Scene(NamedTuple):
    """A zone in days when something happens there, and the month around them."""

    zone: str
    first: date
    last: date

    @property
    def month(self) -> str:
        return self.first.isoformat()[:7]


SCENES = (
    Scene("UTC", date(2024, 2, 1), date(2024, 2, 29)),
    # A clock goes forward at midnight: the day begins at one.
    Scene("America/Santiago", date(2023, 9, 1), date(2023, 9, 30)),
    # A clock goes back at midnight: the day before has 25 hours.
    Scene("America/Santiago", date(2024, 4, 1), date(2024, 4, 30)),
    Scene("Africa/Cairo", date(2024, 4, 1), date(2024, 4, 30)),
    Scene("Asia/Beirut", date(2024, 3, 1), date(2024, 3, 31)),
    Scene("Australia/Lord_Howe", date(2024, 4, 1), date(2024, 4, 30)),
    # A date that never existed, within a month and as its last.
    Scene("Pacific/Apia", date(2011, 12, 1), date(2011, 12, 31)),
    Scene("Pacific/Kiritimati", date(1994, 12, 1), date(1994, 12, 31)),
    # A clock goes back over midnight: the date goes back too, for an hour and for three.
    Scene("America/St_Johns", date(1990, 10, 1), date(1990, 10, 31)),
    Scene("Antarctica/Casey", date(2010, 3, 1), date(2010, 3, 31)),
    Scene("Europe/Berlin", date(2024, 3, 1), date(2024, 3, 31)),
    Scene("Europe/Berlin", date(2024, 10, 1), date(2024, 10, 31)),
)

scenes = st.sampled_from(SCENES)


@lru_cache
def calendar_of(zone: str) -> BillingCalendar:
    return BillingCalendar(zone, find_skipped(zone))


@lru_cache
def edges(scene: Scene) -> tuple[datetime, ...]:
    """The instants at which the date or the offset changes, and those beside them."""
    changes = {stretch.start for stretch in model.stretches(*scene)} | _offset_changes(scene)
    changes |= {stretch.end for stretch in model.stretches(*scene)}
    near = (-MICROSECOND, timedelta(0), MICROSECOND)
    return tuple(sorted(change + by for change in changes for by in near))


def _offset_changes(scene: Scene) -> set[datetime]:
    tz = ZoneInfo(scene.zone)
    at = datetime(scene.first.year, scene.first.month, 1, tzinfo=UTC)
    minutes = [at + timedelta(minutes=n) for n in range(31 * 1440)]
    offsets = [minute.astimezone(tz).utcoffset() for minute in minutes]
    return {minutes[n] for n in range(1, len(minutes)) if offsets[n] != offsets[n - 1]}


def instants(scene: Scene) -> st.SearchStrategy[datetime]:
    """Mostly at the edges of days; sometimes anywhere in the month or a little outside."""
    first = datetime(scene.first.year, scene.first.month, scene.first.day, tzinfo=UTC)
    minutes = st.integers(-3 * 1440, 34 * 1440)
    anywhere = minutes.map(lambda minute: first + timedelta(minutes=minute))
    return st.one_of(st.sampled_from(edges(scene)), anywhere)


SITES = (None, "https://a.example", "https://b.example", "https://c.example")
CLIENTS = {"https://a.example": "Ann", "https://b.example": "Ann", "https://c.example": None}


@st.composite
def rows(
    draw: st.DrawFn,
    scene: Scene,
    earliest: datetime = model.EPOCH,
    latest: datetime | None = None,
) -> dict[str, Any]:
    """A license as a history file has it; events may share a day or even an instant.

    With `latest` it is revoked by then, as a child is with its bundle.
    """
    times = draw(st.lists(instants(scene), min_size=1, max_size=8))
    times = sorted(max(earliest, min(at, latest or at)) for at in times)
    issued, events = times[0], times[1:]
    ended, before, said = draw(st.tuples(st.booleans(), st.booleans(), st.booleans()))
    revoked = events[-1] if events and ended else latest
    if revoked and before:
        events = events[:-1]
    assignments = []
    for number, begun in enumerate(events):
        site = draw(st.sampled_from(SITES))
        if site is None:
            continue
        following = events[number + 1] if number + 1 < len(events) else None
        if following is None and said:
            following = revoked
        assignments.append(
            {"site": site, "client": CLIENTS[site], "from": text(begun), "to": text(following)}
        )
    return {
        "license_key": "jetpack-scan_1",
        "product": "jetpack-scan",
        "issued_at": text(issued),
        "revoked_at": text(revoked),
        "assignments": assignments,
    }


def text(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat()


def microseconds(at: datetime) -> int:
    return (at - model.EPOCH) // MICROSECOND


def history_of(row: dict[str, Any]) -> History:
    """The same life as the domain takes it. Read by the model's parser, not by the domain's."""

    def at(value: str | None) -> int | None:
        return None if value is None else microseconds(model.instant(value))

    issued_at = at(row["issued_at"])
    assert issued_at is not None
    return History(
        issued_at,
        at(row["revoked_at"]),
        tuple(
            Assignment(item["site"], at(item["from"]) or 0, at(item["to"]))
            for item in row["assignments"]
        ),
    )
