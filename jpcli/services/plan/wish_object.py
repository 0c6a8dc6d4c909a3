"""A wish as JSON, in a saved plan and for its hash, and read from there again.

Owns that form; what is wrong with what it wants is found as in a file that people write.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.ledger.events.chain import encode
from jpcli.services.canonical import batches, enclosed, object_pieces
from jpcli.services.plan.file import OTHERS, Reader

if TYPE_CHECKING:
    from collections.abc import Collection, Iterator

    from jpcli.domain.plan_terms import SiteWish, Wanted
    from jpcli.services.sites.spelled import Names

# What few wishes have.
_RARE = {"bundles", "revoke"}


def wanted_object(wanted: Wanted) -> dict[str, Any]:
    """A wish as JSON-ready data, the same for the same wish; `sites` is the last of it. What few
    wishes have is only in theirs."""
    found: dict[str, Any] = {
        "complete": wanted.complete,
        "other_spares": list(wanted.other_spares),
        "spares": {product: list(spare) for product, spare in wanted.spares.items()},
    }
    if wanted.bundles:
        found["bundles"] = {
            product: {str(size): count for size, count in sizes.items()}
            for product, sizes in wanted.bundles.items()
        }
    if wanted.revoke:
        found["revoke"] = list(wanted.revoke)
    found["sites"] = {site: site_object(wish) for site, wish in wanted.sites.items()}
    return found


def wanted_pieces(wanted: Wanted) -> Iterator[str]:
    """The canonical JSON of that, a thousand sites at a time."""
    sites = (
        encode({site: site_object(wanted.sites[site]) for site in some})[1:-1]
        for some in batches(sorted(wanted.sites))
    )
    without = wanted_object(wanted._replace(sites={}))
    return object_pieces({**without, "sites": enclosed("{}", sites)})


def site_object(wish: SiteWish) -> dict[str, Any]:
    """A site's part of that."""
    return {"client": wish.client, "products": dict(wish.products)}


def read_wanted_object(data: Any, source: str, products: Collection[str], names: Names) -> Wanted:
    """The wish that `wanted_object` wrote down, or that somebody says it did; errors as those of
    `read_wanted`, and ValueError for what has another form."""
    reader = Reader(products, names)
    wanted = reader.read(_as_typed(data))
    if wanted is None:
        raise reader.wrong.refusal(source)
    return wanted


def _as_typed(data: Any) -> dict[str, Any]:
    """The same wish as a file that people write has it."""
    match data:
        case {
            "complete": complete,
            "other_spares": list(others),
            "spares": dict(spares),
            "sites": dict(sites),
            **rest,
        } if not rest.keys() - _RARE and OTHERS not in spares:
            typed_spares = {name: _typed_spare(spare) for name, spare in spares.items()}
            typed_spares[OTHERS] = _typed_spare(others)
            typed_sites = {name: _typed_site(site) for name, site in sites.items()}
            rare = {str(name): value for name, value in rest.items()}
            return {"complete": complete, "spares": typed_spares, "sites": typed_sites, **rare}
    raise ValueError("no wish")


def _typed_spare(data: Any) -> dict[str, Any]:
    match data:
        case [least, None]:
            return {"least": least}
        case [least, most]:
            return {"least": least, "most": most}
    raise ValueError("no numbers of spares")


def _typed_site(data: Any) -> dict[str, Any]:
    match data:
        case {"client": client, "products": dict(counted)} if len(data) == 2:
            known = {} if client is None else {"client": client}
            return {**known, "products": counted}
    raise ValueError("no site")
