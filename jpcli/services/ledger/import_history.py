"""Taking over a license history: facts from elsewhere, recorded as they are, all or nothing.

Owns what a history file may say. R1 and R2 do not apply, because importing grants nothing new.
Rows stream: only whose sites are whose is kept.
"""

from __future__ import annotations

from functools import partial
from itertools import chain, islice
from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, JpcliError, by_line, problem_of
from jpcli.domain.limits import MAX_PROBLEMS
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries import licenses
from jpcli.ledger.queries.clients import names_given_up
from jpcli.ledger.queries.history import exported, imported_data
from jpcli.ledger.writer import MANY
from jpcli.services.billing.books import BeforeBooks
from jpcli.services.change import change_as_read, without_rows
from jpcli.services.files.rows import too_many
from jpcli.services.ledger.history_rows import (
    HistoryRow,
    called_now,
    named_places,
    parse_row,
)
from jpcli.services.ledger.imported_bundle import ImportedBundle, Room, check_child
from jpcli.services.ledger.seen_keys import SeenKeys
from jpcli.services.ledger.site_claims import Claims
from jpcli.services.ledger.waiting_rows import WaitingRows
from jpcli.services.refusals import exact_offer
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.ledger import ImportAnswer
    from jpcli.domain.errors import Problem
    from jpcli.domain.imported_life import ImportedLife
    from jpcli.ledger.database.connection import Ask, Ledger
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row


def import_history(
    desk: Desk, rows: Iterable[Row], problems: list[Problem]
) -> Answer[ImportAnswer]:
    """Record every license of the rows; those that are known already change nothing.

    `problems` is filled by the reader of the rows, too. Raises BadInput `bad_history_file` with
    all problems and their lines; then nothing was written.
    """
    request: dict[str, Any] = {"command": "ledger import"}
    found = problems
    if desk.idempotency_key is not None:
        rows = _summed(rows, request)
        found = []  # of its own, because the reader stops at so many: all rows say which file it is
    # A pipe is read here, and what is no such file refused: nobody waits for it with the lock.
    rows = iter(rows)
    begun = list(islice(rows, 1))
    if not (begun or problems):
        none: ImportAnswer = {
            "imported": 0,
            "unchanged": 0,
            "sites": 0,
            "settled_elsewhere": None,
        }
        return without_rows(desk, request, none)

    def do(writer: Writer) -> Answer[ImportAnswer]:
        importing = _Importing(desk, writer, found)
        for row in desk.ledger.each(chain(begun, rows), importing.asks):
            importing.row(row)
        importing.finish()
        if found is not problems and problems:
            request["unread"] = len(problems)  # no file with such lines was ever taken
            found[:] = [*problems, *found]
        if found:
            raise _bad_file(by_line(found))
        new = count(importing.recorded, "license")
        message = f"Imported {new}; {importing.unchanged:,} known already"
        data: ImportAnswer = {
            "imported": importing.recorded,
            "unchanged": importing.unchanged,
            "sites": importing.claims.new_sites,
            "settled_elsewhere": importing.before.found(),
        }
        notes = (Note("imported", message, "ok"), importing.before.note())
        return Answer(data, tuple(note for note in notes if note is not None))

    return change_as_read(desk, request, do)


def _summed(rows: Iterable[Row], request: dict[str, Any]) -> Iterator[Row]:
    """The same rows; at their end their hash is in `request`."""
    from hashlib import sha256

    summed = sha256()
    for row in rows:
        summed.update(repr(row.values).encode())
        yield row
    request["rows"] = summed.hexdigest()


