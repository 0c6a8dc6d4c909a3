"""Rows that go to a server with each question that names them.

There are no temporary tables on a replica, nor for who may only read.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable


class Laid:
    """Such rows, of integers; `given` gets what gives their columns, by the names that `name` has
    for them."""

    def __init__(self, given: dict[str, Callable[[], Any]], number: int, columns: str) -> None:
        self._rows: dict[int, list[tuple[Any, ...]]] = {}
        self._texts: dict[int, str] = {}
        names = [f"laid_{number}_{column}" for column in columns.split(", ")]
        given.update({name: partial(self._column, place) for place, name in enumerate(names)})
        arrays = ", ".join(f"CAST(:{name} AS BIGINT[])" for name in names)
        self.name = f"(SELECT * FROM UNNEST({arrays}) AS t ({columns})) AS laid_{number}"

    def insert(self, rows: Iterable[tuple[Any, ...]]) -> None:
        """Put rows in."""
        self._texts.clear()
        for row in rows:
            self._rows.setdefault(row[0], []).append(row)

    def remove(self, key: int) -> None:
        """Take out the rows whose first column is this."""
        self._texts.clear()
        self._rows.pop(key, None)

    def _column(self, place: int) -> str:
        """A column as the server writes an array."""
        if place not in self._texts:
            cells = (row[place] for rows in self._rows.values() for row in rows)
            text = ",".join("NULL" if cell is None else str(cell) for cell in cells)
            self._texts[place] = f"{{{text}}}"
        return self._texts[place]
