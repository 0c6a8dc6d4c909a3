"""A short part of what `python -m tests.chaos` does for long, and that the judge can be trusted."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from functools import partial
from pathlib import Path

import pytest

from tests.chaos import commands, corrections, written
from tests.chaos.commands import Deed, Wrong, deed
from tests.chaos.endings import check_form
from tests.chaos.observed import content
from tests.chaos.processes import Command, Ended, Fault, Nursery, Preload
from tests.chaos.runs import nurseries, run, shortest
from tests.chaos.stage import BEGUN, Round, Stage
from tests.chaos.sweeps import sweep

NOW = "2026-03-05T08:00:00Z"


@pytest.fixture(scope="module")
def tools() -> Iterator[tuple[Preload, Nursery]]:
    with nurseries() as (preload, nursery):
        if preload.why_not:
            pytest.skip(preload.why_not)
        yield preload, nursery


@pytest.fixture
def stage(tmp_path: Path, tools: tuple[Preload, Nursery]) -> Stage:
    return Stage(tmp_path, *tools)


@pytest.mark.parametrize("chance", [20, 26])
def test_a_run_by_chance(chance: int, tools: object) -> None:
    report = run(chance, 8, shrink_seconds=30)
    assert not report.failure, report.failure
    assert report.tally["commands"] > 8


def test_killed_at_every_fourth_write(tools: object) -> None:
    report = sweep("issue", ("kill",), 4)
    assert not report.failure, report.failure
    assert report.tally["kills"] > 4


# --- the judge ------------------------------------------------------------------------------------


def _sql(stage: Stage, *statements: str) -> None:
    with closing(sqlite3.connect(stage.ledger, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def _told(stage: Stage, made: Deed, *more: str, code: int = 0, err: str = "") -> Ended:
    """As if a command had ended so, without one."""
    return Ended(Command("c1", made, NOW, more), code, "{}", err, False)


TWO = commands.issue("jetpack-scan", 2, None, None)
HALF = TWO._replace(words=("issue", "jetpack-scan"))


def _unkept(stage: Stage) -> None:
    stage.judge([_told(stage, TWO)])


def _half(stage: Stage) -> None:
    stage.play(Round((Command("c1", HALF, NOW),)))


def _then_told(stage: Stage, *more: str, code: int = 0, err: str = "") -> None:
    """It is done, and says something else."""
    stage.run([Command("c1", TWO, NOW)])
    stage.judge([_told(stage, TWO, *more, code=code, err=err)])


def _dry(stage: Stage) -> None:
    _then_told(stage, "--dry-run")


def _twice(stage: Stage) -> None:
    stage.play(Round((Command("c1", TWO, NOW),)))
    stage.play(Round((Command("c2", TWO, NOW, repeats="c1"),)))


def _half_undone(stage: Stage) -> None:
    stage.play(Round((Command("c1", TWO, NOW),)))
    one = corrections.undo("c1")._replace(words=("revoke", "{c1.0}", "--yes"))
    stage.play(Round((Command("c2", one, NOW),)))


def _not_undone(stage: Stage) -> None:
    stage.play(Round((Command("c1", TWO, NOW),)))
    told = _told(stage, corrections.undo("c1"))
    stage.judge([told._replace(command=told.command._replace(name="c2"))])


def _renamed(stage: Stage) -> None:
    stage.play(Round((Command("c1", commands.add_client("Ann"), NOW),)))
    other = corrections.rename("client", "Ann", "Zoe")._replace(words=("clients", "add", "Zoe"))
    stage.play(Round((Command("c2", other, NOW),)))


def _spoiled(stage: Stage, spoil: Callable[[Path], object]) -> None:
    """Something was done to a file of a month's end."""
    stage.play(Round((Command("c1", TWO, NOW),)))
    ended = stage.run([Command("c2", corrections.month_end(), "2026-04-02T08:00:00Z")])
    spoil(next((stage.folder / "bills").glob("*.html")))
    written.judge(stage, ended[0], {}, alone=True)


def _torn(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-20])


def _lost(stage: Stage) -> None:
    stage.model.clients.add("Bob")
    stage.judge([])


def _damaged(stage: Stage) -> None:
    _sql(stage, "UPDATE cards SET last4 = '9999'")
    stage.judge([])


LIES: dict[str, tuple[Callable[[Stage], object], str]] = {
    "acknowledged and not there": (_unkept, "nothing of it is there"),
    "half of it": (_half, "half done"),
    "refused and written": (partial(_then_told, code=3, err="no"), "and wrote"),
    "a dry run that writes": (_dry, "and wrote"),
    "said to be not done": (
        partial(_then_told, code=1, err="nothing was written"),
        "nothing was done",
    ),
    "done twice": (_twice, "once more"),
    "undone by half": (_half_undone, "ought to be"),
    "undone and not": (_not_undone, "nothing of it is there"),
    "named and not": (_renamed, "ought to be"),
    "half of a file": (partial(_spoiled, spoil=_torn), "not whole"),
    "a file that is missing": (partial(_spoiled, spoil=Path.unlink), "missing"),
    "lost later": (_lost, "ought to be"),
    "damage": (_damaged, "damaged"),
}


@pytest.mark.parametrize(("lie", "said"), LIES.values(), ids=LIES)
def test_the_judge_sees(lie: Callable[[Stage], object], said: str, stage: Stage) -> None:
    with pytest.raises(Wrong, match=said):
        lie(stage)


BAD_ENDS = {
    "a traceback": (1, "", "Traceback (most recent call last):"),
    "a mistake of its own": (1, "", "✗ internal error: x  internal_error"),
    "another exit code": (7, "", "x"),
    "silence": (1, "", ""),
    "killed by nobody": (-9, "", ""),
    "no JSON": (0, "x", ""),
}


@pytest.mark.parametrize(("code", "out", "err"), BAD_ENDS.values(), ids=BAD_ENDS)
def test_the_judge_sees_how_it_ended(code: int, out: str, err: str) -> None:
    with pytest.raises(Wrong):
        check_form(Ended(Command("c1", deed("status --json"), NOW), code, out, err, False))


def test_a_flipped_byte_in_use_is_told_from_one_in_unused_space(stage: Stage) -> None:
    was, data = content(stage.ledger), stage.ledger.read_bytes()
    at = data.index(b"4242")
    stage.ledger.write_bytes(data[:at] + b"5" + data[at + 1 :])
    assert content(stage.ledger) != was
    zeros = data.index(bytes(1000)) + 500
    stage.ledger.write_bytes(data[:zeros] + b"5" + data[zeros + 1 :])
    assert content(stage.ledger) == was


def test_a_fault_is_met(stage: Stage) -> None:
    fault = Fault("w", 1, "ENOSPC", goes_on=True)
    command = Command("c1", commands.add_client("Ann"), NOW, ("--json",), fault)
    (ended,) = stage.play(Round((command,)))
    assert (ended.fired, ended.code) == (True, 1)
    assert json.loads(ended.out)["error"]["code"] == "disk_full"


def test_the_shortest_list_has_what_is_needed(tools: tuple[Preload, Nursery]) -> None:
    def hurt_cards(stage: Stage) -> None:
        _sql(stage, "UPDATE cards SET last4 = '9999'")

    commands_ = [Command(f"c{n}", commands.add_client(f"N{n}"), BEGUN) for n in range(3)]
    rounds = [Round((each,)) for each in commands_]
    rounds[1] = rounds[1]._replace(after=hurt_cards)
    assert shortest(rounds, *tools, until=float("inf")) == [rounds[1]]
