"""Whose the sites of a proof are, day by day, with numbers for names (W2).

Owns that for a million sites, and which name has which number.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, Any

from jpcli.domain.numbers import Numbers
from jpcli.domain.owners import Stretch
from jpcli.services.proofs.lives import WITHHELD

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.services.proofs.lives import Name, Names


class Numbered:
    """Sites and clients of a proof by number; None stays None, and no name has 0: WITHHELD."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self.sites, self.clients = Numbers(), Numbers()

    def site(self, url: Name, seq: int) -> int | None:
        """A site that the event `seq` names; one that the proof does not have is WITHHELD."""
        found = self._names.site(url, seq)
        return WITHHELD if found is WITHHELD else stated(found, self.sites.get)

    def client(self, name: Name, seq: int) -> int | None:
        """A client that the event `seq` names."""
        found = self._names.client(name, seq)
        return WITHHELD if found is WITHHELD else stated(found, self.clients.of)


def stated(name: Any, number_of: Callable[[str], int]) -> int | None:
    """The number of a name, or None for None. What is neither is a TypeError."""
    if name is None:
        return None
    if type(name) is not str:
        raise TypeError("a name is a text")
    return number_of(name)


class Owned:
    """The stretches of days of each site, by its number, that are one client's."""

    def __init__(self) -> None:
        self._places = array("i")
        self._begins = array("q", [0])
        self._stretches = array("i")

    def __len__(self) -> int:
        return len(self._begins) - 1

    def add(self, site: int, stretches: Iterable[Stretch]) -> None:
        """Note whose a site is; -1 stands for nobody."""
        self._places.extend([-1] * (site + 1 - len(self._places)))
        self._places[site] = len(self)
        for first_day, last_day, _, client in stretches:
            self._stretches.extend((first_day, last_day, -1 if client is None else client))
        self._begins.append(len(self._stretches))

    def of(self, site: int) -> list[Stretch] | None:
        """The same again, or None of a site that was not noted."""
        if site >= len(self._places) or self._places[site] < 0:
            return None
        place = self._places[site]
        numbers = iter(self._stretches[self._begins[place] : self._begins[place + 1]])
        return [
            Stretch(first_day, last_day, 0, None if client < 0 else client)
            for first_day, last_day, client in zip(numbers, numbers, numbers, strict=True)
        ]
