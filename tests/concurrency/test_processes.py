"""Eight real processes on one ledger: nothing is lost, nothing is made twice, nobody is turned
away."""

from __future__ import annotations

import json
import os
from itertools import count
from pathlib import Path
from typing import NamedTuple

from tests.forked import Forked
from tests.services.agency import BEGUN, Agency

PROCESSES = 8
ROUNDS = 5
_numbers = count()


class Running(NamedTuple):
    """A process, and the file that its answer goes to."""

    process: Forked
    answer: Path


def start(agency: Agency, *arguments: str) -> Running:
    answer = Path(f"{agency.called}-{next(_numbers)}.json")
    answer.touch()
    argv = [*arguments, "--ledger", agency.path, "--json"]
    said = answer.with_suffix(".txt")
    return Running(Forked(argv, dict(os.environ), said, str(answer)), answer)


def answers(running: list[Running]) -> list[dict[str, object]]:
    """What each of them said; all must have succeeded."""
    found = []
    for process, answer in running:
        code, said = process.finished()
        assert code == 0, (answer.read_text(), said)
        found.append(json.loads(answer.read_text())["data"])
    return found


def keys_of(data: dict[str, object]) -> list[str]:
    licenses = data["licenses"]
    assert isinstance(licenses, list)
    return [item["license_key"] for item in licenses]


def test_eight_processes_that_issue_at_once_lose_and_double_nothing(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    said: list[str] = []
    for _ in range(ROUNDS):
        running = [start(agency, "issue", "jetpack-scan", "--quantity", "3") for _ in range(8)]
        for data in answers(running):
            said += keys_of(data)
    assert len(said) == len(set(said)) == PROCESSES * ROUNDS * 3
    listed = answers([start(agency, "licenses", "list")])[0]
    assert sorted(keys_of(listed)) == sorted(said)
    assert agency.problems() == []


def test_eight_processes_with_one_idempotency_key_issue_once(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db").init()
    agency.card(now=BEGUN)
    order = ("issue", "jetpack-ai", "--idempotency-key", "order-7")
    found = {tuple(keys_of(data)) for data in answers([start(agency, *order) for _ in range(8)])}
    assert len(found) == 1
    assert len(keys_of(answers([start(agency, "licenses", "list")])[0])) == 1
    assert agency.problems() == []


def test_eight_processes_that_make_the_ledger_at_once_make_one(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "ledger.db")
    running = [start(agency, "init", "--prices", "none") for _ in range(PROCESSES)]
    codes = [each.process.finished()[0] for each in running]
    assert sorted(codes) == [0] + [3] * (PROCESSES - 1)
    assert agency.problems() == []
    assert [path.name for path in tmp_path.iterdir() if path.suffix == ".tmp"] == []
