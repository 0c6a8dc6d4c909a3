"""The price list on a screen with little room."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [60, 80, 120])
def test_a_price_to_come_is_shown_at_every_width(columns: int, ledger: Callable[..., Any]) -> None:
    assert "Next price" not in run_on_terminal("products", "list", columns=columns).out
    coming = ("--price", "0.20", "--from", "2031-12-01")
    assert ledger("products", "set-price", "jetpack-scan", *coming).code == 0
    shown = run_on_terminal("products", "list", columns=columns).out
    assert "$0.20 from 2031-12-01" in shown
    assert "No room" not in shown
