"""A dry run says what would be done: no tick, and no key that nobody will ever see again."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.root import load_command
from tests.cli.lines import LINES, Line
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.world import World

ROADS = [line for line in LINES if "dry_run" in load_command(line.path).spec.shared]
KEY = re.compile(r"jetpack-[a-z0-9-]+_[A-Za-z0-9]{25}")


@pytest.mark.parametrize("line", ROADS, ids=str)
def test_nothing_is_said_to_be_done(line: Line, world: World) -> None:
    there = str(world.everything())
    run = world(line, "--dry-run")
    assert run.code == line.code, run.err
    assert run.err.count("Dry run: nothing was written") == (run.code == 0)
    assert "✓" not in run.err
    if line.path not in ("ledger import", "ledger restore"):  # their keys are those of a file
        for key in KEY.findall(run.out + run.err):
            assert key in there, key


def test_an_order_is_told_as_an_order(ledger: Callable[..., Any]) -> None:
    run = ledger("issue", "jetpack-scan", "-n", "3", "--dry-run", "--json")
    assert [row["license_key"] for row in run.data["licenses"]] == [None] * 3
    assert "· Would issue 3 licenses; billed from 2026-11-01 on" in run.err
    run = ledger("issue", "jetpack-anti-spam", "--bundle", "20", "--dry-run", "--json")
    rows = run.data["licenses"]
    assert len(rows) == 21
    assert {(row["license_key"], row["bundle_key"]) for row in rows} == {(None, None)}
    shown = ledger("issue", "jetpack-scan", "--dry-run", "--format", "table").out
    assert "(new)" in shown


def test_what_takes_a_place_in_a_bundle_has_no_key_yet(agency: Callable[..., Any]) -> None:
    child = next(
        row for row in agency("licenses", "list", "--json").data["licenses"] if row["bundle_key"]
    )
    agency("assign", child["license_key"], "--site", "c.example", now="2026-11-21T10:00:00Z")
    run = agency("revoke", child["license_key"], "--yes", "--dry-run", "--json")
    (new,) = run.data["replacements"]
    assert (new["license_key"], new["bundle_key"]) == (None, child["bundle_key"])
    assert "Would revoke 1 license" in run.err
    assert "✓" not in run.err


def test_every_correction_of_a_closed_month_is_announced(jpcli: Callable[..., Any]) -> None:
    """Also the second, and one that reaches less far back than the first."""
    jpcli("init", "--name", "Acme", now="2026-09-01T08:00:00Z")
    jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030")
    rows = jpcli("issue", "jetpack-scan", "-n", "4", "--json").data["licenses"]
    for month, now in (("2026-09", "2026-10-01"), ("2026-10", "2026-11-01")):
        assert jpcli("invoice", "close", month, now=f"{now}T09:00:00Z").code == 0
        jpcli("invoice", "mark-paid", f"INV-{month}")
    days = ("2026-09-10", "2026-09-10", "2026-09-20", "2026-10-20")
    for row, day in zip(rows, days, strict=True):
        run = jpcli("revoke", row["license_key"], "--yes", "--at", day, now="2026-11-05T09:00:00Z")
        assert run.code == 0
        assert "INV-2026-11 will carry what this changes there" in run.err, day
    run = jpcli("issue", "jetpack-scan")
    assert "will carry" not in run.err
