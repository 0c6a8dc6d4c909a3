"""A closing that is too much for one text: what was recorded before it, in events of its own.

Owns how its holders and shares are dealt out to those events.
"""

from __future__ import annotations

from typing import NamedTuple


class Listed(NamedTuple):
    """How many holders and shares there are, and how many of them in an event: holders first, and
    the last event of either may have fewer. The closing is the event after the last of them."""

    holders: int
    shares: int
    rows: int

    @property
    def events(self) -> int:
        """In how many events they are."""
        return sum(-(-number // self.rows) for number in (self.holders, self.shares))
