"""`jpcli invoice diff`."""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import BadParameter
from jpcli.cli.shared.result import Result, is_drawn, result_of
from jpcli.domain.answers import Answer, Rows

if TYPE_CHECKING:
    from jpcli.domain.contract.bill_change import ChangePart, DiffAnswer, ProductChange

SIDES = ("from_settled_elsewhere", "to_settled_elsewhere")
COLUMNS = ("product", "bundle_size", "reason", "days", "amount", *SIDES)
MONTH = "YYYY-MM, closed or not."
GROUPS = ("client", "site")


def _known_group(value: str | None) -> str | None:
    if value is not None and value not in GROUPS:
        raise BadParameter(f"{value!r} is not one of {', '.join(GROUPS)}.")
    return value


@command(
    "invoice diff",
    lists=True,
    examples=(
        "jpcli invoice diff",
        "jpcli invoice diff --by client",
        "jpcli invoice diff 2026-09 2026-10",
        "jpcli invoice diff 2026-10 2026-11 --json",
    ),
)
def run(
    invocation: Invocation,
    from_month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help=f"{MONTH} Last month unless told.")
    ] = None,
    to_month: Annotated[
        str | None, typer.Argument(metavar="MONTH", help=f"{MONTH} This month unless told.")
    ] = None,
    by: Annotated[
        str | None,
        typer.Option(
            "--by",
            metavar="FIELD",
            help="Also whose part changed: client or site.",
            callback=_known_group,
        ),
    ] = None,
) -> Result:
    """The parts add up to the difference exactly: licenses issued, licenses revoked, prices, the
    length of the month, adjustments, credit. A month that is not over counts with what it comes
    to if nothing more changes."""
    from jpcli.services.invoices.diff import diff

    answer = diff(invocation.desk(), from_month, to_month, by)
    form, limit = invocation.output.format, invocation.list_limit()
    if form == "json":
        return result_of(answer) if by is None else result_of(_cut(answer, limit))
    groups: Any = answer.data.get("groups")
    if is_drawn(form, limit, 0 if by is None else len(groups.rows)):
        data = {**answer.data, "limit": limit}
        return Result(data, notes=answer.notes, view="diff:draw")
    sides = {name: answer.data[name] for name in SIDES}  # type: ignore[literal-required]
    if by is not None:
        columns = (*groups.columns, *SIDES)
        rows = Rows(columns, ((*row, *sides.values()) for row in groups.rows))
        return result_of(Answer({"groups": _first(rows, limit)}, answer.notes), "groups")
    parts = [
        {**_row(product, part), **sides}
        for product in answer.data["products"]
        for part in product["parts"]
    ]
    return Result({"parts": parts[: limit or None]}, "parts", COLUMNS, answer.notes)


def _cut(answer: Answer[DiffAnswer], limit: int) -> Answer[Any]:
    return Answer({**answer.data, "groups": _first(answer.data["groups"], limit)}, answer.notes)


def _first(rows: Rows[Any], limit: int) -> Rows[Any]:
    return Rows(rows.columns, islice(rows.rows, limit or None))


def _row(product: ProductChange, part: ChangePart) -> dict[str, Any]:
    return {"product": product["product"], "bundle_size": product["bundle_size"], **part}
