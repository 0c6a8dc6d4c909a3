"""What a command hands to the renderer. Commands return one of these and never print."""

from __future__ import annotations

from collections.abc import Sized
from itertools import islice
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Rows
from jpcli.domain.errors import Problem, worst

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.domain.answers import Answer, Notes
    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.errors import JpcliError


# More rows than this are not drawn by Rich, which takes half a millisecond for each.
DRAWN_ROWS = 200


class Result(NamedTuple):
    """The outcome of one command.

    `data` is the JSON object under "data"; a value may be a `Rows`, which is streamed as an array
    of objects and can be read once. `rows_key` names the table in `data` that NDJSON, CSV, TSV,
    Markdown and the plain table show; without it they show the object's own fields. `columns`
    gives that table's header where it may be empty. `view` is `module:function` below
    `jpcli.cli.views`, used for a table only. `payload` (text or bytes, streamed) replaces all of
    it: the bytes are the answer, as with an export. `total` is how many rows there are where the
    table holds only the first of them, `more` how to see the others. `problems` are listed on
    stderr. `format` is what the answer is written in, whatever the output would be. `target` is
    the file that takes it instead of stdout, `replaces` whether it may be there already.
    `failures` are what went wrong beside what was done: each is shown, and the worst decides the
    exit code and is the `error` beside the data in JSON. `calendar` is the ledger's, for times that
    a person sees. `copies` are the same answer in other formats, each with the file that takes it.
    """

    data: Mapping[str, Any]
    rows_key: str | None = None
    columns: tuple[str, ...] | None = None
    notes: Notes = ()
    view: str | None = None
    payload: Iterable[str | bytes] | None = None
    exit_code: int = 0
    total: int | None = None
    more: str = "--limit 0 shows all"
    problems: Iterable[Problem] = ()
    format: str | None = None
    target: str | None = None
    replaces: bool = False
    failures: tuple[JpcliError, ...] = ()
    calendar: BillingCalendar | None = None
    copies: tuple[Result, ...] = ()


def is_drawn(form: str, limit: int, rows: int) -> bool:
    """Whether a view of so many rows, cut to `limit` unless that is 0, is drawn; what is longer is
    written as it comes."""
    return form == "table" and (limit > 0 or rows <= DRAWN_ROWS)


def result_of(
    answer: Answer[Mapping[str, Any]], rows_key: str | None = None, *, limit: int = 0, **more: Any
) -> Result:
    """The result that an answer of a use case is, its table cut to `limit` rows unless that is 0.

    `problems` in its data are what was left out of a bulk run with `--keep-going`: they are
    shown, and the exit code is 1. `total` in it is how many rows a list has in all.
    """
    data = answer.data
    if rows_key is not None and isinstance(data.get("total"), int):
        more.setdefault("total", data["total"])
    if limit and rows_key is not None:
        rows = data[rows_key]
        is_long = isinstance(rows, Rows) and isinstance(rows.rows, Sized)
        found = len(rows.rows) if is_long else 0 if isinstance(rows, Rows) else len(rows)
        if found > limit:
            more["total"] = found
            first = Rows(rows.columns, list(islice(rows.rows, limit))) if is_long else rows[:limit]
            data = {**data, rows_key: first}
    problems: Iterable[Problem] = ()
    if not answer.failures and (left_out := data.get("problems")):
        problems = _problems(left_out)
        more.setdefault("exit_code", 1)
    if answer.failures:
        more.setdefault("exit_code", worst(answer.failures).exit_code)
    return Result(
        data, rows_key, notes=answer.notes, problems=problems, failures=answer.failures, **more
    )


def _problems(found: Any) -> Iterable[Problem]:
    if isinstance(found, Rows):
        return map(Problem._make, found.rows)
    return tuple(Problem(**problem) for problem in found)
