"""Numbers and what is counted agree, whatever is done to how many; and a dry run says what would be
done in a sentence of its own."""

from __future__ import annotations

import re
import shlex
from itertools import product
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.root import load_command
from tests.cli.lines import LINES, NOW, Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

COUNTED = re.findall(
    r"\w+",
    "attempt bundle card cell change check client column customer day difference error event file"
    " finding invoice key license line month order price problem product row rule site step time"
    " warning word",
)
BETWEEN = r"(?:(?:active|assigned|bad|billed|closed|good|more|new|other|unassigned) )*"
NOT_PART = r"(?<![\w.,:/#-])"
ONE_OF_MANY = re.compile(
    rf"{NOT_PART}1 {BETWEEN}(?:{'|'.join(each + 's' for each in COUNTED)}|children|are|have|were)\b"
)
MANY_OF_ONE = re.compile(
    rf"{NOT_PART}(?:0|[2-9]|[1-9]\d+) {BETWEEN}(?:{'|'.join(COUNTED)}|is|has|was)\b(?!-)"
)
ODD = re.compile(r"Would be so|\(s\)|\b(?:INV-[\d-]+) are\b|\bfor \$")
# What `n` has to do with each; {new} are licenses on no site, {placed} such on sites.
ROADS = """
status
licenses list
licenses list --limit 1
licenses list --search nothing
licenses show {new} {placed}
licenses count
licenses count --by site
licenses timeline
sites list
sites show s1.example
clients list
clients show C1
products list
products show jetpack-scan
cards list
invoice preview
invoice preview --by site
invoice preview --by client
invoice preview --by license
invoice preview --by day
invoice preview --months 3
invoice explain 2026-11
invoice diff 2026-10 2026-11
invoice list
invoice show 2026-09
invoice explain 2026-09
settings show
ledger check
ledger backup {folder}/again.db
log
audit
audit --policy {folder}/policy.toml
plan {folder}/plan.toml
issue jetpack-scan -n {n}
issue jetpack-anti-spam --bundle 20 -n {n}
issue --from {folder}/orders.csv
assign {new} --site z.example
transfer {placed} --to z.example
transfer --from {folder}/moves.csv
unassign {placed}
unassign {placed}
revoke {parents}
revoke {parents} --yes
revoke --from {folder}/nobody.csv --yes
revoke --from {folder}/nobody.csv --yes --keep-going
revoke --from {folder}/ends.csv --yes
revoke {new} --yes
products import {folder}/prices.csv
products import {folder}/nothing.csv
ledger import {folder}/history.csv
ledger import {folder}/never.csv
settings set payment-terms-days {n}
cards remove {last4}
invoice close --due
apply {folder}/plan.toml --yes
ledger restore {folder}/backup.db --yes
audit --policy {folder}/policy.toml --format github
audit --policy {folder}/policy.toml --format md
"""


def faults(run: Any) -> list[str]:
    said = run.out + run.err
    return [
        said[max(0, found.start() - 40) : found.end() + 40]
        for pattern in (ONE_OF_MANY, MANY_OF_ONE, ODD)
        for found in pattern.finditer(said)
    ]


