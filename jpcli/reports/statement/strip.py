"""The strip of a month on a sheet: a square a day, the darker the more licenses were active."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.statement import text, wording
from jpcli.reports.statement.heat import shades
from jpcli.reports.statement.sheet import FAINT, SIDE, SMALL, SOFT, Look
from jpcli.reports.statement.table import heading

if TYPE_CHECKING:
    from jpcli.reports.statement.sheet import Sheet
    from jpcli.reports.statement.statement import Statement

_SHADES = (
    (241, 244, 242),
    (211, 236, 220),
    (165, 216, 184),
    (108, 191, 140),
    (52, 160, 101),
    (11, 122, 67),
)
_PALE = (
    (248, 249, 248),
    (238, 248, 242),
    (221, 240, 228),
    (199, 230, 210),
    (179, 219, 195),
    (158, 207, 179),
)


def draw_days(sheet: Sheet, statement: Statement, after: float) -> None:
    """`after` is the height of what must stand on the same page below it."""
    heading(sheet, "Active licenses a day", 58 + after)
    days = statement.per_day
    step = sheet.room / max(len(days), 1)
    size = step - 2
    top = sheet.y + 4
    for index, shade in enumerate(shades([count.licenses for count in days])):
        count, x = days[index], SIDE + index * step
        letter = Look(6.2, "B" if text.is_weekend(count.day) else "", FAINT)
        sheet.put_middle(x + size / 2, top + 4, text.weekday_letter(count.day), letter)
        sheet.set_fill_color(*(_SHADES if count.known else _PALE)[shade])
        sheet.rect(x, top + 7.5, size, size, style="F", round_corners=True, corner_radius=2.2)
        number = str(int(count.day[8:10]))
        sheet.put_middle(x + size / 2, top + size + 15, number, Look(6.2, color=SOFT))
    sheet.set_y(top + size + 19)
    sheet.paragraph(wording.days_caption(statement), SMALL, 12)
