"""Whom a name in an event means: names can change hands, and events keep those of their time.

Owns the step from the names in earlier events to row numbers. A row's number is that of the event
that first named it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.agency_events import NAME_A_CLIENT, NAME_A_SITE
from jpcli.ledger.events.log import told

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger


class NamesThen:
    """Row numbers of sites and clients by what they were called when an event was recorded."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._namings: dict[tuple[tuple[str, ...], str], list[Event]] = {}

    def site_id(self, url: str, seq: int) -> int:
        """The site that the event `seq` means by this address. It must have been there."""
        return self._named(NAME_A_SITE, url, seq)

    def client_id(self, name: str | None, seq: int) -> int | None:
        """The client that the event `seq` means; None for none. It must have been there."""
        return None if name is None else self._named(NAME_A_CLIENT, name, seq)

    def _named(self, kinds: tuple[str, ...], name: str, seq: int) -> int:
        if (kinds, name) not in self._namings:
            self._namings[kinds, name] = list(told(self._ledger, kinds, subject=name))
        naming = next(e for e in reversed(self._namings[kinds, name]) if e.seq <= seq)
        before = naming.data.get("from")
        return naming.seq if before is None else self._named(kinds, before, naming.seq - 1)