def build(jpcli: Callable[..., Any], folder: Path, n: int) -> dict[str, str]:
    """A ledger with so many of everything, and files with so many rows."""

    def do(line: str, now: str = NOW) -> Any:
        run = jpcli(*shlex.split(line), now=now)
        assert run.code == 0, (line, run.err)
        return run

    do("init --name Acme --payment-terms-days 200", "2026-08-20T08:00:00Z")
    for number in range(max(n, 1)):
        do(f"cards add --brand visa --last4 424{number} --exp 12/2030", "2026-08-20T08:00:00Z")
    for number in range(n):
        line = f"issue jetpack-scan --site s{number + 1}.example --client C{number + 1}"
        do(line, "2026-08-20T08:00:00Z")
    for month in range(n):
        do(f"invoice close 2026-{8 + month:02}", f"2026-{9 + month:02}-01T08:00:00Z")
    placed = do("licenses list --json").data["licenses"]
    new = do(f"issue jetpack-boost -n {n} --json").data["licenses"] if n else []
    rows = do(f"issue jetpack-anti-spam --bundle 20 -n {n} --json").data["licenses"] if n else []
    parents = [row["license_key"] for row in rows if row["state"] == "bundle"]
    do(f"ledger backup {folder}/backup.db")
    names = {"n": str(n), "folder": str(folder), "last4": "4240", "parents": " ".join(parents)}
    names |= {"new": keys(new), "placed": keys(placed)}
    files = {
        "orders.csv": "product\n" + "jetpack-scan\n" * n,
        "moves.csv": "license_key,to\n"
        + "".join(f"{each},y.example\n" for each in placed_keys(placed)),
        "ends.csv": "license_key\n" + "".join(f"{each}\n" for each in placed_keys(new)),
        "nobody.csv": "license_key\n" + "nope\n" * n,
        "nothing.csv": "product,amount\n" + "nope!,x\n" * n,
        "never.csv": "license_key,product,issued_at\n" + "nope,jetpack-scan,never\n" * n,
        "prices.csv": "product,amount\n" + "".join(f"jetpack-{x},1\n" for x in ("a", "b")[:n]),
        "history.csv": "license_key,product,issued_at\n"
        + "".join(f"jetpack-scan_{x * 25},jetpack-scan,2026-11-01\n" for x in ("H", "J")[:n]),
        "plan.toml": "".join(
            f'[sites."https://p{number}.example"]\nproducts = ["jetpack-scan"]\n'
            for number in range(n)
        )
        or "[sites]\n",
        "policy.toml": f"[unassigned]\ndays_at_most = {n}\n[[licenses]]\nat_most = {n}\n",
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    return names


def placed_keys(rows: list[Any]) -> list[str]:
    return [row["license_key"] for row in rows]


def keys(rows: list[Any]) -> str:
    return " ".join(placed_keys(rows))


@pytest.mark.alike("n")
@pytest.mark.parametrize("n", [0, 1, 2])
def test_numbers_and_words_agree(n: int, jpcli: Callable[..., Any], tmp_path: Path) -> None:
    """Reading first, then writing: each line also as a dry run, where it has one."""
    names = build(jpcli, tmp_path, n)
    wrong = []
    for road, form in product(ROADS.strip().splitlines(), ("table", "")):
        words = shlex.split(road.format(**names))
        path = next(
            line.path for line in LINES if words[: len(line.path.split())] == line.path.split()
        )
        shared = load_command(path).spec.shared
        if form and "--format" not in words:
            words += ["--format", form]
        if form and "dry_run" in shared:
            words.append("--dry-run")
        run = jpcli(*words, now=NOW)
        assert run.code in (0, 1, 2, 3), run.err
        wrong += [(road, form, fault) for fault in faults(run)]
    assert wrong == []


def test_the_faults_are_seen() -> None:
    from tests.cli.conftest import Run

    for said in ("1 licenses", "1 new rows", "2 license", "0 more event", "1 are", "for $3"):
        assert faults(Run(0, "", f"✓ Did {said}\n")), said
    for said in ("1 license", "2 licenses", "11 rows", "2 row-days", "2026-11-01 rows", "x1 are"):
        assert not faults(Run(0, "", f"✓ Did {said}\n")), said


DRY = [line for line in LINES if "dry_run" in load_command(line.path).spec.shared and not line.code]


@pytest.mark.alike("line")
@pytest.mark.parametrize("line", DRY, ids=str)
def test_a_dry_run_has_its_own_verb(line: Line, world: World) -> None:
    """`Issued 1 license` is `Would issue 1 license`: the same sentence otherwise."""
    tried = world(line, "--dry-run").err
    done = [text[2:] for text in world(line).err.splitlines() if text.startswith("✓ ")]
    assert done
    would = [text[2:] for text in tried.splitlines() if text.startswith("· Would ")]
    assert len(would) >= len(done), tried
    for text in done:
        assert any(each.endswith(text.split(" ", 1)[1]) for each in would), (text, would)
