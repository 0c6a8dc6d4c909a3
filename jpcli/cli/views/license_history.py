"""One license's whole life: what it is, the days that are billed, every event."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.events import described, named
from jpcli.cli.views.grid import Column, Grid
from jpcli.cli.views.licenses import STATE_STYLES
from jpcli.cli.views.screen import facts, text
from jpcli.domain.words import count

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.licenses import (
        EventObject,
        LicenseObject,
        ShownLicense,
        ShownLicensesAnswer,
        SpanObject,
    )


def draw(data: ShownLicensesAnswer, screen: Screen) -> None:
    """One license after another."""
    screen.name_zone()
    for number, found in enumerate(data["licenses"]):
        if number:
            screen.write()
        _draw_one(found, screen)


def _draw_one(found: ShownLicense, screen: Screen) -> None:
    title = Text(visible(str(found["license_key"])), style="bold")
    title.append(f"   {found['state']}", style=f"not bold {STATE_STYLES.get(found['state'], '')}")
    screen.fold(title)
    screen.write()
    rows = [
        ("Product", found["product"]),
        ("Site", found["site"]),
        ("Client", found["client"]),
        ("Issued", screen.instant(found["issued_at"])),
        ("Assigned", screen.instant(found["assigned_at"])),
        ("Revoked", screen.instant(found["revoked_at"])),
        ("Bundle", found["bundle_key"]),
        ("Bundle of", found["bundle_size"]),
    ]
    facts(screen, [(name, value) for name, value in rows if value])
    is_bundle = bool(found["bundle_size"]) and not found["bundle_key"]
    _draw_spans(found.get("spans", ()), screen, is_bundle=is_bundle)
    _draw_events(found.get("history", ()), screen)
    _draw_children(found.get("child_licenses", ()), screen)


def _draw_spans(spans: Sequence[SpanObject], screen: Screen, *, is_bundle: bool) -> None:
    """Where it was, and when; a bundle itself is never on a site."""
    if not spans:
        return
    screen.write()
    elsewhere = any(span["days_settled_elsewhere"] for span in spans)
    grid = Grid(
        Column("First day"),
        Column("Last day"),
        Column("Days", right=True),
        Column("Elsewhere", right=True, optional=True),
        Column("On", wraps=True, optional=True),
    )
    for span in spans:
        days = "" if span["days"] is None else f"{span['days']:,}"
        last = text(span["last_day"]) if span["last_day"] else Text("still active", style="green")
        nowhere = Text("" if is_bundle else "(unassigned)", style="yellow")
        place = text(span["site"]) if span["site"] else nowhere
        settled = f"{span['days_settled_elsewhere']:,}" if elsewhere else ""
        grid.add(span["first_day"], last, days, settled, place)
    grid.draw(screen)
    if elsewhere:
        screen.paragraph("Days under Elsewhere lie before the books: settled elsewhere.", "dim")


def _draw_events(events: Sequence[EventObject], screen: Screen) -> None:
    if not events:
        return
    screen.write()
    grid = Grid(Column("When"), Column("Event"), Column("By", drop=1), Column("", wraps=True))
    for event in events:
        kind = named(event["kind"])
        grid.add(screen.instant(event["at"]), kind, event["actor"], described(event))
    grid.draw(screen)


def _draw_children(children: Sequence[LicenseObject], screen: Screen) -> None:
    """Which of them are in use, and where: they end with the bundle (B2)."""
    if not children:
        return
    screen.write()
    screen.paragraph(f"Its {count(len(children), 'license')}", "bold")
    grid = Grid(
        Column("License"),
        Column("State"),
        Column("Site", wraps=True, optional=True),
        Column("Client", drop=1, wraps=True, optional=True),
    )
    for child in children:
        state = text(child["state"], STATE_STYLES.get(child["state"], ""))
        grid.add(child["license_key"], state, child["site"], child["client"])
    grid.draw(screen)
