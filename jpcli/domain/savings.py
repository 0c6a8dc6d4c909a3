"""What could go without a site losing anything: on one site, and among the licenses of a product.

Owns the rules. Every site keeps each of its products, or one that contains it, and spares that are
kept stay as many. Pure: it must not know ledgers, and of prices only what one license costs.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.bundle_mix import cheapest_mix
from jpcli.domain.contents import container_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from collections.abc import Set as AbstractSet

DUPLICATE, CONTAINED, IDLE = "duplicate", "contained", "idle"
BUNDLE, SINGLES, HALF_EMPTY = "bundle", "singles", "half-empty"
KINDS = (BUNDLE, SINGLES, HALF_EMPTY, IDLE, CONTAINED, DUPLICATE)
# What is found site by site; the others are about licenses of all sites, and of none.
OF_SITES = frozenset({DUPLICATE, CONTAINED})


class Superfluous(NamedTuple):
    """Licenses of a product that a site does as well without: single ones, which may end, and
    `children` of bundles, which cost nothing by themselves (B1) but need no other in their place.
    It keeps so many; `container` is the product that has all of it."""

    kind: str
    product: str
    singles: Sequence[int]
    children: Sequence[int]
    kept: int
    container: str | None


class Held:
    """The licenses of one product on a site, of which there may be a million, by row number in
    order: single ones, and children of bundles with the row numbers of these."""

    __slots__ = ("children", "parents", "singles")

    def __init__(self) -> None:
        self.singles, self.children, self.parents = array("q"), array("q"), array("q")

    def add(self, number: int, parent: int | None) -> None:
        """One more, which is newer than the others."""
        if parent is None:
            self.singles.append(number)
        else:
            self.children.append(number)
            self.parents.append(parent)


def superfluous(there: Mapping[str, Held], kinds: AbstractSet[str]) -> Iterator[Superfluous]:
    """What a site has too much of, always the last ones; `there` is what is on it, by product. Of
    the same product twice a bundle's child is kept rather than a single license, and of those the
    oldest."""
    for product, held in there.items():
        singles, children = held.singles, held.children
        container = container_of(product, there) if CONTAINED in kinds else None
        if container is not None:
            yield Superfluous(CONTAINED, product, singles, children, 0, container)
        elif DUPLICATE in kinds and len(singles) + len(children) > 1:
            first = (singles, children[1:]) if children else (singles[1:], children)
            yield Superfluous(DUPLICATE, product, *first, 1, None)


class Bundle:
    """A bundle: how many children it has, on how many sites they are needed, on how many they are
    not, and how many more are spares that are kept."""

    __slots__ = ("children", "needless", "number", "size", "spare", "used")

    def __init__(self, number: int, size: int) -> None:
        self.number = number
        self.size = size
        self.children = self.used = self.needless = self.spare = 0

    @property
    def wanted(self) -> int:
        """How many licenses there must be in its place."""
        return self.used + self.spare

    @property
    def idle(self) -> bool:
        """Whether all of it is on no site, and no spare."""
        return not self.wanted and not self.needless

    @property
    def whole(self) -> bool:
        """Whether it holds what a new one would; one that was imported may not."""
        return self.children == self.size


class Stock:
    """The licenses of one product that stay, by row number: singles on sites and singles that are
    kept as spares; its bundles; and the children of these that their sites do not need."""

    def __init__(self) -> None:
        self.needless = array("q")
        self.placed = array("q")
        self.spare = array("q")
        self.bundles: dict[int, Bundle] = {}


class Regrouping(NamedTuple):
    """Another way to have the same licenses. `singles` (spares first) and `bundles` end, in whose
    place `new_singles` and `new_bundles` (by size) are issued; `least` is how many licenses there
    are on no site afterwards."""

    kind: str
    singles: Sequence[int]
    bundles: Sequence[Bundle]
    new_singles: int
    new_bundles: Mapping[int, int]
    least: int


def regroupings(stock: Stock, costs: Mapping[int, int]) -> Iterator[Regrouping]:
    """Ways that may cost less than what there is, the cheapest first; `costs` is what a single
    license (1) and a bundle of each size that is sold cost."""
    whole = [bundle for bundle in stock.bundles.values() if bundle.whole]
    need = len(stock.placed) + len(stock.spare) + sum(bundle.wanted for bundle in whole)
    if costs:
        yield _towards(stock, whole, cheapest_mix(costs, need))
    full: dict[int, int] = {}
    for bundle in whole:
        if bundle.wanted:
            full[bundle.size] = full.get(bundle.size, 0) + 1
    room = need - sum(size * count for size, count in full.items())
    yield _towards(stock, whole, {**full, 1: max(0, room)})
    yield from unneeded(whole)


def unneeded(bundles: Sequence[Bundle]) -> Iterator[Regrouping]:
    """Nothing in the place of bundles of which no license is needed, nor a spare."""
    idle = [bundle for bundle in bundles if bundle.idle]
    yield Regrouping(IDLE, (), idle, 0, {}, 0)
    needless = [bundle for bundle in bundles if not bundle.wanted and not bundle.idle]
    yield Regrouping(HALF_EMPTY, (), needless, 0, {}, 0)


def _towards(stock: Stock, whole: Sequence[Bundle], mix: Mapping[int, int]) -> Regrouping:
    """What has to end and to be issued for a mix; what is used most stays."""
    kept: dict[int, int] = {}
    ending: list[Bundle] = []
    for bundle in sorted(whole, key=lambda bundle: (-bundle.wanted, bundle.number)):
        if kept.get(bundle.size, 0) < mix.get(bundle.size, 0):
            kept[bundle.size] = kept.get(bundle.size, 0) + 1
        else:
            ending.append(bundle)
    new = {size: mix[size] - kept.get(size, 0) for size in sorted(mix) if size > 1}
    new = {size: count for size, count in new.items() if count}
    singles = len(stock.spare) + len(stock.placed)
    more = mix.get(1, 0) - singles
    gone = _first_to_go(stock, max(0, -more))
    stays = singles + more + sum(size * count for size, count in new.items())
    stays += sum(bundle.children for bundle in stock.bundles.values())
    stays -= sum(bundle.children for bundle in ending)
    used = len(stock.placed) + sum(bundle.used for bundle in stock.bundles.values())
    kind = _kind(gone, ending, more, new)
    return Regrouping(kind, gone, ending, max(0, more), new, stays - used)


def _first_to_go(stock: Stock, count: int) -> array[int]:
    """A spare goes before one on a site, which would have to move; then the newest."""
    found = array("q")
    for numbers in (stock.spare, stock.placed):
        if len(found) < count:
            found.extend(sorted(numbers, reverse=True)[: count - len(found)])
    return found


def _kind(gone: Sequence[int], ending: Sequence[Bundle], more: int, new: Mapping[int, int]) -> str:
    if new:
        return BUNDLE
    if more > 0:
        return SINGLES
    return HALF_EMPTY if gone or not all(bundle.idle for bundle in ending) else IDLE
