"""A statement as one HTML file: no scripts, nothing from outside, made to be printed as well.

Owns how it is filled in; the look is in `templates/statement.html`. Everything is escaped: names of
sites, clients and products are other people's text.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from jpcli.domain.words import short_day
from jpcli.reports.statement import text, wording
from jpcli.reports.statement.heat import STEPS, shades

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jinja2 import Template

    from jpcli.reports.statement.statement import Statement

# Pieces of a long document that go out together.
BUFFER = 200


def write_html(statement: Statement) -> Iterator[str]:
    """The document, piece by piece."""
    stream = _template().stream(
        statement=statement,
        words=wording,
        text=text,
        short_day=short_day,
        strip=list(
            zip(
                statement.per_day,
                shades([count.licenses for count in statement.per_day]),
                strict=True,
            )
        ),
        steps=STEPS,
    )
    stream.enable_buffering(BUFFER)
    return iter(stream)


@cache
def _template() -> Template:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    environment = Environment(
        loader=PackageLoader("jpcli.reports.statement"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    return environment.get_template("statement.html")
