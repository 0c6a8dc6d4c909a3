"""Whose part of each line of a bill is what, in the form in which a closing keeps it (I8).

Owns the numbers of holders: they are given as holders come, line by line.
"""

from __future__ import annotations

from array import array
from itertools import islice
from typing import TYPE_CHECKING

from jpcli.domain.columns import Holders
from jpcli.ledger.queries.shares import names_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.database.connection import Ledger

    HolderRow = tuple[int | None, int | None, str | None, str | None]

# So many are asked for their names at a time.
_NAMED_AT_ONCE = 5_000


class KeptShares:
    """The parts of each line, in order. There may be a million of them, and of holders: both stream
    when they are asked for."""

    def __init__(self, lines: Iterable[Mapping[Holder, Share]]) -> None:
        self._lines = list(lines)
        self._holders = Holders()
        self._numbers = array(
            "q", (self._holders.number(holder) for shares in self._lines for holder in shares)
        )

    @property
    def counts(self) -> tuple[int, int]:
        """How many holders there are, and how many parts."""
        return len(self._holders), len(self._numbers)

    def holders(self, ledger: Ledger) -> Iterator[HolderRow]:
        """(client and site by row number, and what they are called) of each holder, by number."""
        waiting = iter(self._holders)
        while some := list(islice(waiting, _NAMED_AT_ONCE)):
            names = names_of(ledger, some)
            for client_id, site_id in some:
                yield client_id, site_id, names.clients[client_id], names.sites[site_id]

    def shares(self) -> Iterator[tuple[int, int, int, int]]:
        """(position of the line, number of the holder, license-days, minor units)."""
        numbers = iter(self._numbers)
        for position, shares in enumerate(self._lines):
            for share in shares.values():
                yield position, next(numbers), share.license_days, share.amount_minor
