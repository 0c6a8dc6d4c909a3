"""An answer of a million licenses: the same text as a short one, and as little memory."""

from __future__ import annotations

from collections.abc import Callable
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from jpcli.cli.render.json import write_json
from jpcli.domain.answers import LongNotes, Note
from jpcli.services import bulk, spool
from tests.bench.measuring import environment, find_command, with_peak
from tests.cli.conftest import run_on_terminal

FORMATS = ("json", "ndjson", "csv", "tsv", "md", "table")
CODES = {
    "transfer, some bad": 1,
    "transfer, refused": 2,
    "revoke, some bad": 1,
    "plan, exit code": 10,
}
MOST_ROWS = 20_000
# Python, SQLite and 20,000 licenses in the page cache; rows in memory would take as much again.
MOST_MIB = 62


@pytest.fixture
def files(agency: Callable[..., Any], tmp_path: Path) -> dict[str, list[str]]:
    """Commands that answer the same each time, because they are only tried."""
    placed = ("--site", "s.example", "--client", "=::x::, “ü”")
    assert agency("issue", "jetpack-scan", "-n", "6", *placed).code == 0
    assert agency("issue", "jetpack-scan", "-n", "6").code == 0
    keys = [row[0] for row in agency("licenses", "list").rows[1:]]
    moves, ends = tmp_path / "moves.csv", tmp_path / "ends.csv"
    listed = [*keys, "nope", *keys, "##[x]"]
    moves.write_text("license_key,to\n" + "".join(f"{key},to.example\n" for key in listed))
    ends.write_text("license_key\n" + "".join(f"{key}\n" for key in listed))
    wish = tmp_path / "sites.toml"
    products = '["jetpack-scan", "jetpack-ai"]'
    sites = "".join(f'[sites."w{n}.example"]\nproducts = {products}\n' for n in range(5))
    wish.write_text(f"{sites}[spares]\njetpack-scan = 0\n")
    saved = tmp_path / "sites.plan"
    assert agency("plan", str(wish), "--out", str(saved)).code == 0
    tried = ["--dry-run", "--yes"]
    return {
        "transfer": ["transfer", *keys[-12:-6], "--to", "a.example", *tried],
        "transfer, some bad": ["transfer", "--from", str(moves), "--keep-going", *tried],
        "transfer, refused": ["transfer", "--from", str(moves), *tried],
        "assign": ["assign", *keys[-6:], "--site", "b.example", *tried],
        "revoke": ["revoke", *keys[-9:], keys[-1], *tried],
        "revoke, some bad": ["revoke", "--from", str(ends), "--keep-going", *tried],
        "plan": ["plan", str(wish)],
        "plan, exit code": ["plan", str(wish), "--detailed-exitcode"],
        "plan, some": ["plan", str(wish), "--limit", "3"],
        "savings": ["savings", "--idle", "0"],
        "apply": ["apply", str(wish), *tried],
        "apply, saved": ["apply", str(saved), *tried],
    }


@pytest.mark.parametrize("form", FORMATS)
def test_a_long_answer_is_written_as_a_short_one(
    agency: Callable[..., Any],
    files: dict[str, list[str]],
    form: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    short = {name: agency(*line, "--format", form) for name, line in files.items()}
    codes = {name: run.code for name, run in short.items()}
    assert codes == {name: CODES.get(name, 0) for name in files}
    monkeypatch.setattr(spool, "BATCH", 2)
    monkeypatch.setattr(bulk, "BATCH", 2)
    for name, line in files.items():
        assert agency(*line, "--format", form) == short[name]


@pytest.mark.usefixtures("ledger")
def test_on_a_terminal_the_first_of_a_long_answer_are_shown() -> None:
    shown = run_on_terminal("issue", "jetpack-scan", "-n", "2100", "--yes")
    assert shown.code == 0
    assert "and 2,050 more" in shown.out
    assert shown.out.count("jetpack-scan_") == 50


def test_json_for_a_person_is_indented_alike() -> None:
    notes = (Note("c", "“m”", "info", None, "h"), Note("d", "##[x]", "ok", "s"))
    data = {"a": {"b": [1]}}
    texts = []
    for told in (notes, LongNotes(notes)):
        for indent in (False, True):
            out = StringIO()
            write_json(out, "issue", data, told, indent)
            texts.append(out.getvalue())
    assert texts[:2] == texts[2:]


# --- memory ---------------------------------------------------------------------------------------


@pytest.mark.weighed
@pytest.mark.file("the memory of a process with a ledger in a file")
def test_the_memory_of_bulk_changes_does_not_grow_with_their_answers(tmp_path: Path) -> None:
    """With the answers in memory, or stored whole, each of these takes 80 MiB and more."""
    path = tmp_path / "ledger.db"
    env = environment(tmp_path, path)
    program, out = find_command(tmp_path), tmp_path / "out.csv"

    def peak(*argv: str) -> float:
        return with_peak([program, *argv, "--format", "csv"], env, out)[1]

    peak("init", "--currency", "usd")
    peak("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2040", "--primary")
    orders, moves, ends = (tmp_path / name for name in ("orders.csv", "moves.csv", "ends.csv"))
    orders.write_text("product,site\n" + "jetpack-scan,https://a.example\n" * MOST_ROWS)
    found = {"issue": peak("issue", "--from", str(orders), "--idempotency-key", "k1")}
    keys = [line.partition(",")[0] for line in out.read_text().splitlines()[1:]]
    first = out.read_bytes()
    moves.write_text("license_key,to\n" + "".join(f"{key},https://b.example\n" for key in keys))
    ends.write_text("license_key\n" + "".join(f"{key}\n" for key in keys))
    found["transfer"] = peak("transfer", "--from", str(moves), "--idempotency-key", "k2")
    end = ("revoke", "--from", str(ends), "--yes")
    found["revoke"] = peak(*end, "--idempotency-key", "k3")
    found["revoke again"] = peak(*end)
    found["issue again"] = peak("issue", "--from", str(orders), "--idempotency-key", "k1")
    assert out.read_bytes() == first
    assert {name: mib for name, mib in found.items() if mib > MOST_MIB} == {}
