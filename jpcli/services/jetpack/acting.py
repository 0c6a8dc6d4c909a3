"""Acting: what a command does, at Jetpack and then in the ledger, license by license.

Owns the order of things: all rules first, by a rehearsal; then, one after the other, a wish, its
call, and what came of it. What was done stays, whatever stops the rest. The answer is that of a
ledger without Jetpack, told from what there is in the end.
"""

from __future__ import annotations

from functools import partial
from hashlib import sha256
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from jpcli.domain.answers import Answer, Data_co
from jpcli.domain.errors import Busy, JpcliError
from jpcli.ledger.queries.invoices import reached_day
from jpcli.services.change import (
    begun,
    earlier_answer,
    earlier_answer_as,
    earlier_answer_to_rows,
    remember_as,
    request_hash,
    without_rows,
)
from jpcli.services.jetpack import access, runs
from jpcli.services.jetpack.book import Book
from jpcli.services.jetpack.calls import Calls
from jpcli.services.jetpack.doing import Doing, is_plain_no
from jpcli.services.jetpack.rehearsal import Lines, rehearsed
from jpcli.services.jetpack.retold import retold
from jpcli.services.process import at_work
from jpcli.services.reach import with_reach
from jpcli.services.summed import Summed

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.errors import Problem
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.jetpack.rehearsal import Rehearsed
    from jpcli.services.jetpack.runs import Going

Item = TypeVar("Item")

_ISSUE = "issue"
# So often a plan is worked out again because something was changed meanwhile.
_TRIES = 5


class Manner(NamedTuple):
    """How a command acts. With `keep_going` a row that Jetpack refuses is left out; `by_rows` is
    whether there are rows at all; with `email` who has a site is told that it lost its license."""

    command: str
    keep_going: bool
    by_rows: bool
    email: bool


def acted(
    desk: Desk, request: dict[str, Any], do: Callable[[Writer], Answer[Data_co]], *, email: bool
) -> Answer[Data_co]:
    """A change of licenses that are at Jetpack.

    Raises what `do` does, before anything is asked or written; AuthProblem `no_token`; of one
    license what its call does. Of many, what went wrong stands beside what was done.
    """
    earlier = earlier_answer(desk, request)
    if earlier is not None:
        return earlier
    manner = Manner(request["command"], keep_going=False, by_rows=False, email=email)
    acting = _Acting(desk, manner, lambda: rehearsed(desk, do))
    return acting.answer(lambda: request_hash(desk, request))


def acted_rows(
    desk: Desk,
    request: dict[str, Any],
    rows: Iterable[tuple[int, Item]],
    problems: list[Problem],
    do: Callable[[Writer, Iterable[tuple[int, Item]]], Answer[Any]],
    *,
    keep_going: bool,
    email: bool,
) -> Answer[Any]:
    """The same for the rows of a file, as `change_rows` has it."""
    every = begun(rows, problems)
    if every is None:
        return without_rows(desk, {**request, "rows": []}, {"licenses": []})
    summed = Summed(desk, request, every)
    earlier = earlier_answer_to_rows(desk, summed)
    if earlier is not None:
        return earlier
    lines = Lines(summed)

    def rehearse() -> Rehearsed[Any]:
        return rehearsed(desk, lambda writer: do(writer, lines.given_to(writer)), lines)

    manner = Manner(request["command"], keep_going=keep_going, by_rows=True, email=email)
    return _Acting(desk, manner, rehearse).answer(summed.hexdigest)


class _Answered(Exception):
    """Another process has done all of it under the same key, since that was looked for."""

    def __init__(self, answer: Answer[Any]) -> None:
        super().__init__()
        self.answer = answer


