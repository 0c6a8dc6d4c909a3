"""`clients report`, as it is typed."""

from __future__ import annotations

import json
import re
from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import run_on_terminal
from tests.cli.lines import Line
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable


def report(words: str = "") -> Line:
    return Line("clients report", words)


def test_the_shape_that_scripts_rely_on(world: World) -> None:
    world(Line("clients edit", "Ann --markup 25"))
    data = world(report("2026"), "--json").data
    assert data["year"] == 2026
    assert [month["state"] for month in data["months"]] == [
        *("closed", "closed", "waiting", "projected")
    ]
    ann, nobody = data["clients"]
    assert (ann["client"], ann["markup"], nobody["client"]) == ("Ann", "25", None)
    assert [month["period"] for month in ann["months"]] == [
        month["period"] for month in data["months"]
    ]
    # September was closed before there was a markup.
    september, november = ann["months"][1], ann["months"][3]
    assert september["billed"] == september["cost"]
    cost = november["cost"]["amount_minor"]
    assert november["billed"]["amount_minor"] == cost * 5 // 4
    assert november["margin"]["amount_minor"] == cost // 4
    assert nobody["billed"]["amount_minor"] == 0
    assert nobody["margin"]["amount_minor"] == -nobody["cost"]["amount_minor"]


def test_another_year_has_nothing(world: World) -> None:
    for year in ("2025", "2027"):
        data = world(report(year), "--json").data
        assert (data["months"], data["clients"]) == ([], [])
        run = world(report(year), "--format", "table")
        assert f"Nothing was active in {year}." in run.out


@pytest.mark.parametrize("year", ["26", "1969", "2200", "2026-11", "abcd"])
def test_what_is_no_year_is_refused(world: World, year: str) -> None:
    run = world(report(year), "--json")
    assert run.code == 2
    assert run.error["code"] == "bad_year"


def test_files_are_written_once(world: World) -> None:
    for name in ("c.html", "c.pdf", "c.csv", "c.json"):
        place = world.folder / name
        run = world(report(f"--output {place}"))
        assert run.code == 0, run.err
        written = place.read_bytes()
        assert written
        again = world(report(f"--output {place}"))
        assert again.code == 3
        assert "file_exists" in again.err
        assert place.read_bytes() == written
        assert world(report(f"--output {place}"), "--yes").code == 0
    document = json.loads((world.folder / "c.json").read_text())
    assert document["data"]["clients"]


@pytest.mark.parametrize("columns", [40, 80, 120])
def test_it_fits_the_screen(columns: int, agency: Callable[..., Any]) -> None:
    agency("clients", "edit", "Shop Ltd", "--markup", "20")
    shown = run_on_terminal("clients", "report", columns=columns)
    assert shown.code == 0, shown.out
    plain = re.sub(r"\x1b\[[0-9;]*m", "", shown.out)
    assert max(map(len, plain.splitlines())) <= columns


def test_a_client_is_one_row_whatever_it_was_called(world: World) -> None:
    before = world(report("2026"), "--json").data
    assert world(Line("clients rename", "Ann Zoe")).code == 0
    after = world(report("2026"), "--json").data
    assert [client["client"] for client in after["clients"]] == ["Zoe", None]
    assert after["clients"][0]["months"] == before["clients"][0]["months"]
    changed = world(Line("invoice diff", "2026-09 2026-11 --by client"), "--json").data["groups"]
    assert sorted(str(group["client"]) for group in changed) == ["None", "Zoe"]
