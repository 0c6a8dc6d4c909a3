"""Files that no honest hand makes, and a process that gives each to one command.

`python attacks.py FOLDER ROAD` prints an Outcome as a line of JSON for each attack, and at the end
the process's peak in MiB.
"""

from __future__ import annotations

import gc
import io
import json
import sys
import time
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

MIB = 2**20
DEEP = 100_000
FAR = 80_000


class Road(NamedTuple):
    """A command that reads a file; `first` is a column that it needs, None where it is TOML."""

    argv: tuple[str, ...]
    first: str | None = None
    second: str | None = None


class Outcome(NamedTuple):
    """How one call ended. `lines` are those of its problems, `told` counts what it printed."""

    attack: str
    code: int
    found: list[str | None]
    lines: list[int | None]
    seconds: float
    told: int


ROADS = {
    "issue": Road(("issue", "--from"), "product", "quantity"),
    "revoke": Road(("revoke", "--yes", "--from"), "license_key"),
    "transfer": Road(("transfer", "--from"), "license_key", "to"),
    "assign": Road(("assign", "--from"), "license_key", "site"),
    "unassign": Road(("unassign", "--from"), "license_key"),
    "keep going": Road(("transfer", "--keep-going", "--from"), "license_key", "to"),
    "import": Road(("ledger", "import"), "license_key", "bundle_size"),
    "prices": Road(("products", "import"), "product", "amount"),
    "policy": Road(("audit", "--policy")),
    "plan": Road(("plan",)),
    "apply": Road(("apply", "--yes")),
}


def of_rows(road: Road) -> dict[str, Callable[[], str | bytes]]:
    """CSV, NDJSON and JSON, all of them broken on the second line, or the first where there is
    one only."""
    first = road.first or ""
    second = road.second or first
    head = f"{first},{second}\n" if second != first else f"{first}\n"
    many = [f'"k{number}":0' for number in range(60_000)]
    return {
        "csv, a long line": lambda: head + "a" * (4 * MIB),
        "csv, a long cell": lambda: head + "a" * 200_000 + ",1\n",
        "csv, many cells": lambda: head + "a," * 500_000 + "\n",
        "csv, many columns": lambda: "\n" + ",".join(f"c{n}" for n in range(200_000)) + "\n",
        "csv, a column twice, often": lambda: "\n" + f"{first}," * 100_000 + "\n",
        "csv, NUL": lambda: head + "a\0b,1\n",
        "csv, NUL far on": lambda: head + f"{'a' * 90},b\n" * 800 + "a\0b,1\n",
        "csv, an open quote": lambda: head + '"' + "a\n" * FAR,
        "csv, figures": lambda: head + f"{'9' * 100_000},{'9' * 100_000}\n",
        "ndjson, a long line": lambda: "{}\n" + '{"' + "a" * (4 * MIB),
        "ndjson, deep": lambda: "{}\n" + f'{{"{first}": {"[" * DEEP}{"]" * DEEP}}}\n',
        "ndjson, fairly deep": lambda: "{}\n" + f'{{"{first}": {"[" * 600}{"]" * 600}}}\n',
        "ndjson, deep objects": lambda: "{}\n" + f'{{"{first}": ' + '{"a":' * DEEP,
        "ndjson, figures": lambda: "{}\n" + f'{{"{first}": "a", "{second}": {"9" * 100_000}}}\n',
        "ndjson, 4,000 figures": lambda: (
            "{}\n" + f'{{"{first}": {"9" * 4_000}, "{second}": {"9" * 4_000}}}\n'
        ),
        "ndjson, an exponent": lambda: "{}\n" + f'{{"{first}": 1e999999, "{second}": 1e999999}}\n',
        "ndjson, many keys": lambda: "{}\n{" + ",".join(many) + "}\n",
        "ndjson, the last key twice": lambda: "{}\n{" + ",".join([*many, many[-1]]) + "}\n",
        "ndjson, a long key": lambda: "{}\n" + f'{{"{"k" * 500_000}": 1}}\n',
        "ndjson, a long text": lambda: "{}\n" + f'{{"{first}": "{"a" * 500_000}"}}\n',
        "ndjson, NUL": lambda: "{}\n" + f'{{"{first}": "a\\u0000"}}\n',
        "json, deep": lambda: "[" * DEEP,
        "json, a long value": lambda: '[{"' + "a" * (4 * MIB),
        "json, a long number": lambda: "[" + "9" * (4 * MIB),
        "json, full": lambda: "[[" + "[]," * (2 * MIB),
    }


