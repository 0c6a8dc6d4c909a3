"""Revoking: the end of a license, for good. The day it happens is still billed (D2).

Owns B2: a bundle goes with all its children; an assigned child is replaced by a new one, so
that the bundle keeps its size and price; an unassigned child can't go by itself. A bundle whose
children are in use goes only when that was agreed to.
"""

from __future__ import annotations

from functools import partial
from os import urandom
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Chosen, Note, joined
from jpcli.domain.errors import JpcliError, Problem, Refused
from jpcli.domain.moments import names_a_day
from jpcli.domain.names import new_keys
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import (
    each_active_child,
    each_child,
    find,
    rows_numbered,
    rows_recorded_after,
)
from jpcli.ledger.writer import asks_about
from jpcli.services.bulk import RowNumbers, Unwritten, apply_each
from jpcli.services.licenses.choose import NO_CHOICE, check_any, check_shown, on_chosen
from jpcli.services.licenses.costs import Saving
from jpcli.services.licenses.in_use import CODE, HINT, in_use_error, in_use_note, nobody
from jpcli.services.licensing import act, act_rows
from jpcli.services.refusals import check_not_before
from jpcli.services.said import revoked_note
from jpcli.services.shapes import license_table, problem_table
from jpcli.services.spool import Spool, noted
from jpcli.services.supposed import without_keys

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.licenses import RevokedAnswer
    from jpcli.ledger.database.connection import Ask, Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row
    from jpcli.services.licenses.choose import Choice
    from jpcli.services.licenses.in_use import Agreed

_CHILD = "bundle_child_unassigned"
_ALONE = "What can be revoked by itself:   jpcli licenses list --state unassigned --no-bundle"


# Of bundles with more children these are not asked for many bundles at once.
_FEW_CHILDREN = 20


def revoke(
    desk: Desk,
    keys: list[str],
    reason: str | None = None,
    agreed: Agreed = nobody,
    choice: Choice = NO_CHOICE,
) -> Answer[RevokedAnswer]:
    """Revoke licenses or whole bundles, named or chosen, all or nothing; `agreed` says which
    bundles may take licenses along that are in use. A dry run tells of these and refuses none.

    Raises BadInput (`unknown_license`, `before_last_event`, `time_in_future`, `bundle_in_use`) or
    Refused (`license_revoked` to another date, R5; `bundle_child_unassigned`, B2).
    """
    check_any(keys, choice)
    request = {"command": "revoke", "keys": keys, "reason": reason}

    def do(writer: Writer) -> Answer[RevokedAnswer]:
        revoking = _Revoking(desk, writer, reason, agreed, choice)
        rest = "" if reason is None else f"--reason {quoted(reason)}"
        return on_chosen(
            desk,
            "revoke",
            keys,
            choice,
            lambda found: revoking.run(((None, key) for key in found), []),
            rest,
        )

    asks = (ask for key in keys for ask in _asks(desk.ledger, key))
    return act(desk, {**request, **choice.fields()}, do, asks)


def revoke_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    reason: str | None = None,
    agreed: Agreed = nobody,
    *,
    keep_going: bool = False,
) -> Answer[RevokedAnswer]:
    """Revoke what the rows of a file name, all or nothing unless `keep_going`; as `revoke`."""
    items = ((row.line, str(row.values.get("license_key"))) for row in rows)

    def do(writer: Writer, asked: Iterable[tuple[int, str]]) -> Answer[RevokedAnswer]:
        revoking = _Revoking(desk, writer, reason, agreed)
        return revoking.run(asked, problems, keep_going=keep_going)

    request = {"command": "revoke", "reason": reason}
    return act_rows(desk, request, items, problems, do, keep_going=keep_going)


def _asks(ledger: Ledger, key: str) -> Iterator[Ask]:
    """What is asked for a license, and the children of a bundle that has few."""
    yield partial(find, ledger, key)
    yield from asks_about(ledger, license_keys=(key,))
    yield partial(_few_children, ledger, key)


def _few_children(ledger: Ledger, key: str) -> None:
    facts = find(ledger, key)
    if facts is not None and facts.is_bundle and facts.bundle_size <= _FEW_CHILDREN:
        list(each_child(ledger, facts.id))


def revoking(desk: Desk, writer: Writer, reason: str | None, agreed: Agreed = nobody) -> _Revoking:
    """The revocations of another command that does them."""
    return _Revoking(desk, writer, reason, agreed)


