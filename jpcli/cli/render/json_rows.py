"""Rows of a table as JSON, column by column: several times faster than object by object."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from itertools import starmap
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Sequence

COMPACT = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))
text_of = json.encoder.encode_basestring
_MONEY = ("amount_minor", "currency", "amount")


@cache
def row_template(columns: tuple[str, ...]) -> str:
    """An object with these names, and a `%s` for the text of each value."""
    return "{" + ",".join(f"{text_of(name)}:".replace("%", "%%") + "%s" for name in columns) + "}"


def encoded_rows(template: str, batch: Sequence[tuple[Any, ...]]) -> list[str]:
    """Each row of a batch as the text of an object."""
    columns = [encoded_column(column) for column in zip(*batch, strict=True)]
    return [template % row for row in zip(*columns, strict=True)]


def encoded_column(column: Sequence[Any]) -> Sequence[str]:
    """The text of each cell."""
    kinds = set(map(type, column))
    if kinds == {str}:
        return list(map(text_of, column))
    if kinds == {int}:
        return list(map(str, column))
    if kinds <= {str, type(None)}:
        return ["null" if cell is None else text_of(cell) for cell in column]
    if kinds == {dict} and len(shapes := set(map(tuple, column))) == 1 and (names := shapes.pop()):
        if names == _MONEY:
            return list(starmap(_money_text, map(dict.values, column)))
        return encoded_rows(row_template(names), [tuple(cell.values()) for cell in column])
    return list(map(COMPACT.encode, column))


@lru_cache(16_384)  # a bill by site has few amounts, many times each
def _money_text(amount_minor: int, currency: str, amount: str) -> str:
    return row_template(_MONEY) % (amount_minor, text_of(currency), text_of(amount))
