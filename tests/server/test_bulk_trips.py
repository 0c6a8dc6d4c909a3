"""A change of many rows goes to the server and back for some hundreds of them, not for each."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

ROWS = 600
# However many rows: as many ways as it takes to begin and to end, and some for each batch.
MOST = 70

COMMANDS = (
    "issue --from issue.csv",
    "issue --from bundles.csv",
    "assign --from assign.csv",
    "transfer --from transfer.csv",
    "transfer --from sites.csv --to https://all.example",
    "unassign --from keys.csv",
    "revoke --from keys.csv --yes",
    "revoke --from parents.csv --yes",
    "ledger import history.ndjson",
    "ledger import history.ndjson",
    "plan wanted.toml",
    "apply wanted.toml --yes",
    "invoice close 2026-09",
)


def table(path: Path, columns: str, rows: list[str]) -> None:
    path.write_text("\n".join([columns, *rows, ""]))


def prepare(folder: Path, jpcli: Callable[..., Any]) -> None:
    """The files of the commands."""
    ordered = jpcli("issue", "jetpack-scan", "-n", str(ROWS), "--json")
    keys = [row["license_key"] for row in ordered.data["licenses"]]
    bundles = jpcli("issue", "jetpack-scan", "--bundle", "5", "-n", "60", "--json").data["licenses"]
    table(
        folder / "issue.csv",
        "product,site,client",
        [f"jetpack-scan,https://i{n}.example/blog,Client {n % 9}" for n in range(ROWS)],
    )
    table(folder / "bundles.csv", "product,bundle_size", ["jetpack-scan,5"] * 60)
    for name, column, prefix in (("assign", "site", "a"), ("transfer", "to", "t")):
        rows = [f"{key},https://{prefix}{n}.example" for n, key in enumerate(keys)]
        table(folder / f"{name}.csv", f"license_key,{column}", rows)
    table(folder / "sites.csv", "license_key", keys)
    table(folder / "keys.csv", "license_key", keys)
    parents = [row["license_key"] for row in bundles if row["bundle_size"]]
    table(folder / "parents.csv", "license_key", parents)
    with (folder / "history.ndjson").open("w") as stream:
        for n in range(ROWS):
            row = {
                "license_key": f"jetpack-scan_{n:025d}",
                "product": "jetpack-scan",
                "issued_at": "2026-08-01T00:00:00Z",
                "site": f"https://h{n}.example",
                "client": f"Client {n % 9}",
            }
            stream.write(json.dumps(row) + "\n")
    wanted = [f'[sites."https://w{n}.example"]\nproducts = ["jetpack-scan"]' for n in range(ROWS)]
    moved = [f'[sites."https://h{n}.example"]\nproducts = []' for n in range(ROWS)]
    (folder / "wanted.toml").write_text("\n".join([*wanted, *moved]))


def test_many_rows_take_few_ways(
    address: str,
    jpcli: Callable[..., Any],
    trips: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPCLI_WAIT", "30")
    monkeypatch.setenv("JPCLI_NOW", "2026-09-03T10:00:00Z")
    assert jpcli("init", "--bill-from", "2026-09").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    assert jpcli("products", "set-price", "jetpack-scan", "--bundle", "5", "--price", "1").code == 0
    prepare(tmp_path, jpcli)
    too_many = []
    for words in COMMANDS:
        if words.startswith("invoice"):
            monkeypatch.setenv("JPCLI_NOW", "2026-10-03T10:00:00Z")
        trips.clear()
        run = jpcli(*words.split(), "--json")
        assert run.code == 0, (words, run.err)
        if len(trips) > MOST:
            too_many.append("\n".join([f"{words}: {len(trips)}", *trips[:200]]))
    assert not too_many, "\n\n".join(too_many)
    assert jpcli("ledger", "check").code == 0
    assert address
