"""Events applied all at once, as a bulk change does it, make the same rows as one by one, whatever
happened in between; and they are chained the same (decision 4)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events, license_events
from jpcli.domain.imported_life import ImportedLife
from jpcli.ledger.database.schema import STATE_TABLES
from jpcli.ledger.events import chain
from jpcli.ledger.events.log import told
from jpcli.ledger.state.apply import _STAGES, apply_events, handler_of
from jpcli.ledger.state.lookups import Lookups
from tests.property.agencies import agencies
from tests.property.test_snapshots import KINDS, Step, Story, empty, steps

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from tests.property.histories import Scene


def as_read(event: Event) -> Event:
    """An import as it is on its way from a file: with its meaning beside its text."""
    if event.kind != events.LICENSE_IMPORTED:
        return event
    life = license_events.after(None, event, str)
    data = ImportedLife(chain.encode(event.data), life, license_events.terms_of(event))
    return event._replace(data=data)


def state(ledger: Ledger) -> dict[str, list[tuple[Any, ...]]]:
    return {
        table: ledger.all(f"SELECT * FROM {table} ORDER BY {order}")
        for table, order in STATE_TABLES.items()
    }


def applied(scene: Scene, batches: list[list[Event]]) -> dict[str, list[tuple[Any, ...]]]:
    ledger = empty(scene)
    lookups = Lookups(ledger)
    for batch in batches:
        apply_events(ledger, lookups, batch)
    return state(ledger)


@given(steps, st.integers(1, 12))
@agencies(60)
def test_a_batch_makes_the_same_rows_as_its_events_one_by_one(
    drawn: tuple[Scene, list[tuple[Step, dict[str, Any]]], int, bool], size: int
) -> None:
    scene, taken, _, in_order = drawn
    story = Story(scene)
    for step, life in sorted(taken, key=lambda item: item[0].at) if in_order else taken:
        story.take(step, life)
    stored = story.finish()
    every = list(told(stored, KINDS))
    one_by_one = applied(scene, [[event] for event in every])
    in_batches = [every[first : first + size] for first in range(0, len(every), size)]
    assert state(stored) == one_by_one
    assert applied(scene, [every]) == one_by_one
    assert applied(scene, in_batches) == one_by_one
    assert applied(scene, [list(map(as_read, batch)) for batch in in_batches]) == one_by_one

    head, rows = chain.GENESIS, []
    for event in every:
        head = chain.link(head, event, chain.encode(event.data))
        rows.append((*event[:7], chain.encode(event.data), head))
    assert rows == stored.all("SELECT * FROM events ORDER BY seq")
    assert rows == chain.linked(chain.GENESIS, every)
    assert rows == chain.linked(chain.GENESIS, map(as_read, every))
    assert stored.all("SELECT seq, hash FROM chain") == [(len(every), head)]


def test_all_of_a_stage_has_one_handler() -> None:
    for stage in {*_STAGES.values()}:
        kinds = [kind for kind in _STAGES if _STAGES[kind] == stage]
        assert len({handler_of(kind) for kind in kinds}) == 1
