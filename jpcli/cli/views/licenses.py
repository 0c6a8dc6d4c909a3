"""Lists of licenses: what there is, and what a command has just changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.screen import text
from jpcli.cli.views.words import ELSEWHERE
from jpcli.domain.answers import Rows, as_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.answers import Table
    from jpcli.domain.contract.licenses import (
        LicenseListAnswer,
        LicenseObject,
        LicensesAnswer,
        RevokedAnswer,
    )
    from jpcli.domain.contract.sites import ClientAnswer, SiteAnswer

STATE_STYLES = {"assigned": "green", "unassigned": "yellow", "revoked": "dim", "bundle": "cyan"}


def draw_list(
    data: LicenseListAnswer | LicensesAnswer | SiteAnswer | ClientAnswer,
    screen: Screen,
    none: str = "No license is like that.",
) -> None:
    """One license a row; `none` is what stands where there is not one."""
    licenses = _objects(data["licenses"])
    if not licenses:
        screen.paragraph(none, "dim")
        return
    screen.name_zone()
    license_grid(licenses, screen).draw(screen)
    books = data.get("books_begin")
    if isinstance(books, str) and min(_issue_days(licenses, screen)) < books:
        screen.paragraph(f"Days before {books} are {ELSEWHERE}.", "dim")


def _issue_days(licenses: Iterable[LicenseObject], screen: Screen) -> Iterator[str]:
    return (screen.instant(row["issued_at"])[:10] for row in licenses)


def draw_changed(data: RevokedAnswer, screen: Screen) -> None:
    """The licenses a command touched, then those that took their place in a bundle."""
    draw_list(data, screen, "No license was changed.")
    if data.get("replacements"):
        screen.write()
        screen.paragraph("In their place in the bundle", "bold")
        license_grid(_objects(data["replacements"]), screen).draw(screen)


def _objects(found: Table[LicenseObject]) -> list[LicenseObject]:
    return as_objects(found) if isinstance(found, Rows) else found


def license_grid(licenses: Iterable[LicenseObject], screen: Screen) -> Grid:
    """Keys are never cut; where there is little room, what the key says already goes first."""
    grid = Grid(
        Column("License"),
        Column("Product", drop=1),
        Column("State"),
        Column("Site", wraps=True, optional=True),
        Column("Client", drop=3, wraps=True, optional=True),
        Column("Issued", drop=2),
        Column("Revoked", drop=4, optional=True),
    )
    for row in licenses:
        grid.add(
            row["license_key"] or text("(new)", "dim"),
            text(row["product"], "dim"),
            _state(row),
            _place(row),
            row["client"],
            text(screen.instant(row["issued_at"]), "dim"),
            text(screen.instant(row["revoked_at"]), "dim"),
        )
    return grid


def _state(row: LicenseObject) -> Text:
    return text(row["state"], STATE_STYLES.get(row["state"], ""))


def _place(row: LicenseObject) -> Text:
    if row["bundle_size"]:
        return Text(f"bundle of {row['bundle_size']}", style="cyan")
    return text(row["site"])
