"""Clients that were made because somebody named them, and that may be a slip of the keyboard.

Owns what is said of a new one that is nearly called as one that was there: its days would be billed
to somebody who is nobody.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.words import quoted
from jpcli.services.meant import closest_client

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

SIMILAR = "similar_client"
MOST_REMARKED = 20
# How like another name one must be, 0 to 1, to look like a slip.
_ALIKE = 0.75


def new_client_notes(ledger: Ledger, made: Iterable[tuple[str, str]]) -> Iterator[Note]:
    """Remarks on (client, its first site) of new clients, whether they are in the tables or not."""
    for client, site in made:
        near = closest_client(ledger, client, _ALIKE, numbered=True)
        if near is not None:
            yield Note(
                SIMILAR,
                f"{client} is a new client; did you mean {near}?",
                "warning",
                client,
                f"If so:   jpcli sites move {quoted(site)} --client {quoted(near)}",
            )
