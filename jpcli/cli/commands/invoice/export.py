"""`jpcli invoice export`."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.commands.invoice.markup import Markup
from jpcli.cli.commands.licenses.filters import one_client
from jpcli.cli.commands.statement_forms import Forms, forms_of
from jpcli.cli.shared.output import DOCUMENTS, FORMATS, JOURNALS, PROOFS
from jpcli.cli.shared.result import Result, result_of
from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput
from jpcli.domain.words import quoted

if TYPE_CHECKING:
    from jpcli.reports.statement.documents import Document
    from jpcli.reports.statement.statement import Statement

COLUMNS = ("kind", "product", "name", "bundle_size", "period", "days", "day_price", "amount")
# What the end of a file's name says about its format.
_ENDINGS = {"htm": "html", "txt": "table", "jsonl": "ndjson", "journal": "hledger"}
# (what an ending says, a format that such files may have as well)
_ALIKE = {("csv", "excel"), ("json", "proof")}


@command(
    "invoice export",
    reads=True,
    extra=("yes",),
    documents=True,
    reports=JOURNALS + PROOFS,
    examples=(
        "jpcli invoice export INV-2026-10 --output acme-2026-10.pdf",
        "jpcli invoice export 2026-10 --format html > october.html",
        "jpcli invoice export 2026-10 --client 'Shop Ltd' --markup 20 --output shop.pdf",
        "jpcli invoice export 2026-10 --each-client october --as html --as pdf",
        "jpcli invoice export 2026-10 --format beancount > october.beancount",
        "jpcli invoice export 2026-10 --format proof > october.json",
    ),
)
def run(
    invocation: Invocation,
    invoice: Annotated[str, typer.Argument(metavar="INVOICE", help="Its number, or a month.")],
    client: Annotated[
        str | None,
        typer.Option("--client", metavar="NAME", help="One client's part."),
    ] = None,
    no_client: Annotated[
        bool, typer.Option("--no-client", help="The part that is nobody's.")
    ] = False,
    markup: Markup = None,
    target: Annotated[
        str | None,
        typer.Option("--output", metavar="FILE", help="Write this file; its ending is the format."),
    ] = None,
    each: Annotated[
        str | None,
        typer.Option("--each-client", metavar="DIR", help="Write each client's into this folder."),
    ] = None,
    forms: Forms = None,
) -> Result:
    """A statement to mail: lines, clients and sites, corrections, total. The clients' statements
    add up to the invoice exactly, but for a markup: without --markup a client's has the client's
    own, as it was at the closing. It is in the amounts and is named nowhere but in JSON and in a
    proof. A month that is not closed gives a preview, which says so. Formats beancount and hledger
    are the whole month in double entry; a proof is what jpcli invoice verify recomputes without the
    ledger. With --each-client files that jpcli did not write, or that were changed since, are
    replaced only with --yes."""
    if each is not None:
        if client is not None or no_client or target is not None:
            raise UsageError("--each-client excludes --client, --no-client and --output.")
        return _each_client(invocation, invoice, each, markup, forms)
    if forms:
        raise UsageError("--as is for --each-client; name one --format, or an --output file.")
    from jpcli.services.invoices.statement import export

    form = chosen_format(invocation, target)
    check_place(invocation, form, target)
    whose = one_client(client, no_client)
    if form in JOURNALS:
        if whose is not None:
            raise UsageError("A journal has every client: leave out --client and --no-client.")
        return _journal(invocation, invoice, markup, form, target)
    if form in PROOFS:
        return _proof(invocation, invoice, whose, markup, target)
    made, answer = export(invocation.desk(), invoice, whose, markup)
    html = as_html(invocation, invoice, client, no_client, markup, target)
    result = statement_result(made, answer.data, form, html)
    result = result._replace(notes=(*answer.notes, *result.notes))
    return _into(invocation, result, target)


def _into(invocation: Invocation, result: Result, target: str | None) -> Result:
    if target is None:
        return result
    note = Note("written", f"Wrote {target}", "ok", target)
    return result._replace(target=target, replaces=invocation.yes, notes=(*result.notes, note))


def _each_client(
    invocation: Invocation, invoice: str, folder: str, markup: str | None, forms: list[str] | None
) -> Result:
    from jpcli.cli.render.progress import counting
    from jpcli.services.invoices.each_client import each_client

    wanted, form = forms_of(invocation, forms)
    answer = each_client(
        invocation.desk(),
        invoice,
        folder,
        wanted,
        markup=markup,
        replaces=invocation.yes,
        heard=counting("file", invocation.output, "written"),
    )
    return result_of(answer, "statements", view="month_end:draw", format=form)


def _journal(
    invocation: Invocation, invoice: str, markup: str | None, form: str, target: str | None
) -> Result:
    from jpcli.services.invoices.journal import export_journal

    pieces = export_journal(invocation.desk(), invoice, form, markup)
    return _into(invocation, Result({}, payload=pieces, format=form), target)


def _proof(
    invocation: Invocation, invoice: str, whose: str | None, markup: str | None, target: str | None
) -> Result:
    from jpcli.services.proofs.proof import proof

    made = proof(invocation.desk(), invoice, whose, markup, target)
    result = Result({}, payload=made.pieces, format="proof", notes=made.notes)
    return _into(invocation, result, target)


def statement_result(made: Statement, data: Any, form: str, as_html: str) -> Result:
    """A statement in any format: a file to send, the drawing of it, its lines, or all as JSON.
    `as_html` is the command that makes an HTML file of the same."""
    if form in DOCUMENTS:
        from jpcli.reports.statement.documents import write_document

        return document_result(data, write_document(made, form), form, as_html)
    if form in ("table", "json"):
        return Result(data, view="statement:draw", format=form)
    lines = {"lines": data["invoice"]["lines"], "settled_elsewhere": made.settled_elsewhere}
    return Result(lines, "lines", COLUMNS, format=form)


def document_result(data: Any, document: Document, form: str, as_html: str) -> Result:
    """A file to send, and what it has no letters for."""
    notes = _respelled_note(document, as_html)
    return Result(data, payload=document.pieces, format=form, notes=notes)


def _respelled_note(document: Document, as_html: str) -> tuple[Note, ...]:
    if not document.respelled:
        return ()
    *first, last = document.respelled
    scripts = f"{', '.join(first)} and {last}" if first else last
    hint = f"As they are written:   {as_html}"
    if document.install is not None:
        hint += f"\nWith letters for them:   {document.install}"
    message = f"The PDF file has no letters for {scripts}: names stand in Latin ones instead"
    return (Note("names_respelled", message, "warning", hint=hint),)


def as_html(
    invocation: Invocation,
    invoice: str,
    client: str | None = None,
    no_client: bool = False,
    markup: str | None = None,
    target: str | None = None,
) -> str:
    """The command that writes the same statement as an HTML file beside `target`."""
    words = ["jpcli", "invoice", "export", quoted(invoice)]
    if invocation.output.ledger:
        words.append(invocation.output.ledger)
    if client is not None:
        words += ["--client", quoted(client)]
    if no_client:
        words.append("--no-client")
    if markup is not None:
        words += ["--markup", quoted(markup)]
    place = "statement" if target is None else os.path.splitext(target)[0]
    return " ".join([*words, "--output", quoted(f"{place}.html")])


def check_terminal(invocation: Invocation, form: str, hint: str) -> None:
    """Refuse to write a PDF file onto a screen (`binary_on_terminal`)."""
    if form == "pdf" and invocation.output.terminal:
        message = "A PDF file is nothing to show on a terminal"
        raise BadInput("binary_on_terminal", message, hint=hint, subject="--format")


def chosen_format(invocation: Invocation, target: str | None) -> str:
    """What was named, or what the file's name ends in; both only where they say the same."""
    output = invocation.output
    if target is None:
        return output.format
    ending = os.path.basename(target).rpartition(".")[2].lower()
    form = _ENDINGS.get(ending, ending)
    says = (
        form in FORMATS + DOCUMENTS + JOURNALS + PROOFS
        and form != "auto"
        and "." in os.path.basename(target)
    )
    if not output.automatic:
        if says and form != output.format and (form, output.format) not in _ALIKE:
            raise UsageError(
                f"--output {target} ends as a file of format {form}, and --format"
                f" {output.format} was asked for: leave out one of them."
            )
        return output.format
    if not says:
        raise BadInput(
            "unknown_format",
            f"The name {target} does not say what to write",
            hint="Say it:   --format pdf, html, csv, json or table",
            subject=target,
        )
    return form


def check_place(
    invocation: Invocation, form: str, target: str | None, name: str = "statement.pdf"
) -> None:
    """Refuse a PDF file on a screen, and a place where no file can be; `name` is one that could."""
    if target is None:
        check_terminal(invocation, form, f"Name a file:   --output {name}")
        return
    from jpcli.cli.render.file import check_target

    check_target(target, invocation.yes)
