"""`jpcli invoice preview`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import BadParameter, UsageError
from jpcli.cli.commands.invoice.markup import Markup
from jpcli.cli.shared.result import Result, result_of

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


@command(
    "invoice preview",
    lists=True,
    examples=(
        "jpcli invoice preview",
        "jpcli invoice preview 2026-10 --by client --markup 20",
        "jpcli invoice preview 2026-12 --months 6",
        "jpcli invoice preview --revoke jetpack-scan_…@2026-11-25 --issue jetpack-ai:5@2026-11-20",
    ),
)
def run(
    invocation: Invocation,
    month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help="YYYY-MM; this month unless told.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="FIELD",
            help="Split it by product, site, client, license or day.",
            callback=_known_group,
        ),
    ] = None,
    markup: Markup = None,
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
    months: Annotated[
        int | None,
        typer.Option(
            "--months",
            metavar="N",
            help="The totals of N months, from this one on.",
            callback=_known_number,
        ),
    ] = None,
) -> Result:
    """Days are calendar days on which a license was active, assigned or not; the day of issue and
    the day of revocation both count. The projection assumes that nothing changes after today."""
    from jpcli.services.billing.preview import LINE_COLUMNS, preview

    if by is not None and months is not None:
        raise UsageError("--by splits one month: leave out --months.")
    answer = preview(
        invocation.desk(),
        month,
        by,
        markup,
        as_of,
        tuple(revoke or ()),
        tuple(issue or ()),
        details=invocation.output.format == "table" and months is None,
        months=months,
    )
    if months is not None:
        return result_of(answer, "months", view="forecast:draw")
    if by is None:
        columns = LINE_COLUMNS if markup is None else (*LINE_COLUMNS, "amount_with_markup")
        return result_of(answer, "lines", columns=columns, view="invoice:draw_preview")
    return result_of(answer, "groups", limit=invocation.list_limit(), view="invoice:draw_groups")
