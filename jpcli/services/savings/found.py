"""Everything that could be saved, found in one pass over the licenses.

Owns the order of it: first what sites have too much of, so that what is left of a product can be
seen as a whole; no license is in two suggestions. Amounts are the meter's.
"""

from __future__ import annotations

from array import array
from itertools import chain, groupby, islice
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import savings as rules
from jpcli.domain.money import money_json
from jpcli.domain.savings import Bundle, Held, Stock
from jpcli.ledger.queries.plan import active_bundles, present
from jpcli.ledger.queries.products import hidden_products
from jpcli.ledger.queries.savings import free_licenses, keys_of
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.savings import words
from jpcli.services.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jpcli.domain.plan_terms import License
    from jpcli.domain.savings import Regrouping, Superfluous
    from jpcli.services.desk import Desk
    from jpcli.services.savings.meter import Meter

# The keys of one suggestion; of more there are several.
AT_ONCE = 1_000
# Where they are in its row.
_LICENSES = 4


class Wanted(NamedTuple):
    """Which suggestions are wanted: of these kinds, of one client (None: of all; "": of nobody's
    sites), and since how many days a license must have been on no site."""

    kinds: frozenset[str]
    client: str | None
    idle_days: int


class Place(NamedTuple):
    """What a suggestion is about: a site and its client, if it is about one."""

    site: str | None = None
    client: str | None = None


NO_SITE = Place()


class Swap(NamedTuple):
    """What a plan needs to know of licenses that end in whose place others come: which product,
    single licenses on sites and bundles by row number, how many bundles there are to be of each
    size, and spares where single ones are issued."""

    product: str
    singles: Sequence[int]
    bundles: frozenset[int]
    sizes: Mapping[int, int]
    least: int | None


