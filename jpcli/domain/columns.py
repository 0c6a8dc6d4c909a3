"""Rows of very many numbers as columns: a million of them in some thirty megabytes.

Owns how they are kept while a month is computed and closed. Whoever reads them gets the rows and
parts that were put in, in the same order, each made as it is read.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence, ValuesView
from typing import Any

from jpcli.domain.shares import Holder, Share

# In the place of the row number of nobody, or of no site.
_NONE = -1
_ROWS_A_PIECE = 10_000


class NumberRows(Sequence[tuple[int, ...]]):
    """Rows of so many whole numbers each."""

    def __init__(self, width: int, rows: Iterable[tuple[int, ...]] = ()) -> None:
        self._columns = tuple(array("q") for _ in range(width))
        for row in rows:
            for column, value in zip(self._columns, row, strict=True):
                column.append(value)

    def __len__(self) -> int:
        return len(self._columns[0])

    def __iter__(self) -> Iterator[tuple[int, ...]]:
        return zip(*self._columns, strict=True)

    def __getitem__(self, place: Any) -> Any:
        if isinstance(place, slice):
            return list(zip(*(column[place] for column in self._columns), strict=True))
        return tuple(column[place] for column in self._columns)

    def picked(self, places: Sequence[int]) -> NumberRows:
        """The rows at these places, in this order."""
        found = NumberRows(len(self._columns))
        found._columns = tuple(
            array("q", map(column.__getitem__, places)) for column in self._columns
        )
        return found

    def pieces(self) -> Iterator[str]:
        """Their canonical JSON, some rows at a time."""
        yield "["
        for first in range(0, len(self), _ROWS_A_PIECE):
            some = self[first : first + _ROWS_A_PIECE]
            yield ("," if first else "") + json.dumps(some, separators=(",", ":"))[1:-1]
        yield "]"


class ManyShares(Mapping[Holder, Share]):
    """What each holder has of a line. Looking one up takes an index, which is made then and takes
    the memory that this is meant to save: go through `items()`."""

    def __init__(self, shares: Iterable[tuple[Holder, Share]] = ()) -> None:
        self._rows = NumberRows(
            4,
            (
                (
                    _NONE if client_id is None else client_id,
                    _NONE if site_id is None else site_id,
                    *share,
                )
                for (client_id, site_id), share in shares
            ),
        )
        self._places: dict[Holder, int] | None = None

    def picked(self, places: Sequence[int]) -> ManyShares:
        """Those at these places, in this order."""
        found = ManyShares()
        found._rows = self._rows.picked(places)
        return found

    def between(self, first: int, last: int) -> dict[Holder, Share]:
        """Those from the place `first` on to before `last`."""
        return {_holder(row): _share(row) for row in self._rows[first:last]}

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Holder]:
        return (_holder(row) for row in self._rows)

    def __getitem__(self, holder: Holder) -> Share:
        if self._places is None:
            self._places = {each: place for place, each in enumerate(self)}
        return _share(self._rows[self._places[holder]])

    def items(self) -> ItemsView[Holder, Share]:
        """Holders with their parts, without an index."""
        return _Items(self)

    def values(self) -> ValuesView[Share]:
        """The parts, without an index."""
        return _Values(self)

    def pairs(self) -> Iterator[tuple[Holder, Share]]:
        """What `items` goes through."""
        return ((_holder(row), _share(row)) for row in self._rows)


class _Items(ItemsView[Holder, Share]):
    def __init__(self, shares: ManyShares) -> None:
        super().__init__(shares)
        self._shares = shares

    def __iter__(self) -> Iterator[tuple[Holder, Share]]:
        return self._shares.pairs()


class _Values(ValuesView[Share]):
    def __init__(self, shares: ManyShares) -> None:
        super().__init__(shares)
        self._shares = shares

    def __iter__(self) -> Iterator[Share]:
        return (share for _, share in self._shares.pairs())


def _holder(row: tuple[int, ...]) -> Holder:
    client_id, site_id = row[:2]
    return Holder(None if client_id == _NONE else client_id, None if site_id == _NONE else site_id)


def _share(row: tuple[int, ...]) -> Share:
    return Share(row[2], row[3])
