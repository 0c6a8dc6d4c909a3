"""The suggestions as a file that `plan` and `apply` take, with the reason of each beside it.

Owns what it says: which licenses end, and for licenses that others come for, what their sites are
to have all the same. So a site is never without what it has now, whatever else was recorded since.
"""

from __future__ import annotations

from itertools import groupby
from operator import attrgetter
from typing import TYPE_CHECKING, Any

import tomlkit
from tomlkit.items import SingleKey

from jpcli.domain.answers import each_object
from jpcli.domain.errors import BadInput
from jpcli.domain.limits import MAX_PLAN_BYTES
from jpcli.domain.money import display_amount
from jpcli.domain.words import as_file, command_line, one_line
from jpcli.ledger.queries.plan import present
from jpcli.services.plan.writer import site_text

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.answers import Table
    from jpcli.domain.contract.savings import SuggestionObject
    from jpcli.domain.plan_terms import License
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.savings.found import Finding

_HEAD = """\
# What `jpcli savings` suggests:
#
#     {plan}     shows what it does, and what that saves
#     {apply}    does it
#
# To leave out a kind of it, have it written anew with --kind; a license that is idle, contained in
# another or a duplicate may also be taken out here.
#
# These licenses end. A bundle takes its licenses along.
revoke = [
"""


def plan_text(
    ledger: Ledger, found: Finding, suggestions: Table[SuggestionObject], name: str
) -> Iterator[str]:
    """TOML in pieces; `name` is the file's. Raises BadInput `plan_too_large` for what could not be
    read again."""
    size = 0
    for piece in _pieces(ledger, found, suggestions, name):
        size += len(piece.encode("utf-8"))
        if size > MAX_PLAN_BYTES:
            raise BadInput(
                "plan_too_large",
                f"There is too much to save for a file that can be read: {name}",
                hint="Begin with a part of it:   jpcli savings --kind duplicate --output FILE",
                subject=name,
            )
        yield piece


def _pieces(
    ledger: Ledger, found: Finding, suggestions: Table[SuggestionObject], name: str
) -> Iterator[str]:
    name = as_file(one_line(name))
    yield _HEAD.format(
        plan=command_line("jpcli plan", name), apply=command_line("jpcli apply", name)
    )
    for row in each_object(suggestions):
        month = row["saves_month"]
        saves = display_amount(month["amount_minor"], month["currency"])
        yield f"  # {one_line(row['message'])}: {saves} a month\n"
        for key in row["licenses"]:
            yield f"  {_text(key)},\n"
    yield "]\n"
    issuing = [swap for swap in found.swaps if swap.least]
    if issuing:
        yield "\n# As many stay unassigned as do now.\n[spares]\n"
        for swap in issuing:
            yield f"{_key(swap.product)} = {{ least = {swap.least} }}\n"
    bundling = [swap for swap in found.swaps if swap.sizes]
    if bundling:
        yield "\n# So many bundles of each size there are to be at least.\n[bundles]\n"
        for swap in bundling:
            sizes = ", ".join(f"{size} = {n}" for size, n in sorted(swap.sizes.items()))
            yield f"{_key(swap.product)} = {{ {sizes} }}\n"
    if found.swaps:
        yield from _sites(present(ledger, ()).licenses, found)


def _sites(licenses: Iterable[License], found: Finding) -> Iterator[str]:
    """Each site that a license is taken from in whose place it gets another, with all it has."""
    superfluous, needless = set(found.superfluous), set(found.needless)
    moving = {number for swap in found.swaps for number in swap.singles}
    bundles = frozenset().union(*(swap.bundles for swap in found.swaps))
    on_sites = (item for item in licenses if item.site is not None)
    for site, group in groupby(on_sites, attrgetter("site")):
        products: dict[str, int] = {}
        moved = False
        for item in group:
            if item.number in superfluous or item.parent in found.needless_bundles:
                continue
            if item.number in needless:
                moved = True
                continue
            moved = moved or item.number in moving or item.parent in bundles
            products[item.product] = products.get(item.product, 0) + 1
        if moved:
            yield "\n" + site_text(site, None, products)


def _text(value: str) -> str:
    return tomlkit.item(value).as_string()


def _key(value: str) -> Any:
    return SingleKey(value).as_string()
