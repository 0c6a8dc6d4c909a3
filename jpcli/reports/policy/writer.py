"""A policy for what there is today, as TOML with comments that say how to go on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import tomlkit

from jpcli.domain.words import as_file, one_line, quoted
from jpcli.reports.policy import rules

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from tomlkit.items import AoT, Item, Table

HEAD = (
    "What must be true of the ledger. After a change:",
    "",
    "    jpcli audit --policy {name}",
    "",
    "exits 0 when it is, and 1 with the command that mends each finding when it is not.",
    "docs/audit.md has every rule;  jpcli audit --schema  prints a schema for your editor.",
    'Every table below [checks] takes  level = "warning",  which reports and does not fail.',
)


class Today(NamedTuple):
    """What a policy is written from. `warnings` has, for each check that fails today, what is
    wrong; amounts are text in the ledger's currency; a limit that is None can't be met today,
    which `remarks` explains by its key. `groups` are sites with the same products, None when there
    are too many sites to list."""

    checks: tuple[str, ...]
    warnings: Mapping[str, str]
    counts: Mapping[str, int]
    unassigned: int
    days_at_most: int | None
    groups: Sequence[tuple[tuple[str, ...], tuple[str, ...]]] | None
    bill_at_most: str
    growth_percent: int | None
    remarks: Mapping[str, str]


def policy_text(today: Today, name: str) -> str:
    """TOML by which today's ledger passes; `name` is the file's."""
    document = tomlkit.document()
    for line in HEAD:
        document.add(tomlkit.comment(line.format(name=quoted(as_file(one_line(name))))))
    document.add(tomlkit.nl())
    document.add("checks", _checks(today))
    document.add("unassigned", _unassigned(today))
    document.add("bill", _bill(today))
    if today.counts:
        document.add("licenses", _licenses(today))
    if today.groups:
        document.add("required", _required(today.groups))
    return tomlkit.dumps(document).rstrip("\n") + "\n"


def _checks(today: Today) -> Table:
    table = tomlkit.table()
    section = rules.section("checks")
    assert section is not None
    table.add(tomlkit.comment('true, false, or "warning", which reports and does not fail.'))
    for key in section.keys:
        if key.name not in today.checks:
            table.add(key.name, _remarked(False, key.meaning))
        elif key.name in today.warnings:
            remark = f"fails today: {today.warnings[key.name]}"
            table.add(key.name, _remarked(rules.WARNING, remark))
        else:
            table.add(key.name, _remarked(True, key.meaning))
    table.add(tomlkit.nl())
    return table


def _unassigned(today: Today) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment("Licenses on no site are billed all the same."))
    table.add("at_most", today.unassigned)
    _add_limit(table, "days_at_most", today.days_at_most, today.remarks)
    table.add(tomlkit.nl())
    return table


def _bill(today: Today) -> Table:
    table = tomlkit.table()
    table.add(tomlkit.comment("This month, projected to its end; today's bill and a tenth more."))
    table.add("at_most", today.bill_at_most)
    _add_limit(table, "growth_at_most_percent", today.growth_percent, today.remarks)
    table.add(tomlkit.nl())
    return table


def _add_limit(table: Table, name: str, limit: int | None, remarks: Mapping[str, str]) -> None:
    """A limit, or a remark why there is none today."""
    if limit is None:
        table.add(tomlkit.comment(f"{name} = …   {one_line(remarks[name])}"))
        return
    table.add(name, _remarked(limit, remarks[name]) if name in remarks else limit)


def _licenses(today: Today) -> AoT:
    """One limit a product. Others can be by site, client or state."""
    return _array(
        [{"product": product, "exactly": count} for product, count in today.counts.items()],
        "Besides product: site (with * and ?), client, state; besides exactly: at_least, at_most.",
    )


def _required(groups: Sequence[tuple[tuple[str, ...], tuple[str, ...]]]) -> AoT:
    tables = []
    for sites, products in groups:
        listed = tomlkit.array()
        listed.extend(sites)
        listed.multiline(len(sites) > 1)
        tables.append({"sites": listed, "products": list(products)})
    return _array(tables, "Sites and the products that they must have; * and ? fit any characters.")


def _array(tables: Sequence[Mapping[str, Any]], remark: str) -> AoT:
    array = tomlkit.aot()
    for number, values in enumerate(tables):
        table = tomlkit.table()
        if not number:
            table.add(tomlkit.comment(remark))
        for name, value in values.items():
            table.add(name, value)
        array.append(table)
    return array


def _remarked(value: bool | int | str, remark: str) -> Item:
    item = tomlkit.item(value)
    item.comment(one_line(remark))
    return item
