"""Files to begin with: as they are they do no harm, and filled in they are taken."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run

FORMATS = ("auto", "json", "ndjson", "csv", "excel", "tsv", "md")


@pytest.fixture(params=FORMATS)
def form(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.mark.parametrize("code", ["eur", "GBP", "jpy", None])
def test_a_price_list_is_filled_in_and_begins_a_ledger(
    jpcli: Callable[..., Run], tmp_path: Path, code: str | None
) -> None:
    named = [] if code is None else ["--currency", code]
    begun = jpcli("products", "template", *named)
    assert "Fill in each amount" in begun.err
    rows = list(csv.DictReader(io.StringIO(begun.out)))
    path = tmp_path / "prices.csv"
    with path.open("w", newline="") as stream:
        writer = csv.DictWriter(stream, rows[0])
        writer.writeheader()
        writer.writerows({**row, "amount": "25"} for row in rows)
    assert jpcli("init", *named, "--prices", str(path)).code == 0
    ours = {(row["product"], row["name"], row["family"]) for row in rows}
    made = jpcli("products", "list", "--json").data
    assert made["currency"] == (code or "usd").lower()
    assert {(row["product"], row["name"], row["family"]) for row in made["products"]} == ours
    assert {float(row["day_price"]) for row in made["products"]} == {25}
    assert jpcli("products", "import", str(path), "--json").data["unchanged"] == len(rows)


@pytest.mark.alike("form")
def test_a_price_list_that_is_not_filled_in_is_refused(
    jpcli: Callable[..., Run], tmp_path: Path, form: str
) -> None:
    path = tmp_path / "prices"
    path.write_text(jpcli("products", "template", "--currency", "eur", "--format", form).out)
    done = jpcli("init", "--currency", "eur", "--prices", str(path), "--json")
    problems = done.error["problems"]
    assert (done.code, {problem["code"] for problem in problems}) == (2, {"missing_value"})
    assert len(problems) > 12
    assert jpcli("status", "--json").error["code"] == "no_ledger"


def test_a_currency_that_is_none_is_refused(jpcli: Callable[..., Run]) -> None:
    assert jpcli("products", "template", "--currency", "xx").code == 2


@pytest.mark.alike("form")
def test_the_example_of_a_history_is_taken_and_never_billed(
    jpcli: Callable[..., Run], tmp_path: Path, form: str
) -> None:
    assert jpcli("init").code == 0
    path = tmp_path / "history"
    path.write_text(jpcli("ledger", "template", "--format", form).out)
    assert jpcli("ledger", "import", str(path), "--json").data["imported"] == 1
    (shown,) = jpcli("licenses", "list", "--state", "all", "--json").data["licenses"]
    assert shown["state"] == "revoked"
    assert jpcli("invoice", "preview", "--json").data["total"]["amount_minor"] == 0


def test_no_ledger_is_needed(jpcli: Callable[..., Run], tmp_path: Path) -> None:
    assert jpcli("ledger", "template").code == jpcli("products", "template").code == 0
    assert not list(tmp_path.iterdir())
