"""Sentences as they stand in the code: a number and its noun come from `count`, and what was done
begins with a verb that a dry run has a form of."""

from __future__ import annotations

import ast
import re
from pathlib import Path
from typing import TYPE_CHECKING

import jpcli
from jpcli.services.supposed import WOULD

if TYPE_CHECKING:
    from collections.abc import Iterator

ROOT = Path(jpcli.__file__).parent
PLURAL = re.compile(
    r"^ (?:[a-z]+ )??(?:attempts|bundles|cards|cells|changes|children|clients|columns|days|errors"
    r"|events|files|invoices|keys|licenses|lines|months|orders|prices|problems|products|rows|sites"
    r"|steps|times|years)\b(?!=)"
)
# Where there are always several, or what stands there is no number.
SEVERAL = {
    "bundle_key",
    "more",  # which is what `count` gave
    "days_heading(statement)",  # says 1 by itself
    "len(folded)",  # two lines or more
    "len(new)",  # months, beside the one where it is one
    "len(standing)",  # invoices that are there twice
    "line.license_days",  # a bundle has at least two licenses
    "noted",  # when there are too many problems
    "row_id",  # `2 names a row of …`
    "story.sample.idle_days",
    "total",  # more licenses than can be had
    "cells",  # says 1 by itself
}
# Said by what only reads, or at once where it is done: never under a dry run.
READ = {"This", "Saved:", "The", "Wrote", "Nothing", "Read", "Recomputed"}
# What begins with a name at Stripe, which is not asked under a dry run, or with one of its verbs.
BEGINS_OTHERWISE = (
    "services/collection/stripe/",
    "services/ledger/upkeep.py",
    "services/licenses/moves.py",
)


def numbers_with_plurals(source: str) -> Iterator[str]:
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.JoinedStr):
            continue
        for number, words in zip(node.values, node.values[1:], strict=False):
            if isinstance(number, ast.FormattedValue) and isinstance(words, ast.Constant):
                name = ast.unparse(number.value)
                if PLURAL.match(str(words.value)) and not name.isupper() and name not in SEVERAL:
                    yield name + str(words.value)


def first_words(source: str) -> Iterator[str]:
    """Of the remarks on what was done, each of the texts that one may have."""
    for function in ast.walk(ast.parse(source)):
        if not isinstance(function, ast.FunctionDef | ast.Module):
            continue
        texts: dict[str, list[ast.expr]] = {}
        for node in ast.walk(function):
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
                texts.setdefault(node.targets[0].id, []).append(node.value)
        for node in ast.walk(function):
            if not (isinstance(node, ast.Call) and ast.unparse(node.func) == "Note"):
                continue
            words = [arg.value for arg in node.args if isinstance(arg, ast.Constant)]
            if "ok" in words[1:] and isinstance(function, ast.FunctionDef):
                text = node.args[1]
                found = texts.get(text.id, []) if isinstance(text, ast.Name) else [text]
                yield from map(_first_word, found)


def _first_word(text: ast.expr) -> str:
    if isinstance(text, ast.IfExp):
        return _first_word(text.body)
    first = text.values[0] if isinstance(text, ast.JoinedStr) else text
    value = first.value if isinstance(first, ast.Constant) else None
    return value.partition(" ")[0] if isinstance(value, str) else "{}"


def test_a_number_and_its_noun_come_from_count() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {each}"
        for path in ROOT.rglob("*.py")
        for each in numbers_with_plurals(path.read_text("utf-8"))
    }
    assert found == set()


def test_what_was_done_begins_with_a_verb() -> None:
    found = {
        f"{path.relative_to(ROOT)}: {each}"
        for path in (ROOT / "services").rglob("*.py")
        for each in first_words(path.read_text("utf-8"))
        if each not in {*WOULD, *READ}
    }
    assert not [each for each in found if not each.startswith(BEGINS_OTHERWISE)]


def test_a_violation_would_be_seen() -> None:
    assert list(numbers_with_plurals('f"{n:,} more licenses are"'))
    assert not list(numbers_with_plurals('f"{MOST:,} licenses" + f"{count(n, x)} are"'))
    for line, expected in (
        ('Note("a", f"{url} is there", "ok")', ["{}"]),
        ('Note("a", "Issued it", "ok", x)', ["Issued"]),
        ('m = f"Took {x}"; Note("a", m, "ok")', ["Took"]),
        ('Note("ok", "Issued it", "info")', []),
    ):
        assert list(first_words("def f(): " + line)) == expected
