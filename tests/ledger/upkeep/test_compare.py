"""Two states row by row: exactly what is on one side alone, in order, named, and not endlessly."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from itertools import product
from typing import Any

import pytest

from jpcli.ledger.database.tables import create_in_memory
from jpcli.ledger.upkeep.compare import MOST_PER_TABLE, _rank, compare_table

Sides = tuple[sqlite3.Connection, sqlite3.Connection]

pytestmark = pytest.mark.file("tables in memory")


@pytest.fixture
def sides() -> Iterator[Sides]:
    """What is stored, in which anything may be anywhere, and what the events add up to."""
    with (
        closing(sqlite3.connect(":memory:")) as stored,
        closing(sqlite3.connect(":memory:")) as new,
    ):
        create_in_memory(new)
        for (name,) in new.execute("SELECT name FROM sqlite_master WHERE type = 'table'"):
            columns = ", ".join(row[1] for row in new.execute(f"PRAGMA table_info({name})"))
            stored.execute(f"CREATE TABLE {name} ({columns})")
        yield stored, new


def found(sides: Sides, table: str) -> list[Any]:
    stored: Any = sides[0]
    return [tuple(problem)[:3] for problem in compare_table(stored, sides[1], table)]


def test_rows_of_one_side_and_rows_that_differ(
    sides: Sides,
) -> None:
    """Every way in which three rows may be on either side."""
    for values in product((None, "1", "2"), repeat=6):
        rows = values[:3], values[3:]
        expected = []
        for side, mine in zip(sides, rows, strict=True):
            side.execute("DELETE FROM meta")
            some = [(key, value) for key, value in zip("abc", mine, strict=True) if value]
            side.executemany("INSERT INTO meta VALUES (?, ?)", reversed(some))
        for key, here, there in zip("abc", *rows, strict=True):
            wheres = (here, "is stored but not what the events say"), (there, "should be stored")
            if here != there:
                expected += [
                    ("state_differs", key, f"meta: key={key}, value={value} {where}")
                    for value, where in wheres
                    if value
                ]
        assert found(sides, "meta") == expected, values


@pytest.mark.parametrize("more", [-1, 0, 1, 2])
def test_at_most_so_many_of_a_table(sides: Sides, more: int) -> None:
    rows = [(f"k{number:03}", "") for number in range(MOST_PER_TABLE + more)]
    sides[0].executemany("INSERT INTO meta VALUES (?, ?)", rows)
    problems = found(sides, "meta")
    assert [subject for _, subject, _ in problems[:MOST_PER_TABLE]] == [
        key for key, _ in rows[:MOST_PER_TABLE]
    ]
    rows_more = {1: "1 more row", 2: "2 more rows"}
    assert problems[MOST_PER_TABLE:] == (
        [("state_differs", "meta", f"meta has {rows_more[more]} like these")] if more > 0 else []
    )


CELLS = (None, -1, 0, 0.5, 1, 2.5, 3, "", "1", "A", "a", "é", b"", b"a")


def test_the_order_is_that_of_sqlite_whatever_damage_has_put_there() -> None:
    with closing(sqlite3.connect(":memory:")) as any_kind:
        any_kind.execute("CREATE TABLE t (cell)")
        any_kind.executemany("INSERT INTO t VALUES (?)", [(cell,) for cell in reversed(CELLS)])
        ordered = [row[0] for row in any_kind.execute("SELECT cell FROM t ORDER BY cell")]
    assert ordered == list(CELLS) == sorted({*CELLS}, key=_rank)


@pytest.mark.parametrize("known", ["s", "e", "es", ""])
def test_a_row_is_named_by_what_it_is_about(sides: Sides, known: str) -> None:
    for side, which in zip(sides, "se", strict=True):
        if which in known:
            side.execute(
                "INSERT INTO products (id, product, name, family) VALUES (2, 'scan', 'S', 'f')"
            )
            side.execute(
                "INSERT INTO offers (id, product_id, bundle_size, name) VALUES (7, 2, 20, 'B')"
            )
            side.execute(
                "INSERT INTO offers (id, product_id, bundle_size, name) VALUES (8, 2, 1, 'S')"
            )
    sides[0].execute("INSERT INTO prices VALUES (7, 1, 5), (8, 1, 5)")
    subjects = [subject for _, subject, _ in found(sides, "prices")]
    assert subjects == (["scan, bundle of 20", "scan"] if known else ["7", "8"])


def test_what_the_events_call_it_counts(
    sides: Sides,
) -> None:
    for side, name in zip(sides, ("forged", "Ada"), strict=True):
        side.execute("INSERT INTO clients (id, name, archived) VALUES (4, ?, 0)", (name,))
    assert [subject for _, subject, _ in found(sides, "clients")] == ["Ada", "Ada"]


@pytest.mark.parametrize(
    ("table", "row", "named", "subject"),
    [
        ("licenses", "id", "licenses (id, license_key)", "KEY"),
        ("assignments", "license_id", "licenses (id, license_key)", "KEY"),
        ("spans", "license_id", "licenses (id, license_key)", "KEY"),
        ("sites", "id", "sites (id, url)", "KEY"),
        ("site_clients", "site_id", "sites (id, url)", "KEY"),
        ("products", "id", "products (id, product)", "KEY"),
        ("clients", "id", "clients (id, name)", "KEY"),
        ("invoices", "id", "licenses (id, license_key)", "3"),
    ],
)
def test_each_table_has_the_name_of_what_its_rows_are_about(
    sides: Sides, table: str, row: str, named: str, subject: str
) -> None:
    if table != named.split()[0]:
        sides[0].execute(f"INSERT INTO {table} ({row}) VALUES (3)")
    sides[0].execute(f"INSERT INTO {named} VALUES (3, 'KEY')")
    assert [about for _, about, _ in found(sides, table)] == [subject]
