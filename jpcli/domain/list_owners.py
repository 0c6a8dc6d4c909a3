"""Whose sites are in a list that is copied or typed: where the text says that a word is a client.

Owns the words that say nothing else, of which a head of columns is made.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

# Headings, buttons and states of a dashboard, which say nothing that the rest does not.
_NOISE = frozenset(
    (
        *("active", "assign", "assigned", "attached", "copy", "date", "detached", "issued", "key"),
        *("license", "on", "product", "products", "quantity", "revoke", "site", "sites", "state"),
        *("standard", "status", "unassigned", "url", "client", "none"),
        *("issued_at", "assigned_at", "license_key"),
    )
)
# Up to where a cell ends.
CLIENT = re.compile(
    r"\bclient: *(?P<name>[^\t,;|•·\s][^\t,;|•·]*?) *(?=  |[\t,;|•·]|$)", re.IGNORECASE
)
_BETWEEN_COLUMNS = "\t,;|"


class Owners:
    """Whose the sites of a list are."""

    def __init__(self) -> None:
        # What is between columns, which of them the clients' is, and how many there are.
        self._column: tuple[str, int, int] | None = None
        self._known: dict[str, str] = {}

    def told(self, text: str) -> str:
        """A line, with a word before what stands in the column of the clients."""
        text = text.rstrip("\r\n")
        for mark in _BETWEEN_COLUMNS:
            heads = [head.strip().lower() for head in text.split(mark)]
            if len(heads) > 1 and "client" in heads and all(map(is_noise, heads)):
                self._column = mark, heads.index("client"), len(heads)
                return text
        if self._column is None:
            return text
        mark, place, width = self._column
        cells = text.split(mark)
        if len(cells) != width:
            return text
        client = cells[place].strip(" \"'")
        is_rule = not client.strip("-:")  # as below a head in Markdown
        cells[place] = "" if is_rule else f"client: {client}"
        return mark.join(cells)

    def note(self, sites: Sequence[str], clients: Iterable[str]) -> None:
        """W2: a site is one client's."""
        for client in clients:
            if not sites:
                raise BadInput("client_without_site", f"{client} is named without a site")
            site = sites[0]
            if self._known.setdefault(site, client) != client:
                known = self._known[site]
                message = f"{site} can't belong to {known} and {client} at once"
                raise BadInput("site_two_clients", message)

    def of(self, site: str | None) -> str | None:
        """Whose a site is, if that was said."""
        return None if site is None else self._known.get(site)


def is_noise(cell: str) -> bool:
    """Whether a cell says nothing that the rest does not."""
    return all(word in _NOISE for word in cell.lower().split())
