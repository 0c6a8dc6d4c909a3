"""Killed with SIGKILL before and after every call to Jetpack, and run again: both worlds are one,
with no license too many and none too few.

A wish is committed right before a call and its outcome right after it, so these moments are all the
states in which a process can die: between two calls nothing else is written.
"""

from __future__ import annotations

import signal
from collections.abc import Callable
from copy import deepcopy
from dataclasses import fields
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from tests import engines
from tests.services.agency import A, B, C
from tests.services.jetpack.conftest import Desk
from tests.services.jetpack.test_acting import bundle_from_the_dashboard
from tests.services.jetpack.test_outcomes import settle

PLAN = f"""
[sites."{A}"]
products = ["jetpack-ai"]
[sites."{B}"]
products = {{ jetpack-scan = 2 }}
client = "Ben"
[sites."{C}"]
products = {{ jetpack-scan = 1, jetpack-ai = 1 }}
[spares]
jetpack-scan = 0
"""


class Place(NamedTuple):
    """The agency as it is before each command."""

    agency: Desk
    free: list[str]
    on_a: list[str]
    bundle: str


class Command(NamedTuple):
    """Its words, or a file for its last one; how many calls it makes at least, licenses it makes,
    and mails that are sent."""

    words: Callable[[Place], list[str]]
    calls: int
    made: int = 0
    mails: int = 0
    file: Callable[[Place], str] | None = None


COMMANDS: dict[str, Command] = {
    "issue": Command(lambda p: ["issue", "jetpack-scan"], 1, 1),
    "issue on a site": Command(
        lambda p: ["issue", "jetpack-scan", "--quantity", "2", "--site", B, "--client", "Ben"], 4, 2
    ),
    "issue with a key": Command(
        lambda p: ["issue", "jetpack-scan", "--quantity", "2", "--idempotency-key", "k"], 2, 2
    ),
    "issue rows": Command(
        lambda p: ["issue", "--from"],
        4,
        3,
        file=lambda p: f"product,quantity,site\njetpack-scan,2,\njetpack-ai,1,{C}\n",
    ),
    "issue rows, going on": Command(
        lambda p: ["issue", "--keep-going", "--from"],
        4,
        3,
        file=lambda p: f"product,quantity,site\njetpack-scan,2,\njetpack-ai,1,{C}\n",
    ),
    "assign": Command(lambda p: ["assign", *p.free, "--site", B, "--client", "Ben"], 2),
    "assign rows": Command(
        lambda p: ["assign", "--from"],
        2,
        file=lambda p: f"license_key,site\n{p.free[0]},{B}\n{p.free[1]},{C}\n",
    ),
    "unassign": Command(lambda p: ["unassign", *p.on_a], 2, mails=2),
    "unassign without a mail": Command(lambda p: ["unassign", *p.on_a, "--no-email"], 2),
    "transfer": Command(lambda p: ["transfer", *p.on_a, "--to", B], 4),
    "transfer rows": Command(
        lambda p: ["transfer", "--from"],
        4,
        file=lambda p: f"license_key,to\n{p.on_a[0]},{B}\n{p.on_a[1]},{C}\n",
    ),
    "revoke": Command(lambda p: ["revoke", p.free[0], p.on_a[0], "--yes"], 2),
    "revoke a bundle": Command(lambda p: ["revoke", p.bundle, "--yes"], 4),
    "apply": Command(lambda p: ["apply", "--yes"], 5, 1, file=lambda p: PLAN),
}


@pytest.fixture
def place(agency: Desk) -> Place:
    free = agency.issue("jetpack-scan", 2)
    on_a = agency.issue("jetpack-scan", 2, site=A)
    bundle, _ = bundle_from_the_dashboard(agency)
    agency.issue("jetpack-ai", site=A)
    return Place(agency, free, on_a, bundle)


def words_of(place: Place, command: Command) -> list[str]:
    words = command.words(place)
    if command.file is None:
        return words
    suffix = "toml" if words[0] == "apply" else "csv"
    source = Path(f"{place.agency.called}-rows.{suffix}")
    source.write_text(command.file(place), encoding="utf-8")
    at = 1 if words[0] == "apply" else len(words)
    return [*words[:at], str(source), *words[at:]]


def saved(agency: Desk) -> Callable[[], None]:
    """How to have it all again as it is now."""
    kept = f"{agency.called}.kept"
    engines.copy(agency.called, kept)
    world = agency.double.world
    was = {each.name: deepcopy(getattr(world, each.name)) for each in fields(world)}

    def restore() -> None:
        for beside in ("", "-wal", "-shm"):
            Path(agency.called + beside).unlink(missing_ok=True)
        engines.copy(kept, agency.called)
        for name, value in was.items():
            setattr(world, name, deepcopy(value))
        agency.double.heal()
        agency.double.forget()

    return restore


