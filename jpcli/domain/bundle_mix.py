"""The cheapest way to have so many licenses of a product: how many singles, how many bundles of
which size.

Pure arithmetic: it must not know what is there already, or what a price is for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping


def cheapest_mix(costs: Mapping[int, int], need: int) -> dict[int, int]:
    """How many of each size together hold at least `need` licenses and cost least; `costs` is what
    one of each size (1 is a single license) costs, in any unit. Of equal ones the one with the
    larger bundles.

    Raises ValueError where something is needed and nothing is sold.
    """
    if need <= 0:
        return {}
    best = _cheapest_size(costs)
    # Of other sizes there are fewer than `best` in a cheapest mix: of so many, some would add up to
    # a multiple of it. So beyond what those hold there is nothing to choose.
    bulk = max(0, need - best * max(costs)) // best
    found = _counted(costs, need - bulk * best)
    if bulk:
        found[best] = found.get(best, 0) + bulk
    return found


def _cheapest_size(costs: Mapping[int, int]) -> int:
    """The size of which one license costs least; of equal ones the largest."""
    sizes = sorted(costs, reverse=True)
    if not sizes:
        raise ValueError("nothing is sold")
    best = sizes[0]
    for size in sizes[1:]:
        if costs[size] * best < costs[best] * size:
            best = size
    return best


def _counted(costs: Mapping[int, int], need: int) -> dict[int, int]:
    """The same by trying every size as the last one, from 1 up."""
    sizes = sorted(costs, reverse=True)
    least, last = [0], [0]
    for held in range(1, need + 1):
        cost, size = min(
            ((least[max(0, held - size)] + costs[size], size) for size in sizes),
            key=lambda way: way[0],
        )
        least.append(cost)
        last.append(size)
    found: dict[int, int] = {}
    while need > 0:
        size = last[need]
        found[size] = found.get(size, 0) + 1
        need -= size
    return found
