"""Revoking: the end of a license, for good. The day it happens is still billed (D2).

Owns B2: a bundle goes with all its children; an assigned child is replaced by a new one, so
that the bundle keeps its size and price; an unassigned child can't go by itself.
"""

from __future__ import annotations

from os import urandom
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Problem, Refused
from jpcli.domain.moments import names_a_day
from jpcli.domain.names import new_keys
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import all_children, rows_of
from jpcli.services.bulk import apply_each
from jpcli.services.change import change
from jpcli.services.refusals import check_any_named, check_not_before, known_license
from jpcli.services.shapes import license_objects, problem_objects

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.contract.licenses import RevokedAnswer
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row


def revoke(desk: Desk, keys: list[str], reason: str | None = None) -> Answer[RevokedAnswer]:
    """Revoke licenses or whole bundles, all or nothing.

    Raises BadInput (`unknown_license`, `before_last_event`, `time_in_future`) or Refused
    (`license_revoked` to another date, R5; `bundle_child_unassigned`, B2).
    """
    check_any_named(keys)
    request = {"command": "revoke", "keys": keys, "reason": reason}
    items: list[tuple[int | None, str]] = [(None, key) for key in keys]
    return change(desk, request, lambda writer: _Revoking(desk, writer, reason).run(items, []))


def revoke_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    reason: str | None = None,
    *,
    keep_going: bool = False,
) -> Answer[RevokedAnswer]:
    """Revoke what the rows of a file name, all or nothing unless `keep_going`."""
    items: list[tuple[int | None, str]]
    items = [(row.line, str(row.values.get("license_key"))) for row in rows]
    request = {"command": "revoke", "rows": [key for _, key in items], "reason": reason}
    return change(
        desk,
        request,
        lambda writer: _Revoking(desk, writer, reason).run(items, problems, keep_going=keep_going),
    )


class _Revoking:
    """The revocations of one command, all in one transaction."""

    def __init__(self, desk: Desk, writer: Writer, reason: str | None) -> None:
        self._desk = desk
        self._writer = writer
        self._reason = reason
        self._at = desk.effective_at(end_of_day=True)
        self._touched: set[str] = set()
        self._revoked: list[str] = []
        self._replacements: list[str] = []
        self._notes: list[Note] = []

    def run(
        self,
        items: list[tuple[int | None, str]],
        problems: list[Problem],
        *,
        keep_going: bool = False,
    ) -> Answer[RevokedAnswer]:
        apply_each(items, self._one, problems=problems, keep_going=keep_going)
        self._writer.flush()
        ledger = self._desk.ledger
        asked = dict.fromkeys([*(key for _, key in items), *self._revoked])
        data: RevokedAnswer = {"licenses": license_objects(rows_of(ledger, list(asked)))}
        if self._replacements:
            data["replacements"] = license_objects(rows_of(ledger, self._replacements))
            new = count(len(self._replacements), "new unassigned license")
            message = f"{new} took the place in the bundle"
            self._notes.insert(0, Note("replaced", message))
        if self._revoked:
            gone = count(len(self._revoked), "license")
            message = f"Revoked {gone}; {self._last_day()} is billed still"
            self._notes.insert(0, Note("revoked", message, "ok"))
        if problems:
            data["problems"] = problem_objects(problems)
        return Answer(data, tuple(self._notes))

    def _one(self, key: str) -> None:
        if key in self._touched:
            self._writer.flush()
            self._touched.clear()
        facts = known_license(self._desk.ledger, key)
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
        children = all_children(self._desk.ledger, facts.id)
        for child in children:
            check_not_before(self._desk.ledger, child, self._at)
        self._end(facts)
        for child in children:
            if child.revoked_at is None:
                self._end(child)

    def _child(self, facts: LicenseFacts) -> None:
        """B2: the bundle keeps its size, so a child is replaced, never just ended."""
        if facts.site is None:
            raise Refused(
                "bundle_child_unassigned",
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
        self._replacements.append(key)
        self._touched.add(str(facts.bundle_key))  # which has another child now

    def _end(self, facts: LicenseFacts) -> None:
        entry = events.license_revoked(facts.license_key)
        self._writer.record(*entry, at=self._at, reason=self._reason)
        self._revoked.append(facts.license_key)
        self._touched.add(facts.license_key)

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
        self._notes.append(Note("already_revoked", message, "info", facts.license_key))

    def _last_day(self) -> str:
        calendar = self._desk.ledger.calendar
        _, last_day = calendar.touched(self._at - 1, self._at)
        return calendar.iso(last_day)
