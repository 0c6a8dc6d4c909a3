"""Whose part of a bill: what each holder has of a line, and what such parts come to (M5, W1, W2).

Owns the difference of two splits, and the markup on either; the split of a line over clients and
their sites is in `columns`. It must not know how days are counted, what holders are called or where
parts are kept.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, TypeVar

from jpcli.domain.split import scaled

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


class Holder(NamedTuple):
    """Whose day it is: a client, by one of its sites; row numbers, None for none."""

    client_id: int | None = None
    site_id: int | None = None


NOBODY = Holder()


class Share(NamedTuple):
    """License-days, and money in minor units."""

    license_days: int = 0
    amount_minor: int = 0

    def plus(self, other: Share) -> Share:
        """The sum, field by field."""
        return Share(self[0] + other[0], self[1] + other[1])

    def minus(self, other: Share) -> Share:
        """The difference, field by field."""
        return Share(self[0] - other[0], self[1] - other[1])


Key = TypeVar("Key")


def summed(shares: Iterable[Share]) -> Share:
    """What parts come to."""
    days = amount_minor = 0
    for share in shares:
        days += share[0]
        amount_minor += share[1]
    return Share(days, amount_minor)


def difference(now: Mapping[Key, Share], before: Mapping[Key, Share]) -> dict[Key, Share]:
    """What each has now, less what it had before; who has the same is left out."""
    found = dict(now.items())
    for key, share in before.items():
        found[key] = found.get(key, Share()).minus(share)
    return {key: share for key, share in found.items() if any(share)}


def add_to(sums: dict[Key, Share], more: Mapping[Key, Share]) -> None:
    """Add parts to sums, in place."""
    for key, share in more.items():
        sums[key] = sums.get(key, Share()).plus(share)


def marked_up(
    shares: Mapping[Key, Share], numerator: int, denominator: int, total_minor: int
) -> dict[Key, Share]:
    """The parts of a correction with a markup of `numerator / denominator` on them; they add up
    to `total_minor`. Parts may be negative; who has none gets none."""
    amounts = [share.amount_minor for share in shares.values()]
    marked = marked_amounts(amounts, numerator, denominator, total_minor)
    days = (share.license_days for share in shares.values())
    return dict(zip(shares, map(Share, days, marked), strict=True))


def marked_amounts(
    amounts_minor: Iterable[int], numerator: int, denominator: int, total_minor: int
) -> Iterator[int]:
    """The same of their amounts alone."""
    found = list(amounts_minor)
    parts = iter(scaled([part for part in found if part], numerator, denominator, total_minor))
    return (next(parts) if part else 0 for part in found)
