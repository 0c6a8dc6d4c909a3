"""Assigning, unassigning and transferring: where a license runs. Never what is billed (W1).

Owns the three changes of site. A transfer is one event, so there is no moment without a site.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain.words import quoted
from jpcli.services.licenses.choose import NO_CHOICE, check_any, on_chosen
from jpcli.services.licenses.moves import Moves
from jpcli.services.licenses.puts import asks_of, asks_of_license, puts_of
from jpcli.services.licensing import NO_MAIL, act, act_rows
from jpcli.services.refusals import check_nothing_past_due

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.domain.errors import Problem
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row
    from jpcli.services.licenses.choose import Choice
    from jpcli.services.licenses.puts import Puts


def assign(
    desk: Desk,
    keys: list[str],
    site: str,
    client: str | None = None,
    choice: Choice = NO_CHOICE,
) -> Answer[LicensesAnswer]:
    """Put unassigned licenses, named or chosen, on a site, which is made when it is new.

    On that site already: says so. Refused: on another site (`already_assigned`), revoked (R5),
    a bundle's parent, a site of another client (W2).
    """
    check_any(keys, choice)
    request = {"command": "assign", "keys": keys, "site": site, "client": client}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        moves.check_place(site, client)  # once, and not for every key
        rest = f"--site {quoted(site)}" + (f" --client {quoted(client)}" if client else "")
        return on_chosen(
            desk,
            "assign",
            keys,
            choice,
            lambda found: moves.assign(_puts(found, site, client), []),
            rest,
        )

    puts = _puts(keys, site, client)
    asks = chain([lambda: check_nothing_past_due(desk)], asks_of(desk, puts))
    return act(desk, {**request, **choice.fields()}, do, asks)


def _puts(keys: list[str], site: str, client: str | None) -> Puts:
    return [(None, (key, site, client)) for key in keys]


def assign_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    site: str | None = None,
    client: str | None = None,
    *,
    keep_going: bool = False,
) -> Answer[LicensesAnswer]:
    """Put the licenses of a file on the sites that it names, or all of them on `site`; all or
    nothing unless `keep_going`."""

    def do(writer: Writer, puts: Puts) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).assign(puts, problems, keep_going=keep_going)

    puts = puts_of(rows, "site", site, client)
    return act_rows(desk, {"command": "assign"}, puts, problems, do, keep_going=keep_going)


def unassign(
    desk: Desk, keys: list[str], choice: Choice = NO_CHOICE, *, email: bool = True
) -> Answer[LicensesAnswer]:
    """Free licenses, named or chosen, from their sites; they stay active and billed. At Jetpack the
    owners of the sites get a mail, unless `email` is false."""
    check_any(keys, choice)
    request: dict[str, Any] = {"command": "unassign", "keys": keys, **_mailing(email)}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        rest = "" if email else "--no-email"
        return on_chosen(
            desk,
            "unassign",
            keys,
            choice,
            lambda found: moves.unassign(((None, key) for key in found), []),
            rest,
        )

    asks = (ask for key in keys for ask in asks_of_license(desk.ledger, key))
    return act(desk, {**request, **choice.fields()}, do, asks)


def unassign_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    *,
    keep_going: bool = False,
    email: bool = True,
) -> Answer[LicensesAnswer]:
    """Free the licenses that a file names, all or nothing unless `keep_going`."""
    items = ((row.line, str(row.values.get("license_key"))) for row in rows)

    def do(writer: Writer, asked: Iterable[tuple[int, str]]) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).unassign(asked, problems, keep_going=keep_going)

    request = {"command": "unassign", **_mailing(email)}
    return act_rows(desk, request, items, problems, do, keep_going=keep_going)


def _mailing(email: bool) -> dict[str, bool]:
    """What a request has of it: nothing where it is as ever."""
    return {} if email else {NO_MAIL: True}


def transfer(
    desk: Desk, keys: list[str], to: str, client: str | None = None, choice: Choice = NO_CHOICE
) -> Answer[LicensesAnswer]:
    """Move assigned licenses, named or chosen, to another site in one step."""
    check_any(keys, choice)
    request = {"command": "transfer", "keys": keys, "to": to, "client": client}

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        moves = Moves(desk, writer)
        whose = f" --to-client {quoted(client)}" if client else ""
        return on_chosen(
            desk,
            "transfer",
            keys,
            choice,
            lambda found: moves.transfer(_puts(found, to, client), []),
            f"--to {quoted(to)}{whose}",
        )

    asks = asks_of(desk, _puts(keys, to, client))
    return act(desk, {**request, **choice.fields()}, do, asks)


def transfer_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    to: str | None = None,
    client: str | None = None,
    *,
    keep_going: bool = False,
) -> Answer[LicensesAnswer]:
    """Move the licenses of a file to the sites that it names, or all of them `to` one; all or
    nothing unless `keep_going`."""

    def do(writer: Writer, puts: Puts) -> Answer[LicensesAnswer]:
        return Moves(desk, writer).transfer(puts, problems, keep_going=keep_going)

    puts = puts_of(rows, "to", to, client)
    return act_rows(desk, {"command": "transfer"}, puts, problems, do, keep_going=keep_going)
<<<<<<< HEAD


def moving(desk: Desk, writer: Writer) -> _Moves:
    """The changes of site of another command that does them."""
    return _Moves(desk, writer)


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
=======
>>>>>>> 13d357e (Keep what is recorded of a change of site in a file of its own)
