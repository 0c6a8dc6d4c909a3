"""jpcli on a large ledger, against the same work done without it, in one run.

    python tests/bench/scale.py [--licenses N] [--history]

A quarter of the N licenses is billed in the month. `--history` adds the same month with 20 times
as many past licenses behind it. Prints ratios against the targets; it never fails.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))

from tests.bench import agency, baselines
from tests.bench.measuring import (
    MEMORY_GOAL_MIB,
    MEMORY_MIB,
    Case,
    Measured,
    checked,
    environment,
    find_command,
    machine,
    print_table,
    timed,
    verdict,
    with_peak,
)

CARD = ["--brand", "visa", "--last4", "4242", "--exp", "12/2040", "--primary"]
MONTH_DAYS = {
    "first": date(2026, 6, 1).toordinal(),
    "last": date(2026, 6, 30).toordinal(),
    "today": date(2026, 6, 15).toordinal(),
}


class Bench:
    """The folder, the command, and the table so far."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.jpcli = find_command(folder)
        self.output = folder / "output"
        self.rows = [("", "s", "MiB", "baseline s", "ratio", "must", "goal", "")]
        self.measured: list[Measured] = []
        self.worst_mib = 0.0

    def env(self, ledger: Path) -> dict[str, str]:
        return {**environment(self.folder, ledger), "JPCLI_NOW": agency.NOW}

    def ledger(self, name: str) -> Path:
        """A new ledger with a card on file."""
        path = self.folder / name
        start = ["--currency", "usd", "--time-zone", "UTC", "--name", "Bench"]
        checked([self.jpcli, "init", *start], self.env(path))
        checked([self.jpcli, "cards", "add", *CARD], self.env(path))
        return path

    def run(self, ledger: Path, *arguments: str) -> tuple[float, float]:
        seconds, mib = with_peak([self.jpcli, *arguments], self.env(ledger), self.output)
        self.worst_mib = max(self.worst_mib, mib)
        return seconds, mib

    def best(self, ledger: Path, *arguments: str) -> tuple[float, float]:
        """The fastest of five runs; for reads, which leave the ledger as it was."""
        return min(self.run(ledger, *arguments) for _ in range(5))

    def add(
        self, name: str, took: tuple[float, float], base: float, limit: float, goal: float
    ) -> None:
        seconds, mib = took
        ratio = seconds / base
        said = verdict(ratio, limit, goal)
        self.measured.append(Measured(name, limit, goal, ratio, said))
        figures = (f"{seconds:.3f}", f"{mib:.0f}", f"{base:.3f}", f"{ratio:.2f}")
        self.rows.append((name, *figures, f"{limit:g}", f"{goal:g}", said))

    def info(self, name: str, took: tuple[float, float]) -> None:
        self.rows.append((name, f"{took[0]:.3f}", f"{took[1]:.0f}", "", "", "", "", ""))


def write(path: Path, active: int, past: int) -> Path:
    with path.open("w") as stream:
        agency.write_history(stream, active=active, past=past)
    return path


