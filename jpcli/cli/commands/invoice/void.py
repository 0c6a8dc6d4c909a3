"""`jpcli invoice void`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.invoices import InvoiceAnswer, InvoicesAnswer

# Products that the question names.
MOST_NAMED = 5


@command(
    "invoice void",
    writes=True,
    without=("at",),
    examples=("jpcli invoice void INV-2026-10 --reason 'wrong price list' --yes",),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or its month.")],
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")
    ] = None,
) -> Result:
    """Only an open invoice can be voided. Its month is then billed again, under a new number."""
    from jpcli.services.collection.collector import collector_of

    def do(asked: Invocation) -> Answer[InvoiceAnswer | InvoicesAnswer]:
        desk = asked.desk(writes=True)
        return collector_of(desk).void(desk, invoice, reason)

    if not (invocation.yes or invocation.dry_run):  # what can't be done fails before the question
        trial = do(invocation._replace(dry_run=True))
        if all(note.code != "repeated" for note in trial.notes):
            told = _told(trial.data.get("invoice"))
            consequence = "It stays void; its month must be closed again."
            invocation.confirm(f"Void {invoice}?", "\n".join([*told, consequence]))
    return result_of(do(invocation), view="invoices:draw_changed")


def _told(invoice: Any) -> list[str]:
    """What is on the invoice, and what is not owed any more."""
    if invoice is None:
        return []
    from jpcli.domain.money import display_amount
    from jpcli.domain.words import and_more, month_name

    total = invoice["total"]
    names = list(dict.fromkeys(line["name"] for line in invoice["lines"]))
    listed = ", ".join(names[:MOST_NAMED]) + and_more(max(0, len(names) - MOST_NAMED))
    amount = display_amount(total["amount_minor"], total["currency"])
    month = month_name(invoice["period"])
    return [f"{invoice['number']}, {month}: {listed}", f"{amount} of it would not be owed"]
