"""Every road by which a file comes in against every file that no honest hand makes.

Each is refused with one clear error, soon, with little memory, and nothing is written. A process of
its own has each road, because a peak of memory belongs to a process.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain import limits
from jpcli.services.files.sizes import is_deeper, too_much_json, too_much_toml
from jpcli.services.files.toml_lines import load
from tests.cli.attacks import ROADS, Outcome, attacks_on

if TYPE_CHECKING:
    from collections.abc import Callable

ROOT = Path(__file__).parents[2]
ATTACKS = ROOT / "tests" / "cli" / "attacks.py"
MOST_SECONDS, MOST_MIB, MOST_CHARACTERS = 2, 300, 400_000
# What has no line: the whole is too much, or the parser does not say where.
WITHOUT_LINE = {"file_too_large", "not_text", "bad_plan"}
IN_NO_PLACE = {
    "toml, deep",
    "toml, deep tables",
    "toml, lists",
    "toml, many dotted keys",
    "toml, 900 hexadecimal",
    "toml, an exponent",
}
KEPT_GOING = 1
FORMS = ["{} = 1", "[{}]", "[[{}]]", "x = {{ {} = 1 }}", "x = {{b=2, {}=1}}"]


def assault(road: str, folder: Path) -> tuple[list[Outcome], float]:
    """Every attack on a road, and the peak of the process in MiB."""
    done = subprocess.run(
        [sys.executable, str(ATTACKS), str(folder), road],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2_000:]
    *outcomes, peak = [json.loads(line) for line in done.stdout.splitlines()]
    return [Outcome(*outcome) for outcome in outcomes], peak


@pytest.mark.alike("road")
@pytest.mark.parametrize("road", ROADS)
def test_what_no_honest_file_has_is_refused_soon(
    road: str, ledger: Callable[..., Any], tmp_path: Path
) -> None:
    before = ledger("log", "--json").data
    outcomes, peak = assault(road, tmp_path)
    assert [outcome.attack for outcome in outcomes] == list(attacks_on(road))
    for outcome in outcomes:
        assert outcome.code in ((KEPT_GOING, 2) if road == "keep going" else (2,)), outcome
        assert outcome.seconds < MOST_SECONDS, outcome
        # Who keeps going is told of every row that was left out.
        assert outcome.told < MOST_CHARACTERS or outcome.code == KEPT_GOING, outcome
        if outcome.code == 2:
            assert "internal_error" not in outcome.found, outcome
            has_line = bool(outcome.lines and outcome.lines[0])
            lineless = not WITHOUT_LINE.isdisjoint(outcome.found)
            assert has_line or lineless or outcome.attack in IN_NO_PLACE, outcome
    assert peak < MOST_MIB
    assert ledger("log", "--json").data == before


# --- where the limits are ------------------------------------------------------------------------


@pytest.mark.no_ledger
@pytest.mark.parametrize(("depth", "found"), [(32, False), (33, True), (100_000, True)])
@pytest.mark.parametrize("pair", ["[]", "{}"])
def test_depth_is_that_of_brackets_outside_texts(depth: int, found: bool, pair: str) -> None:
    text = pair[0] * depth + r'"\\", "\"[[", "[[["' + pair[1] * depth
    assert is_deeper(text, limits.MAX_DEPTH) is found
    assert not is_deeper('"' + r"\"" + "[" * 1_000 + '"', limits.MAX_DEPTH)
    assert not is_deeper("[]" * 100_000, limits.MAX_DEPTH)
    assert (too_much_json(text) is not None) is found


@pytest.mark.no_ledger
@pytest.mark.parametrize("name", ["a", '"a.b"', "'a.b'", r'"\"."'])
@pytest.mark.parametrize(
    "form", ["{} = 1", "[{}]", "[[{}]]", "x = {{ {} = 1 }}", "x = {{b=2, {}=1}}"]
)
def test_names_of_a_key_are_counted_wherever_it_is(form: str, name: str) -> None:
    for number in (limits.MAX_KEY_PARTS, limits.MAX_KEY_PARTS + 1):
        key = " . ".join([name] * number)
        found = too_much_toml("\n\n" + form.format(key) + "\n")
        if number > limits.MAX_KEY_PARTS:
            assert found == ("a key has more than 16 names", 3)
        else:
            assert found is None
            assert isinstance(load(form.format(key)), dict)


@pytest.mark.no_ledger
def test_an_address_with_many_dots_is_no_key() -> None:
    url = "https://" + ".".join("a" * 100) + ".example"
    text = f'[sites."{url}"]\nproducts = ["jetpack-scan"] # {url}\n[spares]\n"*" = 1.5\n'
    assert isinstance(load(text), dict)


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("\na = " + "9" * 1_001, 2),
        ("\na = 0x" + "f" * 1_001, 2),
        ("\na = 1." + "9" * 1_001, 2),
    ],
)
def test_a_number_has_a_thousand_figures_at_most(text: str, line: int) -> None:
    assert too_much_toml(text) == ("a number has more than 1,000 figures", line)
    assert too_much_toml(text[:-2]) is None


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    "text",
    [
        "[a]\n" * (limits.MAX_TABLES + 1),
        "a=[]\n" * (limits.MAX_TABLES + 1),
        "a.b.c=1\n" * (limits.MAX_TABLES // 2 + 1),
    ],
    ids=["headers", "values", "names"],
)
def test_tables_are_counted_however_they_are_written(text: str) -> None:
    assert too_much_toml(text) == ("more than 400,000 tables are in it", None)
    assert too_much_toml(text[: len(text) // 2]) is None


@pytest.mark.no_ledger
def test_values_are_counted() -> None:
    assert too_much_json("[" + "0," * limits.MAX_PARTS) is not None
    assert too_much_json("[" + "0," * (limits.MAX_PARTS - 1)) is None
    assert too_much_toml("a = [" + "0," * limits.MAX_PARTS) is not None
