"""The changes of site of one command, as they are checked and recorded: one event each, so that a
transfer has no moment without a site."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Chosen, Note, joined
from jpcli.domain.errors import Problem, Refused
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import rows_numbered
from jpcli.services.bulk import RowNumbers, Unwritten, apply_each
from jpcli.services.licenses.puts import asks_of_license, asks_to_put
from jpcli.services.refusals import check_assignable, check_nothing_past_due
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
    from jpcli.services.licenses.puts import Put, Puts


class Moves:
    """The changes of site of one command, all in one transaction."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        self._at = desk.effective_at()
        self._unwritten = Unwritten(writer)
        self._places = Places(writer)
        self._named = RowNumbers()
        self._already: Spool[Note] = Spool(Note._make)
        self._to: set[str] = set()  # at most two of them
        self._asked = 0
        self._moved = 0

    def check_place(self, site: str, client: str | None) -> None:
        """Errors as `Places.check`."""
        self._places.check(site, client)

    def assign(
        self, puts: Puts, problems: list[Problem], *, keep_going: bool = False
    ) -> Answer[LicensesAnswer]:
        check_nothing_past_due(self._desk)
        puts = self._foreseen(puts)

        def one(put: Put) -> None:
            named, site, client = put
            facts = self._found(named)
            key = facts.license_key
            url, name = self._places.check(site, client)
            check_assignable(self._desk.ledger, facts, self._at)
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

        left_out = apply_each(
            puts, one, problems=problems, keep_going=keep_going, begins=self._writer.begins
        )
        return self._answer("Assigned", self._whereto(), left_out)

    def unassign(
        self,
        items: Iterable[tuple[int | None, str]],
        problems: list[Problem],
        *,
        keep_going: bool = False,
    ) -> Answer[LicensesAnswer]:
        ledger = self._desk.ledger
        items = ledger.each(items, lambda item: asks_of_license(ledger, item[1]))

        def one(named: str) -> None:
            facts = self._found(named)
            key = facts.license_key
            check_assignable(self._desk.ledger, facts, self._at)
            if facts.site is None:
                self._is_already("already_unassigned", key, f"{key} is on no site already")
                return
            self._record(events.license_unassigned(key, facts.site))

        left_out = apply_each(
            items, one, problems=problems, keep_going=keep_going, begins=self._writer.begins
        )
        return self._answer("Unassigned", "; still active and billed", left_out)

    def transfer(
        self, puts: Puts, problems: list[Problem], *, keep_going: bool = False
    ) -> Answer[LicensesAnswer]:
        puts = self._foreseen(puts)

        def one(put: Put) -> None:
            named, to, client = put
            facts = self._found(named)
            key = facts.license_key
            url, name = self._places.check(to, client)
            check_assignable(self._desk.ledger, facts, self._at)
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

        left_out = apply_each(
            puts, one, problems=problems, keep_going=keep_going, begins=self._writer.begins
        )
        return self._answer("Transferred", self._whereto(), left_out)

    def _foreseen(self, puts: Puts) -> Puts:
        names = self._places.names
        return self._desk.ledger.each(puts, lambda item: asks_to_put(names, item[1]))

    def _whereto(self) -> str:
        """The site where all of them are now, where it is one."""
        return f" to {next(iter(self._to))}" if len(self._to) == 1 else ""

    def _found(self, named: str) -> LicenseFacts:
        """The license as it is now, with what this command did to it before."""
        self._asked += 1
        facts = self._unwritten.settled(named)
        self._named.add(facts.id)
        return facts

    def _move(self, entry: Entry, url: str, client: str | None) -> None:
        self._places.ensure(url, client, self._at)
        self._record(entry)
        if len(self._to) < 2:
            self._to.add(url)

    def _record(self, entry: Entry) -> None:
        _, key, _ = entry
        self._writer.record(*entry, at=self._at)
        self._unwritten.add(key)
        self._moved += 1

    def _is_already(self, code: str, key: str, message: str) -> None:
        self._already.append(Note(code, message, "info", key))

    def _answer(self, done: str, how: str, left_out: Spool[Problem]) -> Answer[LicensesAnswer]:
        self._writer.flush()
        changed = Note("changed", f"{done} {count(self._moved, 'license')}{how}", "ok")
        said = (changed, *self._places.notes()) if self._moved else ()
        notes = joined(said, noted(self._already))
        rows = license_table(rows_numbered(self._desk.ledger, self._named))
        each_once = self._asked == self._moved == len(self._named)
        chosen = Chosen("touched") if each_once else Chosen("listed", self._named)
        data: LicensesAnswer = {"licenses": rows}
        if left_out:
            data["problems"] = problem_table(left_out)
        return Answer(data, notes, chosen={"licenses": chosen})
