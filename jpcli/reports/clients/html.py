"""A year of every client as one HTML file: no scripts, nothing from outside, made to be printed.

Owns how it is filled in; the look is in `templates/clients.html`. Everything is escaped: names of
clients are other people's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.reports.clients import year as words
from jpcli.reports.clients.chart import chart_of
from jpcli.reports.statement import text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.clients.year import ClientsYear

# Pieces of a long document that go out together.
BUFFER = 200


def write_html(year: ClientsYear) -> Iterator[str]:
    """The document, piece by piece."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("jpcli.reports.clients"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    stream = environment.get_template("clients.html").stream(
        year=year, words=words, text=text, chart=chart_of(year, 700, 150, 64)
    )
    stream.enable_buffering(BUFFER)
    return iter(stream)
