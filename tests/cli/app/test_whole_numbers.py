"""A whole number on the command line is written as in a file: in figures, and nothing else."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS
from jpcli.cli.app.typer_parts import INT, WholeNumber

if TYPE_CHECKING:
    from collections.abc import Callable

NUMBERS = {
    (path, param.opts[0])
    for path in COMMANDS
    for param in load_command(path).params
    if getattr(param.type, "name", "") == INT.name
}
ODD = ("1_0", "+3", " 3", "3 ", "３", "²", "3.0", "1e3", "0x2", "--3", "-", "9" * 5000)


def test_every_command_that_takes_a_number_is_here() -> None:
    assert ("issue", "--quantity") in NUMBERS
    assert ("products set-price", "--bundle") in NUMBERS
    assert ("licenses list", "--limit") in NUMBERS


@pytest.mark.alike("path", "option")
@pytest.mark.parametrize(("path", "option"), sorted(NUMBERS), ids=" ".join)
def test_what_is_no_figure_is_no_number(path: str, option: str, ledger: Callable[..., Any]) -> None:
    events = ledger("log", "--json").data["total"]
    for text in ODD:
        wrong = ledger("--json", *path.split(), f"{option}={text}")
        assert (wrong.code, wrong.error["code"]) == (2, "usage"), text
        assert "is not a whole number" in wrong.error["message"], text
    assert ledger("log", "--json").data["total"] == events


def test_figures_are_a_number() -> None:
    for text, number in (("0", 0), ("007", 7), ("-3", -3), ("9" * 18, 10**18 - 1)):
        assert WholeNumber().convert(text, None, None) == number
