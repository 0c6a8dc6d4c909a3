"""The file for what there is today, with comments that say how to go on."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

import tomlkit
from tomlkit.items import SingleKey

from jpcli.domain.words import one_line, quoted

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tomlkit.items import Item, Table

    from jpcli.domain.plan_terms import Present

_HEAD = (
    "What every site is to have. After a change:",
    "",
    "    jpcli plan {name}     shows what to issue, move and revoke, and what it costs",
    "    jpcli apply {name}    does it",
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


def file_for(present: Present, name: str) -> Iterator[str]:
    """TOML that wants exactly what there is, so that its plan is empty, in pieces; `name` is the
    file's."""
    held: dict[str, Counter[str]] = {}
    spares: Counter[str] = Counter()
    for item in present.licenses:
        spares[item.product] += item.site is None
        if item.site is not None:
            held.setdefault(item.site, Counter())[item.product] += 1
    document = tomlkit.document()
    for line in (*_HEAD, *_COMPLETE):
        document.add(
            tomlkit.comment(line.format(name=quoted(one_line(name))))
            if line
            else tomlkit.comment("")
        )
    document.add("complete", tomlkit.item(False))
    document.add(tomlkit.nl())
    document.add("spares", _spares_table(spares))
    yield tomlkit.dumps(document)
    for number, url in enumerate(sorted(held)):
        yield "\n" * bool(number) + _site_text(url, present.owners.get(url), held[url])


def _spares_table(spares: Counter[str]) -> Table:
    table = tomlkit.table()
    for line in _SPARES:
        table.add(tomlkit.comment(line))
    for product in sorted(spares):
        table.add(product, spares[product])
    table.add(tomlkit.nl())
    return table


def _site_text(url: str, client: str | None, products: Counter[str]) -> str:
    """The table of one site; a document of all of them takes more memory than a large ledger."""
    lines = [f"[sites.{SingleKey(url).as_string()}]"]
    if client is not None:
        lines.append(f"client = {tomlkit.item(client).as_string()}")
    lines.append(f"products = {_products(products).as_string()}")
    return "\n".join((*lines, ""))


def _products(products: Counter[str]) -> Item:
    if all(count == 1 for count in products.values()):
        return tomlkit.item(sorted(products))
    counted = tomlkit.inline_table()
    for product in sorted(products):
        counted.append(product, products[product])
    return counted
