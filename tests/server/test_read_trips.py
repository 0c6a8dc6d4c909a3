"""A question goes to the server and back for some hundreds of rows, not for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SITES = 300
# However many rows: as many ways as it takes to begin and to end, and some for each batch.
MOST = 120

QUESTIONS = (
    "status",
    "savings",
    "savings --output savings.toml",
    "report --html report.html",
    "licenses list",
    "licenses count --by site",
    "licenses timeline",
    "sites list",
    "sites show https://s1.example",
    "clients list",
    "clients show Client-1",
    "clients report",
    "clients report --output clients.html",
    "products list",
    "invoice list",
    "invoice preview --by site",
    "invoice preview --by client",
    "invoice preview --by license",
    "invoice preview --markup 10",
    "invoice show 2026-08",
    "invoice explain 2026-08",
    "invoice diff 2026-08 2026-09",
    "invoice diff 2026-08 2026-09 --by client",
    "invoice export 2026-08 --format csv",
    "invoice export 2026-08 --format proof",
    "invoice export 2026-08 --each-client each",
    "plan --init first.toml",
    "plan savings.toml",
    "log",
    "ledger export --format ndjson",
    "ledger check",
    "audit --init policy.toml",
    "audit --policy policy.toml",
    "month-end 2026-08 --output bills --as html",
)


def prepare(folder: Path) -> None:
    """A history with two licenses too many on each site."""
    with (folder / "history.ndjson").open("w") as stream:
        for n in range(3 * SITES):
            row = {
                "license_key": f"jetpack-scan_{n:025d}",
                "product": "jetpack-scan",
                "issued_at": "2026-08-01T00:00:00Z",
                "site": f"https://s{n % SITES}.example",
                "client": f"Client-{n % 60}",
            }
            stream.write(json.dumps(row) + "\n")


def test_many_rows_are_read_in_few_ways(
    address: str,
    jpcli: Callable[..., Any],
    trips: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPCLI_WAIT", "30")
    monkeypatch.setenv("JPCLI_NOW", "2026-09-03T10:00:00Z")
    prepare(tmp_path)
    assert jpcli("init", "--bill-from", "2026-08").code == 0
    assert jpcli("ledger", "import", "history.ndjson").code == 0
    assert jpcli("invoice", "close", "2026-08").code == 0
    too_many = []
    for words in QUESTIONS:
        trips.clear()
        run = jpcli(*words.split())
        assert run.code == 0, (words, run.err)
        if len(trips) > MOST:
            too_many.append("\n".join([f"{words}: {len(trips)}", *trips[:200]]))
    assert not too_many, "\n\n".join(too_many)
    assert address
