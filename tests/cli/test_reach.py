"""A change that is dated back says which invoice corrects a closed month, if any of it changes."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

BEGIN, CLOSED, NOW = "2026-10-02T08:00:00Z", "2026-11-01T08:00:00Z", "2026-11-20T08:00:00Z"
LAST_DAY, NEXT_DAY = "'2026-10-31 10:00'", "'2026-11-01 00:00'"
PLAN = "revoke = ['FREE']\n[sites.'a.example']\nproducts = ['jetpack-scan']\n"

# A command line, and whether it changes whose days or how many days October, which is closed, has.
ROADS = {
    f"revoke SITED --yes --at {LAST_DAY}": False,
    f"revoke SITED --yes --at {NEXT_DAY}": False,
    "revoke SITED --yes --at '2026-10-31 00:00'": True,
    "revoke SITED --yes --at '2026-10-30 23:59'": True,
    "revoke SITED --yes --at 2026-10-31": False,
    f"revoke --from FREE.csv --yes --at {LAST_DAY}": False,
    "revoke --from FREE.csv --yes --at 2026-10-30": True,
    f"revoke BUNDLE --yes --in-use --at {LAST_DAY}": False,
    f"revoke CHILD --yes --at {LAST_DAY}": True,  # another one is in its place on that day, too
    f"assign FREE --site a.example --at {LAST_DAY}": True,
    f"assign FREE --site a.example --at {NEXT_DAY}": False,
    f"transfer SITED --to b.example --at {LAST_DAY}": True,
    f"transfer SITED --to b.example --at {NEXT_DAY}": False,
    f"unassign SITED --at {LAST_DAY}": True,
    f"unassign SITED --at {NEXT_DAY}": False,
    f"issue jetpack-scan --at {LAST_DAY}": True,
    f"issue jetpack-scan --at {NEXT_DAY}": False,
    f"apply PLAN.toml --yes --at {LAST_DAY}": False,
    "apply PLAN.toml --yes --at 2026-10-30": True,
}


@pytest.fixture
def closed(ledger: Callable[..., Run], tmp_path: Path) -> Callable[[str], Run]:
    """October is closed, with a license on a.example, one on no site, and a bundle that has one of
    its licenses on c.example; what commands call them is in capitals."""

    def issued(line: str) -> list[str]:
        begun = ("issue", *line.split(), "--at", BEGIN, "--json")
        found = ledger(*begun, now=CLOSED).data["licenses"]
        return [row["license_key"] for row in found]

    ledger("settings", "set", "bill-from", "2026-10")
    (sited,) = issued("jetpack-scan --site a.example")
    (free,) = issued("jetpack-scan")
    bundle, child, *_ = issued("jetpack-security-t1 --bundle 5")
    assert ledger("assign", child, "--site", "c.example", "--at", BEGIN).code == 0
    assert ledger("invoice", "close", "2026-10", "--yes", now=CLOSED).code == 0
    assert ledger("invoice", "mark-paid", "2026-10", now=CLOSED).code == 0
    (tmp_path / "FREE.csv").write_text(f"license_key\n{free}\n", "utf-8")
    (tmp_path / "PLAN.toml").write_text(PLAN.replace("FREE", free), "utf-8")
    names = {"SITED": sited, "FREE": free, "BUNDLE": bundle, "CHILD": child}
    names |= {name: str(tmp_path / name) for name in ("FREE.csv", "PLAN.toml")}

    def run(line: str) -> Run:
        words = (names.get(word, word) for word in shlex.split(line))
        return ledger(*words, now=NOW)

    return run


@pytest.mark.parametrize(("line", "changes"), ROADS.items())
def test_it_says_so_only_where_a_closed_month_changes(
    closed: Callable[[str], Run], line: str, changes: bool
) -> None:
    done = closed(line)
    assert done.code == 0, done.err
    said = "INV-2026-11 will carry what this changes there" in done.err
    lines = closed("invoice preview 2026-11 --json").data["lines"]
    corrected = any(one["kind"] == "adjustment" for one in lines)
    assert (said, corrected) == (changes, changes)


def test_what_lies_before_the_books_is_spoken_of_only_where_it_changes(
    ledger: Callable[..., Run],
) -> None:
    (row,) = ledger("issue", "jetpack-scan", "--json", now=BEGIN).data["licenses"]
    ledger("settings", "set", "bill-from", "2026-11", now=NOW)
    for at, says in (("2026-10-31", False), ("'2026-10-30 23:59'", True)):
        words = ("revoke", row["license_key"], "--yes", "--dry-run", "--at", at.strip("'"))
        assert ("settled elsewhere" in ledger(*words).err) is says


# What tells of prices and owners, and whether October, which is closed, is corrected.
OTHER_ROADS = {
    "products set-price jetpack-scan --price 0.5 --from 2026-10-01": True,
    "products set-price jetpack-scan --price 0.5 --from 2026-11-01": False,
    "products set-price jetpack-scan --price 0.5 --from 2026-10-01 --dry-run": True,
    "products set-price jetpack-ai --price 0.5 --from 2026-10-01": False,
    "products set-price jetpack-security-t1 --price 0.5 --from 2026-10-01": False,
    "products set-price jetpack-security-t1 --bundle 5 --price 0.5 --from 2026-10-01": True,
    "products import PRICES.csv": False,
    "sites move a.example --client Bob --at 2026-10-05": True,
    "sites move a.example --client Bob --at 2026-11-05": False,
    "sites move late.example --client Bob --at 2026-10-05": False,
    "sites move late.example --client Bob --at 2026-10-05 --dry-run": False,
    "clients merge Zoe --into Bob --yes --at 2026-10-05": False,
    "undo --yes": False,
}
PRICES_OF_OTHERS = (
    "product,name,family,amount,price_interval,currency,from,bundle_size\n"
    "jetpack-ai,AI,ai,0.99,day,usd,2026-10-05,1\n"
)


@pytest.mark.parametrize(("line", "changes"), OTHER_ROADS.items())
def test_a_late_price_or_owner_says_so_only_where_days_are_billed_otherwise(
    ledger: Callable[..., Run],
    closed: Callable[[str], Run],
    tmp_path: Path,
    line: str,
    changes: bool,
) -> None:
    """late.example has its first license, and undo its site, after October."""
    (tmp_path / "PRICES.csv").write_text(PRICES_OF_OTHERS, "utf-8")
    for prepared in (
        "clients add Bob --at 2026-10-01",
        "issue jetpack-scan --site late.example --client Zoe",
        "sites move late.example --client Ann" if "undo" in line else "status",
    ):
        assert closed(prepared).code == 0
    before = closed("invoice preview 2026-11 --json").data["lines"]
    assert all(one["kind"] != "adjustment" for one in before)
    done = closed(line.replace("PRICES.csv", str(tmp_path / "PRICES.csv")))
    assert done.code == 0, done.err
    said = "will carry what this" in done.err or "would carry what this" in done.err
    lines = closed("invoice preview 2026-11 --json").data["lines"]
    corrected = any(one["kind"] == "adjustment" for one in lines)
    assert said is changes, done.err
    assert "--dry-run" in line or corrected is changes
