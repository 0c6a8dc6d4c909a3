"""A command line that can't be understood: said in our words, whatever is wrong, with what to
type."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.table import COMMANDS, GROUPS

if TYPE_CHECKING:
    from collections.abc import Callable

TYPERS = re.compile(
    r"Got unexpected|Missing (argument|option|command|parameter)|Invalid value|No such|"
    r"requires an argument|does not take a value|Usage:|Try '|Error:"
)
MISTAKES = (
    ("--bogus",),
    ("-@",),
    ("--limit",),
    ("--json=3",),
    ("--format", "yaml"),
    ("--limit", "x"),
    ("a", "b", "c", "d"),
    (),
)


@pytest.mark.alike("path")
@pytest.mark.parametrize("path", ["", *GROUPS, *COMMANDS])
def test_no_mistake_is_told_in_typers_words(path: str, jpcli: Callable[..., Any]) -> None:
    told = 0
    for words in MISTAKES:
        run = jpcli(*path.split(), *words, "--json")
        if run.code != 2 or run.error["code"] != "usage":
            continue
        told += 1
        assert not TYPERS.search(run.err), run.err
        assert run.error["hint"], run.error
        assert run.error["message"].endswith((".", "  ")) or ":   " in run.error["message"]
    assert told >= 3


@pytest.mark.no_ledger
@pytest.mark.parametrize(
    ("line", "message", "hint", "subject"),
    [
        ("sites show", "URL is missing.", "Type   jpcli sites show URL", "site"),
        ("assign", "LICENSE… is missing, or --from FILE.", "See   jpcli assign --help", None),
        ("assign K", "--site URL is missing.", "See   jpcli assign --help", None),
        ("issue", "PRODUCT is missing, or --from FILE.", "See   jpcli issue --help", None),
        ("status a b", "'a' 'b' is more than 'status' takes.", "Type   jpcli status", "a"),
        (
            "invoice show A B",
            "'B' is more than 'invoice show' takes.",
            "Type   jpcli invoice show INVOICE",
            "B",
        ),
        ("issue p -n", "-n needs a value:   -n N", "See   jpcli issue --help", "-n"),
        ("status --json=1", "--json takes no value.", "See   jpcli status --help", "--json"),
        (
            "log --limit x",
            "--limit: 'x' is not a whole number.",
            "See   jpcli log --help",
            "--limit",
        ),
        ("help x", "There is no command 'x'.", "See   jpcli --help", "x"),
        (
            "help cards lst",
            "There is no command 'cards lst'.",
            "Did you mean   jpcli help cards list",
            "cards lst",
        ),
        ("help log x", "There is no command 'log x'.", "Did you mean   jpcli help log", "log x"),
        ("statsu", "There is no command 'statsu'.", "Did you mean   jpcli status", "statsu"),
        ("log --limt 3", "There is no option --limt.", "Did you mean   --limit   --wait", "--limt"),
    ],
)
def test_what_is_told(
    line: str, message: str, hint: str, subject: str | None, jpcli: Callable[..., Any]
) -> None:
    run = jpcli("--format", "json", *line.split())
    assert run.code == 2
    assert run.error["message"].startswith(message)
    assert (run.error["hint"], run.error["subject"]) == (hint, subject)
