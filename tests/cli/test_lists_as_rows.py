"""What a command lists, in any format that can be read again, is what other commands take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run

FORMATS = ("json", "ndjson", "csv", "excel", "tsv", "md")


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def listed(jpcli: Callable[..., Run], tmp_path: Path) -> Callable[..., str]:
    """Write what a command lists to a file, and give its name."""

    def call(form: str, *argv: str) -> str:
        done = jpcli(*argv, "--format", form)
        assert done.code == 0, done.err
        path = tmp_path / f"list.{form}"
        path.write_bytes(done.out.encode())
        return str(path)

    return call


def begin(jpcli: Callable[..., Run]) -> None:
    for line in (
        "init --name Acme",
        "cards add --brand visa --last4 4242 --exp 12/2030",
        "issue jetpack-scan --site a.example --client @home",
        "issue jetpack-ai --quantity 2",
        "products set-price jetpack-scan --price 0.20 --from 2027-01-01",
        "products set-price jetpack-scan --price 1.5 --bundle 9",
    ):
        assert jpcli(*line.split()).code == 0


def events(jpcli: Callable[..., Run]) -> Any:
    return jpcli("ledger", "check", "--json").data["events"]


def test_a_price_list_changes_nothing_where_it_comes_from(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str
) -> None:
    begin(jpcli)
    prices = listed(form, "products", "list")
    before = events(jpcli)
    done = jpcli("products", "import", prices, "--json")
    assert (done.code, done.data["imported"]) == (0, 0), done.out
    assert done.data["unchanged"] > 12
    assert events(jpcli) == before


def test_a_price_list_begins_another_ledger(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, tmp_path: Path
) -> None:
    begin(jpcli)
    prices = listed(form, "products", "list")
    other = ("--ledger", str(tmp_path / "other.db"))
    assert jpcli("init", "--prices", prices, *other).code == 0
    there = jpcli("products", "list", "--json", *other).data
    assert there == jpcli("products", "list", "--json").data


def test_listed_licenses_are_revoked(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str
) -> None:
    begin(jpcli)
    keys = listed(form, "licenses", "list", "--state", "unassigned")
    done = jpcli("revoke", "--from", keys, "--yes", "--json")
    assert (done.code, len(done.data["licenses"])) == (0, 2), done.out
    keys = listed(form, "licenses", "list", "--state", "assigned")
    again = jpcli("revoke", "--from", keys, "--yes", "--json")
    assert [row["client"] for row in again.data["licenses"]] == ["@home"]


def test_listed_licenses_are_a_history(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str, tmp_path: Path
) -> None:
    begin(jpcli)
    assert jpcli("issue", "jetpack-anti-spam", "--bundle", "20").code == 0
    before = events(jpcli)
    history = listed(form, "licenses", "list", "--state", "all")
    assert jpcli("ledger", "import", history, "--json").data["imported"] == 0
    assert events(jpcli) == before
    other = ("--ledger", str(tmp_path / "other.db"))
    assert jpcli("init", *other).code == 0
    assert jpcli("ledger", "import", history, "--json", *other).data["imported"] == 24
    there = jpcli("licenses", "list", "--json", *other).data
    assert there == jpcli("licenses", "list", "--json").data


def test_a_list_without_rows_changes_nothing(
    jpcli: Callable[..., Run], listed: Callable[..., str], form: str
) -> None:
    begin(jpcli)
    before = events(jpcli)
    none = listed(form, "licenses", "list", "--state", "revoked")
    for line in ("revoke --yes --from", "ledger import"):
        done = jpcli(*line.split(), none)
        # Nothing at all is what a command that failed writes, too.
        assert done.code == (2 if form == "ndjson" else 0), (line, done.err)
    assert events(jpcli) == before
