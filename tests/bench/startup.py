"""Start-up of jpcli's commands on a small ledger, as multiples of `python -c pass`.

    python tests/bench/startup.py [ROUNDS]

Prints medians and ratios against the targets; it never fails, because a busy machine is no bug.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench.measuring import (
    Case,
    Measured,
    checked,
    environment,
    find_command,
    machine,
    medians,
    print_table,
    verdict,
)

ROUNDS = 21


def prepare(jpcli: str, env: dict[str, str]) -> str:
    """A ledger with a card and a dozen licenses; returns the start of a license key."""
    checked([jpcli, "init", "--currency", "usd", "--time-zone", "UTC", "--name", "Bench"], env)
    card = ["--brand", "visa", "--last4", "4242", "--exp", "12/2040", "--primary"]
    checked([jpcli, "cards", "add", *card], env)
    checked([jpcli, "issue", "jetpack-complete", "--quantity", "3"], env)
    checked([jpcli, "issue", "jetpack-anti-spam", "--bundle", "20"], env)
    checked([jpcli, "issue", "jetpack-scan", "--site", "https://one.example"], env)
    return "jetpack-s"


def cases(jpcli: str, key_start: str) -> list[Case]:
    """Everything that section 8 sets a start-up target for."""
    preview = [jpcli, "invoice", "preview"]
    listing = [jpcli, "licenses", "list"]
    issue = [jpcli, "issue", "jetpack-scan"]
    return [
        Case("--version", [jpcli, "--version"], 2.2, 1.7),
        Case("complete a license key", [jpcli, "--complete", "licenses", key_start], 3),
        Case("invoice preview --json", [*preview, "--json"], 8, 5),
        Case("licenses list in a pipe", listing, 8, 5),
        Case("invoice preview on a terminal", preview, 12, 9, on_terminal=True),
        Case("licenses list on a terminal", listing, 12, 9, on_terminal=True),
        Case("issue", issue, 12, 9),
        Case("issue on a terminal", issue, 12, 9, on_terminal=True),
        Case("issue --help", [*issue, "--help"], 12, 9),
        Case("issue --help on a terminal", [*issue, "--help"], 12, 9, on_terminal=True),
        Case("--help on a terminal", [jpcli, "--help"], 12, 9, on_terminal=True),
        Case("a usage error", [jpcli, "issue", "--quantity", "none"], 12, 9, code=2),
        Case(
            "a usage error, --json", [jpcli, "issue", "--quantity", "none", "--json"], 12, 9, code=2
        ),
    ]


def measure(rounds: int) -> list[Measured]:
    """Every case, as a multiple of `python -c pass`."""
    took, measured, _ = _medians(rounds)
    base = took["python -c pass"]
    return [
        Measured(
            case.name,
            case.limit,
            case.goal,
            took[case.name] / base,
            verdict(took[case.name] / base, case.limit, case.goal),
        )
        for case in measured
    ]


def _medians(rounds: int) -> tuple[dict[str, float], list[Case], str]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        env = environment(folder, folder / "ledger.db")
        jpcli = find_command(folder)
        base = Case("python -c pass", [sys.executable, "-c", "pass"], 1)
        measured = cases(jpcli, prepare(jpcli, env))
        return medians([base, *measured], env, rounds), measured, jpcli


def main() -> None:
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else ROUNDS
    took, measured, jpcli = _medians(rounds)
    print(f"{machine()}; medians of {rounds} whole processes, {jpcli}")
    pass_seconds = took["python -c pass"]
    rows = [("", "ms", "x pass", "must", "goal", "")]
    rows.append(("python -c pass", f"{pass_seconds * 1000:.1f}", "1.0", "", "", ""))
    for case in measured:
        ratio = took[case.name] / pass_seconds
        goal = f"{case.goal:g}" if case.goal else ""
        milliseconds = f"{took[case.name] * 1000:.1f}"
        said = verdict(ratio, case.limit, case.goal)
        rows.append((case.name, milliseconds, f"{ratio:.1f}", f"{case.limit:g}", goal, said))
    print_table(rows)


if __name__ == "__main__":
    main()
