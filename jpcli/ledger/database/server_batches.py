"""One statement in the place of many that differ in their values alone.

Owns the forms: a question is asked for each row of an array of values, and a change made for each.
A server plans it once, which takes longer than to answer one.
"""

from __future__ import annotations

import re
from itertools import groupby
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.ledger.database.server_link import Statement

# So many are worth it.
FEW = 8
_NAME = re.compile(r"%\((\w+)\)s")
_WRITES = re.compile(r"(DELETE FROM \w+|UPDATE \w+ SET (?P<set>[\w\s=?,]+)) WHERE \w+ = \?")


def asked_at_once(text: str, many: Sequence[Sequence[Any]]) -> Statement | None:
    """A question that is asked for many values of its parameters, in the order of their first
    places: rows of (number from 1 on, what is answered, its place). None where it can't be."""
    names = list(dict.fromkeys(_NAME.findall(text)))
    arrays = _arrays(many)
    if arrays is None or len(names) != len(arrays):
        return None
    columns = ", ".join(f"v_{name}" for name in names)
    told = _NAME.sub(r"given.v_\1", text)
    listed = ", ".join(f"CAST(%s AS {kind}[])" for kind, _ in arrays)
    # In the order of each answer, which a join need not keep.
    answer = f"SELECT answer.*, ROW_NUMBER() OVER () AS its_place FROM ({told}) AS answer"
    statement = (
        f"SELECT given.number, found.* FROM UNNEST({listed}) WITH ORDINALITY"
        f" AS given ({columns}, number) CROSS JOIN LATERAL ({answer}) AS found"
        " ORDER BY given.number, found.its_place"
    )
    return statement, tuple(values for _, values in arrays)


def answers(rows: Iterable[tuple[Any, ...]], count: int) -> list[list[tuple[Any, ...]]]:
    """What each of so many questions was answered."""
    found: list[list[tuple[Any, ...]]] = [[] for _ in range(count)]
    for number, group in groupby(rows, lambda row: row[0]):
        found[number - 1] = [row[1:-1] for row in group]
    return found


def written_at_once(sql: str, many: Sequence[Sequence[Any]]) -> Statement | None:
    """A change of the rows that have a value, made for many values, each of them once; None where
    it is no such change."""
    form = _WRITES.fullmatch(sql)
    if form is None or len({row[-1] for row in many}) < len(many):
        return None
    arrays = _arrays(many)
    if arrays is None:
        return None
    numbers = iter(range(len(arrays)))
    told = re.sub(r"\?", lambda _: f"given.v{next(numbers)}", sql)
    columns = ", ".join(f"v{number}" for number in range(len(arrays)))
    listed = ", ".join(f"CAST(%s AS {kind}[])" for kind, _ in arrays)
    values = f"{'FROM' if form['set'] else 'USING'} UNNEST({listed}) AS given ({columns})"
    what, _, where = told.rpartition(" WHERE ")
    return f"{what} {values} WHERE {where}", tuple(values for _, values in arrays)


def _arrays(many: Sequence[Sequence[Any]]) -> list[tuple[str, list[Any]]] | None:
    """(type, values) of each column; None where one has neither only integers nor only texts."""
    arrays = []
    for column in zip(*many, strict=True):
        kinds = {type(value) for value in column if value is not None}
        if kinds <= {int}:
            arrays.append(("BIGINT", list(column)))
        elif kinds == {str}:
            arrays.append(("TEXT", list(column)))
        else:
            return None
    return arrays
