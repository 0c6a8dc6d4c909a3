"""One change to the ledger: kept whole or not at all, and not done twice under one key.

Owns idempotency keys, and what a dry run answers.
"""

from __future__ import annotations

from itertools import chain, islice
from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.errors import JpcliError, Refused
from jpcli.ledger.queries.invoices import reached_day
from jpcli.services.canonical import hash_of, object_pieces
from jpcli.services.reach import with_reach
from jpcli.services.summed import Summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jpcli.domain.answers import Data_co
    from jpcli.domain.errors import Problem
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


Item = TypeVar("Item")
Data = TypeVar("Data", bound="Mapping[str, object]")

NO_ROWS = Note(
    "no_rows",
    "No rows were read: nothing to do",
    hint="If there should be some, see whether what writes them has failed.",
)


# With the lock; a command that is about more than a few asks for some hundreds at a time anyway.
_MOST_FORESEEN = 500


class _DoneBefore(Exception):
    """Leaves a transaction without keeping it: there is an earlier answer."""

    def __init__(self, answer: Answer[Any]) -> None:
        self.answer = answer


def change(
    desk: Desk,
    request: dict[str, Any],
    do: Callable[[Writer], Answer[Data_co]],
    asks: Iterable[Ask] = (),
) -> Answer[Data_co]:
    """Run `do` in one transaction: the same idempotency key again gives the first answer.

    `request` is what the caller asked for, as JSON-ready data; what is long in it may be a function
    that gives the pieces of its canonical JSON. `do` is run again where a server was lost before
    anything was kept; what it is going to ask first may be foreseen in `asks`. Raises Refused
    `idempotency_key_reused` when the key was used for another request.
    """
    foreseen = tuple(islice(chain(_asks(desk), asks), _MOST_FORESEEN))
    return desk.ledger.repeating(lambda: _changed(desk, request, do, foreseen))


def _changed(
    desk: Desk,
    request: dict[str, Any],
    do: Callable[[Writer], Answer[Data_co]],
    asks: tuple[Ask, ...],
) -> Answer[Data_co]:
    with desk.writing(asks) as writer:
        earlier = earlier_answer(desk, request)
        if earlier is not None:
            return earlier
        after = writer.last_seq
        answer = _finished(desk, _noting_reach(desk, writer, do))
        remember(desk, writer, request, answer, after)
        return answer


def change_rows(
    desk: Desk,
    request: dict[str, Any],
    rows: Iterable[tuple[int, Item]],
    problems: list[Problem],
    do: Callable[[Writer, Iterable[tuple[int, Item]]], Answer[Any]],
    asks: Iterable[Ask] = (),
) -> Answer[Any]:
    """The same for the (line, item) rows of a file, which are read once, while it is done: their
    items are `rows` of the request, whose other fields come before that in the alphabet. What is
    wrong with rows is in `problems` by then.

    What is no such file is refused before the ledger is locked. Where the key is known, rows are
    only compared.
    """
    every = begun(rows, problems)
    if every is None:
        return without_rows(desk, {**request, "rows": []}, {"licenses": []})
    with desk.writing((*_asks(desk), *asks)) as writer:
        if desk.idempotency_key is None:
            return _finished(desk, _noting_reach(desk, writer, lambda writer: do(writer, every)))
        summed = Summed(desk, request, every)
        earlier = earlier_answer_to_rows(desk, summed)
        if earlier is not None:
            return earlier
        after = writer.last_seq
        answer = _finished(desk, _noting_reach(desk, writer, lambda writer: do(writer, summed)))
        remember_as(desk, writer, summed.hexdigest(), answer, after)
        return answer


def begun(rows: Iterable[Item], problems: list[Problem]) -> Iterator[Item] | None:
    """The same rows, of which the first is read already: what is no such file is refused here. None
    where there is none, and nothing wrong either."""
    waiting = iter(rows)
    first = list(islice(waiting, 1))
    return chain(first, waiting) if first or problems else None


def change_as_read(
    desk: Desk, request: dict[str, Any], do: Callable[[Writer], Answer[Data_co]]
) -> Answer[Data_co]:
    """The same for a long file that is read once, while it is done, and tells of licenses wherever
    they are: `do` completes `request`. What turns out to be done already is rolled back."""
    try:
        with desk.writing(_asks(desk), told=True) as writer:
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
            remember(desk, writer, request, answer, writer.last_seq)
            return answer
    except _DoneBefore as done:
        return done.answer


def without_rows(desk: Desk, request: dict[str, Any], data: Data) -> Answer[Data]:
    """The answer to a file without rows, whatever the rules say: nothing is done. Nor is the key
    used up, so that it is there for the rows when what was to write them has failed. A bad --at is
    refused all the same."""
    desk.effective_at()
    earlier = earlier_answer(desk, request)
    return _finished(desk, Answer(data, (NO_ROWS,))) if earlier is None else earlier


