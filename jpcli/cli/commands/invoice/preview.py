"""`jpcli invoice preview`."""

from __future__ import annotations

import re
from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import BadParameter, UsageError
from jpcli.cli.commands.invoice.markup import OwnMarkup
from jpcli.cli.commands.licenses.filters import Client, NoClient, one_client
from jpcli.cli.shared.result import Result, is_drawn, result_of
from jpcli.domain.answers import Rows

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.billing import DrawnPreview

# As in services.forecast, which is not loaded to read a command line.
MOST_MONTHS = 120
GROUPS = ("product", "site", "client", "license", "day")


def _known_group(value: str | None) -> str | None:
    if value is not None and value not in GROUPS:
        raise BadParameter(f"{value!r} is not one of {', '.join(GROUPS)}.")
    return value


def _known_number(value: int | None) -> int | None:
    if value is not None and not 1 <= value <= MOST_MONTHS:
        raise BadParameter(f"{value} is not between 1 and {MOST_MONTHS}.")
    return value


By = Annotated[
    str | None,
    typer.Option(
        "--by",
        metavar="FIELD",
        help="Split it by product, site, client, license or day.",
        callback=_known_group,
    ),
]
Months = Annotated[
    int | None,
    typer.Option(
        "--months",
        metavar="N",
        help="The totals of N months, from this one on; with --by, of each group.",
        callback=_known_number,
    ),
]


@command(
    "invoice preview",
    lists=True,
    examples=(
        "jpcli invoice preview",
        "jpcli invoice preview 2026-10 --by client --markup 20",
        "jpcli invoice preview --client 'Shop Ltd' --by site --markup own",
        "jpcli invoice preview 2026",
        "jpcli invoice preview 2026-12 --months 6 --by client",
        "jpcli invoice preview --revoke jetpack-scan_…@2026-11-25 --issue jetpack-ai:5@2026-11-20",
    ),
)
def run(
    invocation: Invocation,
    month: Annotated[
        str | None,
        typer.Argument(
            metavar="MONTH", help="YYYY-MM, or YYYY for that year's months; this month unless told."
        ),
    ] = None,
    by: By = None,
    client: Client = None,
    no_client: NoClient = False,
    markup: OwnMarkup = None,
    as_of: Annotated[
        str | None,
        typer.Option(
            "--as-of",
            metavar="TIME",
            help="As it stood at that time, or at the day's end; yesterday, -7d, 2026-11-22.",
        ),
    ] = None,
    revoke: Annotated[
        list[str] | None,
        typer.Option("--revoke", metavar="KEY@DATE", help="What if this were revoked? Repeatable."),
    ] = None,
    issue: Annotated[
        list[str] | None,
        typer.Option(
            "--issue", metavar="PRODUCT:N@DATE", help="What if these were issued? Repeatable."
        ),
    ] = None,
    months: Months = None,
) -> Result:
    """Days are calendar days on which a license was active, assigned or not; the day of issue and
    the day of revocation both count. The projection assumes that nothing changes after today."""
    from jpcli.services.billing.preview import LINE_COLUMNS, preview

    whose = one_client(client, no_client)
    if whose is not None and by == "client":
        raise UsageError("--by client splits the whole bill: leave it out, or --client.")
    if month is not None and re.fullmatch(r"[0-9]{4}", month):
        if months is not None:
            raise UsageError(f"{month} is twelve months already: leave out --months.")
        month, months = f"{month}-01", 12
    if markup == "own" and (whose is None or months is not None):
        raise UsageError(
            "--markup own is one client's in one month: name it with --client, or see all of them"
            " with jpcli clients report."
        )
    if by == "day" and months is not None:
        raise UsageError("--by day splits one month: leave out --months, or name a month.")
    answer = preview(
        invocation.desk(),
        month,
        by,
        markup,
        as_of,
        tuple(revoke or ()),
        tuple(issue or ()),
        details=invocation.output.format == "table" and months is None and by is None,
        months=months,
        client=whose,
    )
    if months is not None:
        return _months(invocation, answer, by)
    if by is None:
        columns = LINE_COLUMNS if markup is None else (*LINE_COLUMNS, "amount_with_markup")
        return result_of(answer, "lines", columns=columns, view="invoice:draw_preview")
    return result_of(answer, "groups", limit=invocation.list_limit(), view="invoice:draw_groups")


def _months(invocation: Invocation, answer: Answer[DrawnPreview], by: str | None) -> Result:
    """The months, one a row; where they are split, a month of a group a row."""
    if by is None:
        return result_of(answer, "months", view="forecast:draw")
    months: Any = answer.data["months"]
    limit, form = invocation.list_limit(), invocation.output.format
    if is_drawn(form, limit, _most(months)):
        data = {**answer.data, "limit": limit}
        return Result(data, notes=answer.notes, view="forecast:draw_groups")
    cut = limit or None
    if form == "json":
        for month in months:
            columns, rows = month["groups"]
            month["groups"] = Rows(columns, islice(rows, cut))
        return result_of(answer)
    columns = ("period", *months[0]["groups"].columns, "settled_elsewhere")
    rows = Rows(columns, islice(_rows(months), cut))
    return Result({"months": rows}, "months", notes=answer.notes)


def _most(months: Any) -> int:
    return max(len(month["groups"].rows) for month in months)


def _rows(months: Any) -> Iterator[tuple[Any, ...]]:
    for month in months:
        for row in month["groups"].rows:
            yield (month["period"], *row, month["settled_elsewhere"])
