"""Tables on a sheet: a title, a head that every page repeats, rows, totals.

Owns where a table may be parted: never a title from its table, a row from what it goes with, the
totals from the last row, nor what comes after the totals from them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.reports.statement.sheet import (
    BODY,
    HAIR,
    HEAD,
    INK,
    LABEL,
    SIDE,
    SMALL,
    Look,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.reports.statement.sheet import Sheet

_HEAD = 15.0
_NOTE = 10.6


class Row(NamedTuple):
    """One row of a table: a name, numbers aligned right, a note below the name. `leads` is whether
    it must not be the last one on a page, `from_right` the direction of the name where that is not
    told by its letters: an address goes from the left in every script (RFC 3987, 4.2)."""

    name: str
    numbers: Sequence[str]
    note: str = ""
    look: Look = BODY
    indent: float = 0.0
    above: float = 3.6
    below: float = 4.0
    hair: bool = True
    leads: bool = False
    from_right: bool | None = None


class _Set(NamedTuple):
    """A row in lines, and how high it is."""

    row: Row
    names: list[str]
    notes: list[str]
    height: float


def heading(sheet: Sheet, title: str, keep: float) -> None:
    """A small title; `keep` is the height of what begins on the same page."""
    sheet.set_y(sheet.y + sheet.blank(24))
    sheet.need(12 + keep)
    sheet.put(SIDE, sheet.y + 7, title.upper(), LABEL)
    sheet.set_y(sheet.y + 12)


class Table:
    """Rows below a head that every page repeats. `widths` are those of the number columns."""

    def __init__(self, sheet: Sheet, titles: Sequence[str], widths: Sequence[float]) -> None:
        self._sheet = sheet
        self._titles = titles
        self._edges = [sheet.right - sum(widths[index + 1 :]) for index in range(len(widths))]
        self._name_width = sheet.room - sum(widths)

    def draw(
        self, title: str, rows: Sequence[Row], totals: Sequence[Row], after: float = 0.0
    ) -> None:
        """All of it. `after` is the height of what must stand on the page of the totals."""
        ends = [self._set(row) for row in totals]
        found = [self._set(row) for row in rows]
        need = sum(end.height for end in ends) + after
        needs = [need]
        for index, each in enumerate(reversed(found)):
            goes_with = index == 0 or each.row.leads
            need = each.height + (need if goes_with else 0.0)
            needs.append(need)
        heading(self._sheet, title, _HEAD + needs.pop())
        self._draw_head()
        self._sheet.repeat = self._draw_head
        for each in found:
            self._sheet.need(need)
            self._draw(each)
            need = needs.pop()
        self._sheet.repeat = None
        self._sheet.rule(INK, 0.7)
        for end in ends:
            self._draw(end)

    def _set(self, row: Row) -> _Set:
        sheet = self._sheet
        names = sheet.wrapped(row.name, self._name_width - row.indent, row.look)
        notes = sheet.wrapped(row.note, self._name_width - row.indent, SMALL) if row.note else []
        height = row.look.size * 1.28 * len(names) + _NOTE * len(notes)
        return _Set(row, names, notes, height + sheet.blank(row.above + row.below))

    def _draw(self, each: _Set) -> None:
        sheet, row = self._sheet, each.row
        leading = row.look.size * 1.28
        y = sheet.y + sheet.blank(row.above) + row.look.size * 0.92
        # In the order in which it is read aloud, or copied.
        sheet.put_lines(SIDE + row.indent, y, each.names, leading, row.look, row.from_right)
        for edge, number in zip(self._edges, row.numbers, strict=True):
            sheet.put_right(edge, y, number, row.look)
        y += leading * len(each.names) + 9.2 - row.look.size  # the small line stands closer
        sheet.put_lines(SIDE + row.indent, y, each.notes, _NOTE, SMALL)
        sheet.set_y(sheet.y + each.height)
        if row.hair:
            sheet.rule(HAIR)

    def _draw_head(self) -> None:
        sheet = self._sheet
        y = sheet.y + 10
        sheet.put(SIDE, y, self._titles[0], HEAD)
        for edge, title in zip(self._edges, self._titles[1:], strict=True):
            sheet.put_right(edge, y, title, HEAD)
        sheet.set_y(y + _HEAD - 10)
        sheet.rule(INK, 0.7)
