"""One change to the ledger: kept whole or not at all, and not done twice under one key.

Owns idempotency keys, what a dry run answers, and the remarks on how far back a change reached.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Failed, JpcliError, Refused
from jpcli.ledger.queries.invoices import reached_day

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Data_co
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


class _DoneBefore(Exception):
    """Leaves a transaction without keeping it: there is an earlier answer."""

    def __init__(self, answer: Answer[Any]) -> None:
        self.answer = answer


def change(
    desk: Desk, request: dict[str, Any], do: Callable[[Writer], Answer[Data_co]]
) -> Answer[Data_co]:
    """Run `do` in one transaction: the same idempotency key again gives the first answer.

    `request` is what the caller asked for, as JSON-ready data. Raises Refused
    `idempotency_key_reused` when the key was used for another request.
    """
    with desk.writing() as writer:
        earlier = earlier_answer(desk, request)
        if earlier is not None:
            return earlier
        answer = _finished(desk, _noting_reach(desk, writer, do))
        remember(desk, writer, request, answer)
        return answer


def change_as_read(
    desk: Desk, request: dict[str, Any], do: Callable[[Writer], Answer[Data_co]]
) -> Answer[Data_co]:
    """The same for a long file that is read once, while it is done: `do` completes `request`.
    What turns out to be done already is rolled back."""
    try:
        with desk.writing() as writer:
            refusal = None
            try:
                answer = _finished(desk, _noting_reach(desk, writer, do))
            except JpcliError as error:
                refusal = error  # of what may have been right when it was done
            earlier = earlier_answer(desk, request)
            if earlier is not None:
                raise _DoneBefore(earlier)
            if refusal is not None:
                raise refusal
            remember(desk, writer, request, answer)
            return answer
    except _DoneBefore as done:
        return done.answer


def once(desk: Desk, request: dict[str, Any], do: Callable[[], Answer[Data_co]]) -> Answer[Data_co]:
    """The same for what needs more than one transaction, such as calls to the outside, which
    the outbox keeps from happening twice; here only the answer is kept."""
    earlier = earlier_answer(desk, request)
    if earlier is not None:
        return earlier
    answer = do()
    if desk.idempotency_key is not None and not desk.dry_run:
        with desk.writing() as writer:
            if earlier_answer(desk, request) is None:
                remember(desk, writer, request, answer)
    return answer


class Keyed(NamedTuple):
    """Who asks under a key where no ledger is open: it is yet to be made, or to be replaced.
    `now_at` is an instant."""

    idempotency_key: str
    now_at: int
    actor: str

    def remember(self, writer: Writer, request: dict[str, Any], answer: Answer[Any]) -> None:
        """Record an answer in a ledger before that gets its name."""
        from jpcli.services.desk import Desk

        remember(Desk(writer.ledger, **self._asdict()), writer, request, answer)

    def remember_in(self, path: str, request: dict[str, Any], answer: Answer[Any]) -> None:
        """The same in a file that is not open."""
        from jpcli.services.desk import open_desk

        desk = open_desk(path, **self._asdict(), writes=True)
        try:
            with desk.writing() as writer:
                remember(desk, writer, request, answer)
        finally:
            desk.close()

    def earlier(self, path: str, request: dict[str, Any]) -> Answer[Any] | None:
        """What the ledger at `path` has under the key; None as well where there is none. Raises
        Refused `idempotency_key_reused`."""
        from jpcli.services.desk import open_desk

        try:
            desk = open_desk(path, **self._asdict())
        except (BadInput, Failed):
            return None
        try:
            return earlier_answer(desk, request)
        finally:
            desk.close()


def _noting_reach(
    desk: Desk, writer: Writer, do: Callable[[Writer], Answer[Data_co]]
) -> Answer[Data_co]:
    """Run `do`; where it reached into a closed month, say which invoice corrects it (I3), and
    where it reached before the books, that nothing does (I7)."""
    from jpcli.services.billing.books import history_note

    before_day = reached_day(desk.ledger)
    answer = do(writer)
    writer.flush()
    notes: list[Note | None] = []
    if 0 < reached_day(desk.ledger) < before_day:  # 0: an invoice was voided, which says so
        from jpcli.services.billing.waiting import reach_note

        notes.append(reach_note(desk))
    if all(note.code != "settled_elsewhere" for note in answer.notes):
        notes.append(history_note(desk, writer.reached_day))
    return Answer(answer.data, (*answer.notes, *(note for note in notes if note is not None)))


def _finished(desk: Desk, answer: Answer[Data_co]) -> Answer[Data_co]:
    if not desk.dry_run:
        return answer
    note = Note("dry_run", "Dry run: nothing was written")
    data: Any = {**answer.data, "dry_run": True}  # as every ChangeAnswer may have it
    return Answer(data, (*answer.notes, note))


def remember(desk: Desk, writer: Writer, request: dict[str, Any], answer: Answer[Any]) -> None:
    """Record an answer under the desk's key, if it has one."""
    if desk.idempotency_key is None:
        return
    stored = {"data": answer.data, "notes": [list(note) for note in answer.notes]}
    # Not sorted: the order of an answer's fields is that of a table's columns.
    answer_text = json.dumps(stored, ensure_ascii=False, separators=(",", ":"))
    entry = events.request_answered(desk.idempotency_key, _hash(desk, request), answer_text)
    writer.record(*entry, at=desk.now_at)


def earlier_answer(desk: Desk, request: dict[str, Any]) -> Answer[Any] | None:
    """What was answered under the desk's key; errors as `change`."""
    if desk.idempotency_key is None:
        return None
    from jpcli.ledger.queries.answers import stored_answer

    found = stored_answer(desk.ledger, desk.idempotency_key)
    if found is None:
        return None
    if found[0] != _hash(desk, request):
        raise Refused(
            "idempotency_key_reused",
            f"The idempotency key {desk.idempotency_key} was used for another request",
            hint="Use a new key for a new request.",
            subject=desk.idempotency_key,
        )
    stored = json.loads(found[1])
    notes = tuple(Note(*note) for note in stored["notes"])
    repeated = Note("repeated", "Done before under this idempotency key; nothing was changed")
    return Answer(stored["data"], (*notes, repeated))


def _hash(desk: Desk, request: dict[str, Any]) -> str:
    from hashlib import sha256

    asked = {**request, "at": desk.at_text}
    text = json.dumps(asked, ensure_ascii=False, separators=(",", ":"), sort_keys=True)
    return sha256(text.encode()).hexdigest()
