"""The benchmarks still run, and each of their commands still succeeds. Times are not looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from jpcli.cli.app.root import run
from tests.bench import memory, targets
from tests.bench.ledgers import Ledgers
from tests.bench.measuring import ROOT, Case, Measured, timed, verdict
from tests.bench.roads import ROADS


@pytest.mark.weighed
@pytest.mark.parametrize(
    "arguments",
    [
        ["startup.py", "1"],
        ["scale.py", "--licenses", "400"],
        ["writers.py", "16"],
        ["servers.py", "--licenses", "400", "--issues", "16"],
        ["completion.py", "2"],
        ["targets.py", "--tiny"],
        ["memory.py", "--licenses", "100", "--only", "plan --init"],
    ],
)
def test_a_benchmark_runs(arguments: list[str]) -> None:
    script, *options = arguments
    run = subprocess.run(
        [sys.executable, ROOT / "tests" / "bench" / script, *options],
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stderr
    assert "inf" not in run.stdout.split()
    assert "MISSING" not in run.stdout.split()


def test_every_road_of_memory_is_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Each command still succeeds. In this process: as processes they would take minutes."""

    def played(
        argv: list[str], env: dict[str, str], _output: Path, codes: tuple[int, ...]
    ) -> tuple[float, float]:
        with monkeypatch.context() as patch:
            for name, value in env.items():
                patch.setenv(name, value)
            code = run(argv[1:])
        told = capfd.readouterr().err
        assert code in codes, (argv, code, told)
        return 0.0, 0.0

    monkeypatch.setattr(memory, "with_peak", played)
    monkeypatch.setattr("sys.stdin", None)
    assert len(memory.measure(Ledgers(tmp_path, 60), ROADS)) == len(ROADS) > 200


def test_a_target_that_nothing_measures_is_missing() -> None:
    found = [Measured("issue --from of 5", 7, 5, 6, "ok"), Measured("issue", 12, 9, 13, "OVER")]
    rows = targets.table(found)
    assert len([row for row in rows if row[-1] == "MISSING"]) == len(targets.TARGETS) - 2
    place = [row[0] for row in rows].index
    assert place("  issue") < place("ledger import, issue --from") < place("  issue --from of 5")


def test_what_is_measured_has_a_target() -> None:
    with pytest.raises(AssertionError, match="no target"):
        targets.table([Measured("paint the shed", 1, 1, 1, "ok")])


def test_a_command_that_fails_has_no_time() -> None:
    case = Case("fails", [sys.executable, "-c", "raise SystemExit(3)"], 1)
    assert timed(case, {}) == float("inf")
    assert timed(case._replace(on_terminal=True), {}) == float("inf")
    assert timed(case._replace(code=3), {}) < 60
    assert verdict(float("inf"), 2, 1) == "OVER"


@pytest.mark.parametrize(
    ("ratio", "goal", "said"),
    [(1.5, 1.7, "goal"), (2, 1.7, "ok"), (2, None, "ok"), (2.3, 1, "OVER")],
)
def test_verdicts(ratio: float, goal: float | None, said: str) -> None:
    assert verdict(ratio, 2.2, goal) == said
