"""What a plan is made of: what is wanted, what there is, and the steps between.

Data alone; `domain.planner` has the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

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
    `other_spares` is for products that `spares` does not name."""

    sites: Mapping[str, SiteWish]
    spares: Mapping[str, Spare]
    other_spares: Spare = Spare()
    complete: bool = False


class License(NamedTuple):
    """An active license: a single one, a bundle's child (`parent` is the bundle's `number`), or a
    bundle itself. Instants are microseconds; `number` and `offer` are the ledger's."""

    number: int
    license_key: str
    product: str
    site: str | None
    parent: int | None
    offer: int
    issued_at: int
    last_at: int


class Present(NamedTuple):
    """What there is: the licenses that can be used, which may be more than memory holds, the
    bundles by number, and whose each known site is (None: nobody's)."""

    licenses: Iterable[License]
    bundles: Mapping[int, License]
    owners: Mapping[str, str | None]


class Step(NamedTuple):
    """One thing to do. `site` is where a license goes and `client` whose that is; where it was is
    in `license`, which is None when one is issued. `children` go with a bundle (B2)."""

    action: str
    product: str | None
    site: str | None = None
    client: str | None = None
    license: License | None = None
    children: tuple[License, ...] = ()


class Plan(NamedTuple):
    """The steps, in the order in which they are done, and for each product how many unassigned
    licenses there will still be above `most`: children of bundles in use, that stay (B2)."""

    steps: tuple[Step, ...]
    above_most: Mapping[str, int]