def once(desk: Desk, request: dict[str, Any], do: Callable[[], Answer[Data_co]]) -> Answer[Data_co]:
    """The same for what needs more than one transaction, such as calls to the outside, which
    the outbox keeps from happening twice; here only the answer is kept."""
    earlier = earlier_answer(desk, request)
    if earlier is not None:
        return earlier
    answer = do()
    keep(desk, request, answer)
    return answer


def keep(desk: Desk, request: dict[str, Any], answer: Answer[Any]) -> None:
    """Keep an answer under the desk's key, if it has one, after all was done; not where another
    process has left its own there meanwhile."""
    if desk.idempotency_key is not None and not desk.dry_run:
        with desk.writing() as writer:
            if earlier_answer(desk, request) is None:
                remember(desk, writer, request, answer, writer.last_seq)


def _asks(desk: Desk) -> Iterator[Ask]:
    """What every change asks first."""
    yield from _asks_of_reach(desk)
    if desk.idempotency_key is not None:
        yield lambda: _stored(desk)


def _asks_of_reach(desk: Desk) -> Iterator[Ask]:
    from jpcli.services.billing.books import BILL_FROM

    yield lambda: reached_day(desk.ledger)
    yield lambda: desk.ledger.fact(BILL_FROM)


def _noting_reach(
    desk: Desk, writer: Writer, do: Callable[[Writer], Answer[Data_co]]
) -> Answer[Data_co]:
    """Run `do`, and say how far back it reached."""
    before_day = reached_day(desk.ledger)
    writer.asked_after = tuple(_asks_of_reach(desk))
    answer = do(writer)
    writer.flush()
    is_certain = writer.changed_licenses
    return with_reach(desk, answer, before_day, writer.reach, is_certain=is_certain)


def _finished(desk: Desk, answer: Answer[Data_co]) -> Answer[Data_co]:
    if not desk.dry_run:
        return answer
    note = Note("dry_run", "Dry run: nothing was written")
    data: Any = {**answer.data, "dry_run": True}  # as every ChangeAnswer may have it
    from jpcli.services.supposed import supposing

    return answer._replace(data=data, notes=joined(supposing(answer.notes), (note,)))


def remember(
    desk: Desk, writer: Writer, request: dict[str, Any], answer: Answer[Any], after: int
) -> None:
    """Record an answer under the desk's key, if it has one; its change is the events
    after number `after`."""
    if desk.idempotency_key is not None:
        remember_as(desk, writer, request_hash(desk, request), answer, after)


def remember_as(desk: Desk, writer: Writer, asked: str, answer: Answer[Any], after: int) -> None:
    """The same for a request whose hash is `asked`."""
    if desk.idempotency_key is not None:
        from jpcli.services.stored_answers import record_answer

        record_answer(desk, writer, asked, answer, after)


def earlier_answer(desk: Desk, request: dict[str, Any]) -> Answer[Any] | None:
    """What was answered under the desk's key; errors as `change`."""
    found = _stored(desk)
    return None if found is None else _again(desk, found, request_hash(desk, request))


def earlier_answer_as(desk: Desk, asked: str) -> Answer[Any] | None:
    """The same for a request whose hash is `asked`."""
    found = _stored(desk)
    return None if found is None else _again(desk, found, asked)


def earlier_answer_to_rows(desk: Desk, summed: Summed) -> Answer[Any] | None:
    """The same for rows, which are read to their end where the key is known."""
    found = _stored(desk)
    if found is None:
        return None
    for _ in summed:
        pass
    return _again(desk, found, summed.hexdigest())


def _stored(desk: Desk) -> tuple[str, str] | None:
    """(request hash, answer) under the desk's key."""
    if desk.idempotency_key is None:
        return None
    from jpcli.ledger.queries.answers import stored_answer

    return stored_answer(desk.ledger, desk.idempotency_key)


def _again(desk: Desk, found: tuple[str, str], asked: str) -> Answer[Any]:
    if found[0] != asked:
        raise Refused(
            "idempotency_key_reused",
            f"The idempotency key {desk.idempotency_key} was used for another request",
            hint="Use a new key for a new request.",
            subject=desk.idempotency_key,
        )
    from jpcli.services.stored_answers import told_again

    answer = told_again(desk.ledger, found[1])
    repeated = Note("repeated", "Done before under this idempotency key; nothing was changed")
    return answer._replace(notes=joined(answer.notes, (repeated,)))


def request_hash(desk: Desk, request: dict[str, Any]) -> str:
    """The hash of a request, with the time that it is for."""
    fields = {name: value() if callable(value) else value for name, value in request.items()}
    return hash_of(object_pieces({**fields, "at": desk.at_text}))
