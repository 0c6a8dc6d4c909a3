"""Names by number, and where things are found, for a million of them in a sixth of a dict's memory.

Owns how they are held: a text is a part of one array of bytes, a number a place in another.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

_FEWEST_SLOTS = 1_024


class Slots:
    """Numbers from 1 on by a hash; whoever has the things says which of them is meant. Hashes are
    those of Python for texts and bytes: nobody outside knows which ones fall together."""

    def __init__(self) -> None:
        self._slots = array("i", [0]) * _FEWEST_SLOTS
        self._hashes = array("q", [0])

    def __len__(self) -> int:
        return len(self._hashes) - 1

    def find(self, hashed: int, is_it: Callable[[int], bool] | None = None) -> int:
        """The number that has this hash and of which `is_it` holds, or 0."""
        slots, hashes = self._slots, self._hashes
        mask = len(slots) - 1
        place = hashed & mask
        while number := slots[place]:
            if hashes[number] == hashed and (is_it is None or is_it(number)):
                return number
            place = (place + 1) & mask
        return 0

    def add(self, hashed: int) -> int:
        """Give the next number to what is not there yet."""
        self._hashes.append(hashed)
        number = len(self)
        if 3 * number > 2 * len(self._slots):
            self._slots = array("i", [0]) * (2 * len(self._slots))
            for again in range(1, number):
                self._put(again)
        self._put(number)
        return number

    def _put(self, number: int) -> None:
        slots = self._slots
        mask = len(slots) - 1
        place = self._hashes[number] & mask
        while slots[place]:
            place = (place + 1) & mask
        slots[place] = number


class Numbers:
    """Texts and their numbers, from 1 on as they come."""

    def __init__(self) -> None:
        self._slots = Slots()
        self._texts = bytearray()
        self._ends = array("q", [0])

    def __contains__(self, text: str) -> bool:
        return self.get(text) > 0

    def get(self, text: str) -> int:
        """The number of a text, or 0."""
        found = text.encode("utf-8", "surrogatepass")
        texts, ends = self._texts, self._ends
        return self._slots.find(hash(text), lambda n: texts[ends[n - 1] : ends[n]] == found)

    def of(self, text: str) -> int:
        """The number of a text, its own from now on."""
        number = self.get(text)
        if not number:
            number = self._slots.add(hash(text))
            self._texts += text.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._texts))
        return number

    def text(self, number: int) -> str:
        """The text that has a number."""
        found = self._texts[self._ends[number - 1] : self._ends[number]]
        return found.decode("utf-8", "surrogatepass")


class NamesByNumber(Mapping[int | None, str | None]):
    """What rows are called, by their numbers, which come in order; None is called None."""

    def __init__(self, rows: Iterable[tuple[int, str]] = ()) -> None:
        self._numbers, self._ends = array("q"), array("q", [0])
        self._texts = bytearray()
        self._otherwise: Mapping[int, str] = {}
        for number, name in rows:
            self._numbers.append(number)
            self._texts += name.encode("utf-8", "surrogatepass")
            self._ends.append(len(self._texts))
        self._first = self._numbers[0] if self._numbers else 0
        self._last: tuple[int, str] = (-1, "")

    def but(self, otherwise: Mapping[int, str]) -> NamesByNumber:
        """The same where some are called otherwise; they are few."""
        found = NamesByNumber()
        found._numbers, found._ends, found._texts = self._numbers, self._ends, self._texts
        found._first = self._first
        found._otherwise = {**self._otherwise, **otherwise}
        return found

    def unpacked(self) -> dict[int | None, str | None]:
        """The same, for whoever asks for all of them more than once: five times as large, and ten
        times as fast."""
        texts = (
            self._texts[first:last].decode("utf-8", "surrogatepass")
            for first, last in pairwise(self._ends)
        )
        found: dict[int | None, str | None] = {None: None}
        found.update(zip(self._numbers, texts, strict=True))
        found.update(self._otherwise.items())
        return found

    def __len__(self) -> int:
        return len(self._numbers) + 1

    def __iter__(self) -> Iterator[int | None]:
        yield None
        yield from self._numbers

    def __getitem__(self, number: int | None) -> str | None:
        if number is None:
            return None
        if number == self._last[0]:  # many parts of one client follow each other
            return self._last[1]
        if number in self._otherwise:
            return self._otherwise[number]
        numbers = self._numbers
        place = number - self._first
        if not 0 <= place < len(numbers) or numbers[place] != number:  # there are gaps
            place = bisect_left(numbers, number)
            if place == len(numbers) or numbers[place] != number:
                raise KeyError(number)
        text = self._texts[self._ends[place] : self._ends[place + 1]]
        self._last = (number, text.decode("utf-8", "surrogatepass"))
        return self._last[1]
