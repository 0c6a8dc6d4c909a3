"""Making a ledger on a server, whole or not at all: tables and first events are one transaction."""

from __future__ import annotations

from contextlib import closing, suppress
from itertools import islice
from typing import TYPE_CHECKING, Any

import psycopg

from jpcli.domain import events
from jpcli.domain.errors import BadInput, Failed, JpcliError, Refused
from jpcli.domain.words import is_text
from jpcli.ledger.database import server_schema
from jpcli.ledger.database.postgres import PostgresLedger, open_server
from jpcli.ledger.database.server_link import WAIT_SECONDS, Link
from jpcli.ledger.database.waiting import wait_seconds
from jpcli.ledger.upkeep.check import check_ledger
from jpcli.ledger.upkeep.copies import open_backup
from jpcli.ledger.upkeep.migration import open_as_newest
from jpcli.ledger.writer import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.upkeep.check import CheckReport
    from jpcli.ledger.upkeep.copies import Complete, Inspect

TAKEN = "ledger_exists"
# What has a name of ours there already, whoever made it.
_TAKEN = (
    "SELECT c.relname FROM pg_class c WHERE c.relname = ANY(%s)"
    " AND c.relnamespace = CAST(current_schema() AS regnamespace) ORDER BY c.relname"
)
_HEAD = "SELECT seq, hash FROM chain WHERE id = 1"
_ROWS = 5_000
# Two that make one at the same time meet at the names of the tables.
_NAMES_TAKEN = ("42P07", "23505", "42723")


def create_on_server(
    address: str,
    meta: Mapping[str, str],
    *,
    actor: str,
    now_at: int,
    first_events: Callable[[Writer], None],
) -> None:
    """Make the ledger at `address` with the fixed facts `meta`, then what `first_events` records.

    Raises Refused `ledger_exists` where it, or a table with a name of ours, is there already;
    errors as `open_server`.
    """

    def fill(ledger: PostgresLedger) -> None:
        writer = Writer(ledger, actor=actor, now_at=now_at)
        writer.record(*events.ledger_created(meta))
        first_events(writer)
        writer.finish()

    make(address, meta, fill)


def make(address: str, meta: Mapping[str, str], fill: Callable[[PostgresLedger], None]) -> None:
    """Make the tables at `address` and fill them, in one transaction; errors as
    `create_on_server`."""
    link = Link(address, wait_seconds(WAIT_SECONDS))
    try:
        _check_free(link)
        ledger = PostgresLedger(link, meta, reads=False)
        with ledger.transaction(locks=False):
            for statement in server_schema.statements():
                ledger.execute(statement)
            fill(ledger)
    except psycopg.Error as error:
        if error.sqlstate in _NAMES_TAKEN:
            raise _already_there(link.path) from None
        raise
    finally:
        link.close()


def fill_server(
    source: Ledger, address: str, inspect: Inspect, complete: Complete | None = None
) -> CheckReport:
    """Copy a ledger to `address`; the copy is checked before it is kept, `inspect` may raise to
    call it off, and `complete` may write to it. Errors as `create_on_server`, and Failed
    `text_not_kept`."""
    reports: list[CheckReport] = []

    def fill(ledger: PostgresLedger) -> None:
        pour(source, ledger)
        reports.append(check_ledger(ledger))
        inspect(reports[0])
        head = source.one(_HEAD)
        if head is not None:
            ledger.promise(*head)
        if complete is not None:
            complete(ledger, reports[0], None)

    make(address, dict(source.all("SELECT key, value FROM meta")), fill)
    return reports[0]


def restore_on_server(
    source: str, address: str, inspect: Inspect, complete: Complete
) -> CheckReport:
    """The same from a file, which may be of an older schema. What is there as it is in the file was
    restored before."""
    open_backup(source).close()  # says what is no backup
    with closing(open_as_newest(source)) as ledger:
        try:
            return fill_server(ledger, address, inspect, complete)
        except Refused as error:
            before = None
            if error.code == TAKEN:
                with suppress(JpcliError):  # what is there may be no ledger, or an older one
                    before = same_on_server(ledger, address)
            if before is None:
                raise
            return before


def same_on_server(source: Ledger, address: str) -> CheckReport | None:
    """The report on `address` where that has all of `source` as it stands now; else None."""
    try:
        there = open_server(address, writes=False)
    except BadInput as error:
        if error.code != "no_ledger":
            raise
        return None
    with closing(there):
        if there.one(_HEAD) != source.one(_HEAD):
            return None
        report = check_ledger(there)
    return None if report.problems else report


def pour(source: Ledger, target: PostgresLedger, *, leaving_out: tuple[str, ...] = ()) -> None:
    """Copy all rows, but for those of some tables; errors as `fill_server`."""
    for table, columns, rows in server_schema.contents(source):
        if table in leaving_out:
            continue
        marks = ", ".join("?" * len(columns.split(", ")))
        into = f"INSERT INTO {table} ({columns}) VALUES ({marks})"
        while several := list(islice(rows, _ROWS)):
            for row in several:
                _check_texts(table, row)
            target.execute_many(into, several)


def _check_texts(table: str, row: tuple[Any, ...]) -> None:
    """What a file may have in a text, and a server refuses."""
    for cell in row:
        if isinstance(cell, str) and ("\0" in cell or not is_text(cell)):
            what = f"event {row[0]}" if table == "events" else f"{table} {row[0]}"
            message = f"{what} has a text that a server can't keep; nothing was written"
            raise Failed("text_not_kept", message, subject=what)


def check_server_free(address: str) -> None:
    """Refuse a place that has a ledger, or a table with a name of ours (`ledger_exists`)."""
    link = Link(address, wait_seconds(WAIT_SECONDS))
    try:
        _check_free(link)
    finally:
        link.close()


def _check_free(link: Link) -> None:
    try:
        taken = link.send([(_TAKEN, (list(server_schema.TABLES),))]).fetchall()
    except psycopg.Error as error:
        link.fail(error)
    if taken:
        raise _already_there(link.path)


def _already_there(path: str) -> Refused:
    return Refused(
        TAKEN,
        f"There is a ledger, or a table with a name of its tables, at {path} already;"
        " a ledger is never overwritten",
        hint="Name another with --ledger, or use it:   jpcli status",
        subject=path,
    )
