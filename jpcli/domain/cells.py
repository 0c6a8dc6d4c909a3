"""Cells of tables that people open in spreadsheets."""

from __future__ import annotations

# A spreadsheet runs a cell that begins so as a formula.
FORMULA = frozenset("=+-@")


def guarded(cell: str) -> str:
    """An apostrophe before a formula, and before one that has some; a plain number such as -3.10
    is none."""
    if cell.lstrip("'")[:1] not in FORMULA or cell in ("", "'"):
        return cell
    if cell[0] in "+-" and _is_number(cell[1:]):
        return cell
    return "'" + cell


def _is_number(text: str) -> bool:
    whole, point, fraction = text.partition(".")
    if not (whole.isascii() and whole.isdecimal()):
        return False
    return not point or (fraction.isascii() and fraction.isdecimal())
