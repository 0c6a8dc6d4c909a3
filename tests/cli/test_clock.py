"""A clock behind the ledger's last event is said on every write, and refuses nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.cli.app.root import load_command
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from typing import Any

AHEAD = "2026-11-22T12:30:45Z"
# What writes no event into a ledger that is there.
NO_EVENTS = ("init", "demo", "ledger restore")
WRITES = [
    line
    for line in LINES
    if line.code == 0
    and line.path not in NO_EVENTS
    and "dry_run" in load_command(line.path).spec.shared
]


def said(run: Any) -> list[str]:
    notes = run.json.get("notes", ())
    return [note["message"] for note in notes if note["code"] == "clock_behind"]


@pytest.mark.parametrize("line", WRITES, ids=str)
def test_it_is_said_with_both_times_and_done(line: Line, world: World) -> None:
    assert world.jpcli("clients", "add", "Zed", now=AHEAD).code == 0
    before = len(world.events())
    run = world(line, "--json")
    assert run.code == 0, run.err
    (message,) = said(run)
    assert "2026-11-22 11:00:00 UTC" in message
    assert "2026-11-22 12:30:45 UTC" in message
    assert len(world.events()) > before


def test_it_is_said_on_stderr_also_when_quiet(world: World) -> None:
    world.jpcli("clients", "add", "Zed", now=AHEAD)
    run = world.jpcli("clients", "add", "Yve", "--quiet", now=NOW)
    assert run.err.startswith("! The clock says 2026-11-22 11:00:00 UTC")


def test_nothing_is_said_by_a_clock_that_is_not_behind(world: World) -> None:
    world.jpcli("clients", "add", "Zed", now="2026-11-22T11:00:00.9Z")
    assert said(world.jpcli("clients", "add", "Yve", "--json", now=NOW)) == []
    assert said(world.jpcli("clients", "list", "--json", now="2026-11-01T00:00:00Z")) == []
