"""The index of a month's statements: who gets which files, what they cost and what is billed.

Owns its shape, its CSV and its HTML. It is the agency's own: costs are in it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import quote

from jpcli.domain.money import amount_text
from jpcli.domain.words import long_day, month_name
from jpcli.reports.html.template import pieces, template
from jpcli.reports.statement.rows import write_rows
from jpcli.reports.statement.text import clean, money

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS = ("invoice", "month", "number", "client", "email", "cost", "billed", "currency", "due")


class Entry(NamedTuple):
    """One statement. `client` is None for what is nobody's, which is billed to nobody. `files` are
    names in the folder."""

    number: str
    client: str | None
    email: str
    cost_minor: int
    billed_minor: int
    files: tuple[str, ...]


class Index(NamedTuple):
    """A month's statements; `journals` are the files for the books, `total_minor` is what the
    invoice comes to, days are ISO dates."""

    agency: str
    invoice: str
    period: str
    issued: str
    due: str
    currency: str
    is_void: bool
    total_minor: int
    head: str
    entries: tuple[Entry, ...]
    journals: tuple[str, ...]

    @property
    def billed_minor(self) -> int:
        """What all clients are billed."""
        return sum(entry.billed_minor for entry in self.entries)


def write_index_csv(index: Index) -> Iterator[str]:
    """A row a statement, the names of its files last."""
    rows = (
        (
            index.invoice,
            index.period,
            entry.number,
            entry.client or "",
            entry.email,
            amount_text(entry.cost_minor, index.currency),
            amount_text(entry.billed_minor, index.currency),
            index.currency,
            index.due,
            " ".join(entry.files),
        )
        for entry in index.entries
    )
    return write_rows((*COLUMNS, "files"), rows)


def write_index_html(index: Index) -> Iterator[str]:
    """A page with links to the files; no scripts, nothing from outside."""
    return pieces(
        template("month_end", "index.html"),
        index=index,
        money=lambda minor: money(minor, index.currency),
        clean=clean,
        month=month_name(index.period),
        long_day=long_day,
        link=lambda name: quote(name, safe=""),
    )