class _Acting(Generic[Data_co]):
    """One command."""

    def __init__(
        self, desk: Desk, manner: Manner, rehearse: Callable[[], Rehearsed[Data_co]]
    ) -> None:
        self._desk = desk
        self._manner = manner
        self._rehearse = rehearse

    def answer(self, digest: Callable[[], str]) -> Answer[Data_co]:
        """Rehearse, act, and tell what was done; `digest` is asked for once, after the first."""
        desk = self._desk
        plan = self._rehearse()
        asked = digest()
        with at_work() as process:
            if not plan.steps:
                return self._nothing_to_do(Book(desk, process, plan.owners), plan, asked)
            licensing = access.licensing_of(desk)
            try:
                plan, going = self._begun(plan, process, asked)
            except _Answered as answered:
                return answered.answer
            book = Book(desk, process, plan.owners)
            before_day = reached_day(desk.ledger)
            calls = Calls(licensing, book, email=self._manner.email)
            doing = Doing(desk.ledger, calls, going, keep_going=self._manner.keep_going)
            doing.all(plan.steps)

            def ended(writer: Writer) -> Answer[Data_co]:
                self._close(writer, book, going, doing)
                answer = retold(desk.ledger, plan.answer, doing, len(plan.steps))
                answer = with_reach(desk, answer, before_day, book.reach)
                if doing.error is None:
                    self._remember(writer, asked, answer)
                return answer

            try:
                answer = book.write(ended)
            except JpcliError:
                if doing.error is None:
                    raise
                raise doing.error from None
        book.close()
        return self._told(answer, doing, len(plan.steps))

    def _nothing_to_do(self, book: Book, plan: Rehearsed[Data_co], asked: str) -> Answer[Data_co]:
        """It is so already, or only about sites."""

        def ended(writer: Writer) -> Answer[Data_co]:
            earlier = earlier_answer_as(self._desk, asked)
            if earlier is not None:
                return earlier
            book.place_all(writer)
            self._remember(writer, asked, plan.answer)
            return plan.answer

        answer = book.write(ended)
        book.close()
        return answer

    def _begun(
        self, plan: Rehearsed[Data_co], process: str, asked: str
    ) -> tuple[Rehearsed[Data_co], Going | None]:
        """The run of a command that issues; a plan is made for the very state that it begins in."""
        if self._manner.command not in {_ISSUE, runs.APPLY}:
            return plan, None
        for _ in range(_TRIES):
            book = Book(self._desk, process, plan.owners)
            going = book.write(partial(self._begin, book, plan, asked))
            if going is not None:
                return plan, going
            plan = self._rehearse()
        raise Busy(
            "changed_meanwhile",
            "Other commands change this ledger all the time",
            hint="Run the same command again.",
        )

    def _begin(
        self, book: Book, plan: Rehearsed[Data_co], asked: str, writer: Writer
    ) -> Going | None:
        earlier = earlier_answer_as(self._desk, asked)
        if earlier is not None:
            raise _Answered(earlier)
        if self._manner.command == _ISSUE:
            name = sha256(f"{asked}:{self._desk.idempotency_key or ''}".encode()).hexdigest()
            return runs.begin(self._desk, writer, name, book.process, book.now_at)
        if writer.last_seq != plan.before_seq:
            return None
        return runs.begin_alone(self._desk, writer, runs.APPLY, book.process, book.now_at)

    def _close(self, writer: Writer, book: Book, going: Going | None, doing: Doing) -> None:
        if doing.error is None:
            book.place_all(writer)
        if going is not None:
            end = runs.finish if doing.error is None else runs.leave
            end(writer, going, book.now_at)
        writer.flush()

    def _remember(self, writer: Writer, asked: str, answer: Answer[Data_co]) -> None:
        """Unless another process has answered under this key meanwhile."""
        if earlier_answer_as(self._desk, asked) is None:
            remember_as(self._desk, writer, asked, answer, writer.last_seq)

    def _told(self, answer: Answer[Data_co], doing: Doing, steps: int) -> Answer[Data_co]:
        """Of a single license, what went wrong is all there is to say; of many, it stands beside
        what was done, and decides the exit code unless it is a plain no."""
        error = doing.error
        if error is None:
            return answer
        if steps == 1 and not self._manner.by_rows:
            raise error
        plain_no = doing.stopped is None or is_plain_no(doing.stopped)
        if plain_no:
            return answer
        assert doing.stopped is not None
        if not doing.done:
            doing.stopped.problems = tuple(doing.problems)
            raise doing.stopped
        return answer._replace(failures=(doing.stopped,))
