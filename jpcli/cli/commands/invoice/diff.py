"""`jpcli invoice diff`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from jpcli.domain.contract.billing import ChangePart, ProductChange

SIDES = ("from_settled_elsewhere", "to_settled_elsewhere")
COLUMNS = ("product", "bundle_size", "reason", "days", "amount", *SIDES)
MONTH = "YYYY-MM, closed or not."


@command(
    "invoice diff",
    reads=True,
    examples=("jpcli invoice diff 2026-09 2026-10", "jpcli invoice diff 2026-10 2026-11 --json"),
)
def run(
    invocation: Invocation,
    from_month: Annotated[str, typer.Argument(metavar="MONTH", help=MONTH)],
    to_month: Annotated[str, typer.Argument(metavar="MONTH", help=MONTH)],
) -> Result:
    """The parts add up to the difference exactly: licenses issued, licenses revoked, prices, the
    length of the month, adjustments, credit. A month that is not over counts with what it comes
    to if nothing more changes."""
    from jpcli.services.invoices.diff import diff

    answer = diff(invocation.desk(), from_month, to_month)
    if invocation.output.format in ("json", "table"):
        return Result(answer.data, notes=answer.notes, view="diff:draw")
    sides = {name: answer.data[name] for name in SIDES}  # type: ignore[literal-required]
    rows = [
        {**_row(product, part), **sides}
        for product in answer.data["products"]
        for part in product["parts"]
    ]
    return Result({"parts": rows}, "parts", COLUMNS, answer.notes)


def _row(product: ProductChange, part: ChangePart) -> dict[str, Any]:
    return {"product": product["product"], "bundle_size": product["bundle_size"], **part}
