"""A change at Stripe whose answer nobody gets says what it did: nobody charges a card again."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

import pytest

from tests.cli.conftest import jpcli as jpcli
from tests.forked import GONE, Forked
from tests.services.collection.test_every_line import LINES, NOW, each, has
from tests.services.collection.test_every_line import paying as paying
from tests.services.collection.test_every_line import world as world

if TYPE_CHECKING:
    from pathlib import Path

    from tests.cli.lines import Line
    from tests.services.collection.test_every_line import World

FULL = "/dev/full"
CHANGES = [line for line in LINES if has(line, "idempotency_key")]
LOOKS = [line for line in LINES if line not in CHANGES]


def run(world: World, line: Line, folder: Path, stdout: str, *more: str) -> tuple[int, str]:
    env = {**os.environ, "JPCLI_NOW": NOW, "JPCLI_ACTOR": "tester"}
    return Forked([*line.argv(world.names), *more], env, folder / "said.txt", stdout).finished()


@each(CHANGES)
@pytest.mark.parametrize("stdout", [FULL, GONE])
def test_what_was_done_is_said_and_is_not_done_again(
    line: Line, stdout: str, world: World, tmp_path: Path
) -> None:
    before, changes = len(world.events()), world.changes()
    code, said = run(world, line, tmp_path, stdout)
    assert code == 74, said
    assert said.count("answer_lost") == 1
    assert "Don't do it again" in said
    assert "internal" not in said
    # One line of the table is done already: its invoice is at Stripe.
    acted = len(world.events()) > before or world.changes() > changes
    assert acted != (line.path == "invoice push")


@each(LOOKS)
@pytest.mark.parametrize("stdout", [FULL, GONE])
def test_what_only_looks_says_so_where_it_recorded_what_it_found(
    line: Line, stdout: str, world: World, tmp_path: Path
) -> None:
    before = len(world.events())
    code, said = run(world, line, tmp_path, stdout, "--json")
    found = len(world.events()) > before
    assert (code == 74) == found, said
    assert ("answer_lost" in said) == found
    assert "Traceback" not in said
