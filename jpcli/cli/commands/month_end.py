"""`jpcli month-end`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.statement_forms import Forms, checked_forms
from jpcli.cli.shared.result import Result, result_of
from jpcli.domain.errors import not_among


@command(
    "month-end",
    writes=True,
    without=("at",),
    examples=(
        "jpcli month-end --output bills",
        "jpcli month-end 2026-10 --output october --as html --as pdf --books hledger",
        "jpcli month-end --output bills --dry-run",
    ),
)
def run(
    invocation: Invocation,
    output: Annotated[
        str, typer.Option("--output", metavar="DIR", help="The folder; made where it is missing.")
    ],
    month: Annotated[
        str | None,
        typer.Argument(metavar="MONTH", help="YYYY-MM; unless told the last that is over."),
    ] = None,
    forms: Forms = None,
    books: Annotated[
        list[str] | None,
        typer.Option(
            "--books",
            metavar="PROGRAM",
            help="What the journal is for: beancount (unless told) or hledger. Repeatable.",
        ),
    ] = None,
    replace: Annotated[
        bool,
        typer.Option(
            "--replace", help="Write over files that were changed, or are not jpcli's, too."
        ),
    ] = False,
) -> Result:
    """Closes every month up to this one, in order, and collects what is closed as jpcli invoice
    close does; then writes, for each of them, the statement of every client, an index and a journal
    in double entry. What is declined, or can't be written, does not stop the rest: the exit code
    is the worst of what was met. Run again it goes on where it was, and writes the same files. On a
    terminal it says first what it will close and charge, and asks; elsewhere, as in cron, it does
    it."""
    from jpcli.cli.render.progress import counting
    from jpcli.services.month_end.files import Wanted
    from jpcli.services.month_end.month_end import month_end

    wanted = Wanted(output, checked_forms(forms), _checked_books(books), replace)
    _ask(invocation, month)
    heard = counting("file", invocation.output, "written")
    answer = month_end(invocation.desk(writes=True), month, wanted, heard)
    return result_of(answer, "statements", columns=COLUMNS, view="month_end:draw")


COLUMNS = ("invoice", "number", "client", "email", "cost", "billed", "files")


def _checked_books(books: list[str] | None) -> tuple[str, ...]:
    from jpcli.services.invoices.journal import BOOKS

    for name in books or ():
        if name not in BOOKS:
            raise not_among("books", name, BOOKS, "--books")
    return tuple(dict.fromkeys(books or ("beancount",)))


def _ask(invocation: Invocation, month: str | None) -> None:
    """Ask a person before a card is charged, or before months are closed that were not named."""
    if not invocation.can_ask or invocation.yes or invocation.dry_run:
        return
    from jpcli.services.collection.outlook import closing_outlook
    from jpcli.services.month_end.month_end import last_month

    desk = invocation._replace(dry_run=True).desk(writes=True)
    outlook = closing_outlook(desk, None, month or last_month(desk))
    goes_out = outlook.charges or outlook.mails
    if outlook.bills and (goes_out or [bill.period for bill in outlook.bills] != [month]):
        from jpcli.cli.views.outlook import consequence, question

        invocation.confirm(question(outlook), consequence(outlook))
