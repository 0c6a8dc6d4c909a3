"""A ledger in a file and on a server, side by side, and the same questions without jpcli.

    python tests/bench/servers.py [--licenses N] [--issues N] [--programs FOLDER]

First what 1, 4 and 16 writers issue a second, each license a durable change of its own; then whole
commands on N licenses, of which a quarter is billed in the month, against the bare SQL in `sqlite3`
and `psql`. The server is on this machine and keeps what it was told on its disk. Nothing fails.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import agency, baselines
from tests.bench.measuring import (
    checked,
    environment,
    find_command,
    machine,
    print_table,
    with_peak,
)
from tests.bench.scale import MONTH_DAYS
from tests.bench.writers import CARD, issues_per_second
from tests.server.running import Server, programs, running, use_programs

WRITERS = (1, 4, 16)
START = ["--currency", "usd", "--time-zone", "UTC", "--name", "Bench"]
LISTING = ("licenses", "list", "--format", "csv", "--limit", "0")
# (name, command, the bare SQL of it, how often)
READS = (
    ("invoice preview", ("invoice", "preview", "--json"), baselines.MONTH_SUM, 3),
    ("preview --by site", ("invoice", "preview", "--json", "--by", "site"), baselines.BY_SITE, 3),
    ("licenses list as csv", LISTING, baselines.LISTING, 1),
    ("ledger check", ("ledger", "check"), None, 1),
)


class Place:
    """A ledger of one engine, and the seconds of what is asked there."""

    def __init__(self, folder: Path, address: str, shell: list[str] | None) -> None:
        self.folder, self.address, self._shell = folder, address, shell
        self.jpcli = find_command(folder)
        self.output = folder / "output"

    @property
    def env(self) -> dict[str, str]:
        found = {**environment(self.folder, Path("unused")), "JPCLI_NOW": agency.NOW}
        return {**found, "JPCLI_LEDGER": self.address}

    def begin(self) -> None:
        checked([self.jpcli, "init", *START], self.env)
        checked([self.jpcli, "cards", "add", *CARD], self.env)

    def seconds(self, command: tuple[str, ...], times: int = 1) -> float:
        argv = [self.jpcli, *command]
        return min(with_peak(argv, self.env, self.output)[0] for _ in range(times))

    def bare(self, sql: str, times: int) -> float:
        """Of the same question in the engine's own shell, which writes the rows to a file."""
        query = sql.format(**MONTH_DAYS)
        if self._shell is None:
            file = Path(self.address)
            return min(baselines.query_seconds(file, query, self.output) for _ in range(times))
        return min(self._asked(query) for _ in range(times))

    def _asked(self, query: str) -> float:
        assert self._shell is not None
        start = time.perf_counter()
        with self.output.open("wb") as stream:
            # SQLite goes through the tables of a CROSS JOIN in their order.
            asked = [*self._shell, query.replace("CROSS JOIN", "JOIN")]
            subprocess.run(asked, stdout=stream, check=True)
        return time.perf_counter() - start


def both(folder: Path, server: Server, name: str) -> tuple[Place, Place]:
    """New ledgers, in a file and on the server."""
    address = server.address(server.database())
    shell = [str(programs() / "psql"), address, "--csv", "--quiet", "-c"]
    places = (
        Place(folder, str(folder / f"{name}.db"), None),
        Place(folder, address, shell),
    )
    for place in places:
        place.begin()
    return places


def measure_writers(folder: Path, server: Server, issues: int) -> list[tuple[str, ...]]:
    """Rows: issues a second in a file, on the server, and how many writers failed."""
    rows: list[tuple[str, ...]] = [("issues a second", "file", "server", "failed")]
    for writers in WRITERS:
        found = [
            issues_per_second(place.address, writers, max(1, issues // writers))
            for place in both(folder, server, f"writers-{writers}")
        ]
        rates = [f"{rate:.0f}" for rate, _ in found]
        rows.append((f"{writers} at once", *rates, str(sum(failed for _, failed in found))))
        print(rows[-1], file=sys.stderr, flush=True)
    return rows


def measure_licenses(folder: Path, server: Server, licenses: int) -> list[tuple[str, ...]]:
    """Rows: seconds of a command in a file and on the server, each with that of bare SQL."""
    history = folder / "history.ndjson"
    with history.open("w") as stream:
        agency.write_history(stream, active=licenses // 4, past=licenses - licenses // 4)
    places = both(folder, server, "large")
    rows: list[tuple[str, ...]] = [
        (f"seconds, {licenses:,} licenses", "file", "sqlite3", "server", "psql")
    ]

    def add(name: str, figures: list[str]) -> None:
        rows.append((name, *figures))
        print(rows[-1], file=sys.stderr, flush=True)

    took = [place.seconds(("ledger", "import", str(history))) for place in places]
    add("ledger import", [f"{took[0]:.1f}", "", f"{took[1]:.1f}", ""])
    for name, command, sql, times in READS:
        figures = []
        for place in places:
            figures.append(f"{place.seconds(command, times):.2f}")
            figures.append("" if sql is None else f"{place.bare(sql, times):.2f}")
        add(name, figures)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licenses", type=int, default=100_000)
    parser.add_argument("--issues", type=int, default=400)
    parser.add_argument("--programs", help="run the server of this folder of programs")
    options = parser.parse_args()
    if options.programs:
        use_programs(options.programs)
    with tempfile.TemporaryDirectory() as name, running(keeps=True) as server:
        folder = Path(name)
        with server.connect() as hand:
            version = hand.info.parameter_status("server_version")
        tables = (
            measure_writers(folder, server, options.issues),
            measure_licenses(folder, server, options.licenses),
        )
    load = ", ".join(f"{part:.1f}" for part in os.getloadavg())
    print(f"{machine()}, load {load}; PostgreSQL {version} on this machine, as it comes")
    for table in tables:
        print()
        print_table(table)


if __name__ == "__main__":
    main()
