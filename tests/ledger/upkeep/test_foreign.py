"""What others keep in the file is a remark, what hangs on our tables a problem, under any name."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.schema import EVENT_TABLES, STATE_TABLES
from jpcli.services.ledger import upkeep
from tests.ledger.conftest import Busy

pytestmark = pytest.mark.file("what others put into a file")

MIGRATIONS = "_sqlite_migrations"
OURS = [*EVENT_TABLES, *STATE_TABLES, MIGRATIONS]
# The last one only a hand at the schema itself can give: SQLite keeps its names for itself.
NAMES = ["extra", "_litestream_extra", "sqlite_stat9"]
FOREIGN = "CREATE TABLE notes (text TEXT)"


def make(busy: Busy, *statements: str, name: str = "extra") -> None:
    """Run SQL, then give what is called `extra` another name."""
    connection = sqlite3.connect(busy.agency.path, isolation_level=None)
    for statement in statements:
        connection.execute(statement)
    if name != "extra":
        connection.execute("PRAGMA writable_schema = ON")
        connection.execute(
            "UPDATE sqlite_master SET name = ?1, sql = REPLACE(sql, 'extra', ?1),"
            " tbl_name = REPLACE(tbl_name, 'extra', ?1) WHERE name = 'extra'",
            (name,),
        )
    connection.close()


def remarks(busy: Busy) -> list[str]:
    """The messages of the remark, of which a check has at most one."""
    with busy.agency.desk(writes=False) as desk:
        notes = upkeep.check(desk).notes
    return [note.message for note in notes if note.code == "foreign_tables"]


def refused(code: str, call: Any, *args: Any, **options: Any) -> None:
    with pytest.raises(JpcliError) as caught:
        call(*args, **options)
    assert caught.value.code == code


ON_OURS = {
    "index": "CREATE INDEX extra ON {table} (1)",
    "partial index": "CREATE INDEX extra ON {upper} (1) WHERE 1",
    "insert trigger": "CREATE TRIGGER extra AFTER INSERT ON {table} BEGIN SELECT 1; END",
    "update trigger": "CREATE TRIGGER extra BEFORE UPDATE ON {upper} BEGIN SELECT 1; END",
    "delete trigger": "CREATE TRIGGER extra AFTER DELETE ON [{table}] BEGIN SELECT 1; END",
    "view": "CREATE VIEW extra AS SELECT * FROM '{table}'",
    "view in a query": "CREATE VIEW extra AS SELECT (SELECT COUNT(*) FROM main.{upper})",
    "trigger on another": (
        "CREATE TRIGGER extra AFTER INSERT ON notes BEGIN DELETE FROM {table}; END"
    ),
    "trigger that reads": (
        "CREATE TRIGGER extra INSERT ON notes WHEN (SELECT 1 FROM `{table}`) BEGIN SELECT 1; END"
    ),
    "table that refers": "CREATE TABLE extra (a REFERENCES {upper})",
    "table of a search": "CREATE VIRTUAL TABLE extra USING fts5 (a, content={table})",
}


@pytest.mark.parametrize("sql", ON_OURS.values(), ids=ON_OURS)
def test_what_touches_a_table_of_ours_is_a_problem(busy: Busy, sql: str) -> None:
    """One on each of our tables, all in one file."""
    connection = sqlite3.connect(busy.agency.path)
    made = []
    for number, table in enumerate(OURS):
        # A constant can't be indexed; any column will do.
        column = connection.execute(f"SELECT * FROM {table}").description[0][0]
        text = sql.format(table=table, upper=table.upper()).replace("(1)", f"({column})")
        made.append(text.replace("extra", f"extra_{number:02}"))
    connection.close()
    make(busy, FOREIGN, *made)
    problems = busy.agency.problems()
    expected = [("schema_changed", f"extra_{number:02}") for number in range(len(OURS))]
    assert [each for each in problems if each in expected] == expected


@pytest.mark.parametrize("name", [*NAMES, "licenses_by_year", "EXTRA"])
@pytest.mark.parametrize("table", ["events", "licenses", MIGRATIONS])
@pytest.mark.parametrize("kind", ["insert trigger", "view", "trigger on another", "index"])
def test_under_every_name(busy: Busy, kind: str, table: str, name: str) -> None:
    column = {"events": "at", "licenses": "issued_at", MIGRATIONS: "name"}[table]
    sql = ON_OURS[kind].format(table=table).replace("(1)", f"({column})")
    make(busy, FOREIGN, sql, name=name)
    assert busy.agency.problems() == [("schema_changed", name)]


IN_OUR_NAMES = {
    "a trigger called like a table": (
        ["CREATE TRIGGER licenses AFTER INSERT ON licenses BEGIN SELECT 1; END"],
        "licenses",
    ),
    "a trigger called like a table, elsewhere": (
        ["CREATE TRIGGER spans AFTER INSERT ON notes BEGIN SELECT 1; END"],
        "spans",
    ),
    "a view in the place of a table": (
        ["ALTER TABLE marks RENAME TO old", "CREATE VIEW marks AS SELECT * FROM old"],
        "marks",
    ),
    "a table in the place of an index": (
        ["DROP INDEX spans_by_license", "CREATE TABLE spans_by_license (a)"],
        "spans_by_license",
    ),
    "a trigger that lost its table": (
        [
            "DROP TRIGGER closed_invoices_stay",
            "CREATE TRIGGER closed_invoices_stay BEFORE DELETE ON notes BEGIN SELECT 1; END",
        ],
        "closed_invoices_stay",
    ),
    "the library's index on another table": (
        [
            f"DROP INDEX idx_{MIGRATIONS}_migration_set_name",
            f"CREATE INDEX idx_{MIGRATIONS}_migration_set_name ON licenses (issued_at)",
        ],
        f"idx_{MIGRATIONS}_migration_set_name",
    ),
}


@pytest.mark.parametrize(("sql", "name"), IN_OUR_NAMES.values(), ids=IN_OUR_NAMES)
def test_our_names_stand_for_what_is_ours(busy: Busy, sql: list[str], name: str) -> None:
    make(busy, FOREIGN, *sql)
    assert ("schema_changed", name) in busy.agency.problems()


FORGED = {
    "a second trigger of one name": (
        "INSERT INTO sqlite_master (type, name, tbl_name, rootpage, sql)"
        " SELECT type, name, tbl_name, 0, REPLACE(sql, 'ABORT', 'IGNORE')"
        " FROM sqlite_master WHERE name = 'events_are_never_deleted'"
    ),
    "a trigger filed under another table": (
        "UPDATE sqlite_master SET tbl_name = 'notes' WHERE name = 'events_are_never_deleted'"
    ),
}


@pytest.mark.parametrize("sql", FORGED.values(), ids=FORGED)
def test_a_forged_list_of_tables_cant_be_opened(busy: Busy, sql: str) -> None:
    make(busy, FOREIGN, "PRAGMA writable_schema = ON", sql)
    refused("ledger_damaged", busy.agency.check)


OF_OTHERS = {
    "a table": (["CREATE TABLE extra (a)"], "extra"),
    "Litestream's": (
        [
            "CREATE TABLE _litestream_seq (id INTEGER PRIMARY KEY, seq INTEGER)",
            "CREATE TABLE _litestream_lock (id INTEGER)",
        ],
        "_litestream_lock, _litestream_seq",
    ),
    "a table with columns like our tables": (["CREATE TABLE extra (events, sites)"], "extra"),
    "an index on it": (["CREATE TABLE extra (sites)", "CREATE INDEX i ON extra (sites)"], "extra"),
    "a trigger on it": (
        [
            "CREATE TABLE extra (a)",
            "CREATE TRIGGER t AFTER INSERT ON extra BEGIN DELETE FROM extra; END",
        ],
        "extra",
    ),
    "a view of it": (
        ["CREATE TABLE extra (a)", "CREATE VIEW v AS SELECT a FROM extra"],
        "extra, v",
    ),
    "a view of nothing": (["CREATE VIEW extra AS SELECT 1"], "extra"),
    "rows that count": (["CREATE TABLE extra (a INTEGER PRIMARY KEY AUTOINCREMENT)"], "extra"),
    "rows that refer to each other": (
        [
            "PRAGMA foreign_keys = OFF",
            "CREATE TABLE extra (a REFERENCES other)",
            "INSERT INTO extra VALUES (7)",
        ],
        "extra",
    ),
    "an odd name": (['CREATE TABLE "a ""b"" (c" (a)'], 'a "b" (c'),
    "many": (
        [f"CREATE TABLE t{number:02} (a)" for number in range(12)],
        ", ".join(f"t{number:02}" for number in range(10)) + " (and 2 more)",
    ),
}


@pytest.mark.parametrize(("sql", "names"), OF_OTHERS.values(), ids=OF_OTHERS)
def test_what_is_not_ours_is_a_remark_and_goes_with_the_copy(
    busy: Busy, tmp_path: Path, sql: list[str], names: str
) -> None:
    make(busy, *sql)
    assert busy.agency.check()["ok"]
    assert remarks(busy) == [f"Not the ledger's own, and nothing of it touches the ledger: {names}"]
    copy = str(tmp_path / "copy.db")
    assert busy.agency.ask(upkeep.backup, copy)["ok"]
    restored = upkeep.restore(busy.agency.path, copy, replace=True)
    assert restored.data["ok"]
    assert remarks(busy)


def test_a_collation_that_is_only_where_it_was_made_is_no_damage(busy: Busy) -> None:
    connection = sqlite3.connect(busy.agency.path)
    connection.create_collation("theirs", lambda one, other: (one > other) - (one < other))
    connection.execute("CREATE TABLE extra (a TEXT COLLATE theirs PRIMARY KEY)")
    connection.executemany("INSERT INTO extra VALUES (?)", [("b",), ("a",)])
    connection.commit()
    connection.close()
    assert busy.agency.problems() == []


def test_statistics_are_not_even_a_remark(busy: Busy) -> None:
    make(busy, "ANALYZE")
    assert busy.agency.check()["ok"]
    assert remarks(busy) == []


ROWS = [
    f"DELETE FROM {MIGRATIONS}",
    f"UPDATE {MIGRATIONS} SET name = '0002'",
    f"UPDATE {MIGRATIONS} SET migration_set = NULL",
    f"UPDATE {MIGRATIONS} SET applied_at = 'never'",
    f"INSERT INTO {MIGRATIONS} SELECT id + 1, migration_set, '2', applied_at FROM {MIGRATIONS}",
    f"INSERT INTO {MIGRATIONS} (migration_set, name) VALUES ('theirs', '0001')",
    f"DROP TABLE {MIGRATIONS}",
]


@pytest.mark.parametrize("sql", ROWS)
def test_the_list_of_steps_taken_is_checked(busy: Busy, sql: str) -> None:
    make(busy, sql)
    assert ("schema_changed", MIGRATIONS) in busy.agency.problems()


def test_a_list_without_its_columns_is_a_finding(busy: Busy) -> None:
    make(busy, f"ALTER TABLE {MIGRATIONS} RENAME COLUMN name TO title")
    assert MIGRATIONS in [subject for _, subject in busy.agency.problems()]


def test_a_problem_still_stops_a_copy_and_a_restore(busy: Busy, tmp_path: Path) -> None:
    good = str(tmp_path / "good.db")
    busy.agency.ask(upkeep.backup, good)
    make(busy, "CREATE TRIGGER extra AFTER INSERT ON spans BEGIN SELECT 1; END")
    target, content = tmp_path / "copy.db", Path(good).read_bytes()
    refused("ledger_damaged", busy.agency.ask, upkeep.backup, str(target))
    refused("ledger_damaged", upkeep.restore, str(target), busy.agency.path, replace=False)
    refused("ledger_damaged", upkeep.restore, good, busy.agency.path, replace=True)
    assert not target.exists()
    assert Path(good).read_bytes() == content


BROKEN_RULES = {
    "check": "CREATE TABLE notes (x CHECK (x > 0))",
    "not null": "CREATE TABLE notes (x NOT NULL DEFAULT 1)",
    "type": "CREATE TABLE notes (x INT) STRICT",
}


@pytest.mark.parametrize("rule", BROKEN_RULES)
@pytest.mark.parametrize("rows", [1, 30])
def test_rules_of_others_are_theirs_to_keep(busy: Busy, rule: str, rows: int) -> None:
    """Also where there are as many as the check tells of, damage of ours is told."""
    connection = sqlite3.connect(busy.agency.path, isolation_level=None)
    connection.execute("CREATE TABLE notes (x)")
    for _ in range(rows):
        connection.execute("INSERT INTO notes VALUES (?)", (None if rule == "not null" else "",))
    if rule == "check":
        connection.execute("UPDATE notes SET x = -1")
    connection.execute("PRAGMA writable_schema = ON")
    connection.execute(
        "UPDATE sqlite_master SET sql = ? WHERE name = 'notes'", (BROKEN_RULES[rule],)
    )
    connection.close()
    connection = sqlite3.connect(busy.agency.path, isolation_level=None)
    assert connection.execute("PRAGMA integrity_check").fetchall() != [("ok",)]
    assert [text for text in remarks(busy) if "notes" in text]
    for writes in (False, True):  # SQLite looks at a CHECK only where it may write
        with busy.agency.desk(writes=writes) as desk:
            assert upkeep.check(desk).data["problems"] == []
    connection.execute("PRAGMA ignore_check_constraints = ON")
    connection.execute("UPDATE licenses SET child = 7")
    connection.close()
    with busy.agency.desk(writes=True) as desk:
        found = upkeep.check(desk).data["problems"]
    assert ("file_damaged", "CHECK constraint failed in licenses") in [
        (problem["code"], problem["message"]) for problem in found
    ]
