"""How many license-days of a line each client has at each site, as a proof states it (W2).

Owns those numbers for millions of holders: licenses count them off, and what is left is wrong.
"""

from __future__ import annotations

from array import array
from struct import Struct
from typing import TYPE_CHECKING

from jpcli.domain.numbers import Slots

if TYPE_CHECKING:
    from jpcli.services.proofs.lives import Name

_pack = Struct("=iii").pack


class Holdings:
    """License-days by line, client and site; the last two are numbers, None is nobody's."""

    def __init__(self) -> None:
        self._slots = Slots()
        self._holders = array("i", (0, 0, 0))
        self._left = array("q", [0])
        self._wrong: set[int] = set()

    def __len__(self) -> int:
        return len(self._slots)

    def add(self, line: int, client: int | None, site: int | None, days: int) -> bool:
        """Note days; False where that holder has some of that line already."""
        holder = _holder(line, client, site)
        if self._find(holder):
            return False
        self._slots.add(hash(_pack(*holder)))
        self._holders.extend(holder)
        self._left.append(days)
        return True

    def take(self, line: int, client: Name, site: Name, days: int) -> None:
        """Count days off."""
        number = self._find(_holder(line, client, site))
        if number:
            self._left[number] -= days
        else:
            self._wrong.add(line)

    def wrong_lines(self) -> set[int]:
        """Lines of which some holder has more or fewer days than is stated."""
        holders = self._holders
        left = (number for number, days in enumerate(self._left) if days)
        return self._wrong.union(holders[3 * number] for number in left)

    def _find(self, holder: tuple[int, int, int]) -> int:
        holders = self._holders
        return self._slots.find(
            hash(_pack(*holder)),
            lambda n: (holders[3 * n], holders[3 * n + 1], holders[3 * n + 2]) == holder,
        )


def _holder(line: int, client: Name, site: Name) -> tuple[int, int, int]:
    return line, -1 if client is None else int(client), -1 if site is None else int(site)
