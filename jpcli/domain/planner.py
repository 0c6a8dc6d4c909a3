"""From what is wanted and what is there to the steps between: as few new licenses as possible.

Owns which license goes where. A site keeps what it wants; what another site no longer wants, and
what is unassigned, goes where it is needed; only what is missing then is issued. Pure: it must not
know files, ledgers or prices.
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.plan_terms import ACTIONS, License, Plan, Present, Spare, Step, Wanted

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping


def other_owners(wanted: Wanted, present: Present) -> Iterator[tuple[str, str, str]]:
    """W2: (site, its client, the client that is wanted) where these differ, which no step may
    change: giving a site to another client is a decision of its own."""
    for site, wish in wanted.sites.items():
        owner = present.owners.get(site)
        if wish.client is not None and owner is not None and owner != wish.client:
            yield site, owner, wish.client


def make_plan(wanted: Wanted, present: Present) -> Plan:
    """The steps that lead from `present` to `wanted`; none when it is so already.

    The number of licenses issued is the least possible. Nothing is revoked that may be a spare
    (`most`), and a bundle's child never by itself (B2). The same input gives the same steps.
    """
    pools, sizes = _sorted_out(wanted, present.licenses)
    context = _Context(wanted, present, sizes)
    steps = list(_client_steps(wanted, present))
    above_most: dict[str, int] = {}
    for product in sorted(pools):
        pool, spare = pools[product], wanted.spares.get(product, wanted.other_spares)
        chosen, left = _chosen(pool, spare, context)
        steps += _supplied(product, pool.lacking, chosen, context)
        steps += [Step("issue", product)] * (spare.least - len(left))
        removed = list(_removed(product, left, spare, context))
        steps += removed
        gone = sum(max(1, len(step.children)) for step in removed if step.action == "revoke")
        if spare.most is not None and len(left) - gone > spare.most:
            above_most[product] = len(left) - gone - spare.most
    steps.sort(key=lambda step: ACTIONS.index(step.action))
    return Plan(tuple(steps), above_most)


class _Context(NamedTuple):
    wanted: Wanted
    present: Present
    sizes: Mapping[int, int]  # active children of each bundle

    def client_of(self, site: str) -> str | None:
        wish = self.wanted.sites.get(site)
        client = None if wish is None else wish.client
        return self.present.owners.get(site) if client is None else client


class _Pool:
    """One product: the sites that lack one (as often as they do), what sites have too many of, and
    what is unassigned."""

    __slots__ = ("free", "lacking", "surplus")

    def __init__(self) -> None:
        self.lacking: list[str] = []
        self.surplus: list[License] = []
        self.free: list[License] = []


def _sorted_out(
    wanted: Wanted, licenses: Iterable[License]
) -> tuple[dict[str, _Pool], dict[int, int]]:
    """A pool for each product, and how many children each bundle has."""
    pools = {product: _Pool() for product in wanted.spares}
    held: dict[tuple[str, str], list[License]] = {}
    sizes: dict[int, int] = {}
    sites, complete = wanted.sites, wanted.complete
    for item in licenses:
        product, site, parent = item.product, item.site, item.parent
        if parent is not None:
            sizes[parent] = sizes.get(parent, 0) + 1
        if site is not None and site in sites:
            held.setdefault((site, product), []).append(item)
            continue
        if product not in pools:
            pools[product] = _Pool()
        if site is None:
            pools[product].free.append(item)
        elif complete:
            pools[product].surplus.append(item)
    _compare(wanted, held, pools)
    return pools, sizes


def _compare(
    wanted: Wanted, held: Mapping[tuple[str, str], list[License]], pools: dict[str, _Pool]
) -> None:
    """What each site that is named has too many of, and what it lacks."""
    for (site, product), items in held.items():
        pool = pools.setdefault(product, _Pool())
        kept = wanted.sites[site].products.get(product, 0)
        if len(items) > kept:
            # Children stay first, because a single license can be revoked; then the oldest.
            items.sort(key=lambda item: (item.parent is None, item.number))
            pool.surplus += items[kept:]
    for site, wish in wanted.sites.items():
        for product, count in wish.products.items():
            missing = count - len(held.get((site, product), ()))
            if missing > 0:
                pools.setdefault(product, _Pool()).lacking += [site] * missing


def _client_steps(wanted: Wanted, present: Present) -> Iterator[Step]:
    """A site that is nobody's becomes the client's (W2); a new one does with its first license."""
    for site, wish in wanted.sites.items():
        if wish.client is not None and present.owners.get(site, "") is None:
            yield Step("client", None, site, wish.client)


def _removed(product: str, left: list[License], spare: Spare, context: _Context) -> Iterator[Step]:
    """What nobody needs: revoked where it is too much to be a spare, else unassigned."""
    bundles, singles = _to_revoke(left, spare, context)
    gone = {item.number for item in singles}
    for number, children in bundles:
        gone.update(child.number for child in children)
        bundle = context.present.bundles[number]
        yield Step("revoke", product, license=bundle, children=tuple(children))
    for item in singles:
        yield Step("revoke", product, license=item)
    for item in sorted(left, key=lambda item: item.number):
        if item.site is not None and item.number not in gone:
            yield Step("unassign", product, license=item)


def _chosen(pool: _Pool, spare: Spare, context: _Context) -> tuple[list[License], list[License]]:
    """What goes to the sites that lack one, and what is left over.

    A transfer frees a license and uses it in one step, so it goes first; but where something will
    be revoked, first goes what can't be: children of bundles in use, then singles.
    """
    supply = sorted(pool.surplus + pool.free, key=lambda item: item.number)
    needed = len(pool.lacking)
    if not needed:
        return [], supply
    idle = {
        parent for parent, children in _by_parent(supply) if len(children) == context.sizes[parent]
    }
    too_many = spare.most is not None and len(supply) - needed > spare.most

    def order(item: License) -> tuple[int, ...]:
        kind = 1 if item.parent is None else 2 if item.parent in idle else 0
        unassigned = int(item.site is None)
        first = (kind, unassigned) if too_many else (unassigned, kind)
        return (*first, item.parent or 0, item.number)

    supply.sort(key=order)
    return supply[:needed], supply[needed:]


def _by_parent(items: Iterable[License]) -> list[tuple[int, list[License]]]:
    found: dict[int, list[License]] = {}
    for item in items:
        if item.parent is not None:
            found.setdefault(item.parent, []).append(item)
    return list(found.items())


def _supplied(
    product: str, lacking: list[str], chosen: list[License], context: _Context
) -> Iterator[Step]:
    """A license for each site that lacks one; from a site of the same client where there is one."""
    by_client: dict[str | None, deque[License]] = {}
    for item in chosen:
        if item.site is not None:
            by_client.setdefault(context.client_of(item.site), deque()).append(item)
    waiting = []
    gone = set()
    for site in lacking:
        client = context.client_of(site)
        near = by_client.get(client)
        if near:
            item = near.popleft()
            gone.add(item.number)
            yield Step("transfer", product, site, client, item)
        else:
            waiting.append((site, client))
    others = iter([item for item in chosen if item.number not in gone])
    for site, client in waiting:
        found = next(others, None)
        if found is None:
            yield Step("issue", product, site, client)
        else:
            action = "assign" if found.site is None else "transfer"
            yield Step(action, product, site, client, found)


def _to_revoke(
    left: list[License], spare: Spare, context: _Context
) -> tuple[list[tuple[int, list[License]]], list[License]]:
    """Whole bundles (number, children) and single licenses above what may be spare.

    Singles go first; a bundle only when no child of it is in use, when singles are not enough, and
    when at most the excess goes with it. What then remains above `most` are children of bundles.
    """
    excess = 0 if spare.most is None else len(left) - spare.most
    if excess <= 0:
        return [], []
    # One on a site goes before one on none, which it would only become; then the newest.
    singles = [item for item in left if item.parent is None]
    singles.sort(key=lambda item: (item.site is None, -item.number))
    bundles = [
        (number, children)
        for number, children in _by_parent(left)
        if len(children) == context.sizes[number]
    ]
    bundles.sort(key=lambda bundle: (-len(bundle[1]), bundle[0]))
    taken: list[tuple[int, list[License]]] = []
    gone = 0
    for number, children in bundles:
        if gone + len(singles) < excess and gone + len(children) <= excess:
            taken.append((number, children))
            gone += len(children)
    return taken, singles[: excess - gone]
