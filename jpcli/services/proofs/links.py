"""Where the events of a proof stand in the chain, and whether neighbors fit each other.

Owns that for millions of events: of each its number, and what tells its hash and the one before.
"""

from __future__ import annotations

import os
from array import array
from hashlib import blake2b
from heapq import merge
from typing import TYPE_CHECKING

from jpcli.ledger.events.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterator

    Link = tuple[int, int, int]

_AT_ONCE = 2**16


class Links:
    """The places of events, in whatever order they come. Of a hash there are 8 bytes under a key
    that nobody knew before: two that are the same are found to be, two others are with 1 in 2⁶⁴.
    What Python makes of bytes would do, if no environment could fix its key (PYTHONHASHSEED)."""

    def __init__(self) -> None:
        self._key = os.urandom(16)
        self._waiting: list[Link] = []
        self._runs: list[array[int]] = []

    def add(self, seq: int, previous: bytes, own: bytes) -> None:
        """Note the place of an event."""
        self._waiting.append((seq, self._short(previous), self._short(own)))
        if len(self._waiting) >= _AT_ONCE:
            self._put_away()

    def problems(self) -> Iterator[tuple[str, str, str]]:
        """(code, subject, message) of each event that stands there twice, or does not have the hash
        before it of its neighbor."""
        self._put_away()
        last_seq, last_hash = 0, self._short(GENESIS)
        for seq, previous, own in merge(*map(_links, self._runs)):
            what = f"event {seq}"
            if seq == last_seq:
                yield "event_twice", what, f"{what} stands there twice"
            elif seq == last_seq + 1 and previous != last_hash:
                message = f"{what} does not follow event {last_seq}: their hashes do not fit"
                yield "chain_broken", what, message
            last_seq, last_hash = seq, own

    def _short(self, found: bytes) -> int:
        made = blake2b(found, digest_size=8, key=self._key).digest()
        return int.from_bytes(made, "big", signed=True)

    def _put_away(self) -> None:
        self._waiting.sort()
        self._runs.append(array("q", (number for link in self._waiting for number in link)))
        self._waiting.clear()


def _links(run: array[int]) -> Iterator[Link]:
    numbers = iter(run)
    return zip(numbers, numbers, numbers, strict=True)
