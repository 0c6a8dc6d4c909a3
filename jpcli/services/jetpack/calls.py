"""One step: a wish, a call at Jetpack, and then the same here.

Owns which calls a step is, and what each answer means for the ledger. A license that may have been
issued is never asked for again; all else is, because a second time does no harm.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import events, outside_events
from jpcli.domain.errors import AuthProblem, Busy, JpcliError
from jpcli.domain.words import quoted
from jpcli.jetpack import errors
from jpcli.jetpack.licensing import OutcomeUnknown
from jpcli.ledger.queries.licenses import active_children, find
from jpcli.ledger.queries.wishes import DONE, FAILED
from jpcli.services.jetpack.rehearsal import ASSIGN, ISSUE, REVOKE, TRANSFER, UNASSIGN
from jpcli.services.refusals import check_may_issue, check_nothing_past_due

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.events import Entry
    from jpcli.jetpack.licensing import Licensing, Said
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.jetpack.book import Book
    from jpcli.services.jetpack.rehearsal import Step
    from jpcli.services.jetpack.runs import Going


class Made(NamedTuple):
    """A license that was issued, and since when (an instant)."""

    license_key: str
    issued_at: int


class Changed(NamedTuple):
    """When a change took effect (an instant), and how many licenses it was about."""

    at: int
    licenses: int = 1


class Calls:
    """Carries steps out, one call and one license after the other."""

    def __init__(self, licensing: Licensing, book: Book, *, email: bool = True) -> None:
        self._licensing = licensing
        self._book = book
        self._email = email

    def issue(self, step: Step, going: Going | None) -> Made:
        """One new license. Raises OutcomeUnknown where nobody knows whether there is one, and then
        the wish waits; after any other error there is none."""
        book = self._book

        def wished(writer: Writer) -> int:
            check_may_issue(book.desk)
            return book.wish(writer, step, going, None)

        wish = book.write(wished)
        try:
            said = self._licensing.issue(step.product)
        except OutcomeUnknown as error:
            self._unknown(step, wish, error.request_id)
            raise
        except JpcliError as error:
            self._failed(step.product, wish, error)
            raise
        key, issued_at = said.value.license_key, said.value.issued_at

        def issued(writer: Writer) -> bool:
            if find(book.desk.ledger, key) is not None:
                return False
            entry = events.license_issued(key, events.license_terms(step.product))
            writer.record(*entry, at=issued_at, reason=step.reason)
            book.settle(writer, step.product, wish, DONE, key, said.request_id)
            return True

        try:
            is_new = book.keep(issued)
        except JpcliError as error:
            error.message += f"; Jetpack issued {key}, and that is not recorded"
            error.hint = (
                f"When it can be:   jpcli jetpack resolve {quoted(f'w{wish}')} --key {quoted(key)}"
            )
            raise
        if not is_new:
            self._unknown(step, wish, said.request_id)
            why = f"it answered with {key}, which the ledger has already"
            raise errors.outcome_unknown(step.product, why, said.request_id)
        return Made(key, issued_at)

    def change(self, step: Step, key: str, going: Going | None) -> Changed:
        """Any other step, for the license `key`. Busy leaves the wish
        unfinished, and so does an error after which it may be done nevertheless."""
        book = self._book

        def wished(writer: Writer) -> tuple[int, bool]:
            if step.action == ASSIGN:
                check_nothing_past_due(book.desk)
            _check_as_rehearsed(step, key, find(book.desk.ledger, key))
            unsure = book.clear(writer, key)
            return book.wish(writer, step, going, key), unsure

        wish, unsure = book.write(wished)
        do = {ASSIGN: self._assign, UNASSIGN: self._unassign, TRANSFER: self._transfer}
        try:
            if step.action == REVOKE:
                return self._revoke(step, key, wish, unsure=unsure)
            said = do[step.action](step, key, unsure=unsure)
        except _Unfinished as left:
            raise left.error from None
        except _Homeless as left:
            entry = events.license_unassigned(key, step.before)
            self._moved(step, key, wish, entry, None, outcome=FAILED)
            raise left.error from None
        except JpcliError as error:
            if not _may_be_done(step.action, error):
                self._failed(key, wish, error)
            raise
        return self._moved(step, key, wish, _moving(step, key), said)

    def _assign(self, step: Step, key: str, *, unsure: bool) -> Said | None:
        assert step.site is not None
        return _unless(
            lambda error: error.their_code == errors.ON_SAME_SITE,
            lambda: self._licensing.attach(key, str(step.site), unsure=unsure),
        )

    def _unassign(self, step: Step, key: str, *, unsure: bool) -> Said | None:  # noqa: ARG002
        return self._off(key, unsure=unsure, email=self._email)

    def _off(self, key: str, *, unsure: bool, email: bool) -> Said | None:
        return _unless(
            errors.is_not_attached,
            lambda: self._licensing.detach(key, email=email, unsure=unsure),
        )

    def _transfer(self, step: Step, key: str, *, unsure: bool) -> Said | None:
        """Off the old site and on the new one, and nobody gets a mail; refused there it is put
        back."""
        try:
            self._off(key, unsure=unsure, email=False)
        except JpcliError as error:
            if _may_be_done(UNASSIGN, error):
                raise _Unfinished(error) from None
            raise
        try:
            return self._assign(step, key, unsure=False)  # it is on none now
        except JpcliError as error:
            if isinstance(error, AuthProblem) or _may_be_done(ASSIGN, error):
                raise _Unfinished(error) from None
            self._put_back(key, str(step.before), error)
            raise

    def _put_back(self, key: str, site: str, error: JpcliError) -> None:
        try:
            self._licensing.attach(key, site)
        except JpcliError as second:
            if isinstance(second, AuthProblem) or _may_be_done(ASSIGN, second):
                raise _Unfinished(second) from None
            error.message += f"; {site} did not take it back either, so it is on no site now"
            raise _Homeless(error) from None
        error.message += f"; it is back on {site}"

    def _moved(
        self,
        step: Step,
        key: str,
        wish: int,
        entry: Entry,
        said: Said | None,
        *,
        outcome: str = DONE,
    ) -> Changed:
        book = self._book

        def moved(writer: Writer) -> Changed:
            at = max(book.now_at, book.facts(key).last_at)
            if said is not None and said.value.attached_at is not None and step.site is not None:
                at = max(said.value.attached_at, book.facts(key).last_at)
            if entry[2]["site"] is not None:
                book.place(writer, entry[2]["site"])
            writer.record(*entry, at=at, reason=step.reason)
            book.settle(writer, key, wish, outcome, key, said and said.request_id)
            if said is not None:
                book.seen(writer, step.site, said.value)
            return Changed(at)

        return book.keep(moved)

    def _revoke(self, step: Step, key: str, wish: int, *, unsure: bool) -> Changed:
        """A license, or a bundle with its children: Jetpack ends these with it (B2)."""
        book = self._book
        said = self._licensing.revoke(key, unsure=unsure)
        until_at = book.now_at if said.value.revoked_at is None else said.value.revoked_at
        ends = [(key, until_at)]
        facts = book.facts(key)
        children = active_children(book.desk.ledger, facts.id) if facts.is_bundle else []
        ends += [(each.license_key, self._end_of(each.license_key, until_at)) for each in children]

        def revoked(writer: Writer) -> None:
            for each, at in ends:
                if book.facts(each).revoked_at is None:
                    writer.record(*events.license_revoked(each), at=at, reason=step.reason)
            book.settle(writer, key, wish, DONE, key, said.request_id)

        book.keep(revoked)
        return Changed(until_at, len(ends))

    def _end_of(self, key: str, with_at: int) -> int:
        """When a bundle's child ended: as Jetpack says, else with its bundle."""
        try:
            found = self._licensing.revoke(key, unsure=True).value.revoked_at
        except (Busy, AuthProblem) as error:
            raise _Unfinished(error) from None
        except JpcliError:
            return with_at
        return with_at if found is None else found

    def _unknown(self, step: Step, wish: int, request_id: str | None) -> None:
        entry = outside_events.wish_unknown(step.product, wish, request_id)
        self._book.keep(lambda writer: writer.record(*entry, at=self._book.now_at))

    def _failed(self, subject: str, wish: int, error: JpcliError) -> None:
        book = self._book
        book.keep(lambda writer: book.settle(writer, subject, wish, FAILED, None, error.request_id))


