"""An answer under an idempotency key: what the ledger keeps of it, and the same answer once more.

Owns the form of that. What licenses looked like is not kept but told again from the events: of a
table of them there is only which they are, in the change whose events are named by their numbers.
Other long lists come before the answer, in events of their own, so that a million rows are neither
in memory nor in one text.
"""

from __future__ import annotations

import json
from itertools import islice
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, LongNotes, Note, Rows

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.answers import Notes, Table
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

# A longer list is in events of its own, so many rows in each.
MOST_ROWS = 1_000


def record_answer(
    desk: Desk, writer: Writer, request_hash: str, answer: Answer[Any], after: int
) -> None:
    """Record an answer under the desk's key, which is not None; its change is the events after
    number `after`."""
    keeping = _Keeping(desk, writer)
    until = writer.last_seq
    data = dict(answer.data)
    tables: dict[str, Any] = {}
    for name, value in answer.data.items():
        chosen = answer.chosen.get(name)
        if chosen is not None:
            data[name] = None  # which keeps its place
            tables[name] = {"how": chosen.how, "numbers": keeping.listed(chosen.numbers)}
        elif isinstance(value, Rows):
            data[name] = None
            tables[name] = {"columns": value.columns, "rows": keeping.listed(value.rows)}
    stored: dict[str, Any] = {"data": data, "notes": keeping.listed(answer.notes)}
    if tables:
        stored["told"] = {"after": after, "until": until, "tables": tables}
    # Not sorted: the order of an answer's fields is that of a table's columns.
    text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    entry = events.request_answered(str(desk.idempotency_key), request_hash, text)
    writer.record(*entry, at=desk.now_at)


def told_again(ledger: Ledger, text: str) -> Answer[Any]:
    """The answer that was recorded as this text, byte for byte, whatever was changed since."""
    stored = json.loads(text)
    told = stored.get("told", {"tables": {}})  # without it everything is in the data
    for name, table in told["tables"].items():
        stored["data"][name] = _table(ledger, table, told)
    return Answer(stored["data"], _notes(ledger, stored["notes"]))


class _Keeping:
    """Puts down the lists of one answer."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer

    def listed(self, rows: Iterable[Any]) -> list[Any] | dict[str, int]:
        """A list as it is, or where its rows stand if it is long."""
        waiting = iter(rows)
        begun = list(islice(waiting, MOST_ROWS + 1))
        if len(begun) <= MOST_ROWS:
            return begun
        first = self._writer.last_seq + 1
        while begun:
            part, begun = begun[:MOST_ROWS], begun[MOST_ROWS:]
            entry = events.request_listed(str(self._desk.idempotency_key), part)
            self._writer.record(*entry, at=self._desk.now_at)
            self._writer.flush()  # a thousand rows each: few of these events fit into memory
            begun += islice(waiting, MOST_ROWS)
        return {"first": first, "last": self._writer.last_seq}


def _rows(ledger: Ledger, stored: list[Any] | Mapping[str, int]) -> Iterator[Any]:
    if isinstance(stored, list):
        return iter(stored)
    from jpcli.ledger.queries.answers import listed_rows

    return listed_rows(ledger, stored["first"], stored["last"])


def _table(ledger: Ledger, table: Mapping[str, Any], told: Mapping[str, int]) -> Table[Any]:
    from jpcli.ledger.queries import earlier_licenses
    from jpcli.services.shapes import license_table
    from jpcli.services.spool import table as kept

    after, until = told["after"], told["until"]
    if "columns" in table:
        return kept(tuple(table["columns"]), map(tuple, _rows(ledger, table["rows"])))
    match table["how"]:
        case "made":
            rows = earlier_licenses.made_between(ledger, after, until)
        case "touched":
            rows = earlier_licenses.touched_between(ledger, after, until)
        case _:
            rows = earlier_licenses.listed(ledger, _rows(ledger, table["numbers"]), until)
    return license_table(rows)


def _notes(ledger: Ledger, stored: list[Any] | Mapping[str, int]) -> Notes:
    if isinstance(stored, list):
        return tuple(Note(*note) for note in stored)
    from jpcli.services.spool import Spool

    spool: Spool[Note] = Spool(Note._make)
    spool.extend(_rows(ledger, stored))
    return LongNotes(spool)
