"""From what is wanted and what is there to the steps between: as few new licenses as possible.

Owns which license goes where. A site keeps what it wants; what another site no longer wants, and
what is unassigned, goes where it is needed; only what is missing then is issued, and bundles only
where they are wanted as such. Pure: it must not
know files, ledgers or prices. There may be a million of each, so they are numbers in columns.
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.plan_columns import (
    ELSEWHERE,
    NOWHERE,
    STRANGER,
    Licenses,
    Sites,
    Steps,
)
from jpcli.domain.plan_terms import License, Plan

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jpcli.domain.plan_terms import Present, Spare, Wanted


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
    sites = Sites(wanted, present)
    pools, context = _sorted_out(wanted, present, sites)
    _client_steps(wanted, present, context)
    for ending in present.ending:
        context.steps.add("revoke", ending.product, number=ending.number, children=ending.children)
    above_most: dict[str, int] = {}
    for product in sorted(pools):
        pool, spare = pools[product], wanted.spares.get(product, wanted.other_spares)
        chosen, left = _chosen(pool, spare, context)
        _supply(product, pool.lacking, chosen, context)
        for _ in range(spare.least - len(left)):
            context.steps.add("issue", product)
        still = len(left) - _remove(product, left, spare, context)
        if spare.most is not None and still > spare.most:
            above_most[product] = still - spare.most
    return Plan(context.steps, above_most)


class _Context(NamedTuple):
    """Everything that is there, and the steps so far."""

    sites: Sites
    licenses: Licenses
    sizes: Mapping[int, int]  # active children of each bundle
    steps: Steps
    used: bytearray  # by position: is there a step for it already?


class _Pool:
    """One product: the sites that lack one (as often as they do), and the positions of what sites
    have too many of, and of what is unassigned."""

    __slots__ = ("free", "lacking", "surplus")

    def __init__(self) -> None:
        self.lacking = array("i")
        self.surplus = array("i")
        self.free = array("i")


def _sorted_out(
    wanted: Wanted, present: Present, sites: Sites
) -> tuple[dict[str, _Pool], _Context]:
    """A pool for each product."""
    pools = {product: _Pool() for product in wanted.spares}
    held = array("i")  # positions of what is on named sites
    sizes: dict[int, int] = {}
    licenses = Licenses()
    placed = {number: 0 for numbers in present.bundles.values() for number in numbers}
    for item in present.licenses:
        if item.parent is not None:
            sizes[item.parent] = sizes.get(item.parent, 0) + 1
            if item.site is not None and item.parent in placed:
                placed[item.parent] += 1
        if item.site is None:
            _pool(pools, item.product).free.append(licenses.add(item, NOWHERE, STRANGER))
        elif (site := sites.numbers.get(item.site)) is not None:
            held.append(licenses.add(item, site, sites.clients[site]))
        elif wanted.complete:
            position = licenses.add(item, ELSEWHERE, sites.client(item.client))
            _pool(pools, item.product).surplus.append(position)
    _compare(wanted, held, licenses, pools)
    steps = Steps(sites)
    for child in _new_children(wanted, present, steps):
        _pool(pools, child.product).free.append(licenses.add(child, NOWHERE, STRANGER))
        sizes[child.parent or 0] = 0  # never idle: a bundle is not issued to be revoked
    for number in _kept(wanted, present, placed):
        sizes[number] = 0  # nor is one revoked that would be issued again
    used = bytearray(len(licenses.numbers))
    return pools, _Context(sites, licenses, sizes, steps, used)


def _new_children(wanted: Wanted, present: Present, steps: Steps) -> Iterator[License]:
    """What the bundles have in them that there are too few of; a step for each of these."""
    number = 0
    for product, by_size in sorted(wanted.bundles.items()):
        for size, count in sorted(by_size.items()):
            for _ in range(count - len(present.bundles.get((product, size), ()))):
                steps.add("issue", product, children=size)
                number -= 1
                parent = number
                for _ in range(size):
                    number -= 1
                    yield License(number, product, None, parent, None)


def _kept(wanted: Wanted, present: Present, placed: Mapping[int, int]) -> Iterator[int]:
    """The bundles that have to be there: of those that there are the most used, then the oldest."""
    for product, by_size in wanted.bundles.items():
        for size, count in by_size.items():
            there = present.bundles.get((product, size), ())
            yield from sorted(there, key=lambda number: (-placed[number], number))[:count]


def _pool(pools: dict[str, _Pool], product: str) -> _Pool:
    found = pools.get(product)
    if found is None:
        found = pools[product] = _Pool()
    return found


def _compare(
    wanted: Wanted, held: Sequence[int], licenses: Licenses, pools: dict[str, _Pool]
) -> None:
    """What each site that is named has too many of, and what it lacks."""
    wishes = list(wanted.sites.values())
    lacking: dict[int, dict[str, int]] = {}
    # Children stay first, because a single license can be revoked; then the oldest.
    kept_first = licenses.by_number(held)
    kept_first.sort(key=lambda position: not licenses.parents[position])
    for position in kept_first:
        site, product = licenses.sites[position], licenses.product(position)
        if site not in lacking:
            lacking[site] = dict(wishes[site].products)
        if lacking[site].get(product, 0) > 0:
            lacking[site][product] -= 1
        else:
            _pool(pools, product).surplus.append(position)
    for site, wish in enumerate(wishes):
        for product, count in lacking.get(site, wish.products).items():
            if count:
                _pool(pools, product).lacking.extend([site] * count)


def _client_steps(wanted: Wanted, present: Present, context: _Context) -> None:
    """A site that is nobody's becomes the client's (W2); a new one does with its first license."""
    for number, (site, wish) in enumerate(wanted.sites.items()):
        if wish.client is not None and present.owners.get(site, "") is None:
            context.steps.add("client", None, number)


def _remove(product: str, left: list[int], spare: Spare, context: _Context) -> int:
    """What nobody needs: revoked where it is too much to be a spare, else unassigned. Gives how
    many of those that are `left` are revoked."""
    licenses, steps, used = context.licenses, context.steps, context.used
    bundles, singles = _to_revoke(left, spare, context)
    for parent in bundles:
        steps.add("revoke", product, number=parent, children=context.sizes[parent])
    for position in singles:
        used[position] = True
        steps.add("revoke", product, number=licenses.numbers[position])
    if bundles:
        for position in left:
            used[position] |= licenses.parents[position] in bundles
    for position in licenses.by_number(left):
        if licenses.sites[position] != NOWHERE and not used[position]:
            steps.add("unassign", product, number=licenses.numbers[position])
    return sum(bundles.values()) + len(singles)


def _chosen(pool: _Pool, spare: Spare, context: _Context) -> tuple[list[int], list[int]]:
    """What goes to the sites that lack one, and what is left over.

    A transfer frees a license and uses it in one step, so it goes first; but where something will
    be revoked, first goes what can't be: children of bundles in use, then singles.
    """
    licenses = context.licenses
    supply = licenses.by_number(pool.surplus + pool.free)
    needed = len(pool.lacking)
    if not needed:
        return [], supply
    idle = _idle(supply, context)
    too_many = spare.most is not None and len(supply) - needed > spare.most

    def order(position: int) -> int:
        parent = licenses.parents[position]
        kind = 1 if not parent else 2 if parent in idle else 0
        unassigned = int(licenses.sites[position] == NOWHERE)
        return 2 * kind + unassigned if too_many else 3 * unassigned + kind

    supply.sort(key=licenses.parents.__getitem__)
    supply.sort(key=order)
    return supply[:needed], supply[needed:]


def _idle(positions: Iterable[int], context: _Context) -> dict[int, int]:
    """The bundles all of whose children are at these positions, and how many those are."""
    found: dict[int, int] = {}
    for position in positions:
        parent = context.licenses.parents[position]
        if parent:
            found[parent] = found.get(parent, 0) + 1
    return {parent: count for parent, count in found.items() if count == context.sizes[parent]}


def _supply(product: str, lacking: Sequence[int], chosen: list[int], context: _Context) -> None:
    """A license for each site that lacks one; from a site of the same client where there is one."""
    licenses, clients, add = context.licenses, context.sites.clients, context.steps.add
    near: dict[int, list[int]] = {}
    for position in reversed(chosen):
        client = licenses.clients[position]
        if licenses.sites[position] != NOWHERE and client != STRANGER:
            near.setdefault(client, []).append(position)
    waiting = array("i")
    for site in lacking:
        of_client = near.get(clients[site])
        if of_client:
            position = of_client.pop()
            context.used[position] = True
            add("transfer", product, site, licenses.numbers[position])
        else:
            waiting.append(site)
    others = (position for position in chosen if not context.used[position])
    for site in waiting:
        found = next(others, None)
        if found is None:
            add("issue", product, site)
        else:
            action = "assign" if licenses.sites[found] == NOWHERE else "transfer"
            add(action, product, site, licenses.numbers[found])


def _to_revoke(
    left: list[int], spare: Spare, context: _Context
) -> tuple[dict[int, int], list[int]]:
    """Whole bundles, with how many children, and single licenses above what may be spare.

    Singles go first; a bundle only when no child of it is in use, when singles are not enough, and
    when at most the excess goes with it. What then remains above `most` are children of bundles.
    """
    licenses = context.licenses
    excess = 0 if spare.most is None else len(left) - spare.most
    if excess <= 0:
        return {}, []
    # One on a site goes before one on none, which it would only become; then the newest.
    singles = licenses.by_number([each for each in left if not licenses.parents[each]])
    singles.reverse()
    singles.sort(key=lambda position: licenses.sites[position] == NOWHERE)
    taken: dict[int, int] = {}
    gone = 0
    for parent, children in sorted(
        _idle(left, context).items(), key=lambda bundle: (-bundle[1], bundle[0])
    ):
        if gone + len(singles) < excess and gone + children <= excess:
            taken[parent] = children
            gone += children
    return taken, singles[: excess - gone]