def measure_import(bench: Bench, licenses: int, name: str = "large.db") -> Path:
    """Import into a new ledger, which is returned."""
    history = write(bench.folder / "history.ndjson", licenses // 4, licenses - licenses // 4)
    base = baselines.insert_seconds(bench.folder / f"base-{name}", baselines.history_rows(history))
    ledger = bench.ledger(name)
    took = bench.run(ledger, "ledger", "import", str(history))
    bench.add(f"ledger import of {licenses:,}", took, base, 7, 5)
    history.unlink()
    return ledger


def measure_issue(bench: Bench, licenses: int) -> None:
    bulk = bench.folder / "bulk.csv"
    with bulk.open("w") as stream:
        stream.write("product,quantity,site,client\n")
        for number in range(licenses):
            product = agency.PRODUCTS[number % len(agency.PRODUCTS)]
            site = number % max(1, licenses // 10)
            stream.write(f"{product},1,https://site-{site}.example,Client {site // 10}\n")
    base = baselines.insert_seconds(bench.folder / "base2.db", baselines.bulk_rows(bulk))
    took = bench.run(bench.ledger("bulk.db"), "issue", "--from", str(bulk), "--json")
    bench.add(f"issue --from of {licenses:,}", took, base, 7, 5)


def measure_reads(bench: Bench, ledger: Path, licenses: int) -> None:
    """The month, by site and client, beyond start-up; the list, and its first byte."""
    small = bench.ledger("small.db")
    shell = min(baselines.query_seconds(small, "SELECT 1", bench.output) for _ in range(5))
    start, _ = bench.best(small, "invoice", "preview", "--json")
    for name, sql, options in (
        ("preview --json", baselines.MONTH_SUM, []),
        ("preview --by site", baselines.BY_SITE, ["--by", "site"]),
        ("preview --by client", baselines.BY_CLIENT, ["--by", "client"]),
    ):
        query = sql.format(**MONTH_DAYS)
        base = min(baselines.query_seconds(ledger, query, bench.output) for _ in range(5)) - shell
        seconds, mib = bench.best(ledger, "invoice", "preview", "--json", *options)
        bench.add(f"{name}, beyond start-up", (seconds - start, mib), base, 2, 1.3)
    base = baselines.query_seconds(ledger, baselines.LISTING, bench.output)
    listing = ("licenses", "list", "--format", "csv", "--limit", "0")
    bench.add(f"licenses list of {licenses:,} as csv", bench.run(ledger, *listing), base, 6, 4)
    nothing = Case("pass", [sys.executable, "-c", "pass"], 1)
    base = min(timed(nothing, bench.env(ledger)) for _ in range(9))
    first = min(first_byte(bench, ledger, listing) for _ in range(5))
    bench.add("its first byte, against `python -c pass`", (first, 0), base, 9, 9)
    bench.info("ledger export", bench.run(ledger, "ledger", "export", "--format", "ndjson"))
    bench.info("ledger check", bench.run(ledger, "ledger", "check"))
    bench.info("status", bench.run(ledger, "status", "--json"))


def first_byte(bench: Bench, ledger: Path, arguments: tuple[str, ...]) -> float:
    """Seconds until the first byte of output."""
    start = time.perf_counter()
    command = [bench.jpcli, *arguments]
    with subprocess.Popen(command, env=bench.env(ledger), stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        process.stdout.read(1)
        seconds = time.perf_counter() - start
        process.stdout.read()
    return seconds


def measure_plan(bench: Bench, ledger: Path) -> None:
    """A plan for every site, of which some thousand change, against counting the licenses."""
    today, changed = bench.folder / "today.toml", bench.folder / "changed.toml"
    bench.info("plan --init", bench.run(ledger, "plan", "--init", str(today)))
    text = today.read_text().replace("jetpack-ai", "\0").replace("jetpack-scan", "jetpack-ai")
    changed.write_text(text.replace("\0", "jetpack-scan"))
    base, _ = bench.best(ledger, "licenses", "count", "--json")
    for name, file in (("nothing to do", today), ("two products swapped", changed)):
        took = bench.best(ledger, "plan", str(file), "--json")
        bench.add(f"plan, {name}, against licenses count", took, base, 10, 8)


def measure_history(bench: Bench, licenses: int) -> None:
    """The same active licenses with a little and with 20 times the past behind them."""
    active = licenses // 4
    short, long = bench.ledger("short.db"), bench.ledger("long.db")
    for ledger, past in ((short, licenses - active), (long, 20 * (licenses - active))):
        history = write(bench.folder / "history.ndjson", active, past)
        bench.run(ledger, "ledger", "import", str(history))
        history.unlink()
    base, _ = bench.best(short, "invoice", "preview", "--json")
    took = bench.best(long, "invoice", "preview", "--json")
    bench.add(f"preview of {active:,} with 20 x the history", took, base, 1.2, 1.05)


def measure(large: int, bulk: int, history: int) -> list[Measured]:
    """Reads on `large` licenses, an import and an issue of `bulk` and of half as many, and a month
    of a quarter of `history` with 20 times the past behind it."""
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        ledger = measure_import(bench, bulk)
        if large != bulk:
            ledger = measure_import(bench, large, "larger.db")
        measure_reads(bench, ledger, large)
        measure_issue(bench, bulk // 2)
        mib = bench.worst_mib
        measure_history(bench, history)
    said = verdict(mib, MEMORY_MIB, MEMORY_GOAL_MIB)
    name = f"most MiB of any command on {large:,} licenses"
    return [*bench.measured, Measured(name, MEMORY_MIB, MEMORY_GOAL_MIB, mib, said)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--licenses", type=int, default=100_000)
    parser.add_argument("--history", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        bench = Bench(Path(name))
        ledger = measure_import(bench, options.licenses)
        measure_reads(bench, ledger, options.licenses)
        measure_plan(bench, ledger)
        measure_issue(bench, options.licenses // 2)
        if options.history:
            measure_history(bench, options.licenses)
    print(f"{machine()}; queries in {baselines.shell_name()}; whole processes, {bench.jpcli}")
    print("Inserts: one durable executemany of a row a license, two indexes, Python's sqlite3.")
    print_table(bench.rows)
    said = verdict(bench.worst_mib, MEMORY_MIB, MEMORY_GOAL_MIB)
    limits = f"must {MEMORY_MIB}, goal {MEMORY_GOAL_MIB}"
    print(f"Most memory of any command: {bench.worst_mib:.0f} MiB ({limits}) {said}")


if __name__ == "__main__":
    main()