def of_toml(sort: str) -> dict[str, Callable[[], str | bytes]]:
    """A policy or a plan; what is wrong is on the second line where it has one."""
    table = "licenses.a" if sort == "policy" else "spares"
    big = "9" * 100_000
    return {
        "toml, a dotted key": lambda: "\n" + "a." * 40_000 + "a = 1\n",
        "toml, a dotted header": lambda: "\n[" + "a." * 40_000 + "a]\n",
        "toml, a dotted key in a table": lambda: "\nx = {" + '"a"  .' * 40_000 + "a = 1}\n",
        "toml, dotted escapes": lambda: "\n" + '"\\"".' * 20_000 + "a = 1\n",
        "toml, many dotted keys": lambda: (
            "\n" + "".join(f"a{n}.{'b.' * 14}c = 1\n" for n in range(9_000))
        ),
        "toml, deep": lambda: "\na = " + "[" * DEEP,
        "toml, deep tables": lambda: "\na = " + "{a = " * DEEP,
        "toml, figures": lambda: f"\n[{table}]\na = {big}\n",
        "toml, hexadecimal": lambda: f"\n[{table}]\na = 0x{'f' * 100_000}\n",
        "toml, 900 hexadecimal": lambda: f"\n[{table}]\na = 0x{'f' * 900}\n",
        "toml, an amount": lambda: f"\n[bill]\nat_most = 0x{'f' * 900}\n",
        "toml, an exponent": lambda: f"\n[{table}]\na = 1e999999\n",
        "toml, keys": lambda: "\n" + "".join(f"k{n} = 1\n" for n in range(20_000)),
        "toml, a key twice": lambda: "\n" + "a = 1\n" * 50_000,
        "toml, lists": lambda: "\na = [" + "[]," * (MIB),
        "toml, a long key": lambda: "\n" + "k" * 500_000 + " = 1\n",
        "toml, a long text": lambda: f'\n{"k" * 400_000} = "{"a" * 50_000}"\n',
        "toml, NUL": lambda: '\na = "\0"\n',
        "toml, larger than any": lambda: "\n" + "#" * (33 * MIB),
    }


def of_saved() -> dict[str, Callable[[], str | bytes]]:
    """A saved plan, which is JSON in one piece."""
    return {
        "saved, deep": lambda: '{"form": ' + "[" * DEEP,
        "saved, fairly deep": lambda: '{"form": ' + "[" * 600 + "]" * 600 + "}",
        "saved, figures": lambda: '{"form": ' + "9" * 100_000 + "}",
        "saved, an exponent": lambda: '{"form": 1e999999}',
        "saved, full": lambda: '{"form": [' + "[]," * (MIB) + "0]}",
        "saved, a key twice": lambda: "{" + '"a":0,' * 400_000 + '"a":0}',
        "saved, a long text": lambda: '{"form": "' + "a" * (30 * MIB) + '"}',
        "saved, larger than any": lambda: '{"form": "' + "a" * (33 * MIB) + '"}',
        "saved, NUL": lambda: '{"form": "\0"}',
    }


def attacks_on(name: str) -> dict[str, Callable[[], str | bytes]]:
    road = ROADS[name]
    if road.first is not None:
        return of_rows(road)
    saved = {} if name == "policy" else of_saved()
    return {**of_toml(name), **saved}


def main(folder: Path, name: str) -> None:
    from jpcli.cli.app.root import run

    path = folder / "attack"
    for attack, content in attacks_on(name).items():
        made = content()
        path.write_bytes(made if isinstance(made, bytes) else made.encode())
        del made
        out, err = io.StringIO(), io.StringIO()
        gc.collect()  # a command ends its process, and leaves to that what it has open
        begun = time.process_time()
        with redirect_stdout(out), redirect_stderr(err):
            code = run([*ROADS[name].argv, str(path), "--json"])
        seconds = time.process_time() - begun
        error: dict[str, Any] = json.loads(out.getvalue()).get("error", {})
        found = [error.get("code"), *(p["code"] for p in error.get("problems", ()))]
        lines = [p.get("line") for p in error.get("problems", ())]
        told = len(out.getvalue()) + len(err.getvalue())
        outcome = Outcome(attack, code, found[:5], lines[:1], seconds, told)
        sys.stdout.write(json.dumps(outcome) + "\n")
    # Not ru_maxrss: a process has what its parent had when it was forked.
    status = Path("/proc/self/status").read_text()
    peak_mib = int(status.partition("VmHWM:")[2].split()[0]) / 1024
    sys.stdout.write(json.dumps(peak_mib) + "\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
