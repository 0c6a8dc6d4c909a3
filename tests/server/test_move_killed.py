"""A move that is killed, wherever it is, leaves nothing or all of it, and is done the next time."""

from __future__ import annotations

import os
import shutil
import time
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.cli.lines import NOW, build
from tests.forked import Forked
from tests.server.running import Server
from tests.server.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

# (what it is moved from, to): the wire is at a server, the second one of two.
ROADS = (("file", "server"), ("server", "file"), ("server", "server"))
MOMENTS = 5


class Move(NamedTuple):
    """A move from `source` to `target`; what goes over `wire` takes the addresses with it in."""

    source: str
    target: str
    wire: Wire
    over_wire: tuple[str, str]
    folder: Path

    def start(self) -> Forked:
        env = {**os.environ, "JPCLI_WAIT": "5", "JPCLI_NOW": NOW}
        return Forked(["ledger", "move", *self.over_wire, "--json"], env, self.folder / "said.txt")


@pytest.fixture
def source(server: Server, jpcli: Callable[..., Any], tmp_path: Path) -> dict[str, str]:
    """The ledger of `lines` in a file and on a server."""
    build(jpcli, tmp_path)
    file, there = str(tmp_path / "ledger.db"), server.address(server.database())
    assert jpcli("ledger", "move", file, there).code == 0
    return {"file": file, "server": there}


@pytest.fixture
def moves(source: dict[str, str], server: Server, tmp_path: Path) -> Callable[..., Move]:
    """A move to a new place each."""

    def move(here: str, there: str) -> Move:
        wire = Wire(server.port)
        folder = tmp_path / "moves"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir()
        file = str(folder / "moved.db")
        target = file if there == "file" else server.address(server.database())
        places = [source[here], target]
        at = 1 if there == "server" else 0
        over = list(places)
        over[at] = over[at].replace(f":{server.port}/", f":{wire.port}/")
        return Move(places[0], places[1], wire, (over[0], over[1]), folder)

    return move


def head(jpcli: Callable[..., Any], address: str) -> tuple[Any, Any]:
    run = jpcli("ledger", "check", "--ledger", address, "--json")
    assert run.code == 0, run.err
    return run.data["events"], run.data["head"]


def check_nothing_or_all(move: Move, jpcli: Callable[..., Any]) -> bool:
    """Whether it is there."""
    run = jpcli("status", "--ledger", move.target, "--json")
    if run.code == 0:
        assert head(jpcli, move.target) == head(jpcli, move.source)
        return True
    assert run.error["code"] == "no_ledger", run.err
    return False


def check_done_again(move: Move, jpcli: Callable[..., Any]) -> None:
    is_there = check_nothing_or_all(move, jpcli)
    for code in ("moved_before" if is_there else "moved", "moved_before"):
        run = jpcli("ledger", "move", move.source, move.target, "--json")
        assert run.code == 0, run.err
        assert run.json["notes"][0]["code"] == code
    assert head(jpcli, move.target) == head(jpcli, move.source)
    assert [path.name for path in move.folder.iterdir() if path.name.startswith(".jpcli-")] == []


@pytest.mark.parametrize(("here", "there"), ROADS)
def test_a_move_is_killed_at_many_messages(
    here: str, there: str, moves: Callable[..., Move], jpcli: Callable[..., Any]
) -> None:
    whole = moves(here, there)
    code, said = whole.start().finished()
    assert code == 0, said
    packets = whole.wire.packets
    codes, outcomes = [], set()

    def killed_at(last: int) -> int:
        """How many packets there were."""
        move = moves(here, there)
        move.wire.last = last
        process = move.start()
        move.wire.reached = process.kill
        codes.append(process.finished()[0])
        outcomes.add(check_nothing_or_all(move, jpcli))
        check_done_again(move, jpcli)
        move.wire.close()
        return move.wire.packets

    # How many there are is never quite the same, and on a busy machine more: a move that comes to
    # its end first tells how many there are by now.
    for _ in range(2 * MOMENTS):
        if (killed := codes.count(-9)) < MOMENTS:
            found = killed_at(1 + killed * packets // MOMENTS)
            packets = found if codes[-1] == 0 else packets
    for last in range(packets - 3, packets + 1):
        killed_at(last)
    # The last ones only say good-bye.
    assert set(codes) <= {-9, 0}
    assert codes.count(-9) >= MOMENTS - 1
    assert False in outcomes


@pytest.mark.parametrize("part", [0.5, 0.8, 0.9, 0.95])
def test_a_move_to_a_file_is_killed(
    part: float, moves: Callable[..., Move], jpcli: Callable[..., Any]
) -> None:
    begun = time.monotonic()
    assert moves("server", "file").start().finished()[0] == 0
    took = time.monotonic() - begun
    move = moves("server", "file")
    process = move.start()
    time.sleep(took * part)
    process.kill()
    process.finished()
    check_done_again(move, jpcli)
