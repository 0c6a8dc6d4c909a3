"""Some of very many row numbers, a bit for each number there is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.services.spool import BATCH

if TYPE_CHECKING:
    from collections.abc import Iterable


class Marks:
    """Which numbers from 0 on were marked."""

    def __init__(self, numbers: Iterable[int] = ()) -> None:
        self._bits = bytearray()
        for number in numbers:
            self.add(number)

    def add(self, number: int) -> bool:
        """Mark a number; False if it is marked already."""
        place, bit = number >> 3, 1 << (number & 7)
        if place >= len(self._bits):
            self._bits.extend(bytes(place + BATCH - len(self._bits)))
        if self._bits[place] & bit:
            return False
        self._bits[place] |= bit
        return True

    def __contains__(self, number: int) -> bool:
        place = number >> 3
        return place < len(self._bits) and bool(self._bits[place] & 1 << (number & 7))
