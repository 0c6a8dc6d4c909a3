"""The file for what there is today, with comments that say how to go on."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING

import tomlkit
from tomlkit.items import SingleKey

from jpcli.domain.words import as_file, command_line, one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from tomlkit.items import Item, Table

_HEAD = (
    "What every site is to have. After a change:",
    "",
    "    {plan}     shows what to issue, move and revoke, and what it costs",
    "    {apply}    does it",
    "",
    "A site has one of each product in its list; products = {{ jetpack-scan = 2 }} gives it two.",
)
_COMPLETE = (
    "",
    "Sites that are not listed here are left alone; with true they are emptied.",
)
_SPARES = (
    "The most unassigned licenses of each product: what is more is revoked, so that it is no",
    "longer billed. { least = 1, most = 3 } keeps one at hand. A product that is not listed may",
    'have any number; "*" stands for all of those.',
)


def file_for(
    held: Iterable[tuple[str, str | None, str, int]], spares: Mapping[str, int], name: str
) -> Iterator[str]:
    """TOML that wants exactly what there is, so that its plan is empty, in pieces: (site, client,
    product, how many), sorted, and how many spares there are of each product; `name` is the
    file's."""
    document, name = tomlkit.document(), as_file(one_line(name))
    plan, apply = command_line("jpcli plan", name), command_line("jpcli apply", name)
    for line in (*_HEAD, *_COMPLETE):
        document.add(tomlkit.comment(line.format(plan=plan, apply=apply)))
    document.add("complete", tomlkit.item(False))
    document.add(tomlkit.nl())
    document.add("spares", _spares_table(spares))
    yield tomlkit.dumps(document)
    for number, ((url, client), rows) in enumerate(groupby(held, itemgetter(0, 1))):
        products = {product: count for _, _, product, count in rows}
        yield "\n" * bool(number) + site_text(url, client, products)


def _spares_table(spares: Mapping[str, int]) -> Table:
    table = tomlkit.table()
    for line in _SPARES:
        table.add(tomlkit.comment(line))
    for product in sorted(spares):
        table.add(product, spares[product])
    table.add(tomlkit.nl())
    return table


def site_text(url: str, client: str | None, products: Mapping[str, int]) -> str:
    """The table of one site; a document of all of them takes more memory than a large ledger."""
    lines = [f"[sites.{SingleKey(url).as_string()}]"]
    if client is not None:
        lines.append(f"client = {tomlkit.item(client).as_string()}")
    lines.append(f"products = {_products(products).as_string()}")
    return "\n".join((*lines, ""))


def _products(products: Mapping[str, int]) -> Item:
    if all(count == 1 for count in products.values()):
        return tomlkit.item(sorted(products))
    counted = tomlkit.inline_table()
    for product in sorted(products):
        counted.append(product, products[product])
    return counted