class Finding:
    """The suggestions of one question, in `rows`, and what a plan of them needs beside: `swaps`,
    and the row numbers of what sites need not have, by itself or by its bundle."""

    def __init__(self, desk: Desk, meter: Meter, wanted: Wanted) -> None:
        self._desk = desk
        self._meter = meter
        self._wanted = wanted
        self._stocks: dict[str, Stock] = {}
        self._parents: dict[int, Bundle] = {}
        self._hidden = hidden_products(desk.ledger)
        self._idle: dict[str, array[int]] = {}
        self._others: Spool[Any] = Spool(tuple)
        self._of_sites: Spool[Any] = Spool(tuple)
        self.superfluous = array("q")
        self.needless = array("q")
        self.needless_bundles: set[int] = set()
        self.swaps: list[Swap] = []
        self.rows: Spool[Any] = Spool(tuple)
        self.month_minor = self.year_minor = 0

    def find(self) -> None:
        """Go through all licenses once."""
        for number, product, size in active_bundles(self._desk.ledger):
            bundle = self._parents[number] = Bundle(number, size)
            self._stock(product).bundles[number] = bundle
        licenses = (item for item in present(self._desk.ledger, ()).licenses if item.site)
        for _, on_site in groupby(licenses, attrgetter("site")):
            self._site(on_site)
        if self._wanted.client is None:
            self._free()
            for product in sorted(self._stocks):
                self._regroup(product)
            for product in sorted(self._idle):
                self._unused(product, self._idle[product])
        self.rows.extend(self._named())

    def _stock(self, product: str) -> Stock:
        found = self._stocks.get(product)
        if found is None:
            found = self._stocks[product] = Stock()
        return found

    def _site(self, licenses: Iterable[License]) -> None:
        there: dict[str, Held] = {}
        for item in licenses:
            held = there.get(item.product)
            if held is None:
                held = there[item.product] = Held()
            held.add(item.number, item.parent)
        too_many: dict[str, Superfluous] = {}
        if self._wanted.client in (None, item.client or ""):
            found = rules.superfluous(there, self._wanted.kinds)
            too_many = {each.product: each for each in found}
        for product, held in there.items():
            self._keep(product, held, too_many.get(product), Place(item.site, item.client))

    def _keep(
        self,
        product: str,
        held: Held,
        found: Superfluous | None,
        place: Place,
    ) -> None:
        """Put what a site keeps of a product with the others of it. Children that it does not need
        cost nothing by themselves."""
        singles, needed = held.singles, len(held.children)
        if found is not None:
            if found.singles and self._ends(found, place):
                singles = singles[: len(singles) - len(found.singles)]
                self.superfluous.extend(found.singles)
            if found.children:
                needed -= len(found.children)
                self._stock(product).needless.extend(found.children)
        if singles:
            self._stock(product).placed.extend(singles)
        for child, parent in enumerate(held.parents):
            bundle = self._parents[parent]
            bundle.children += 1
            if child < needed:
                bundle.used += 1
            else:
                bundle.needless += 1

    def _ends(self, found: Superfluous, place: Place) -> bool:
        message, changes = words.of_site(found, str(place.site)), {1: -len(found.singles)}
        return self._add(found.kind, found.product, place, found.singles, message, changes)

    def _free(self) -> None:
        calendar, today = self._desk.ledger.calendar, self._desk.today
        before_at = calendar.start_of(today - self._wanted.idle_days + 1)
        ends = rules.IDLE in self._wanted.kinds
        for number, product, parent, idle in free_licenses(self._desk.ledger, before_at):
            if parent is not None:
                bundle = self._parents[parent]
                bundle.children += 1
                bundle.spare += not idle
            elif idle and ends:
                self._idle.setdefault(product, array("q")).append(number)
            else:
                self._stock(product).spare.append(number)

    def _unused(self, product: str, numbers: Sequence[int]) -> None:
        for first in range(0, len(numbers), AT_ONCE):
            some = numbers[first : first + AT_ONCE]
            message = words.unused(product, len(some), self._wanted.idle_days)
            self._add(rules.IDLE, product, NO_SITE, some, message, {1: -len(some)})

    def _regroup(self, product: str) -> None:
        """The cheapest other way to have what is left of a product, if any costs less."""
        stock = self._stocks[product]
        # What holds less than a new bundle of its size would is not to be counted with those.
        unusual = [bundle for bundle in stock.bundles.values() if not bundle.whole]
        for way in rules.unneeded(unusual):
            if self._replace(product, way):
                for bundle in way.bundles:
                    del stock.bundles[bundle.number]
                    self.needless_bundles.add(bundle.number)
        if not stock.bundles and len(self._meter.sold(product)) < 2:
            return
        for way in rules.regroupings(stock, self._meter.sold(product)):
            if self._replace(product, way):
                if way.kind != rules.IDLE:
                    self._swap(product, stock, way)
                return

    def _replace(self, product: str, way: Regrouping) -> bool:
        """Suggest it, if that is wanted, can be done and saves something; whether that was done."""
        ends = array("q", way.singles)
        ends.extend(bundle.number for bundle in way.bundles)
        if not ends or way.kind not in self._wanted.kinds:
            return False
        if way.new_bundles and at_jetpack(self._desk.ledger):
            return False
        if (way.new_bundles or way.new_singles) and product in self._hidden:
            return False
        message = words.regrouped(product, way, self._wanted.idle_days)
        return self._add(way.kind, product, NO_SITE, ends, message, _changes(way))

    def _swap(self, product: str, stock: Stock, way: Regrouping) -> None:
        gone = {bundle.number for bundle in way.bundles}
        self.needless.extend(stock.needless)
        kept: dict[int, int] = {}
        for bundle in stock.bundles.values():
            if bundle.number not in gone:
                kept[bundle.size] = kept.get(bundle.size, 0) + 1
        sizes = {size: kept.get(size, 0) + new for size, new in way.new_bundles.items()}
        singles = way.singles[len(stock.spare) :]
        least = way.least if way.new_singles else None
        self.swaps.append(Swap(product, singles, frozenset(gone), sizes, least))

    def _add(
        self,
        kind: str,
        product: str,
        place: Place,
        numbers: Sequence[int],
        message: str,
        changes: Mapping[int, int],
    ) -> bool:
        """Put a suggestion behind the others, unless it saves nothing; whether that was done."""
        saved = self._meter.saved(product, changes)
        if saved.month_minor <= 0 or saved.year_minor <= 0:
            return False
        self._meter.change(product, changes)
        self.month_minor += saved.month_minor
        self.year_minor += saved.year_minor
        currency = self._desk.ledger.currency
        rows = self._of_sites if kind in rules.OF_SITES else self._others
        rows.append(
            (
                kind,
                product,
                *place,
                array("q", numbers).tobytes(),
                message,
                money_json(saved.month_minor, currency),
                money_json(saved.year_minor, currency),
            )
        )
        return True

    def _named(self) -> Iterator[tuple[Any, ...]]:
        """The suggestions in their order, with what their licenses are called. All of these are
        asked for in one go, because a server is far away."""
        rows = chain(self._others.rows(), self._of_sites.rows())
        numbers = (array("q", row[_LICENSES]) for row in rows)
        keys = keys_of(self._desk.ledger, chain.from_iterable(numbers))
        for row in chain(self._others.rows(), self._of_sites.rows()):
            named = list(islice(keys, len(row[_LICENSES]) // array("q").itemsize))
            yield (*row[:_LICENSES], named, *row[_LICENSES + 1 :])


def _changes(way: Regrouping) -> dict[int, int]:
    """How many more or fewer of each size are billed."""
    found = {1: way.new_singles - len(way.singles), **way.new_bundles}
    for bundle in way.bundles:
        found[bundle.size] = found.get(bundle.size, 0) - 1
    return {size: more for size, more in found.items() if more}
