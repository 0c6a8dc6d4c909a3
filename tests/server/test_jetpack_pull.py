"""A ledger on a server is held against Jetpack, and a lost answer settled, as in a file."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from tests.jetpack_double.fixtures import jetpack_double

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.jetpack_double.double import JetpackDouble

__all__ = ["jetpack_double"]
NOW = "2026-11-22T11:00:00Z"


def test_it_is_brought_up_to_date(
    address: str,
    jetpack_double: JetpackDouble,
    jpcli: Callable[..., Any],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name, value in {**jetpack_double.env, "JPCLI_LEDGER": address}.items():
        monkeypatch.setenv(name, value)
    world = jetpack_double.world
    world.at = 1_795_345_200  # as NOW

    def done(line: str, code: int = 0) -> Any:
        run = jpcli(*line.split(), "--json", now=NOW)
        assert run.code == code, (line, run.out, run.err)
        return json.loads(run.out)

    done("init --licensing jetpack")
    done("cards add --brand visa --last4 4242 --exp 12/2039")
    world.site("https://a.example", 77)
    keys = [world.issue("jetpack-scan", blog_id=77, attached_at=world.at).license_key]
    keys += [world.issue("jetpack-scan").license_key for _ in range(120)]
    (tmp_path / "found.csv").write_text("license_key\n" + "\n".join(keys))
    assert done("jetpack pull --check", 1)["data"]["checked"] == 0
    assert done(f"jetpack pull --from {tmp_path}/found.csv")["data"]["changed"] == 121
    jetpack_double.licenses[keys[5]].revoked_at = world.at
    jetpack_double.licenses[keys[0]].blog_id = world.site("https://b.example").blog_id
    found = done("jetpack pull")["data"]
    assert (found["checked"], found["changed"], len(found["differences"])) == (121, 2, 2)
    assert done("jetpack pull --check")["data"]["differences"] == []
    world.lists = False
    assert done("jetpack pull --check")["data"]["differences"] == []
    world.lists = True

    jetpack_double.next("lost", method="POST", path="/license")
    assert done("issue jetpack-complete", 1)["error"]["code"] == "outcome_unknown"
    (wish,) = done("jetpack status --check", 1)["data"]["wishes"]
    (candidate,) = wish["candidates"]
    key = candidate["license_key"]
    done(f"jetpack resolve {wish['wish']} --key {key}")
    again = done("issue jetpack-complete")["data"]["licenses"]
    assert [each["license_key"] for each in again] == [key]
    done("jetpack status --check")
    done("ledger check")
