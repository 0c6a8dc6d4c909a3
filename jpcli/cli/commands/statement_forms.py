"""The option by which statements are written in one format or several."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.output import DOCUMENTS, JOURNALS, PROOFS
from jpcli.domain.errors import not_among

if TYPE_CHECKING:
    from jpcli.cli.app.invocation import Invocation

Forms = Annotated[
    list[str] | None,
    typer.Option("--as", metavar="FORM", help="What statements are: html, pdf or csv. Repeatable."),
]
USUAL = "html"


def checked_forms(forms: list[str] | None) -> tuple[str, ...]:
    """Each once, in order; html unless told. Raises BadInput `bad_as`."""
    from jpcli.services.invoices.each_client import FORMS

    for form in forms or ():
        if form not in FORMS:
            raise not_among("as", form, FORMS, "--as")
    return tuple(dict.fromkeys(forms or (USUAL,)))


def forms_of(invocation: Invocation, forms: list[str] | None) -> tuple[tuple[str, ...], str | None]:
    """What statements are, and the format of the answer where it is not the usual one: a --format
    that only files can have, or csv, means the statements unless --as says what they are."""
    output = invocation.output
    is_document = output.format in DOCUMENTS
    if forms and is_document:
        message = f"--format {output.format} and --as both say what statements are: leave out one."
        raise UsageError(message)
    if is_document or (output.format == "csv" and not forms):
        return (output.format,), "table" if output.terminal else "tsv"
    if output.format in JOURNALS:
        raise UsageError("A journal has every client: leave out --each-client.")
    if output.format in PROOFS:
        raise UsageError("A proof is of one bill: leave out --each-client.")
    return checked_forms(forms), None
