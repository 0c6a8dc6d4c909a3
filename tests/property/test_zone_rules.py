"""D3: random histories on a machine whose zone data are others than when they were recorded."""

from __future__ import annotations

import sqlite3
import zoneinfo
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events
from jpcli.domain.calendar import BillingCalendar
from jpcli.ledger.database import schema, tables
from jpcli.ledger.database.connection import Ledger
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.ledger.state.zone import zone_facts
from jpcli.ledger.upkeep.compare import compare_table
from jpcli.ledger.upkeep.replay import ChainWalk, replay, zone_behind
from tests.domain.tzif import put, shifted
from tests.property import model
from tests.property.agencies import agencies
from tests.property.histories import Scene, calendar_of, edges, instants, rows, scenes
from tests.property.test_snapshots import WHAT, Step, Story, steps
from tests.services.agency import raw

SHIFTS = (-3600, 3600, -1800, 7200)


@contextmanager
def machine(folder: Path | None) -> Iterator[None]:
    """Look for zone data in a folder; None is where this machine has them."""
    before = zoneinfo.TZPATH
    if folder is not None:
        zoneinfo.reset_tzpath([str(folder)])
    _forget_zones()
    try:
        yield
    finally:
        zoneinfo.reset_tzpath(before)
        _forget_zones()


def _forget_zones() -> None:
    """Whatever is remembered of a zone was read from the data of one machine."""
    zoneinfo.ZoneInfo.clear_cache()
    for remembered in (calendar_of, edges, model.stretches):
        remembered.cache_clear()


def elsewhere(folder: Path, scene: Scene, shift: int) -> Path:
    """A machine on which clocks go otherwise from the middle of the scene's month on, or the end of
    the month before."""
    second = int(datetime(*scene.first.timetuple()[:3], tzinfo=UTC).timestamp())
    return put(folder, scene.zone, shifted(scene.zone, second + 5 * 86_400, shift))


def differences(ledger: Ledger) -> list[Any]:
    """What a replay on this machine has otherwise than the tables."""
    facts = dict(ledger.rows("SELECT key, value FROM meta"))
    found = SqliteLedger(raw(ledger), "memory", facts)
    scratch = sqlite3.connect(":memory:", isolation_level=None)
    tables.create_in_memory(scratch)
    try:
        assert replay(ChainWalk(found), scratch, "memory", zone_behind(found)) is None
        return [
            difference
            for table in schema.STATE_TABLES
            for difference in compare_table(ledger.reader, scratch, table)
        ]
    finally:
        scratch.close()


class Modern(Story):
    """A ledger that has the rules of its zone in itself."""

    def _record(self, entry: events.Entry, at: int) -> None:
        if entry[0] == events.LEDGER_CREATED:
            entry = events.ledger_created({**entry[2], **zone_facts(self.ledger.calendar)})
        super()._record(entry, at)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("zones")


@given(steps, st.sampled_from(SHIFTS))
@agencies(6)
def test_a_replay_gives_the_state_whatever_the_machine_knows(
    folder: Path,
    drawn: tuple[Scene, list[tuple[Step, dict[str, Any]]], int, bool],
    shift: int,
) -> None:
    scene, taken, *_ = drawn
    story = Modern(scene)
    for step, life in taken:
        story.take(step, life)
    ledger = story.finish()
    with machine(elsewhere(folder, scene, shift)):
        assert differences(ledger) == []


lives = scenes.filter(lambda scene: scene.zone != "UTC").flatmap(
    lambda scene: st.tuples(st.just(scene), rows(scene), instants(scene))
)


@given(lives, st.sampled_from(SHIFTS))
@agencies(12)
def test_what_an_older_ledger_recorded_is_explained_by_other_rules(
    folder: Path, drawn: tuple[Scene, dict[str, Any], datetime], shift: int
) -> None:
    scene, life, moved = drawn
    assert "import" in WHAT
    with machine(elsewhere(folder, scene, shift)):
        story = Story(scene)
        story.take(Step("import", 1, 1, moved), life)
        story.take(Step("move", 1, 1, moved), life)
        ledger = story.finish()
    with machine(None):
        assert [each for each in differences(ledger) if "marks:" not in each.message] == []


def test_a_calendar_by_other_data_is_another() -> None:
    """Two that would count otherwise are not taken for the same."""
    berlin = BillingCalendar("Europe/Berlin")
    assert berlin == BillingCalendar("Europe/Berlin")
    assert berlin != BillingCalendar("Europe/Berlin", exceptions={0: 7200})
    assert berlin != BillingCalendar("Europe/Berlin", rules=zoneinfo.ZoneInfo("Europe/Paris"))