class _Importing:
    """One import: what has been seen, and what waits."""

    def __init__(self, desk: Desk, writer: Writer, problems: list[Problem]) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._writer = writer
        self._problems = problems
        self._offers: dict[tuple[str, int], int] = {}
        self._keys = SeenKeys(writer)
        self._names = SiteNames(desk.ledger, follows=True)
        self._given_up = names_given_up(desk.ledger)
        self._parents: dict[str, HistoryRow] = {}  # those that may not be in the tables yet
        self._orphans = WaitingRows()
        self._room = Room(desk.ledger)
        self.claims = Claims(desk.ledger, writer)
        self._is_first = not licenses.any_license(desk.ledger)
        self.before = BeforeBooks(desk.ledger)
        self.recorded = 0
        self.unchanged = 0

    def asks(self, row: Row) -> Iterator[Ask]:
        """What is asked where a row is taken."""
        ledger, values = self._ledger, row.values
        key, bundle_key = str(values.get("license_key")), values.get("bundle_key")
        if not self._is_first:
            yield lambda: _stored(ledger, key)
        if bundle_key is not None and bundle_key not in self._parents:
            yield partial(licenses.find, ledger, str(bundle_key))
        for site, client in named_places(values):
            yield from self._names.asks_whose(site)
            if client is not None:
                yield partial(self.claims.knows, client)

    def row(self, row: Row) -> None:
        """Take one row; what is wrong with it becomes a problem."""
        if len(self._problems) >= MAX_PROBLEMS:
            if len(self._problems) == MAX_PROBLEMS:
                self._problems.append(too_many(MAX_PROBLEMS, row.line))
            return
        try:
            parsed = self._parsed(row)
            if parsed.bundle_key is not None and not self._has_parent(parsed.bundle_key):
                self._orphans.add(row)
                return
            self._take(parsed)
        except JpcliError as error:
            self._add(error, row.line)

    def finish(self) -> None:
        """Children whose parent came after them, then what sites' clients add up to."""
        self._forget()
        for row in self._orphans:
            if len(self._problems) >= MAX_PROBLEMS:
                self._problems.append(too_many(MAX_PROBLEMS, row.line))
                break
            try:
                parsed = self._parsed(row)
                if not self._has_parent(parsed.bundle_key or ""):
                    raise BadInput(
                        "unknown_bundle_key",
                        f"{parsed.license_key} belongs to {parsed.bundle_key}, which is not there",
                        subject=parsed.license_key,
                    )
                self._take(parsed)
            except JpcliError as error:
                self._add(error, row.line)
        if not self._problems:
            self._writer.flush()
            found = self.claims.settle()
            self._problems += found[:MAX_PROBLEMS]
            if len(found) > MAX_PROBLEMS:
                line = found[MAX_PROBLEMS].line or 0
                self._problems.append(too_many(MAX_PROBLEMS, line))

    def _parsed(self, row: Row) -> HistoryRow:
        if self._given_up:
            row = row._replace(values=called_now(row.values, self._given_up))
        parsed = parse_row(row, self._desk.now_at, self._ledger.calendar, self._names.name)
        if self._keys.is_full():
            self._forget()
        earlier = self._keys.line_of(parsed.license_key, parsed.line)
        if earlier is not None:
            raise BadInput(
                "double_license",
                f"{parsed.license_key} is on line {earlier} already",
                subject=parsed.license_key,
            )
        return parsed

    def _forget(self) -> None:
        """What is in the tables need not be remembered here."""
        self._keys.forget()
        self._parents.clear()
        self._room.forget()

    def _take(self, parsed: HistoryRow) -> None:
        bundle = None if parsed.bundle_key is None else self._bundle(parsed.bundle_key)
        size = parsed.bundle_size if bundle is None else bundle.size
        data = parsed.event_data(size)
        # What is known fitted into its bundle when it came, whatever became of that since.
        if self._is_known(parsed, data):
            self.unchanged += 1
        else:
            if bundle is not None:
                check_child(parsed, bundle)
                self._room.take(parsed, bundle)
            self._check_offer(parsed.product, size)
            for item in parsed.placed:
                self.claims.add(item, parsed.history.revoked_at, parsed.line)
            entry = events.license_imported(parsed.license_key, data)
            self._writer.record(*entry, at=parsed.last_at)
            self._keys.is_license(self._writer.last_seq, parsed.line)
            self.recorded += 1
            if self.recorded == MANY and self._is_first:
                self._writer.expect_many()
            self.before.take(parsed.history.issued_at)
            if size > 1 and bundle is None:
                self._room.of_new(parsed.license_key)
        if size > 1 and parsed.bundle_key is None:
            self._parents[parsed.license_key] = parsed

    def _is_known(self, parsed: HistoryRow, data: ImportedLife) -> bool:
        """Was this very history imported before, or is it what the ledger says now?"""
        if self._is_first:
            return False
        license_id = licenses.number_of(self._ledger, parsed.license_key)
        if license_id is None:
            return False
        self._keys.is_license(license_id, parsed.line)
        told = dict(data)
        imported = imported_data(self._ledger, parsed.license_key)
        if imported == told or exported(self._ledger, parsed.license_key) == told:
            return True
        if imported is not None and self._called_now(imported) == told:
            return True
        raise BadInput(
            "license_differs",
            f"{parsed.license_key} is in the ledger with another history",
            hint=f"See it:   jpcli licenses show {quoted(parsed.license_key)}",
            subject=parsed.license_key,
        )

    def _called_now(self, imported: dict[str, Any]) -> dict[str, Any]:
        """What a file told, with sites and clients as rows are read: by the names of now."""
        stays = [
            {**stay, "site": self._names.name(stay["site"])}
            for stay in imported.get("assignments", ())
        ]
        return called_now({**imported, "assignments": stays}, self._given_up)

    def _has_parent(self, bundle_key: str) -> bool:
        if bundle_key in self._parents:
            return True
        facts = licenses.find(self._ledger, bundle_key)
        return facts is not None and facts.is_bundle

    def _bundle(self, bundle_key: str) -> ImportedBundle:
        """One that is there."""
        parent = self._parents.get(bundle_key)
        if parent is not None:
            return ImportedBundle(parent.product, parent.bundle_size, *parent.history[:2])
        facts = licenses.find(self._ledger, bundle_key)
        assert facts is not None
        return ImportedBundle(facts.product, facts.bundle_size, facts.issued_at, facts.revoked_at)

    def _check_offer(self, product: str, size: int) -> None:
        if (product, size) not in self._offers:
            self._offers[product, size] = exact_offer(self._ledger, product, size)

    def _add(self, error: JpcliError, line: int) -> None:
        self._problems.append(problem_of(error, line))


def _stored(ledger: Ledger, license_key: str) -> None:
    """Ask for a license, and where it is there for how it was imported."""
    if licenses.number_of(ledger, license_key) is not None:
        imported_data(ledger, license_key)


def _bad_file(problems: list[Problem]) -> BadInput:
    first = problems[0]
    codes = {problem.code for problem in problems}
    return BadInput(
        first.code if len(codes) == 1 else "bad_history_file",
        f"{count(len(problems), 'problem')} in the history; nothing was written",
        hint="Mend the lines named and import the file again.",
        subject=first.subject,
        problems=tuple(problems),
    )
