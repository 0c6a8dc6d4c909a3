"""Statements as files to send: which formats there are, and what each of them needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.paper import Pdf
    from jpcli.reports.statement.statement import Statement

_PDF_MODULES = frozenset({"fpdf", "fontTools", "fontpkg_source_sans_3", "anyascii"})


class Document(NamedTuple):
    """The file in pieces, text or bytes. `respelled` names the scripts that it has no letters for,
    so that names in them stand in Latin ones; `install` is the command that brings letters."""

    pieces: Iterator[str | bytes]
    respelled: tuple[str, ...] = ()
    install: str | None = None


def write_document(statement: Statement, form: str) -> Document:
    """The file: `html` and `csv` are text, `pdf` is bytes; errors as `check_form`."""
    if form == "html":
        from jpcli.reports.statement.html import write_html

        return Document(write_html(statement))
    if form == "csv":
        from jpcli.reports.statement.lines_csv import write_lines

        return Document(write_lines(statement))
    check_form(form)
    from jpcli.reports.statement.pdf import write_pdf

    return pdf_document(write_pdf(statement))


def pdf_document(made: Pdf) -> Document:
    """A PDF file as a document."""
    from jpcli.domain.extras import install_command

    install = None if made.has_all_fonts else install_command("fonts", sys.executable)
    return Document(iter((made.content,)), made.respelled, install)


def check_form(form: str) -> None:
    """Raise BadInput `missing_extra` where what writes PDF is not installed."""
    if form != "pdf":
        return
    try:
        import jpcli.reports.statement.pdf  # noqa: F401 - whether it can be
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in _PDF_MODULES:
            raise
        from jpcli.domain.extras import install_command

        raise BadInput(
            "missing_extra",
            "PDF files are written by packages that are not installed here",
            hint=install_command("pdf", sys.executable),
            subject="pdf",
        ) from None
