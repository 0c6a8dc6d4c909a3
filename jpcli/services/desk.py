"""The desk: one open ledger, and who asks, when, and how.

Owns what every use case shares: the instant of a change and its limits, idempotency keys, dry
runs, the primary-card refusal. It holds no rule of its own.
"""

from __future__ import annotations

import json
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import format_instant, is_date, parse_date, parse_instant
from jpcli.ledger.database.connection import LedgerOlder, open_ledger
from jpcli.ledger.queries import invoices

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.writer import Writer


class _DoneBefore(Exception):
    """Leaves a transaction without keeping it: there is an earlier answer."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer


class Desk:
    """One open ledger with the caller's clock, name and wishes. `now_at` is an instant; `kept`
    names the copy of how the ledger was, if opening it brought it to a newer schema."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        now_at: int,
        actor: str,
        at_text: str | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
        kept: str | None = None,
    ) -> None:
        self.ledger = ledger
        self.kept = kept
        self.now_at = now_at
        self.actor = actor
        self.at_text = at_text
        self.idempotency_key = idempotency_key
        self.dry_run = dry_run

    @property
    def today(self) -> int:
        """The billing day it is now."""
        return self.ledger.calendar.day_of(self.now_at)

    def effective_at(self, *, end_of_day: bool = False) -> int:
        """The instant a change takes effect: `--at`, else now.

        A date alone means the start of that billing day, or with `end_of_day` its end, so that
        a revoke day counts (D2). Raises BadInput `time_in_future` or `bad_instant`.
        """
        if self.at_text is None:
            return self.now_at
        calendar = self.ledger.calendar
        if is_date(self.at_text):
            day = calendar.day_of_date(parse_date(self.at_text))
            at = calendar.end_of(day) - 1 if end_of_day else calendar.start_of(day)
            if day == self.today:
                at = min(at, self.now_at)
        else:
            at = parse_instant(self.at_text)
        calendar.checked(at, self.at_text)
        if at > self.now_at:
            raise BadInput(
                "time_in_future",
                f"{self.at_text} lies in the future; it is {format_instant(self.now_at)} now",
                hint="Leave out --at to do it now.",
                subject=self.at_text,
            )
        return at

    @contextmanager
    def writing(self) -> Iterator[Writer]:
        """A write transaction, whose events take effect when `--at` says; with `--dry-run`
        everything is rolled back at its end."""
        from jpcli.ledger.writer import writing

        with writing(
            self.ledger,
            actor=self.actor,
            now_at=self.now_at,
            effective_at=self.effective_at(),
            keep=not self.dry_run,
        ) as writer:
            yield writer

    def change(self, request: dict[str, Any], do: Callable[[Writer], Answer]) -> Answer:
        """Run `do` in one transaction: the same idempotency key again gives the first answer.

        `request` is what the caller asked for, as JSON-ready data. Raises Refused
        `idempotency_key_reused` when the key was used for another request.
        """
        with self.writing() as writer:
            earlier = self._earlier_answer(request)
            if earlier is not None:
                return earlier
            answer = self._finished(self._noting_closed(writer, do))
            self._remember(writer, request, answer)
            return answer

    def change_as_read(self, request: dict[str, Any], do: Callable[[Writer], Answer]) -> Answer:
        """The same for a long file that is read once, while it is done: `do` completes `request`.
        What turns out to be done already is rolled back."""
        try:
            with self.writing() as writer:
                answer = self._finished(self._noting_closed(writer, do))
                earlier = self._earlier_answer(request)
                if earlier is not None:
                    raise _DoneBefore(earlier)
                self._remember(writer, request, answer)
                return answer
        except _DoneBefore as done:
            return done.answer

    def once(self, request: dict[str, Any], do: Callable[[], Answer]) -> Answer:
        """The same for what needs more than one transaction, such as calls to the outside, which
        the outbox keeps from happening twice; here only the answer is kept."""
        earlier = self._earlier_answer(request)
        if earlier is not None:
            return earlier
        answer = do()
        if self.idempotency_key is not None and not self.dry_run:
            with self.writing() as writer:
                if self._earlier_answer(request) is None:
                    self._remember(writer, request, answer)
        return answer

    def close(self) -> None:
        """Give the ledger back."""
        self.ledger.close()

    def _noting_closed(self, writer: Writer, do: Callable[[Writer], Answer]) -> Answer:
        """Run `do`; where it reached into a closed month, say which invoice corrects it (I3), and
        where it reached before the books, that nothing does (I7)."""
        from jpcli.services.billing.adjustments import reach_note
        from jpcli.services.billing.books import history_note

        before = invoices.unsettled_day(self.ledger)
        answer = do(writer)
        writer.flush()
        notes = [reach_note(self, before)]
        if all(note.code != "settled_elsewhere" for note in answer.notes):
            notes.append(history_note(self, writer.reached_day))
        return Answer(answer.data, (*answer.notes, *(note for note in notes if note is not None)))

    def _finished(self, answer: Answer) -> Answer:
        if not self.dry_run:
            return answer
        note = Note("dry_run", "Dry run: nothing was written")
        return Answer({**answer.data, "dry_run": True}, (*answer.notes, note))

    def _remember(self, writer: Writer, request: dict[str, Any], answer: Answer) -> None:
        if self.idempotency_key is None:
            return
        stored = {"data": answer.data, "notes": [list(note) for note in answer.notes]}
        # Not sorted: the order of an answer's fields is that of a table's columns.
        answer_text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
        data = {"request_hash": self._hash(request), "answer": answer_text}
        writer.record("request.answered", self.idempotency_key, data, at=self.now_at)

    def _hash(self, request: dict[str, Any]) -> str:
        from hashlib import sha256

        return sha256(_canonical({**request, "at": self.at_text}).encode()).hexdigest()

    def _earlier_answer(self, request: dict[str, Any]) -> Answer | None:
        if self.idempotency_key is None:
            return None
        from jpcli.ledger.queries.cards import stored_answer

        found = stored_answer(self.ledger, self.idempotency_key)
        if found is None:
            return None
        if found[0] != self._hash(request):
            raise Refused(
                "idempotency_key_reused",
                f"The idempotency key {self.idempotency_key} was used for another request",
                hint="Use a new key for a new request.",
                subject=self.idempotency_key,
            )
        stored = json.loads(found[1])
        notes = tuple(Note(*note) for note in stored["notes"])
        repeated = Note("repeated", "Done before under this idempotency key; nothing was changed")
        return Answer(stored["data"], (*notes, repeated))


def open_desk(
    path: str,
    *,
    now_at: int,
    actor: str,
    at_text: str | None = None,
    idempotency_key: str | None = None,
    dry_run: bool = False,
    writes: bool = False,
) -> Desk:
    """Open the ledger at `path`, brought up to date; errors as `open_ledger` and `open_older`, and
    as `Desk.effective_at`: a bad `--at` is refused before anything is done, here or outside.
    """
    ledger, kept = _opened(path, writes)
    desk = Desk(
        ledger,
        now_at=now_at,
        actor=actor,
        at_text=at_text,
        idempotency_key=idempotency_key,
        dry_run=dry_run,
        kept=kept,
    )
    try:
        ledger.calendar.checked(now_at, f"The present, {format_instant(now_at)},", "JPCLI_NOW")
        desk.effective_at()
    except BadInput:
        desk.close()
        raise
    return desk


def _opened(path: str, writes: bool) -> tuple[Ledger, str | None]:
    try:
        return open_ledger(path, writes=writes), None
    except LedgerOlder:
        from jpcli.ledger.upkeep.migration import open_older

        return open_older(path, writes=writes)


def _canonical(data: Any) -> str:
    return json.dumps(data, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
