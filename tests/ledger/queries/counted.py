"""Days counted one by one, and the parts of a bill that sums are asked for."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Any

from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import products
from jpcli.ledger.queries.days import OfferPart
from tests.ledger.queries.world import Life, World, noon

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

# First and last day, and the last one that has come: before, at, inside and after all of it.
WINDOWS = [(0, 30, 99), (31, 60, 45), (40, 40, 40), (0, 99, 99), (61, 99, 60), (90, 140, 99)]


def day_zero(ledger: Ledger) -> int:
    return ledger.calendar.day_of(parse_instant(noon(0)))


def parts(ledger: Ledger, world: World) -> Iterator[tuple[int, OfferPart, list[Life]]]:
    """Bundle size, what is summed, and the licenses that this is."""
    for priced in products.priced_offers(ledger):
        size = priced.offer.bundle_size
        of_product = [life for life in world.lives if life.product == priced.offer.product]
        single = [life for life in of_product if life.bundle is None and life.usable]
        bundles = [life for life in of_product if not life.usable]
        children = [life for life in of_product if life.bundle is not None]
        yield size, OfferPart(priced.id, 0), single if size == 1 else bundles
        yield size, OfferPart(priced.id, 1), [] if size == 1 else children


def counted(
    lives: Iterable[Life], window: tuple[int, int, int], holder: Callable[[Life, int], Any]
) -> dict[Any, tuple[int, int]]:
    """(days so far, days) by holder, day by day; who has none is left out."""
    so_far: Counter[Any] = Counter()
    whole: Counter[Any] = Counter()
    first, last, today = window
    for life in lives:
        for day in range(first, last + 1):
            if life.active(day):
                whole[holder(life, day)] += 1
                so_far[holder(life, day)] += day <= today
    return {key: (so_far[key], whole[key]) for key in whole}


def pairs(rows: Iterable[tuple[Any, ...]], names: Callable[..., Any]) -> dict[Any, tuple[int, int]]:
    return {names(*row[:-2]): (row[-2], row[-1]) for row in rows}
