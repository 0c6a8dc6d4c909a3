"""A file that is read in parts has the values, or the mistake, of the whole."""

from __future__ import annotations

import tomllib
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.services.files import toml_parts
from jpcli.services.files.toml_parts import values_of

TWO = "[sites.a]\nx = 1\n[sites.b]\ny = 2\n"

WHOLE_ONLY = {
    "one header twice": TWO + "[sites.a]\n",
    "one header twice, in other quotes": TWO + "[sites.'c']\n[sites.d]\n[sites.\"c\"]\n",
    "a table in a table": TWO + "[sites.a.z]\nx = 1\n",
    "sites before them": "sites = { c = {} }\n" + TWO,
    "their own header before them": "[sites]\nc = {}\n" + TWO,
    "their own header after them": TWO + "[sites]\nc = {}\n",
    "a dotted key before them": "sites.c.x = 1\n" + TWO,
    "another table after them": TWO + "[spares]\nx = 1\n",
    "another table, indented": TWO + "  [spares]\nx = 1\n",
    "a list of tables": TWO + "[[sites]]\n",
    "a list of tables of a name": TWO + "[[sites.a]]\n",
    "a header in a text": 'x = """\n' + TWO + '"""\n' + TWO,
    "a header in a text of a table": "[sites.c]\nt = '''\n" + TWO + "'''\n" + TWO,
    "a text without an end": TWO + '[sites.c]\nt = """\n[sites.d]\n',
    "a header in a list": "[sites.c]\nl = [\n[sites.d]\n]\n" + TWO,
    "lists in a list": "[sites.c]\nl = [\n[1],\n[2]]\n" + TWO,
    "no value": TWO + "[sites.c]\nx =\n",
    "a key twice": TWO + "[sites.c]\nx = 1\nx = 2\n",
    "no key": TWO + "[sites.c]\n= 1\n",
    "a lone return": TWO + "[sites.c]\nx = 1\ry = 2\n",
    "very deep": TWO + "[sites.c]\nx = " + "[" * 5_000,
}
IN_PARTS = {
    "two tables": TWO,
    "values before them": 'complete = true # [sites.z]\n[spares]\n"*" = 2\n' + TWO,
    "names in quotes": TWO + "[sites.\"https://c.example\"]\n[sites.'d']\nx = 1.50\n",
    "ends of lines of Windows": TWO.replace("\n", "\r\n"),
    "dotted keys": TWO + "[sites.c]\nproducts.x = 1\nproducts.y = 2\n",
    "no end of the last line": TWO + "[sites.c]\nx = 1",
}


def outcome(read: Any, text: str) -> Any:
    """Values with the order of their keys, or the error."""
    try:
        return repr(read(text, parse_float=Decimal))
    except (ValueError, RecursionError) as error:
        return type(error), str(error)


@pytest.fixture(autouse=True, params=[1, 2])
def tables(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(toml_parts, "TABLES", request.param)
    return int(request.param)


@pytest.mark.parametrize("text", [*WHOLE_ONLY.values(), *IN_PARTS.values()])
def test_it_is_what_the_whole_is(text: str) -> None:
    assert outcome(values_of, text) == outcome(tomllib.loads, text)


@pytest.mark.parametrize("text", IN_PARTS.values(), ids=IN_PARTS)
def test_in_parts_no_more_than_those_are_read_at_once(
    text: str, tables: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    sizes = []
    loads = tomllib.loads

    def counted(part: str, **options: Any) -> Any:
        sizes.append(part.count("\n[sites"))
        return loads(part, **options)

    monkeypatch.setattr(tomllib, "loads", counted)
    values_of(text + "\n[sites.x]\n[sites.y]\n", Decimal)
    assert len(sizes) > 2
    assert max(sizes) <= tables


PIECES = [
    "[sites.a]", "[sites.b]", '[sites."a"]', "[sites]", "[sites.a.b]", "[[sites]]", " [sites.c]",
    "[spares]", "x = 1", "a.b = 1", 'y = """', '"""', "l = [", "]", "[1],", "# [sites.d]",
    "sites = {}", "sites.e = 1", "'''", "[sites.d] # x", "", "x = '''", "[sites.f]", "[sites.g]",
]  # fmt: skip


@given(st.lists(st.sampled_from(PIECES), max_size=9))
def test_whatever_lines_there_are_it_is_what_the_whole_is(lines: list[str]) -> None:
    text = "\n".join(lines)
    assert outcome(values_of, text) == outcome(tomllib.loads, text)
