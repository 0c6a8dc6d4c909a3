"""The files of a month's end: which there are of one invoice, and what they are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.invoice_status import VOID
from jpcli.reports.month_end.index import Entry, Index, write_index_csv, write_index_html
from jpcli.services.invoices.each_client import Respelled, Written, write_each
from jpcli.services.invoices.journal import journal, write_journal
from jpcli.services.invoices.statements import Statements

if TYPE_CHECKING:
    from jpcli.services.desk import Desk
    from jpcli.services.files.folder import Folder


class Wanted(NamedTuple):
    """What to write where: statements in each of `each_client.FORMS` that `forms` has, a journal
    for each of `journal.BOOKS` that `books` has."""

    path: str
    forms: tuple[str, ...]
    books: tuple[str, ...]
    replaces: bool = False


def write_files(
    desk: Desk, number: str, folder: Folder, wanted: Wanted, respelled: Respelled
) -> list[Written]:
    """All files of one invoice; what can't be written is one of the folder's failures."""
    statements = Statements(desk, number)
    written = write_each(statements, folder, wanted.forms, respelled)
    made = journal(desk, statements, written)
    names = [journal_name(number, books) for books in wanted.books]
    journals = [
        name
        for name, books in zip(names, wanted.books, strict=True)
        if folder.put(name, write_journal(made, books)) is not None
    ]
    index = _index(statements, written, tuple(journals))
    folder.put(index_name(number, "csv"), write_index_csv(index))
    folder.put(index_name(number, "html"), write_index_html(index))
    return written


def journal_name(number: str, books: str) -> str:
    """`INV-2026-10-journal.beancount`."""
    return f"{number}-journal.{books}"


def index_name(number: str, ending: str) -> str:
    """`INV-2026-10-index.html`."""
    return f"{number}-index.{ending}"


def _index(statements: Statements, written: list[Written], journals: tuple[str, ...]) -> Index:
    whole = statements.whole
    entries = tuple(
        Entry(
            str(each.made.own_number),
            None if each.made.whose is None else each.made.whose.client,
            each.email or "",
            each.cost_minor,
            each.billed_minor,
            each.names,
        )
        for each in written
    )
    return Index(
        agency=whole.agency,
        invoice=str(whole.number),
        period=whole.period,
        issued=str(whole.issued),
        due=str(whole.due),
        currency=whole.currency,
        is_void=whole.status == VOID,
        total_minor=whole.total_minor,
        head=whole.head,
        entries=entries,
        journals=journals,
    )