class _Revoking:
    """The revocations of one command, all in one transaction."""

    def __init__(
        self,
        desk: Desk,
        writer: Writer,
        reason: str | None,
        agreed: Agreed,
        choice: Choice = NO_CHOICE,
    ) -> None:
        self._choice = choice
        self._desk = desk
        self._writer = writer
        self._reason = reason
        self._agreed = agreed
        self._at = desk.effective_at(end_of_day=True)
        self._unwritten = Unwritten(writer)
        self._named = RowNumbers()  # those that were asked for, then those that went with them
        self._along = RowNumbers()
        self._asked = 0
        self._revoked = 0
        self._replaced = 0
        self._already: Spool[Note] = Spool(Note._make)
        self._in_use: Spool[Note] = Spool(Note._make)

    def run(
        self,
        items: Iterable[tuple[int | None, str]],
        problems: list[Problem],
        *,
        keep_going: bool = False,
    ) -> Answer[RevokedAnswer]:
        before, ledger = self._writer.last_seq, self._desk.ledger
        saving = Saving(self._desk, self._writer) if self._desk.dry_run else None
        items = ledger.each(items, lambda item: _asks(ledger, item[1]))
        try:
            left_out = apply_each(
                items,
                self._one,
                problems=problems,
                keep_going=keep_going,
                begins=self._writer.begins,
            )
        except JpcliError as error:
            if error.code == CODE:  # of many at once, too
                error.hint = HINT
            elif any(p.code == _CHILD and p.line is not None for p in error.problems):
                error.hint = f"{error.hint}\n{_ALONE}"
            raise
        self._writer.flush()
        each_once = self._asked == self._revoked == len(self._named)
        for number in self._along:
            self._named.add(number)
        data: RevokedAnswer = {"licenses": license_table(rows_numbered(ledger, self._named))}
        chosen = {"licenses": Chosen("touched") if each_once else Chosen("listed", self._named)}
        if self._replaced:
            rows = rows_recorded_after(ledger, before)
            if self._desk.dry_run:
                rows = without_keys(rows, bundles=False)
            data["replacements"] = license_table(rows)
            chosen["replacements"] = Chosen("made")
        if left_out:
            data["problems"] = problem_table(left_out)
        said = self._said()
        if saving is not None and self._revoked and (saved := saving.told()) is not None:
            data["saves"], note = saved
            said = (*said, note)
        return Answer(data, joined(said, noted(self._in_use), noted(self._already)), chosen=chosen)

    def _said(self) -> tuple[Note, ...]:
        notes = []
        if self._revoked:
            notes.append(revoked_note(self._desk.ledger.calendar, self._revoked, self._at))
        if self._replaced:
            new = count(self._replaced, "new unassigned license")
            notes.append(Note("replaced", f"Put {new} in the bundle instead"))
        return tuple(notes)

    def _one(self, key: str) -> None:
        self._asked += 1
        facts = self._unwritten.settled(key)
        check_shown(self._choice, facts.license_key)
        self._named.add(facts.id)
        if facts.revoked_at is not None:
            self._again(facts, facts.revoked_at)
            return
        check_not_before(self._desk.ledger, facts, self._at)
        if facts.is_bundle:
            self._bundle(facts)
        elif facts.child:
            self._child(facts)
        else:
            self._end(facts)

    def _bundle(self, facts: LicenseFacts) -> None:
        """B2: the parent takes all its children along; none of them may outlive it."""
        sites = set()
        for child in each_child(self._desk.ledger, facts.id):
            check_not_before(self._desk.ledger, child, self._at)
            if child.revoked_at is None and child.site is not None:
                sites.add(child.site)
        if sites:
            self._check_agreed(in_use_note(facts.license_key, sites))
        self._end(facts)
        for child in each_active_child(self._desk.ledger, facts.id):
            self._end(child)
            self._along.add(child.id)

    def _check_agreed(self, note: Note) -> None:
        if not self._agreed(note):
            if not self._desk.dry_run:
                raise in_use_error(note)
            note = note._replace(hint=HINT)
        self._in_use.append(note)

    def _child(self, facts: LicenseFacts) -> None:
        """B2: the bundle keeps its size, so a child is replaced, never just ended."""
        if facts.site is None:
            raise Refused(
                _CHILD,
                f"{facts.license_key} is an unassigned license of a bundle and can't be revoked"
                " by itself",
                hint=f"Revoke the bundle:   jpcli revoke {quoted(str(facts.bundle_key))}",
                subject=facts.license_key,
            )
        self._end(facts)
        (key,) = new_keys(facts.product, 1, urandom)
        terms = events.license_terms(facts.product, facts.bundle_size, facts.bundle_key)
        entry = events.license_issued(key, terms)
        self._writer.record(*entry, at=self._at, reason="replacement")
        self._replaced += 1
        self._unwritten.add(str(facts.bundle_key))  # which has another child now

    def _end(self, facts: LicenseFacts) -> None:
        entry = events.license_revoked(facts.license_key)
        self._writer.record(*entry, at=self._at, reason=self._reason)
        self._revoked += 1
        self._unwritten.add(facts.license_key)

    def _again(self, facts: LicenseFacts, revoked_at: int) -> None:
        """R5: revoking again changes nothing; revoking to another date is refused."""
        at_text, calendar = self._desk.at_text, self._desk.ledger.calendar
        same = at_text is None or self._at == revoked_at
        if at_text is not None and names_a_day(at_text):
            same = calendar.day_of(self._at) == calendar.day_of(revoked_at)
        if not same:
            raise Refused(
                "license_revoked",
                f"{facts.license_key} was revoked at {self._desk.told(revoked_at)}"
                " and can't be revoked to another date",
                hint=f"See its history:   jpcli licenses show {quoted(facts.license_key)}",
                subject=facts.license_key,
            )
        message = f"{facts.license_key} was revoked at {self._desk.told(revoked_at)} already"
        self._already.append(Note("already_revoked", message, "info", facts.license_key))
