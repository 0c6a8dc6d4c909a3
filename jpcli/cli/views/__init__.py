"""Drawings for a person, one file each; the only code that imports Rich."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.shared.output import Output
    from jpcli.domain.calendar import BillingCalendar


def draw(
    view: str, data: Mapping[str, Any], output: Output, calendar: BillingCalendar | None = None
) -> None:
    """Call `module:function` below this package with the data and a screen; times are drawn by the
    calendar."""
    from importlib import import_module

    from jpcli.cli.views.screen import open_screen

    module, _, name = view.partition(":")
    getattr(import_module(f"jpcli.cli.views.{module}"), name)(data, open_screen(output, calendar))
