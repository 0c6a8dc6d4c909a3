"""Assigning, unassigning and transferring: where a license runs. Never what is billed (W1).

Owns the three changes of site. A transfer is one event, so there is no moment without a site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Chosen, Note, joined
from jpcli.domain.errors import Problem, Refused
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import find, rows_numbered
from jpcli.services.bulk import Numbers, Unwritten, apply_each
from jpcli.services.change import change, change_rows
from jpcli.services.refusals import assignable, check_any_named, check_nothing_past_due
from jpcli.services.shapes import license_table, problem_table
from jpcli.services.sites.named import Places
from jpcli.services.spool import Spool, noted

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.domain.events import Entry
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

    # A line and what it says: a license, a site to move it to, and whose that is.
    _Pair = tuple[int | None, tuple[str, str, str | None]]


def assign(
    desk: Desk, keys: list[str], site: str, client: str | None = None
) -> Answer[LicensesAnswer]:
    """Put unassigned licenses on a site, which is made when it is new.

    On that site already: says so. Refused: on another site (`already_assigned`), revoked (R5),
    a bundle's parent, a site of another client (W2).
    """
    request = {"command": "assign", "keys": keys, "site": site, "client": client}
    return change(desk, request, lambda writer: _Moves(desk, writer).assign(keys, site, client))


def unassign(desk: Desk, keys: list[str]) -> Answer[LicensesAnswer]:
    """Free licenses from their sites; they stay active and billed."""
    request = {"command": "unassign", "keys": keys}
    return change(desk, request, lambda writer: _Moves(desk, writer).unassign(keys))


def transfer(
    desk: Desk, keys: list[str], to: str, client: str | None = None
) -> Answer[LicensesAnswer]:
    """Move assigned licenses to another site in one step."""
    check_any_named(keys)
    pairs: list[_Pair] = [(None, (key, to, client)) for key in keys]
    request = {"command": "transfer", "keys": keys, "to": to, "client": client}
    return change(desk, request, lambda writer: _Moves(desk, writer).transfer(pairs, []))


def transfer_rows(
    desk: Desk, rows: Iterable[Row], problems: list[Problem], *, keep_going: bool = False
) -> Answer[LicensesAnswer]:
    """Move what the rows of a file say, all or nothing unless `keep_going`."""
    pairs = (
        (row.line, (str(row.values.get("license_key")), str(row.values.get("to")), None))
        for row in rows
    )

    def do(writer: Writer, items: Iterable[_Pair]) -> Answer[LicensesAnswer]:
        return _Moves(desk, writer).transfer(items, problems, keep_going=keep_going)

    return change_rows(desk, {"command": "transfer"}, pairs, do)


class _Moves:
    """The changes of site of one command, all in one transaction."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        self._at = desk.effective_at()
        self._unwritten = Unwritten(writer)
        self._places = Places(writer)
        self._named = Numbers()
        self._already: Spool[Note] = Spool(Note._make)
        self._asked = 0
        self._moved = 0

    def assign(self, keys: list[str], site: str, client: str | None) -> Answer[LicensesAnswer]:
        url, name = self._places.check(site, client)
        check_nothing_past_due(self._desk)

        def one(key: str) -> None:
            facts = self._assignable(self._found(key), key)
            if facts.site == url:
                self._is_already("already_on_site", key, f"{key} is on {url} already")
                return
            if facts.site is not None:
                raise Refused(
                    "already_assigned",
                    f"{key} is on {facts.site}",
                    hint=f"Move it in one step:   jpcli transfer {quoted(key)} --to {quoted(url)}",
                    subject=key,
                )
            self._move(events.license_assigned(key, url), url, name)

        self._each(keys, one)
        return self._answer(f"assigned to {url}")

    def unassign(self, keys: list[str]) -> Answer[LicensesAnswer]:
        def one(key: str) -> None:
            facts = self._assignable(self._found(key), key)
            if facts.site is None:
                self._is_already("already_unassigned", key, f"{key} is on no site already")
                return
            self._record(events.license_unassigned(key, facts.site))

        self._each(keys, one)
        return self._answer("unassigned; still active and billed")

    def transfer(
        self, moves: Iterable[_Pair], problems: list[Problem], *, keep_going: bool = False
    ) -> Answer[LicensesAnswer]:
        def one(move: tuple[str, str, str | None]) -> None:
            key, to, client = move
            found = self._found(key)
            url, name = self._places.check(to, client)
            facts = self._assignable(found, key)
            if facts.site is None:
                raise Refused(
                    "not_assigned",
                    f"{key} is on no site, so there is nothing to transfer",
                    hint=f"Assign it:   jpcli assign {quoted(key)} --site {quoted(url)}",
                    subject=key,
                )
            if facts.site == url:
                self._is_already("already_on_site", key, f"{key} is on {url} already")
                return
            self._move(events.license_transferred(key, url, facts.site), url, name)

        left_out = apply_each(moves, one, problems=problems, keep_going=keep_going)
        answer = self._answer("transferred")
        if left_out:
            answer.data["problems"] = problem_table(left_out)
        return answer

    def _each(self, keys: list[str], one: Any) -> None:
        check_any_named(keys)
        apply_each([(None, key) for key in keys], one, problems=[])

    def _found(self, key: str) -> LicenseFacts | None:
        """The license as it is now, with what this command did to it before."""
        self._asked += 1
        self._unwritten.settle(key)
        facts = find(self._desk.ledger, key)
        if facts is not None:
            self._named.add(facts.id)
        return facts

    def _assignable(self, found: LicenseFacts | None, key: str) -> LicenseFacts:
        return assignable(self._desk.ledger, found, key, self._at)

    def _move(self, entry: Entry, url: str, client: str | None) -> None:
        self._places.ensure(url, client, self._at)
        self._record(entry)

    def _record(self, entry: Entry) -> None:
        _, key, _ = entry
        self._writer.record(*entry, at=self._at)
        self._unwritten.add(key)
        self._moved += 1

    def _is_already(self, code: str, key: str, message: str) -> None:
        self._already.append(Note(code, message, "info", key))

    def _answer(self, what: str) -> Answer[LicensesAnswer]:
        self._writer.flush()
        changed = Note("changed", f"{count(self._moved, 'license')} {what}", "ok")
        said = (changed, *self._places.notes()) if self._moved else ()
        notes = joined(said, noted(self._already))
        rows = license_table(rows_numbered(self._desk.ledger, self._named))
        each_once = self._asked == self._moved == len(self._named)
        chosen = Chosen("touched") if each_once else Chosen("listed", self._named)
        return Answer({"licenses": rows}, notes, chosen={"licenses": chosen})
