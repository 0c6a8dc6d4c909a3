"""The one way in which a page is filled in: what it names is there, and what it shows is escaped.

Owns that and no page: a room of `reports` has its own in its folder `templates`. Every text is
escaped, because names of sites, clients and products are other people's.
"""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jinja2 import Template

# Pieces of a long document that go out together.
BUFFER = 200


@cache
def template(room: str, name: str, finalize: Callable[[object], object] | None = None) -> Template:
    """A page of `jpcli.reports.ROOM`; `finalize` has the last word on each text in it."""
    from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined

    rooms = (f"jpcli.reports.{room}", "jpcli.reports.html")
    environment = Environment(
        loader=ChoiceLoader([PackageLoader(each) for each in rooms]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=finalize,
    )
    return environment.get_template(name)


def pieces(page: Template, **names: object) -> Iterator[str]:
    """The document, piece by piece."""
    stream = page.stream(**names)
    stream.enable_buffering(BUFFER)
    return iter(stream)
