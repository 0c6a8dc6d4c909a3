"""The page as one HTML file: no script, nothing from elsewhere, for a phone, a wall and paper.

Owns how it is filled in; the look is in `templates/page.html`. Everything is escaped: names of
sites, clients and products are other people's text.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.site_urls import readable_in
from jpcli.domain.words import count, month_name, month_of, short_day
from jpcli.reports.html.template import template
from jpcli.reports.page import page as drawing
from jpcli.reports.statement.text import clean

if TYPE_CHECKING:
    from jpcli.reports.page.page import Page


def write_page(page: Page) -> str:
    """The whole document; the same bytes for the same page."""
    return template("page", "page.html", _shown).render(
        page=page,
        status=page.status,
        bars=drawing.bars(page),
        idle=drawing.idle(page.status),
        draw=drawing,
        money=drawing.money,
        count=count,
        month_name=month_name,
        month_of=month_of,
        short_day=short_day,
    )


def _shown(value: object) -> object:
    """Sites as a person reads them, control characters written out."""
    if not isinstance(value, str) or hasattr(value, "__html__"):
        return value
    return clean(readable_in(value))
