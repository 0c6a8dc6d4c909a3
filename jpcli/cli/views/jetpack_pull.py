"""What is not the same here and at Jetpack."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.domain.answers import each_object

if TYPE_CHECKING:
    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.jetpack import PullAnswer

_FIELDS = {
    "revoked_at": "Revoked",
    "issued_at": "Issued",
    "site": "Site",
    "bundle": "Bundle",
    "bundle_size": "Bundle of",
    "missing_here": "Not here",
    "missing_there": "Not at Jetpack",
}
_EMPTY = {"revoked_at": "active", "site": "on no site", "bundle": "in no bundle"}


def draw(data: PullAnswer, screen: Screen) -> None:
    """One row a difference; nothing where there is none."""
    grid = Grid(
        Column("License"),
        Column("What"),
        Column("Here", wraps=True),
        Column("At Jetpack", wraps=True),
        Column("", drop=1, optional=True),
    )
    differs = False
    for one in each_object(data["differences"]):
        differs = True
        field = one["field"]
        here, there = (
            _EMPTY.get(field, "") if each is None else _shown(each, field, screen)
            for each in (one["here"], one["there"])
        )
        taken = text("taken over", "green") if one["taken_over"] else text("")
        grid.add(one["license_key"], text(_FIELDS[field], "dim"), here, there, taken)
    if differs:
        grid.draw(screen)


def _shown(value: str, field: str, screen: Screen) -> str:
    return screen.instant(value) if field in ("revoked_at", "issued_at") else value
