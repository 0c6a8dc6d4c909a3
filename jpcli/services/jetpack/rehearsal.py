"""What a command would do, found out by doing it here and taking that back.

Owns the step from the events of such a rehearsal to what is asked of Jetpack: all rules were held
to, all rows read and all sites checked, before anybody is asked for anything. Keys that the
rehearsal made up are only names for what Jetpack is to make.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from typing import TYPE_CHECKING, Any, Generic, NamedTuple

from jpcli.domain import events
from jpcli.domain.answers import Data_co
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.licenses import find
from jpcli.services.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.answers import Answer
    from jpcli.domain.events import Event
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

ISSUE, ASSIGN, UNASSIGN, TRANSFER, REVOKE = "issue", "assign", "unassign", "transfer", "revoke"
_ACTIONS = {
    events.LICENSE_ISSUED: ISSUE,
    events.LICENSE_ASSIGNED: ASSIGN,
    events.LICENSE_UNASSIGNED: UNASSIGN,
    events.LICENSE_TRANSFERRED: TRANSFER,
    events.LICENSE_REVOKED: REVOKE,
}
_KINDS = (*_ACTIONS, *events.ABOUT_OWNERS)
# So many licenses may one row order, with room: places of different rows never meet.
_ROW = 1 << 20


class Step(NamedTuple):
    """One thing to be done for one license. `license_key` is made up where it is to be issued;
    `site` is where it is to be, `before` where it was; `line` is its row's in the file; `place` is
    its own among all that the command may issue, whichever of its rows are left out."""

    action: str
    license_key: str
    product: str
    site: str | None
    before: str | None
    reason: str | None
    line: int | None
    place: int | None


class Rehearsed(NamedTuple, Generic[Data_co]):
    """The answer that the command would give, the steps to it, and whose the sites would be that it
    named; `before_seq` is the number of the last event before it."""

    answer: Answer[Data_co]
    steps: Spool[Step]
    owners: dict[str, str | None]
    before_seq: int


class Lines:
    """The rows of a file, with where in the rehearsal each of them came."""

    def __init__(self, rows: Iterable[tuple[int, Any]]) -> None:
        self._rows = rows
        self._seqs: list[int] = []
        self._lines: list[int] = []

    def given_to(self, writer: Writer) -> Iterable[tuple[int, Any]]:
        """The rows, for what says to the writer when it begins with each."""
        writer.begins = partial(self._note, writer)
        return self._rows

    def _note(self, writer: Writer, line: int | None) -> None:
        if line is None:
            return
        if self._seqs and self._seqs[-1] == writer.last_seq:
            self._lines[-1] = line  # the one before did nothing
        else:
            self._seqs.append(writer.last_seq)
            self._lines.append(line)

    def line_of(self, seq: int) -> int | None:
        """The line whose row recorded the event of this number."""
        number = bisect_left(self._seqs, seq)
        return self._lines[number - 1] if number else None


def rehearsed(
    desk: Desk, do: Callable[[Writer], Answer[Data_co]], lines: Lines | None = None
) -> Rehearsed[Data_co]:
    """Do it and take it back; raises what `do` does."""
    with desk.rehearsing() as writer:
        before = writer.last_seq
        answer = do(writer)
        writer.flush()
        reading = _Reading(desk, lines or Lines(()))
        reading.read(told(desk.ledger, _KINDS, after_seq=before))
        return Rehearsed(answer, reading.steps(), reading.owners, before)


class _Reading:
    """Makes steps of events."""

    def __init__(self, desk: Desk, lines: Lines) -> None:
        self._ledger = desk.ledger
        self._lines = lines
        self._raw: Spool[Step] = Spool(Step._make)
        self._put: dict[str, str] = {}  # made here, and the site that it is for
        self._made: set[str] = set()
        self.owners: dict[str, str | None] = {}

    def read(self, found: Iterable[Event]) -> None:
        line, place = None, 0
        for event in found:
            if event.kind not in _ACTIONS:
                if event.kind in {events.SITE_ADDED, events.SITE_MOVED}:
                    self.owners[event.subject] = event.data["client"]
                continue
            now = self._lines.line_of(event.seq)
            if now != line:
                line, place = now, 0
            if event.kind == events.LICENSE_ISSUED:
                self._issue(event, line, (line or 0) * _ROW + place)
                place += 1
            elif event.subject in self._made:
                self._put[event.subject] = event.data["site"]
            else:
                data, action = event.data, _ACTIONS[event.kind]
                where = (data.get("site"), data.get("from"))
                self._raw.append((action, event.subject, "", *where, event.reason, line, None))

    def _issue(self, event: Event, line: int | None, place: int) -> None:
        if event.data["bundle_key"] is not None:
            return  # Jetpack itself puts a new license into a bundle
        self._made.add(event.subject)
        product = event.data["product"]
        self._raw.append((ISSUE, event.subject, product, None, None, event.reason, line, place))

    def steps(self) -> Spool[Step]:
        """Each with its product, a new license with its site; a bundle takes its children along,
        so they are no steps of their own."""
        found: Spool[Step] = Spool(Step._make)
        bundles: set[str] = set()
        for step in self._raw:
            if step.action == ISSUE:
                found.append(step._replace(site=self._put.get(step.license_key)))
                continue
            facts = find(self._ledger, step.license_key)
            assert facts is not None
            if step.action == REVOKE:
                if facts.bundle_key in bundles:
                    continue
                if facts.is_bundle:
                    bundles.add(facts.license_key)
            found.append(step._replace(product=facts.product))
        return found
