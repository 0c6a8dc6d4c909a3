"""Billing days against the model: every zone's odd days, on instants a microsecond apart."""

from __future__ import annotations

from datetime import UTC, date, datetime
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.history import Span, check_history, spans_of, truncated
from jpcli.domain.periods import month_of, month_period
from tests.property import model
from tests.property.histories import (
    SCENES,
    Scene,
    calendar_of,
    edges,
    history_of,
    instants,
    microseconds,
    rows,
    scenes,
)

scene_and_row = scenes.flatmap(lambda scene: st.tuples(st.just(scene), rows(scene)))
scene_row_and_instant = scenes.flatmap(
    lambda scene: st.tuples(st.just(scene), rows(scene), instants(scene))
)


def expanded(spans: tuple[Span, ...], scene: Scene) -> dict[date, Any]:
    """Date by date, whose it is, within the scene."""
    calendar = calendar_of(scene.zone)
    dates = model.dates_of(*scene)
    return {
        on: span.site
        for span in spans
        for on in dates
        if span.first_day <= calendar.day_of_date(on) <= span.last_day
    }


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_d3_every_edge_of_a_day_is_on_the_date_that_the_zone_says(scene: Scene) -> None:
    calendar = calendar_of(scene.zone)
    for at in edges(scene):
        day = calendar.day_of(microseconds(at))
        assert calendar.date_of(day) == model.local_date(at, scene.zone), at
        assert calendar.iso(day) == calendar.date_of(day).isoformat()


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_d3_a_day_starts_and_ends_where_its_date_does(scene: Scene) -> None:
    calendar = calendar_of(scene.zone)
    stretches = model.stretches(*scene)
    for on in model.dates_of(*scene):
        day = calendar.day_of_date(on)
        mine = [stretch for stretch in stretches if stretch.on == on]
        assert calendar.start_of(day) == microseconds(mine[0].start), on
        assert calendar.end_of(day) == microseconds(mine[-1].end), on


@pytest.mark.parametrize("scene", SCENES, ids=str)
def test_d4_days_number_the_dates_that_occurred(scene: Scene) -> None:
    calendar = calendar_of(scene.zone)
    dates = model.dates_of(*scene)
    days = [calendar.day_of_date(on) for on in dates]
    assert days == list(range(days[0], days[0] + len(days)))
    assert [calendar.date_of(day) for day in days] == dates
    period = month_period(calendar, scene.first.year, scene.first.month)
    assert period == (days[0], days[-1], scene.month)
    assert {month_of(calendar, day) for day in days} == {scene.month}


@given(scenes, st.datetimes(datetime(1970, 1, 2), datetime(2199, 12, 30)))  # noqa: DTZ001
def test_d3_any_instant_of_two_centuries(scene: Scene, naive: datetime) -> None:
    at = naive.replace(tzinfo=UTC)
    calendar = calendar_of(scene.zone)
    day = calendar.day_of(microseconds(at))
    assert calendar.date_of(day) == model.local_date(at, scene.zone)
    assert calendar.start_of(day) <= microseconds(at) < calendar.end_of(day)
    start, before = calendar.start_of(day), calendar.start_of(day) - 1
    assert calendar.day_of(start) == day
    assert calendar.day_of(before) != day


@given(scene_and_row)
def test_d2_touched_days_are_those_that_the_model_finds(case: tuple[Scene, Any]) -> None:
    scene, row = case
    calendar = calendar_of(scene.zone)
    history = history_of(row)
    first_day, last_day = calendar.touched(history.issued_at, history.revoked_at)
    assert (last_day == OPEN_DAY) == (history.revoked_at is None)
    found = expanded((Span(first_day, last_day, None),), scene)
    assert list(found) == list(model.holders(row, *scene))


@given(scene_and_row)
def test_w1_every_day_has_the_holder_that_the_model_finds(case: tuple[Scene, Any]) -> None:
    scene, row = case
    history = history_of(row)
    check_history(history)
    spans = spans_of(history, calendar_of(scene.zone))
    expected = {on: holder.site for on, holder in model.holders(row, *scene).items()}
    assert expanded(spans, scene) == expected


@given(scene_and_row)
def test_w1_spans_have_no_gap_no_overlap_and_are_as_few_as_can_be(
    case: tuple[Scene, Any],
) -> None:
    scene, row = case
    calendar = calendar_of(scene.zone)
    history = history_of(row)
    spans = spans_of(history, calendar)
    touched = calendar.touched(history.issued_at, history.revoked_at)
    assert (spans[0].first_day, spans[-1].last_day) == touched
    assert all(span.first_day <= span.last_day for span in spans)
    for before, after in pairwise(spans):
        assert after.first_day == before.last_day + 1
        assert after.site != before.site
    assert [span.ends for span in spans] == [
        history.revoked_at is not None and span is spans[-1] for span in spans
    ]


@given(scene_row_and_instant)
def test_i1_a_truncated_history_is_the_history_as_it_stood(
    case: tuple[Scene, Any, datetime],
) -> None:
    scene, row, as_of = case
    cut = truncated(history_of(row), microseconds(as_of))
    known = model.as_known(row, as_of)
    if known is None:
        assert cut is None
        return
    assert cut is not None
    assert cut == history_of(known)
    check_history(cut)
    expected = {on: holder.site for on, holder in model.holders(known, *scene).items()}
    assert expanded(spans_of(cut, calendar_of(scene.zone)), scene) == expected


def test_the_scenes_are_as_odd_as_they_claim() -> None:
    """Without this, a newer zone database could quietly make the scenes above plain ones."""
    lengths = {scene: len(model.dates_of(*scene)) for scene in SCENES}
    assert [scene.zone for scene in SCENES if scene.last.day != lengths[scene]] == [
        "Pacific/Apia",
        "Pacific/Kiritimati",
    ]
    returning = {
        scene.zone for scene in SCENES if len(model.stretches(*scene)) > len(model.dates_of(*scene))
    }
    assert returning == {"America/St_Johns", "Antarctica/Casey"}
    santiago = datetime(2023, 9, 3, 4, tzinfo=UTC).astimezone(ZoneInfo("America/Santiago"))
    assert (santiago.hour, santiago.day) == (1, 3)
