"""What a plan is made of: what is wanted, what there is, and the steps between.

Data alone; `domain.planner` has the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

# In this order the steps are listed and done.
ACTIONS = ("client", "transfer", "assign", "issue", "unassign", "revoke")


class Spare(NamedTuple):
    """How many unassigned licenses of a product there may be; `most` None is any number."""

    least: int = 0
    most: int | None = None


class SiteWish(NamedTuple):
    """What one site is to have: so many of each product. `client` None leaves it as it is."""

    client: str | None
    products: Mapping[str, int]


class Wanted(NamedTuple):
    """The whole wish. Sites that are not named are left alone, or emptied when it is `complete`.
    `other_spares` is for products that `spares` does not name. `bundles` says how many there are to
    be at least, by product and size; the licenses that `revoke` names end, whatever else it says.
    """

    sites: Mapping[str, SiteWish]
    spares: Mapping[str, Spare]
    other_spares: Spare = Spare()
    complete: bool = False
    bundles: Mapping[str, Mapping[int, int]] = {}
    revoke: tuple[str, ...] = ()


class License(NamedTuple):
    """An active license that can be used: a single one, or a bundle's child (`parent` is the
    bundle's `number`). Numbers are the ledger's, `client` is that of its site."""

    number: int
    product: str
    site: str | None
    parent: int | None
    client: str | None


class Ending(NamedTuple):
    """A license that a wish ends by its name: a single one, or a bundle with so many children."""

    number: int
    product: str
    children: int


class Present(NamedTuple):
    """What there is: the licenses that can be used, which may be more than memory holds, and whose
    each known site is that a wish names (None: nobody's). What is `ending` is not among them, nor
    in `bundles`: the numbers of those that there are of each product and size."""

    licenses: Iterable[License]
    owners: Mapping[str, str | None]
    ending: Sequence[Ending] = ()
    bundles: Mapping[tuple[str, int], Sequence[int]] = {}


class Step(NamedTuple):
    """One thing to do. `site` is where a license goes and `client` whose that is; `number` is the
    license's, None for one that is issued by this plan. So many `children` go with a bundle (B2),
    or come with one."""

    action: str
    product: str | None
    site: str | None = None
    client: str | None = None
    number: int | None = None
    children: int = 0


class Steps(Protocol):
    """Steps that can be counted and read again and again, in the order in which they are done."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Step]: ...

    def of(self, action: str) -> Iterator[Step]:
        """Those of one action."""

    def count(self, action: str) -> int:
        """How many those are."""


class Plan(NamedTuple):
    """The steps, and for each product how many unassigned
    licenses there will still be above `most`: children of bundles in use, that stay (B2)."""

    steps: Steps
    above_most: Mapping[str, int]
