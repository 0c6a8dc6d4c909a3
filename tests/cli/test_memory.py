"""What reads a whole ledger streams: its memory does not grow with the licenses.

Of 40,000 answers a list in Python takes 35 MiB or more, beside the 46 MiB at most of a stream: the
limit tells them apart.
The figures for a million are in the benchmark (`tests/bench/scale.py`).
"""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from tests.bench import agency
from tests.bench.measuring import checked, environment, with_peak

pytestmark = [
    pytest.mark.file("the memory of a process with a ledger in a file"),
    pytest.mark.weighed,
]

LICENSES = 40_000
MOST_MIB = 56
ROOT = Path(__file__).parents[2]
ENTRY = "from jpcli.cli.entry import main; main()"
COMMANDS = [
    ("ledger", "check"),
    ("ledger", "export", "--json"),
    ("ledger", "export", "--format", "csv"),
    ("licenses", "list", "--json", "--limit", "0", "--sort", "client"),
    ("licenses", "list", "--format", "csv", "--limit", "0", "--search", "a"),
    ("invoice", "preview", "--by", "license", "--json"),
    ("invoice", "explain", agency.MONTH, "--json"),
    ("licenses", "timeline", agency.MONTH, "--json", "--limit", "0"),
    ("licenses", "timeline", agency.MONTH, "--format", "csv", "--limit", "0"),
    ("invoice", "preview", "--by", "license", "--format", "csv"),
    ("log", "--json", "--limit", "0"),
    ("sites", "list", "--json", "--limit", "0"),
    ("status", "--json"),
    ("savings", "--json", "--limit", "0"),
]


@pytest.fixture(scope="module")
def large(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The environment of a ledger with 40,000 active licenses."""
    folder = tmp_path_factory.mktemp("large")
    env = {**environment(folder, folder / "ledger.db"), "JPCLI_NOW": agency.NOW}
    history = folder / "history.ndjson"
    with history.open("w") as stream:
        agency.write_history(stream, active=LICENSES, past=0)
    for argv in (
        ["init", "--name", "Large"],
        ["cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2040"],
        ["ledger", "import", str(history)],
    ):
        checked([sys.executable, "-c", ENTRY, *argv], env)
    return env


@pytest.mark.parametrize("command", COMMANDS, ids=" ".join)
def test_memory_does_not_grow_with_the_licenses(
    command: tuple[str, ...], large: dict[str, str], tmp_path: Path
) -> None:
    _, mib = with_peak([sys.executable, "-c", ENTRY, *command], large, tmp_path / "output")
    assert mib < MOST_MIB


def test_a_list_would_be_seen(large: dict[str, str], tmp_path: Path) -> None:
    program = (
        "import os; from jpcli.ledger.database.engines import open_ledger;"
        "from jpcli.ledger.queries.history import history_rows;"
        "rows = history_rows(open_ledger(os.environ['JPCLI_LEDGER'], writes=False));"
        "kept = [{f'{row[0]} {n}': repr(row) for n in range(5)} for row in rows]"
    )
    _, mib = with_peak([sys.executable, "-c", program], large, tmp_path / "output")
    assert mib > MOST_MIB
