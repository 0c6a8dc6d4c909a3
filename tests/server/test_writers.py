"""Many writers at one ledger: none fails, nothing is lost, and nothing is done twice."""

from __future__ import annotations

import json
import subprocess
import sys
from typing import TYPE_CHECKING, Any

from tests.cli.conftest import ENTRY

if TYPE_CHECKING:
    from collections.abc import Callable

WRITERS, EACH = 8, 4
_ISSUE = f"import sys; sys.argv = ['jpcli', 'issue', 'jetpack-scan', '--json']; {ENTRY}"


def test_all_of_them_get_their_licenses(
    address: str, jpcli: Callable[..., Any], monkeypatch: Any
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "60")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    keys = []
    for _ in range(EACH):
        running = [
            subprocess.Popen([sys.executable, "-c", _ISSUE], stdout=subprocess.PIPE)
            for _ in range(WRITERS)
        ]
        for process in running:
            out, _ = process.communicate(timeout=120)
            assert process.returncode == 0
            keys += [row["license_key"] for row in json.loads(out)["data"]["licenses"]]
    assert len(set(keys)) == WRITERS * EACH
    assert sorted(keys) == sorted(row[0] for row in jpcli("licenses", "list").rows[1:])
    assert jpcli("ledger", "check").code == 0


def test_two_that_make_one_ledger(address: str, jpcli: Callable[..., Any]) -> None:
    make = f"import sys; sys.argv = ['jpcli', 'init', '--json']; {ENTRY}"
    running = [
        subprocess.Popen([sys.executable, "-c", make], stdout=subprocess.PIPE) for _ in range(4)
    ]
    codes = []
    for process in running:
        process.communicate(timeout=120)
        codes.append(process.returncode)
    assert sorted(codes) == [0, 3, 3, 3]
    assert jpcli("ledger", "check").code == 0
