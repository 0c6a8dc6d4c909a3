"""Days and sums of very many rows as columns, by their numbers: a million in some forty megabytes.

Owns the days that a line is split by, and what the parts of several lines come to.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Callable, ItemsView, Iterable, Iterator, Mapping
from functools import partial
from itertools import chain, groupby, islice
from typing import TYPE_CHECKING, cast

from jpcli.domain.columns import NO_NUMBER
from jpcli.domain.split import largest_remainder

if TYPE_CHECKING:
    from jpcli.domain.columns import ManyShares

# Rows that are put into columns together.
_AT_ONCE = 1_000
# So many numbers have their places in a dict, and so many with repetitions are looked up in a set:
# several times faster, for ten times the memory.
_FEW, _FEW_IN_ALL = 100_000, 500_000


class NumberedDays:
    """Days to date and days of very many rows, by their numbers: three columns."""

    def __init__(self, rows: Iterable[tuple[int | None, int, int]]) -> None:
        self.numbers, self.to_date, self.days = array("q"), array("q"), array("q")
        rows = iter(rows)
        while piece := list(islice(rows, _AT_ONCE)):
            numbers, to_date, days = zip(*piece, strict=True)
            self.numbers.extend(NO_NUMBER if number is None else number for number in numbers)
            self.to_date.extend(to_date)
            self.days.extend(days)


class NamedDays(Mapping[str | None, tuple[int, int]]):
    """The same by what the rows are called. To go through; to look up more than one of them it is
    to be made a dict of `items`."""

    def __init__(
        self, rows: Iterable[tuple[int | None, int, int]], names: Mapping[int | None, str | None]
    ) -> None:
        self._names = names
        self._rows = NumberedDays(rows)

    def __len__(self) -> int:
        return len(self._rows.numbers)

    def __iter__(self) -> Iterator[str | None]:
        names = self._names
        return (names[None if number == NO_NUMBER else number] for number in self._rows.numbers)

    def __getitem__(self, name: str | None) -> tuple[int, int]:
        return dict(self.items())[name]

    def items(self) -> ItemsView[str | None, tuple[int, int]]:
        """Names with their days, without looking any of them up."""
        return _NamedItems(self)

    def sums(self) -> Iterator[tuple[int, int]]:
        """The days alone."""
        return zip(self._rows.to_date, self._rows.days, strict=True)


class _NamedItems(ItemsView[str | None, tuple[int, int]]):
    def __init__(self, days: NamedDays) -> None:
        super().__init__(days)
        self._named = days

    def __iter__(self) -> Iterator[tuple[str | None, tuple[int, int]]]:
        return zip(self._named, self._named.sums(), strict=True)


def all_numbers(columns: Iterable[array[int]]) -> array[int]:
    """The numbers of some columns in order, each once, and nobody's at the end."""
    columns = (*columns, array("q", (NO_NUMBER,)))
    if sum(map(len, columns)) <= _FEW_IN_ALL:
        return array("q", sorted(set().union(*columns)))
    ordered = sorted(chain(*columns))
    return array("q", (number for number, _ in groupby(ordered)))


class GroupSums:
    """Days to date, days, the amount to date and the amount in minor units that each number has of
    some lines; `numbers` are in order, nobody's at the end."""

    def __init__(self, numbers: array[int]) -> None:
        self.numbers = numbers
        self.place_of: Callable[[int], int | None] = (
            dict(zip(numbers, range(len(numbers)), strict=True)).get
            if len(numbers) <= _FEW
            else partial(_place, numbers)
        )
        self.columns = tuple(array("q", bytes(8 * len(numbers))) for _ in range(4))

    def add_line(self, days: NumberedDays, to_date_minor: int, amount_minor: int) -> None:
        """A line, split by its days in the order in which they come (M5). One without license-days
        goes to its only number, or to nobody."""
        places = self._places(days.numbers)
        self._add(0, places, days.to_date)
        self._add(1, places, days.days)
        for number, minor, weights in (
            (2, to_date_minor, days.to_date),
            (3, amount_minor, days.days),
        ):
            if any(weights):
                self._add(number, places, largest_remainder(minor, weights))
            else:
                self.columns[number][places[0] if len(places) == 1 else -1] += minor

    def add_shares(self, shares: ManyShares) -> None:
        """Parts of a correction, which are those to date, too."""
        numbers, days, amounts = shares.columns()
        places = self._places(numbers)
        for number, parts in enumerate((days, days, amounts, amounts)):
            self._add(number, places, parts)

    def row(self, place: int) -> tuple[int, int, int, int]:
        """What a number has, by its place."""
        to_date, days, to_date_minor, amount_minor = self.columns
        return to_date[place], days[place], to_date_minor[place], amount_minor[place]

    def _places(self, numbers: Iterable[int]) -> array[int]:
        # Each has one: the numbers are all that there are. A column takes no None.
        return array("q", cast("Iterable[int]", map(self.place_of, numbers)))

    def _add(self, number: int, places: Iterable[int], parts: Iterable[int]) -> None:
        column = self.columns[number]
        for place, part in zip(places, parts, strict=True):
            column[place] += part


def _place(numbers: array[int], number: int) -> int | None:
    place = bisect_left(numbers, number)
    return place if place < len(numbers) and numbers[place] == number else None
