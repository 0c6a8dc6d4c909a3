"""Files of a year of every client: HTML and PDF."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.statement.documents import Document, check_form, pdf_document

if TYPE_CHECKING:
    from jpcli.reports.clients.year import ClientsYear


def write_document(year: ClientsYear, form: str) -> Document:
    """The file: `html` is text, `pdf` is bytes; errors as `check_form`."""
    if form == "html":
        from jpcli.reports.clients.html import write_html

        return Document(write_html(year))
    check_form(form)
    from jpcli.reports.clients.pdf import write_pdf

    return pdf_document(write_pdf(year))
