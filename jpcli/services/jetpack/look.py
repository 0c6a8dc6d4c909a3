"""Every license as Jetpack has it, held against the ledger: by its list where it answers, else one
by one.

Owns the asking, which writes nothing and holds no lock, and what of all that is kept: only what is
not the same. A ledger of any size needs little memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.jetpack.licensing import NotListed, RemoteLicense
from jpcli.ledger.queries.license_walk import each_numbered
from jpcli.ledger.queries.licenses import find
from jpcli.services.bulk import Numbers
from jpcli.services.jetpack.compare import Comparing
from jpcli.services.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Collection

    from jpcli.jetpack.licensing import Licensing
    from jpcli.ledger.database.connection import Ledger


class Looked:
    """What was found. `checked` counts licenses of the ledger that were asked for; `listed` is
    whether Jetpack lists licenses. `told` are those that are not the same in both, or whose site
    has a number that is new; `unknown` are those that the ledger does not have; `gone` the keys
    that Jetpack does not know. `bundles` are keys by Jetpack's number."""

    def __init__(self) -> None:
        self.checked = 0
        self.listed = True
        self.told: Spool[RemoteLicense] = Spool(RemoteLicense._make)
        self.unknown: Spool[RemoteLicense] = Spool(RemoteLicense._make)
        self.gone: Spool[tuple[str]] = Spool(lambda row: (row[0],))
        self.bundles: dict[int, str] = {}


def look(ledger: Ledger, api: Licensing, wanted: Collection[str] | None = None) -> Looked:
    """Ask for every license, or for those of these keys alone and what is in their bundles. Raises
    what the API does."""
    looking = _Looking(ledger, api, wanted)
    try:
        for remote in api.licenses():
            looking.take(remote)
    except NotListed:
        looking.found.listed = False
        api.families()  # a token that is not accepted is not one that may not list
    looking.ask_for_the_rest()
    return looking.found


class _Looking:
    def __init__(self, ledger: Ledger, api: Licensing, wanted: Collection[str] | None) -> None:
        self._ledger = ledger
        self._api = api
        self._wanted = None if wanted is None else dict.fromkeys(wanted, False)
        self._seen = Numbers()
        self._comparing = Comparing(ledger)
        self.found = Looked()

    def take(self, remote: RemoteLicense) -> None:
        """One license as Jetpack has it."""
        found, key = self.found, remote.license_key
        if remote.license_id is not None and (remote.quantity or 1) > 1:
            found.bundles[remote.license_id] = key
        if self._wanted is not None:
            if key in self._wanted:
                self._wanted[key] = True
            elif remote.parent_license_id is None:
                return
        facts = find(self._ledger, key)
        if facts is None:
            found.unknown.append(remote)
            return
        if not self._seen.add(facts.id):
            return  # the list moved on while it was read
        if self._wanted is not None and key not in self._wanted:
            return
        found.checked += 1
        comparing = self._comparing
        if comparing.differences(facts, remote) or comparing.is_news(remote):
            found.told.append(remote)

    def ask_for_the_rest(self) -> None:
        """Those that were not listed, one by one: a list may leave out what it should have."""
        if self._wanted is not None:
            for key, is_there in list(self._wanted.items()):
                if not is_there:
                    self._ask(key, find(self._ledger, key) is not None)
            return
        for number, key in each_numbered(self._ledger):
            if number not in self._seen:
                self._ask(key, True)

    def _ask(self, key: str, known: bool) -> None:
        remote = self._api.license(key)
        if remote is not None:
            self.take(remote)
            return
        self.found.checked += known
        self.found.gone.append((key,))
