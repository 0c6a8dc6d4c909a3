"""A statement as one HTML file: no scripts, nothing from outside, made to be printed as well.

Owns how it is filled in; the look is in `templates/statement.html`. Everything is escaped: names of
sites, clients and products are other people's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.words import short_day
from jpcli.reports.html.template import pieces, template
from jpcli.reports.statement import text, wording
from jpcli.reports.statement.heat import STEPS, shades

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.reports.statement.statement import Statement


def write_html(statement: Statement) -> Iterator[str]:
    """The document, piece by piece."""
    return pieces(
        template("statement", "statement.html"),
        title=wording.file_title(statement),
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
