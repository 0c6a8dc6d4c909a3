"""Statements as files to send: which formats there are, and what each of them needs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.statement import Statement

_PDF_MODULES = frozenset({"fpdf", "fontTools", "fontpkg_source_sans_3", "anyascii"})


def write_document(statement: Statement, form: str) -> Iterator[str | bytes]:
    """The file in pieces: `html` is text, `pdf` bytes.

    Raises BadInput `missing_extra` where what writes PDF is not installed.
    """
    if form == "html":
        from jpcli.reports.statement.html import write_html

        return write_html(statement)
    try:
        from jpcli.reports.statement.pdf import write_pdf
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
    return iter((write_pdf(statement),))
