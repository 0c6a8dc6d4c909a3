"""A change whose answer nobody gets says what it did, so that nobody does it again."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from jpcli.cli.app.invocation import build_invocation
from jpcli.cli.app.lost import answer_lost
from jpcli.cli.app.root import load_command
from jpcli.cli.shared.result import Result
from jpcli.domain.answers import Note
from jpcli.domain.errors import Declined
from tests.cli.conftest import ENTRY
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import world as world
from tests.forked import CLOSED, GONE, Forked

if TYPE_CHECKING:
    from tests.cli.world import World

FULL = "/dev/full"
DONE = [line for line in LINES if line.code == 0]
CHANGES = [line for line in DONE if load_command(line.path).spec.changes]
READS = [line for line in DONE if line not in CHANGES]
# Their tables are one sentence, which stands on stderr: there is nothing that could be lost.
SENTENCES = {
    "report",
    "init",
    "sites move",
    "sites rename",
    "sites merge",
    "sites archive",
    "clients add",
    "clients edit",
    "clients rename",
    "clients merge",
    "clients archive",
    "products rename",
    "products hide",
    "invoice verify",
    "ledger import",
    "ledger backup",
    "ledger restore",
    "ledger check",
    "ledger move",
}


def run(world: World, line: Line, *more: str, stdout: str | None = None) -> tuple[int, str]:
    env = {
        **os.environ,
        "JPCLI_LEDGER": world.ledger,
        "JPCLI_NOW": NOW,
        "JPCLI_ACTOR": "tester",
    }
    arguments = [*line.argv(world.names), *more]
    return Forked(arguments, env, world.folder / "said.txt", stdout).finished()


def recorded(world: World) -> list[tuple[str, str]]:
    """(kind, subject) of every event."""
    return world._rows("SELECT kind, subject FROM events ORDER BY seq")


@pytest.mark.alike("stdout", "form")
@pytest.mark.parametrize("line", CHANGES, ids=str)
@pytest.mark.parametrize("stdout", [FULL, GONE, CLOSED])
@pytest.mark.parametrize("form", ["auto", "table"])
def test_what_was_done_is_said_where_the_answer_can_not_be(
    world: World, line: Line, stdout: str, form: str
) -> None:
    before = len(recorded(world))
    code, said = run(world, line, "--format", form, stdout=stdout)
    if form == "table" and line.path in SENTENCES:
        assert (code, "✓" in said, "answer_lost" in said) == (0, True, False)
        return
    made = recorded(world)[before:]
    assert code == 74, said
    assert "This was done, but its answer could not be written" in said
    assert said.count("answer_lost") == 1
    assert "internal" not in said
    assert ("reader has gone" in said) == (stdout == GONE)
    for _kind, subject in made[:20]:
        assert subject in said
    assert world.jpcli("ledger", "check", "--json", now=NOW).data["ok"]


@pytest.mark.parametrize("line", CHANGES, ids=str)
def test_what_a_dry_run_can_not_say_was_not_done(world: World, line: Line) -> None:
    if "dry_run" not in load_command(line.path).spec.shared:
        return
    before = recorded(world)
    code, said = run(world, line, "--dry-run", "--json", stdout=FULL)
    assert (code, "answer_lost" in said, recorded(world)) == (1, False, before)


@pytest.mark.alike("form")
@pytest.mark.parametrize("line", READS, ids=str)
@pytest.mark.parametrize("form", ["json", "table"])
def test_a_reading_command_has_nothing_to_say_of(world: World, line: Line, form: str) -> None:
    code, said = run(world, line, "--format", form, stdout=FULL)
    if form == "table" and line.path in SENTENCES:
        assert (code, "✓" in said, "output_failed" in said) == (0, True, False)
        return
    assert (code, "answer_lost" in said) == (1, False)
    assert "output_failed" in said
    assert "Traceback" not in said
    assert run(world, line, "--format", form, stdout=GONE) == (141, "")


@pytest.mark.parametrize("line", READS, ids=str)
def test_who_wants_the_exit_code_alone_may_leave_stdout_closed(world: World, line: Line) -> None:
    before = recorded(world)
    code, said = run(world, line, stdout=CLOSED)
    # The walk through the demo is there to be seen, and changes a ledger of its own.
    failed = line.path == "demo"
    assert (code, "output_failed" in said) == (int(failed), failed)
    assert recorded(world) == before


@pytest.mark.alike("more", "stdout")
@pytest.mark.parametrize("stdout", [FULL, GONE])
@pytest.mark.parametrize("more", [(), ("--json",), ("--format", "csv")])
@pytest.mark.parametrize(
    ("line", "code", "said_code"),
    [
        (Line("issue", "jetpack-nope"), 2, "unknown_product"),
        (Line("issue", "--what"), 2, "usage"),
        (Line("invoice mark-paid", "INV-1999-01"), 2, "unknown_invoice"),
        (Line("assign", "{free} --site a.example --at 2026-11-23"), 2, "time_in_future"),
    ],
    ids=str,
)
def test_an_error_keeps_its_exit_code(
    world: World, line: Line, code: int, said_code: str, more: tuple[str, ...], stdout: str
) -> None:
    found, said = run(world, line, *more, stdout=stdout)
    assert (found, said_code in said, "Traceback" in said) == (code, True, False)


def test_an_interrupt_after_the_commit_says_so(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C between the commit and the last byte of the answer."""

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    before = len(recorded(world))
    with monkeypatch.context() as patch:
        patch.setattr("jpcli.cli.app.lost.discard_output", lambda: None)
        patch.setattr("jpcli.cli.render.stdout._write_answer", interrupted)
        found = world(Line("issue", "jetpack-scan --quantity 2"))
        with pytest.raises(KeyboardInterrupt):
            world(Line("licenses list"))
    made = [subject for _, subject in recorded(world)[before:]]
    assert (found.code, len(made)) == (74, 2)
    assert "interrupted" in found.err
    assert all(key in found.err for key in made)
    assert world.jpcli("ledger", "check", now=NOW).code == 0


def test_ctrl_c_while_the_answer_waits_for_its_reader(world: World) -> None:
    """A process of its own: it has committed, and its answer is longer than the pipe takes."""
    before = len(recorded(world))
    process = subprocess.Popen(
        [sys.executable, "-c", ENTRY, "issue", "jetpack-scan", "-n", "2000", "--json"],
        env={**os.environ, "JPCLI_NOW": NOW, "JPCLI_LEDGER": world.ledger},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    deadline = time.monotonic() + 60
    while len(recorded(world)) == before:
        assert time.monotonic() < deadline
        time.sleep(0.05)
    time.sleep(1)
    process.send_signal(signal.SIGINT)
    assert process.stderr is not None
    said = process.stderr.read()
    assert process.wait(60) == 74, said
    made = [subject for _, subject in recorded(world)[before:]]
    assert len(made) == 2000
    assert "answer_lost" in said
    assert "interrupted" in said
    assert made[0] in said
    assert "Traceback" not in said
    process.communicate()


def test_what_went_wrong_beside_it_is_said_as_well(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody may take a declined charge for done because its answer was lost."""
    monkeypatch.setattr("jpcli.cli.app.lost.discard_output", lambda: None)
    declined = Declined("card_declined", "INV-2026-10 stays open: visa was declined")
    result = Result({}, notes=(Note("closed", "Closed INV-2026-10", "ok"),), failures=(declined,))
    lost = answer_lost(BrokenPipeError(), result, build_invocation("invoice close", {}))
    assert lost.exit_code == 74
    assert lost.message.endswith("Closed INV-2026-10; INV-2026-10 stays open: visa was declined")
