"""The steps of one command, one after the other: what was done, and what went wrong.

Owns what stops them. Whatever Jetpack says of one row is about that row; what is not known, not
allowed or not reachable is about all that come after it, too.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import Failed, JpcliError, Problem, Refused, problem_of
from jpcli.ledger.queries.licenses import find
from jpcli.services.jetpack.rehearsal import ASSIGN, ISSUE, REVOKE

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.jetpack.calls import Calls
    from jpcli.services.jetpack.rehearsal import Step
    from jpcli.services.jetpack.runs import Going


class Doing:
    """What became of the steps. `keys` are the licenses that were issued, by the keys that the
    rehearsal made up; `left` are those of steps that were not done, `unplaced` those that were
    issued and not put on their site; `done` counts steps, `changed` the licenses of those that
    issue none, `before` those that an earlier process issued; `error` is the first that went wrong,
    `stopped` the one that ended it. Instants: `since_at` is the first issue, `until_at` the last
    revocation."""

    def __init__(
        self, ledger: Ledger, calls: Calls, going: Going | None, *, keep_going: bool = False
    ) -> None:
        self._ledger = ledger
        self._calls = calls
        self._going = going
        self._keep_going = keep_going
        self.keys: dict[str, str] = {}
        self.left: set[str] = set()
        self.unplaced: set[str] = set()
        self.problems: list[Problem] = []
        self.error: JpcliError | None = None
        self.stopped: JpcliError | None = None
        self.done = 0
        self.changed = 0
        self.before = 0
        self.since_at: int | None = None
        self.until_at: int | None = None

    def all(self, steps: Iterable[Step]) -> None:
        """Do them. An error is kept, with the line of its row; what was done stays."""
        bad_line = None
        for step in steps:
            of_bad_row = step.line is not None and step.line == bad_line
            if self.stopped is not None or of_bad_row:
                self.left.add(step.license_key)
                continue
            try:
                self._one(step)
                self.done += 1
            except JpcliError as error:
                if step.license_key not in self.keys:
                    self.left.add(step.license_key)
                bad_line = step.line
                self.problems.append(problem_of(error, step.line))
                self.error = self.error or error
                if not (self._keep_going and is_plain_no(error)):
                    self.stopped = error

    def _one(self, step: Step) -> None:
        if step.action == ISSUE:
            self._issue(step)
            return
        at, licenses = self._calls.change(step, step.license_key, self._going)
        self.changed += licenses
        if step.action == REVOKE:
            self.until_at = max(at, self.until_at or at)

    def _issue(self, step: Step) -> None:
        """Unless an earlier process did it; then it goes to its site, if it is for one."""
        going, place = self._going, step.place
        key = None if going is None or place is None else going.made.get(place)
        if key is None:
            key, issued_at = self._calls.issue(step, going)
        else:
            facts = find(self._ledger, key)
            assert facts is not None
            issued_at = facts.issued_at
            self.before += 1
            if facts.site is not None or facts.revoked_at is not None or _was_put(step, going):
                step = step._replace(site=None)  # it was put there, or somebody has decided since
        self.keys[step.license_key] = key
        self.since_at = min(issued_at, self.since_at or issued_at)
        if step.site is None:
            return
        try:
            self._calls.change(step._replace(action=ASSIGN), key, going)
        except JpcliError as error:
            self.unplaced.add(step.license_key)
            error.message += f"; {key} was issued, and is on no site"
            error.subject = key
            raise


def is_plain_no(error: JpcliError) -> bool:
    """Whether Jetpack, or a rule, refused for certain, and nothing waits."""
    if error.code == "outcome_unknown":
        return False
    return isinstance(error, Refused) or (
        isinstance(error, Failed) and error.their_status is not None
    )


def _was_put(step: Step, going: Going | None) -> bool:
    return going is not None and step.place in going.put
