"""A year of every client as one HTML file: no scripts, nothing from outside, made to be printed.

Owns how it is filled in; the look is in `templates/clients.html`. Everything is escaped: names of
clients are other people's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.clients import year as words
from jpcli.reports.clients.chart import chart_of
from jpcli.reports.html.template import pieces, template
from jpcli.reports.statement import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.clients.year import ClientsYear


def write_html(year: ClientsYear) -> Iterator[str]:
    """The document, piece by piece."""
    return pieces(
        template("clients", "clients.html"),
        title=words.file_title(year),
        year=year,
        words=words,
        text=text,
        chart=chart_of(year, 700, 150, 64),
    )
