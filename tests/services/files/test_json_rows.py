"""Lines of NDJSON: those that are decoded at half the price give what the full decoder gives."""

from __future__ import annotations

import io
import json
from typing import Any
from unittest.mock import patch

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import Problem
from jpcli.domain.limits import MAX_CELL_CHARACTERS, MAX_DIGITS
from jpcli.services.files import json_rows
from jpcli.services.files.json_rows import rows_of_lines
from jpcli.services.files.read import read_rows
from jpcli.services.files.rows import Expected

CELLS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=6)
    | st.sampled_from([" x ", 'a":', "\u00e9", "e\u0301", '"', "\\", "\u200bx", ": ", "1.0"])
)
VALUES = st.recursive(
    CELLS,
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abc"), inner, max_size=3)
    ),
    max_leaves=6,
)
OBJECTS = st.dictionaries(st.sampled_from(["a", "spans", "c", "a b", ""]), VALUES, max_size=4)
# What goes wrong in files that people and programs write.
ODD = (
    '{"a":1,"a":2}',
    '{"a" : 1, "a": 2}',
    '{"a":"x","a":"x","b":""}',
    '{"a":[{"b":1,"b":1}]}',
    '{"a":[{"b":"x" , "b":"y"}],"c":":"}',
    '{"a":{"b":1}}',
    '{"a":[]}',
    '{"x":[],"a":true}',
    '{"spans":[[1]]}',
    '{"spans":{"b":1}}',
    '{"spans":{}}',
    '{"spans":[]}',
    '{"spans":[{}]}',
    '{"spans":[{"b":[]}]}',
    '{"spans":[{"b":1,"b":1}]}',
    '{"spans":true,"b":"x"}',
    "{}",
    "[]",
    "1",
    '"a"',
    "null",
    "[1,2]",
    '{"a":NaN}',
    '{"a":-Infinity}',
    '{"a":1.50}',
    '{"a":1e5}',
    '{"a":"\\u00e9"}',
    '{"a":"\\ud800"}',
    '{"a":"\\""}',
    '{"a":1} x',
    '{"a":1}{"a":2}',
    '{"a":1',
    "{'a':1}",
    '{"a":"\t"}',
    '{"a":"\ufeffx"}',
    '\ufeff{"a":1}',
    '{"a":true,"b":false,"c":null}',
    '{"a":' + "9" * MAX_DIGITS + "}",
    '{"a":' + "9" * (MAX_DIGITS + 1) + "}",
    '{"a":[{"b":' + "9" * (MAX_DIGITS + 1) + "}]}",
    '{"a":' + "[" * 40 + "]" * 40 + "}",
    '{"a":' + '{"a":' * 2_000 + "1" + "}" * 2_000 + "}",
    '{"a":"' + "x" * MAX_CELL_CHARACTERS + '"}',
    '{"a":"' + "x" * (MAX_CELL_CHARACTERS + 1) + '"}',
    '{"a":"   ","b":" \u00a0y "}',
)


def read(lines: list[bytes]) -> tuple[list[Any], list[Any]]:
    """The rows as text, so that 1 and true are two, and the problems."""
    expected = Expected(frozenset({*"abc", "spans"}), frozenset(), [], None)
    rows = list(rows_of_lines(lines, expected))
    return [(row.line, repr(list(row.values.items()))) for row in rows], expected.problems


def assert_same(lines: list[bytes]) -> None:
    found = read(lines)
    with patch.object(json_rows._Plain, "values", lambda _self, _text: None):
        assert found == read(lines)


@given(st.lists(OBJECTS, max_size=4), st.booleans(), st.sampled_from([None, (",", ":")]))
def test_plain_lines_are_read_as_by_the_full_decoder(
    objects: list[dict[str, Any]], ascii_only: bool, separators: tuple[str, str] | None
) -> None:
    texts = [json.dumps(o, ensure_ascii=ascii_only, separators=separators) for o in objects]
    assert_same([text.encode("utf-8", "surrogatepass") + b"\n" for text in texts])


@given(st.lists(st.sampled_from(['"a"', '"b"', ":", ",", "{", "}", "[", "]", " ", "1", '"x"'])))
def test_so_is_what_is_nearly_a_line(pieces: list[str]) -> None:
    assert_same([f'{{"a":{"".join(pieces)}}}'.encode(), "".join(pieces).encode()])


@pytest.mark.parametrize("text", ODD, ids=range(len(ODD)))
def test_so_is_what_people_and_programs_write(text: str) -> None:
    assert_same([text.encode("utf-8", "surrogatepass")])


@pytest.mark.parametrize("value", ["true", "false", "[]", '["x"]', "{}", '{"x":1}'])
@pytest.mark.parametrize("form", ['{{"a":{0}}}', '{{"b":"\\u0041","a":{0}}}', '[{{"a":{0}}}]'])
def test_what_is_no_text_and_no_number_is_refused_with_its_line(form: str, value: str) -> None:
    content = io.BytesIO(b'{"b":1}\n' + form.format(value).encode() + b"\n")
    if form.startswith("["):
        content = io.BytesIO(b"\n" + form.format(value).encode())
    problems: list[Problem] = []
    known = frozenset({*"ab", "spans"})
    found = list(
        read_rows("-", known=known, required=frozenset(), problems=problems, stdin=content)
    )
    assert problems == [Problem("bad_value", "a", "a must be a text or a number", 2)]
    assert len(found) == (not form.startswith("["))


def test_most_lines_are_plain() -> None:
    stay = {"site": "https://a.example", "client": "Ann", "from": "2024-01-01T00:00:00Z"}
    row = {"license_key": " k ", "revoked_at": None, "bundle_size": 3, "assignments": [stay]}
    assert json_rows._Plain().values(json.dumps(row)) == {**row, "license_key": "k"}
    twice = json.dumps(row)[:-1] + ',"bundle_size":3}'
    assert json_rows._Plain().values(twice) is None
