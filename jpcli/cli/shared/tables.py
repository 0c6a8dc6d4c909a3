"""Find the table in an answer, and read it in batches and by column: cells of one column are
alike, so each is converted by the cheapest way that its types allow."""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Rows, as_objects

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from jpcli.cli.shared.result import Result

# The first batch is small, so that the first row is out at once.
FIRST_BATCH = 64
BATCH = 2048
ELSEWHERE = "settled_elsewhere"

_PLAIN = frozenset({str, int, type(None)})


class Table(NamedTuple):
    """Column names, and batches of rows (tuples as wide as `columns`)."""

    columns: tuple[str, ...]
    batches: Iterator[Sequence[tuple[Any, ...]]]


def table_of(result: Result) -> Table:
    """The table that an answer is, as CSV and the like show it.

    An answer without one is a table of its fields: `field`, `value`. Where it says whether it lies
    before the books (I7), so do its rows, which may be read without the rest.
    """
    if result.rows_key is None:
        return Table(("field", "value"), iter([list(flatten(result.data))]))
    found = result.data[result.rows_key]
    if isinstance(found, Rows):
        columns, rows = found
    else:
        names = result.columns or tuple(dict.fromkeys(key for row in found for key in row))
        columns, rows = names, (tuple(map(row.get, names)) for row in found)
    settled = result.data.get(ELSEWHERE)
    if isinstance(settled, bool) and ELSEWHERE not in columns:
        columns, rows = (*columns, ELSEWHERE), ((*row, settled) for row in rows)
    return Table(columns, batches_of(rows))


def batches_of(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    """Lists of rows, the first one short."""
    iterator = iter(rows)
    size = FIRST_BATCH
    while batch := list(islice(iterator, size)):
        yield batch
        size = BATCH


def flatten(data: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    """The fields of nested objects as `outer.inner` and value; money and lists stay whole."""
    for key, value in data.items():
        name = f"{prefix}{key}"
        if isinstance(value, dict) and not is_money(value):
            yield from flatten(value, name + ".")
        else:
            yield name, as_objects(value) if isinstance(value, Rows) else value


def is_money(value: dict[str, Any]) -> bool:
    """Whether an object is an amount of money as the JSON contract writes it."""
    return "amount_minor" in value and "amount" in value


def flat_cell(value: Any) -> Any:
    """A cell as text or a number: money its amount, nothing empty, lists compact JSON."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict) and is_money(value):
        return value["amount"]
    if isinstance(value, (dict, list, tuple)):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_json_default)
    return value


def flat_columns(batch: Sequence[tuple[Any, ...]]) -> list[Sequence[Any]]:
    """The columns of a batch, of text, numbers and None alone."""
    columns: list[Sequence[Any]] = []
    for column in zip(*batch, strict=True):
        plain = _PLAIN.issuperset(map(type, column))
        columns.append(column if plain else list(map(flat_cell, column)))
    return columns


def _json_default(value: Any) -> Any:
    if isinstance(value, Rows):
        return as_objects(value)
    raise TypeError(f"{type(value).__name__} has no JSON form")
