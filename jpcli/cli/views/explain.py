"""A month explained: each line, its licenses by the days they have, and why those count."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

from rich.text import Text

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.screen import as_read, text
from jpcli.cli.views.words import A_DAY, ELSEWHERE, day_price, day_range, money
from jpcli.domain import events
from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.words import count, month_name, short_day

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.answers import Rows
    from jpcli.domain.contract.billing import (
        DrawnExplanation,
        EventMark,
        ExplainAnswer,
        ExplainedLicense,
        StayObject,
    )

_DONE = {
    events.LICENSE_ISSUED: "issued",
    events.LICENSE_IMPORTED: "imported",
    events.LICENSE_REVOKED: "revoked",
    events.PRICE_SET: "price set",
    PRICE_REMOVED: "price removed",
}


def draw(data: DrawnExplanation, screen: Screen) -> None:
    """Title, lines, and the rule about days."""
    _draw_title(data, screen)
    if not data["lines"]:
        asked = data["product"] or data["license_key"]
        found = (
            f"Nothing of {visible(asked)} is" if asked else "No license was active, so nothing is"
        )
        screen.paragraph(f"{found} on the bill of {month_name(data['period'])}.")
        return
    for line in data["lines"]:
        _draw_line(line, data, screen)
        screen.write()
    screen.paragraph(f"{A_DAY} a day belongs to the site that the license is on at its end.", "dim")


def _draw_title(data: ExplainAnswer, screen: Screen) -> None:
    what = f"{data['invoice']} for " if data["invoice"] else ""
    as_of = "" if data["invoice"] else f", as of {short_day(data['as_of_day'])}"
    screen.title(
        data["agency"],
        (f"{what}{month_name(data['period'])}, explained", ""),
        (f"days in {data['time_zone']}{as_of}", "dim"),
        (ELSEWHERE if data["settled_elsewhere"] else "", "yellow"),
    )


def _draw_line(line: Mapping[str, Any], data: DrawnExplanation, screen: Screen) -> None:
    title = text(line["name"], "bold")
    if line["kind"] == "credit":
        title.append(f"   {money(line['amount'])}", style="bold")
    elif line["kind"] == "adjustment":
        title.append(f", correction of {month_name(line['period'])}", style="bold")
        title.append(f"   {_days(line)}   {money(line['amount'])}", style="bold")
    else:
        if (line["first_day"], line["last_day"]) != (data["first_day"], data["last_day"]):
            title.append(f", {day_range(line['first_day'], line['last_day'])}", style="not bold")
        times, equals = screen.sign("×", "x"), " = "
        title.append(f"   {_days(line)} {times} {day_price(line)}{equals}", style="not bold")
        title.append(money(line["amount"]), style="bold")
    screen.write(title)
    if line["kind"] in ("adjustment", "credit") or line["bundle_size"]:
        screen.paragraph(line["why"], "dim")
    for event in line["price_events"]:
        price = f"{event['day_price']} a day from {event['from']} on"
        screen.paragraph(
            f"{price}: {_told(event, screen)}, recorded {screen.instant(event['recorded_at'])}"
        )
    for part, rows in (("bundle", line["bundles"]), ("license", line["licenses"])):
        _draw_part(part, rows, data["limit"], screen)


def _days(line: Mapping[str, Any]) -> str:
    return count(line["days"], "bundle-day" if line["bundle_size"] else "day")


class _Alike:
    """Licenses of a line with the same days for the same reason: how many, and the first ones."""

    __slots__ = ("count", "shown")

    def __init__(self) -> None:
        self.count = 0
        self.shown: list[ExplainedLicense] = []


def _draw_part(part: str, rows: Rows[Any], limit: int, screen: Screen) -> None:
    """The groups in order of their days, and at most `limit` licenses of all of them (0: all)."""
    groups = _grouped(rows, limit)
    left = limit or sum(group.count for group in groups.values())
    every = sum(group.count for group in groups.values())
    hidden = every - min(left, every)
    for (first, last, days, why), group in sorted(groups.items(), key=_order):
        several = count(days, "day") + (" each" if group.count > 1 else "")
        head = Text("  ")
        when = "" if first is None else f"{day_range(first, last)}   "
        head.append(when, style="cyan")
        if group.shown and group.shown[0]["license_key"] is None:
            head.append(count(days, "day"))
        else:
            head.append(f"{count(group.count, part)}, {several}")
        if group.count > 1:
            head.append(f", {count(days * group.count, 'day')} in all")
        screen.write(head)
        screen.paragraph(why, "dim", "    ")
        for found in group.shown[: max(left, 0)]:
            # A bundle is on no site: the licenses in it are.
            _draw_license(found, [] if part == "bundle" else _places(found), screen)
        left -= group.count
    if hidden:
        noun = "bundles" if part == "bundle" else "licenses"
        screen.paragraph(f"{screen.sign('…', '...')} and {hidden:,} more {noun}", "dim", "    ")


def _grouped(rows: Rows[Any], limit: int) -> dict[tuple[Any, ...], _Alike]:
    """Read a stream of licenses; as many groups as there are pairs of days, not licenses."""
    groups: dict[tuple[Any, ...], _Alike] = {}
    for row in rows.rows:
        found = cast("ExplainedLicense", dict(zip(rows.columns, row, strict=True)))
        key = (found["first_day"], found["last_day"], found["days"], found["why"])
        group = groups.setdefault(key, _Alike())
        group.count += 1
        if not limit or len(group.shown) < limit:
            group.shown.append(found)
    return groups


def _order(item: tuple[tuple[Any, ...], _Alike]) -> tuple[str, str, int, str]:
    first, last, days, why = item[0]
    return first or "", last or "", days, why


def _draw_license(found: ExplainedLicense, on: list[str], screen: Screen) -> None:
    """Key and what it was on, then the events; below each other where there is little room."""
    if found["license_key"] is None:
        return
    key = Text("    ")
    key.append_text(text(found["license_key"]))
    style = "" if _assigned(found) else "yellow"
    places = text(", ".join(on), style)
    told = [_told(event, screen) for event in (found["began"], found["ended"]) if event is not None]
    events = text(f" {screen.sign('·', '-')} ".join(told), "dim")
    if key.cell_len + places.cell_len + events.cell_len + 6 <= screen.width:
        screen.write(_beside(key, places, events))
        return
    if key.cell_len + places.cell_len + 3 <= screen.width:
        screen.write(_beside(key, places))
    else:
        screen.write(key)
        screen.paragraph(places.plain, style, "      ")
    fits = events.cell_len + 6 <= screen.width
    for line in [events.plain] if fits else map(visible, told):
        screen.paragraph(line, "dim", "      ")


def _beside(*parts: Text) -> Text:
    return Text("   ").join([part for part in parts if part.plain])


def _places(found: ExplainedLicense) -> list[str]:
    """`shop.example Nov 3–7`; without dates where it was on one site all the time."""
    sites = found["sites"]
    names = [_place(site) for site in sites]
    if len(sites) <= 1:
        return names
    return [
        f"{name} {day_range(site['first_day'], site['last_day'])}"
        for name, site in zip(names, sites, strict=True)
    ]


def _place(site: StayObject) -> str:
    if site["site"] is None:
        return "(unassigned)"
    url = as_read(str(site["site"])).removeprefix("https://")
    return f"{url} of {site['client']}" if site["client"] else url


def _assigned(found: ExplainedLicense) -> bool:
    return any(site["site"] is not None for site in found["sites"])


def _told(event: EventMark, screen: Screen) -> str:
    """`issued 2026-11-02 09:30 by ann, event 12`."""
    done = _DONE.get(event["kind"], event["kind"])
    return f"{done} {screen.instant(event['at'])} by {event['actor']}, event {event['seq']}"


__all__ = ["draw"]
