"""A line is what ends in a line feed, whatever else breaks lines on a screen."""

from __future__ import annotations

import pytest

from jpcli.domain.errors import Problem
from jpcli.services.files.toml_lines import lines_of, load, placed


@pytest.mark.parametrize("mark", ["\v", "\f", "\x1c", "\x1d", "\x1e", "\x85", "\u2028", "\u2029"])
@pytest.mark.parametrize("end", ["\n", "\r\n"])
def test_nothing_but_a_line_feed_ends_a_line(mark: str, end: str) -> None:
    text = f"# a{mark}b{end}[sites]{end}x = 1{end}"
    assert lines_of(text) == {("sites",): 2, ("sites", "x"): 3}
    (problem,) = placed([(("sites", "x"), Problem("bad_value", None, "wrong"))], text)
    assert problem.line == 3


@pytest.mark.parametrize("mark", ["", "\x85", "\u2028"])
@pytest.mark.parametrize(
    ("rest", "line"), [("a =", 2), ("a =\n", 2), ("a = [\n1,", 3), ("a = [\n1,\n", 3)]
)
def test_the_end_of_a_file_is_its_last_line(mark: str, rest: str, line: int) -> None:
    found = load(f"# {mark}\n{rest}")
    assert isinstance(found, Problem)
    assert found.line == line


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ('["x", "y"]', [1, 1]),
        ('[\n  "x",\n\n  "y", 3,\n]', [2, 4, 4]),
        ('[ # first\n  \'x\', # "z",\n  # ,\n  "\\"]"\n, "y"]', [2, 4, 5]),
        ('["x",\r\n"y"]', [1, 2]),
        ('["",\n"""\n""", "y"]', [1]),
        ('["x",\n["y"],\n"z"]', [1]),
        ("[]", []),
        ("{ b = 1 }", None),
        ('"["', None),
    ],
)
def test_an_item_of_a_list_has_its_own_line(text: str, lines: list[int] | None) -> None:
    assert isinstance(load(f"a = {text}\n"), dict)
    found = lines_of(f"a = {text}\n")
    items = [line for path, line in found.items() if path[0] == "a" and path[1:] != ("b",)]
    assert items == [1, *(lines or [])]
    assert list(found)[1:] == (
        [("a", "b")] if "b =" in text else [("a", n) for n in range(len(items) - 1)]
    )


@pytest.mark.parametrize(
    "line",
    [
        "[#x]",
        "[[#x]]",
        "[x = {} #]",
        "[x = {a = 1, b = 2} #]",
        "[x = " + "[" * 3000 + " #]",
        "[x = " + "9" * 5000 + " #]",
        "[]",
        "[[ ]]",
        "# = 1",
    ],
    ids=lambda line: line[:12],
)
def test_what_only_looks_like_a_key_has_no_line(line: str) -> None:
    """As a comment or a row of an array may."""
    text = f"a = [\n{line}\n]\nb = 1\n"
    assert lines_of(text) == {("a",): 1, ("b",): 4}
