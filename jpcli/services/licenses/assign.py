"""Assigning, unassigning and transferring: where a license runs. Never what is billed (W1).

Owns the three changes of site. A transfer is one event, so there is no moment without a site.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Problem, Refused
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import rows_of
from jpcli.services.bulk import apply_each
from jpcli.services.change import change
from jpcli.services.refusals import assignable_license, check_any_named, check_nothing_past_due
from jpcli.services.shapes import license_objects, problem_objects
from jpcli.services.sites.named import Places

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.domain.events import Entry
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row


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
    pairs: list[tuple[int | None, tuple[str, str, str | None]]]
    pairs = [(None, (key, to, client)) for key in keys]
    request = {"command": "transfer", "keys": keys, "to": to, "client": client}
    return change(desk, request, lambda writer: _Moves(desk, writer).transfer(pairs, []))


def transfer_rows(
    desk: Desk, rows: Iterable[Row], problems: list[Problem], *, keep_going: bool = False
) -> Answer[LicensesAnswer]:
    """Move what the rows of a file say, all or nothing unless `keep_going`."""
    pairs: list[tuple[int | None, tuple[str, str, str | None]]]
    pairs = [
        (row.line, (str(row.values.get("license_key")), str(row.values.get("to")), None))
        for row in rows
    ]
    request = {"command": "transfer", "rows": [list(pair) for _, pair in pairs]}
    return change(
        desk,
        request,
        lambda writer: _Moves(desk, writer).transfer(pairs, problems, keep_going=keep_going),
    )


class _Moves:
    """The changes of site of one command, all in one transaction."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        self._at = desk.effective_at()
        self._touched: set[str] = set()
        self._places = Places(writer)
        self._notes: list[Note] = []
        self._moved = 0

    def assign(self, keys: list[str], site: str, client: str | None) -> Answer[LicensesAnswer]:
        url, name = self._places.check(site, client)
        check_nothing_past_due(self._desk)

        def one(key: str) -> None:
            facts = self._facts(key)
            if facts.site == url:
                self._already("already_on_site", key, f"{key} is on {url} already")
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
        return self._answer(keys, f"assigned to {url}")

    def unassign(self, keys: list[str]) -> Answer[LicensesAnswer]:
        def one(key: str) -> None:
            facts = self._facts(key)
            if facts.site is None:
                self._already("already_unassigned", key, f"{key} is on no site already")
                return
            self._record(events.license_unassigned(key, facts.site))

        self._each(keys, one)
        return self._answer(keys, "unassigned; still active and billed")

    def transfer(
        self,
        moves: list[tuple[int | None, tuple[str, str, str | None]]],
        problems: list[Problem],
        *,
        keep_going: bool = False,
    ) -> Answer[LicensesAnswer]:
        def one(move: tuple[str, str, str | None]) -> None:
            key, to, client = move
            url, name = self._places.check(to, client)
            facts = self._facts(key)
            if facts.site is None:
                raise Refused(
                    "not_assigned",
                    f"{key} is on no site, so there is nothing to transfer",
                    hint=f"Assign it:   jpcli assign {quoted(key)} --site {quoted(url)}",
                    subject=key,
                )
            if facts.site == url:
                self._already("already_on_site", key, f"{key} is on {url} already")
                return
            self._move(events.license_transferred(key, url, facts.site), url, name)

        apply_each(moves, one, problems=problems, keep_going=keep_going)
        keys = list(dict.fromkeys(move[0] for _, move in moves))
        answer = self._answer(keys, "transferred")
        if problems:
            answer.data["problems"] = problem_objects(problems)
        return answer

    def _each(self, keys: list[str], one: Any) -> None:
        check_any_named(keys)
        apply_each([(None, key) for key in keys], one, problems=[])

    def _facts(self, key: str) -> LicenseFacts:
        """The license as it is now, with what this command did to it before."""
        if key in self._touched:
            self._writer.flush()
            self._touched.clear()
        return assignable_license(self._desk.ledger, key, self._at)

    def _move(self, entry: Entry, url: str, client: str | None) -> None:
        self._places.ensure(url, client, self._at)
        self._record(entry)

    def _record(self, entry: Entry) -> None:
        _, key, _ = entry
        self._writer.record(*entry, at=self._at)
        self._touched.add(key)
        self._moved += 1

    def _already(self, code: str, key: str, message: str) -> None:
        self._notes.append(Note(code, message, "info", key))

    def _answer(self, keys: list[str], what: str) -> Answer[LicensesAnswer]:
        self._writer.flush()
        if self._moved:
            message = f"{count(self._moved, 'license')} {what}"
            self._notes.insert(0, Note("changed", message, "ok"))
        unique = list(dict.fromkeys(keys))
        rows = license_objects(rows_of(self._desk.ledger, unique))
        return Answer({"licenses": rows}, tuple(self._notes))