def settled(agency: Desk, known: set[str]) -> bool:
    """Find out, as a person would, what came of an order whose process was killed."""
    waiting = [wish for wish in agency.wishes() if wish.action == "issue"]
    if not waiting:
        return False
    code, said = agency.forked("issue", "jetpack-ai").finished()
    assert (code, "outcome_unknown" in said or "not known" in said) == (3, True), said
    new = set(agency.double.licenses) - known - set(agency.licenses())
    settle(agency, new.pop() if new else None)
    assert not new
    return True


@pytest.mark.parametrize("name", COMMANDS)
def test_a_command_killed_at_any_call_is_finished_by_the_next_run(place: Place, name: str) -> None:
    agency, command = place.agency, COMMANDS[name]
    words = words_of(place, command)
    restore = saved(agency)
    known = set(agency.double.licenses)
    agency.double.forget()
    code, said = agency.forked(*words).finished()
    assert code == 0, said
    calls = len(agency.double.requests)
    whole = agency.licenses()
    assert calls >= command.calls
    assert sorted(whole.values(), key=str) == sorted(agency.licenses_there().values(), key=str)
    for number in range(1, calls + 1):
        for after in (False, True):
            restore()
            agency.double.next("kill", nth=number, after=after, signal=int(signal.SIGKILL))
            code, said = agency.forked(*words).finished()
            assert code == -signal.SIGKILL, (number, after, code, said)
            agency.double.heal()
            assert len(agency.wishes()) == 1
            settled(agency, known)
            code, said = agency.forked(*words).finished()
            assert code == 0, (number, after, said)
            agency.check_equal()
            assert agency.wishes() == []
            new = set(agency.double.licenses) - known
            assert len(new) == command.made, (number, after)
            assert same(agency.licenses(), whole), (number, after)
            assert len(agency.double.mails) == command.mails, (number, after)


def same(one: dict[str, Any], other: dict[str, Any]) -> bool:
    """The same products in the same places, whatever they are called."""

    def told(found: dict[str, Any]) -> list[str]:
        return sorted(f"{key.partition('_')[0]} {value}" for key, value in found.items())

    return told(one) == told(other)


@pytest.mark.parametrize("name", ["issue on a site", "assign", "transfer", "revoke", "apply"])
def test_two_processes_at_once_do_it_once(place: Place, name: str) -> None:
    """Except that who orders twice, without a key, gets twice as many."""
    agency, command = place.agency, COMMANDS[name]
    words = words_of(place, command)
    if words[0] == "issue":
        words += ["--idempotency-key", "same"]
    restore = saved(agency)
    known = set(agency.double.licenses)
    for _ in range(3):
        restore()
        both = [agency.forked(*words) for _ in range(2)]
        said: list[Any] = [process.finished() for process in both]
        assert {code for code, _ in said} <= {0, 75}, said
        code, text = agency.forked(*words).finished()
        assert code == 0, text
        agency.check_equal()
        assert len(set(agency.double.licenses) - known) == command.made
        assert agency.wishes() == []


@pytest.mark.parametrize("name", ["issue on a site", "transfer"])
@pytest.mark.parametrize("after", [False, True])
def test_an_interrupted_command_is_finished_by_the_next_run(
    place: Place, name: str, after: bool
) -> None:
    agency, command = place.agency, COMMANDS[name]
    words = words_of(place, command)
    known = set(agency.double.licenses)
    agency.double.next("kill", nth=1, after=after, signal=int(signal.SIGINT))
    code, said = agency.forked(*words).finished()
    assert code == 130, said
    settled(agency, known)
    code, said = agency.forked(*words).finished()
    assert code == 0, said
    agency.check_equal()
    assert len(set(agency.double.licenses) - known) == command.made
    assert (agency.wishes(), agency.double.mails) == ([], [])


def test_who_could_not_be_told_is_told_what_was_done(place: Place) -> None:
    agency = place.agency
    known = set(agency.double.licenses)
    code, said = agency.forked("issue", "jetpack-scan", "--site", B, stdout="/dev/full").finished()
    (key,) = set(agency.double.licenses) - known
    assert code == 74, said
    assert f"Issued 1 license; billed from 2024-08-15 on; {key}, {B}" in " ".join(said.split())