class _Left(Exception):
    """A step ended half-way; `error` says why."""

    def __init__(self, error: JpcliError) -> None:
        super().__init__(error.message)
        self.error = error


class _Unfinished(_Left):
    """The wish waits: the same command again, or `jetpack resolve`, does the rest."""


class _Homeless(_Left):
    """A license is on no site, though that was not asked for."""


def _unless(so: Callable[[JpcliError], bool], call: Callable[[], Said]) -> Said | None:
    """A call; None where Jetpack says that it is so already, which is what was asked for (R5)."""
    try:
        return call()
    except JpcliError as error:
        if so(error):
            return None
        raise


def _may_be_done(action: str, error: JpcliError) -> bool:
    """Whether a call that failed may have been done, by a try before the one that was answered. A
    site that refuses a license does not have it, unless the answer is that it is on one; one that
    was revoked meanwhile is on none, and a wish that waited would keep that from being recorded."""
    if isinstance(error, Busy):
        return True
    if not error.unsure or error.their_code == errors.REVOKED:
        return False
    if action not in {ASSIGN, TRANSFER} or isinstance(error, AuthProblem):
        return True
    return error.their_code in {None, errors.ATTACHED}


def _moving(step: Step, key: str) -> Entry:
    if step.site is None:
        return events.license_unassigned(key, step.before)
    if step.action in {ASSIGN, ISSUE}:
        return events.license_assigned(key, step.site)
    return events.license_transferred(key, step.site, step.before)


def _check_as_rehearsed(step: Step, key: str, facts: LicenseFacts | None) -> None:
    """Busy `changed_meanwhile` where another command has changed the license since."""
    is_there = facts is not None and facts.revoked_at is None
    if facts is not None and is_there and (step.action == REVOKE or facts.site == step.before):
        return
    raise Busy(
        "changed_meanwhile",
        f"{key} was changed by another command meanwhile",
        hint="Run the same command again.",
        subject=key,
    )
