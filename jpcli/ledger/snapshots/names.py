"""Whom a name in an event means: names can change hands, and events keep those of their time.

Owns the step from the names in earlier events to row numbers, and back to what a row was called. A
row's number is that of the event that first named it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.agency_events import NAME_A_CLIENT, NAME_A_SITE
from jpcli.domain.events import LATEST_SEQ
from jpcli.ledger.events.log import told

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


class Spell(NamedTuple):
    """A name that one row had from the event that gave it, up to the last one before the next."""

    name: str
    first_seq: int
    last_seq: int


class NamesThen:
    """Row numbers of sites and clients by what they were called when an event was recorded."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        # Of each name the events that gave it, and what was called otherwise before.
        self._namings: dict[tuple[tuple[str, ...], str], list[tuple[int, str | None]]] = {}

    def site_id(self, url: str, seq: int) -> int:
        """The site that the event `seq` means by this address. It must have been there."""
        return self._spells(NAME_A_SITE, url, seq)[0].first_seq

    def client_id(self, name: str | None, seq: int) -> int | None:
        """The client that the event `seq` means; None for none. It must have been there."""
        return None if name is None else self._spells(NAME_A_CLIENT, name, seq)[0].first_seq

    def site_spells(self, url: str, seq: int = LATEST_SEQ) -> list[Spell]:
        """All names up to an event, the first one first, of the site that is called so then."""
        return self._spells(NAME_A_SITE, url, seq)

    def client_spells(self, name: str, seq: int = LATEST_SEQ) -> list[Spell]:
        """The same of a client."""
        return self._spells(NAME_A_CLIENT, name, seq)

    def site_called(self, site_id: int, seq: int) -> str:
        """The address that a site had after an event. It must have been there."""
        now = self._ledger.value("SELECT url FROM sites WHERE id = :id", id=site_id)
        return _at(self._spells(NAME_A_SITE, str(now), LATEST_SEQ), seq)

    def client_called(self, client_id: int | None, seq: int) -> str | None:
        """The same of a client; None of none."""
        if client_id is None:
            return None
        now = self._ledger.value("SELECT name FROM clients WHERE id = :id", id=client_id)
        return _at(self._spells(NAME_A_CLIENT, str(now), LATEST_SEQ), seq)

    def _spells(self, kinds: tuple[str, ...], name: str, seq: int) -> list[Spell]:
        found: list[Spell] = []
        before: str | None = name
        while before is not None:
            first_seq, earlier = self._naming(kinds, before, seq)
            found.append(Spell(before, first_seq, seq))
            before, seq = earlier, first_seq - 1
        return found[::-1]

    def _naming(self, kinds: tuple[str, ...], name: str, seq: int) -> tuple[int, str | None]:
        if (kinds, name) not in self._namings:
            events = told(self._ledger, kinds, subject=name)
            self._namings[kinds, name] = [(each.seq, each.data.get("from")) for each in events]
        return next(each for each in self._namings[kinds, name][::-1] if each[0] <= seq)


def _at(spells: list[Spell], seq: int) -> str:
    return next(spell.name for spell in spells if spell.first_seq <= seq <= spell.last_seq)
