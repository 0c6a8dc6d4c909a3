"""The scripts in `completions/` leave out nothing that the commands have, and ship."""

from __future__ import annotations

import pytest

from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS, GROUPS, subcommands
from jpcli.cli.commands.completion import FILES
from jpcli.cli.complete import MORE
from jpcli.services.completion import KINDS
from tests.completions.shells import SCRIPTS
from tools.shells import sh
from tools.shells.grammar import (
    Option,
    Page,
    asked_values,
    read_pages,
    value_options,
)
from tools.shells.values import FREE, Value, value_of


def test_there_is_no_other_file() -> None:
    assert {path.name for path in SCRIPTS.iterdir()} == set(FILES.values())


@pytest.mark.parametrize("path", COMMANDS)
def test_every_value_has_a_completion_or_is_said_to_be_free(path: str) -> None:
    for param in load_command(path).params:
        if not getattr(param, "is_flag", False):
            decided = value_of(path, str(param.name), param.metavar)
            assert decided is not None, f"tools/shells/values.py: {param.metavar}"


def test_a_value_that_nobody_thought_of_is_found() -> None:
    assert value_of("issue", "color", "COLOR") is None
    assert value_of("issue", "by", None) is None
    assert value_of("issue", "product", "[PRODUCT]") == Value(ask="products")


def test_every_question_is_one_that_is_answered() -> None:
    asked = {value.ask for value in asked_values(read_pages()).values() if value.ask}
    asked |= {place.ask for page in read_pages() for place in page.places if place.ask}
    assert {kind.rstrip("".join(MORE)) for kind in asked} <= KINDS
    assert {"unassigned", "assigned", "active", "licenses", "sites", "clients", "products"} < asked


def test_every_command_and_option_is_there() -> None:
    pages = {page.path: page for page in read_pages()}
    assert set(pages) == {"", *GROUPS, *COMMANDS}
    for path in ("", *GROUPS):
        assert [name for name, _ in pages[path].members] == list(subcommands(path))
    for path in COMMANDS:
        flags = {flag for option in pages[path].options for flag in option.flags}
        promised = [p for p in load_command(path).params if not getattr(p, "hidden", False)]
        declared = {flag for p in promised for flag in p.opts if flag[0] == "-"}
        assert flags == declared | {"--help"}


def test_an_option_that_is_a_flag_elsewhere_is_refused() -> None:
    """Then the word after it could not be read before the command is known."""
    flag = Option(("--primary",), None, repeats=False, about="")
    valued = Option(("--primary", "-p"), FREE, repeats=False, about="")
    assert value_options([Page("a", (), (valued,))]) == ("--primary", "-p")
    with pytest.raises(ValueError, match="--primary"):
        value_options([Page("a", (), (flag,)), Page("b", (), (valued,))])


def test_an_option_with_two_meanings_is_kept_apart_by_command() -> None:
    files, free = Value(files=True), FREE
    pages = [
        Page("a", (), (Option(("--from",), files, repeats=False, about=""),)),
        Page("b", (), (Option(("--from",), free, repeats=False, about=""),)),
    ]
    assert asked_values(pages) == {("a", "--from"): files, ("b", "--from"): free}
    assert asked_values(pages[:1]) == {("*", "--from"): files}


def test_what_help_says_is_quoted_for_the_shell() -> None:
    assert sh.quoted("plain-word_1") == "plain-word_1"
    assert sh.quoted("") == "''"
    assert sh.quoted("it's $(x) `y` *") == "'it'\\''s $(x) `y` *'"


def test_a_template_is_filled_in_whole() -> None:
    assert sh.filled("a @ONE@ b", one="1") == "a 1 b"
    with pytest.raises(AssertionError):
        sh.filled("@ONE@ @TWO@", one="1")
    with pytest.raises(AssertionError):
        sh.filled("@ONE@", one="1", two="2")
