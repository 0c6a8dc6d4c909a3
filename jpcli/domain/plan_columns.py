"""A plan's licenses and steps as columns of numbers: a million of them in some twenty megabytes.

Owns how they are kept while a plan is made. What a license is called is not among it: its number
says which one it is. `domain.planner` has the rules.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING

from jpcli.domain.plan_terms import ACTIONS, Step

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.plan_terms import License, Present, Wanted

# In the place of a site's number: a license is on none, or on one that is not named.
NOWHERE, ELSEWHERE = -1, -2
# In the place of a client's number: none whose sites are named.
STRANGER = -1
# A license's number below 0 is that of a bundle's child that is yet to be issued.
_BUNDLE = "bundle"


class Sites:
    """The sites of a wish by number, in its order, and whose each is to be."""

    def __init__(self, wanted: Wanted, present: Present) -> None:
        self.urls = list(wanted.sites)
        self.numbers = {url: number for number, url in enumerate(self.urls)}
        self.owners = [
            present.owners.get(url) if wish.client is None else wish.client
            for url, wish in wanted.sites.items()
        ]
        self._clients: dict[str | None, int] = {}
        self.clients = array(
            "i", (self._clients.setdefault(name, len(self._clients)) for name in self.owners)
        )

    def client(self, name: str | None) -> int:
        """The number of a client, STRANGER for one that has none of these sites."""
        return self._clients.get(name, STRANGER)


class Licenses:
    """The licenses that a plan may touch, by position; `parents` has 0 where there is none."""

    def __init__(self) -> None:
        self.numbers = array("q")
        self._products = array("i")
        self.sites = array("i")
        self.parents = array("q")
        self.clients = array("i")
        self._names: list[str] = []
        self._places: dict[str, int] = {}

    def product(self, position: int) -> str:
        """What it is a license of."""
        return self._names[self._products[position]]

    def add(self, item: License, site: int, client: int) -> int:
        """Put one behind the others and give its position."""
        place = self._places.setdefault(item.product, len(self._names))
        if place == len(self._names):
            self._names.append(item.product)
        self.numbers.append(item.number)
        self._products.append(place)
        self.sites.append(site)
        self.parents.append(item.parent or 0)
        self.clients.append(client)
        return len(self.numbers) - 1

    def by_number(self, positions: Sequence[int]) -> list[int]:
        """These positions, the oldest license first."""
        return sorted(positions, key=self.numbers.__getitem__)


class Steps:
    """Steps, in the order in which they are done; made as they are read, again and again."""

    def __init__(self, sites: Sites) -> None:
        self._sites = sites
        self._products: dict[str | None, int] = {}
        self._columns = {
            action: (array("i"), array("i"), array("q"), array("i"))
            for action in (_BUNDLE, *ACTIONS)
        }

    def add(
        self,
        action: str,
        product: str | None,
        site: int = NOWHERE,
        number: int = 0,
        children: int = 0,
    ) -> None:
        """Put a step behind the others of this action; `number` 0 is no license."""
        place = self._products.setdefault(product, len(self._products))
        bundle = action == "issue" and children > 0
        columns = self._columns[_BUNDLE if bundle else action]
        for column, value in zip(columns, (place, site, number, children), strict=True):
            column.append(value)

    def count(self, action: str) -> int:
        """How many steps there are of an action."""
        bundles = len(self._columns[_BUNDLE][0]) if action == "issue" else 0
        return len(self._columns[action][0]) + bundles

    def __len__(self) -> int:
        return sum(map(self.count, ACTIONS))

    def __iter__(self) -> Iterator[Step]:
        # What is in a bundle can't be put anywhere before that is issued.
        yield from self._in(_BUNDLE, "issue")
        for action in ACTIONS:
            yield from self._in(action, action)

    def of(self, action: str) -> Iterator[Step]:
        """Those of one action."""
        if action == "issue":
            yield from self._in(_BUNDLE, action)
        yield from self._in(action, action)

    def _in(self, column: str, action: str) -> Iterator[Step]:
        products, urls, owners = list(self._products), self._sites.urls, self._sites.owners
        for product, site, number, children in zip(*self._columns[column], strict=True):
            there = site >= 0
            yield Step(
                action,
                products[product],
                urls[site] if there else None,
                owners[site] if there else None,
                number if number > 0 else None,
                children,
            )
