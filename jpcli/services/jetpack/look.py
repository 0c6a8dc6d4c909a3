"""Every license as Jetpack has it, held against the ledger: by its list where it answers, else one
by one.

Owns the asking, which writes nothing and holds no lock, and what of all that is kept: only what is
not the same. A ledger of any size needs little memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.jetpack.licensing import NotListed, RemoteLicense
from jpcli.ledger.events.log import last_seq
from jpcli.ledger.queries.license_walk import each_numbered
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.wishes import keys_touched_after, keys_waiting
from jpcli.services.bulk import RowNumbers
from jpcli.services.jetpack.access import licensing_of
from jpcli.services.jetpack.compare import Comparing
from jpcli.services.pending import UNDER_WAY, pending
from jpcli.services.spool import Spool

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from jpcli.jetpack.licensing import Licensing
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.services.desk import Desk
    from jpcli.services.pending import Pending

    # Is told how many licenses were compared so far.
    Heard = Callable[[int], object]


class Looked:
    """What was found. `checked` counts licenses of the ledger that were asked for; `listed` is
    whether Jetpack lists licenses. `told` are those that are not the same in both, or whose site
    has a number that is new; `unknown` are those that the ledger does not have; `gone` the keys
    that Jetpack does not know, but for those that have ended here. `bundles` are keys by Jetpack's
    number."""

    def __init__(self) -> None:
        self.checked = 0
        self.listed = True
        self.told: Spool[RemoteLicense] = Spool(RemoteLicense._make)
        self.unknown: Spool[RemoteLicense] = Spool(RemoteLicense._make)
        self.gone: Spool[tuple[str]] = Spool(lambda row: (row[0],))
        self.bundles: dict[int, str] = {}


class LookedSince(NamedTuple):
    """What was found, and since when others may have been at work: `seq` is the ledger's last event
    before anything was asked; `waiting` are licenses in work then, those of them that a process was
    at work on are `under_way`."""

    looked: Looked
    seq: int
    waiting: set[str]
    under_way: set[str]

    def busy(self, desk: Desk) -> set[str]:
        """The licenses of which it is not known what is so."""
        return self.waiting | keys_touched_after(desk.ledger, self.seq)

    def moved(self, desk: Desk) -> set[str]:
        """The licenses that were changed while Jetpack was asked, perhaps after it was."""
        return self.under_way | keys_touched_after(desk.ledger, self.seq)


def look_since(desk: Desk, wanted: Collection[str] | None, heard: Heard) -> LookedSince:
    """The same with what else was going on. Errors as `licensing_of` and `look`."""
    api = licensing_of(desk, read_only=True)
    seq, working = last_seq(desk.ledger), pending(desk.ledger, desk.now_at)
    under_way = {each.wish.license_key or "" for each in working if _is_at_work(each)}
    waiting = keys_waiting(desk.ledger)
    return LookedSince(look(desk.ledger, api, wanted, heard), seq, waiting, under_way)


def _is_at_work(one: Pending) -> bool:
    return one.state == UNDER_WAY


def look(ledger: Ledger, api: Licensing, wanted: Collection[str] | None, heard: Heard) -> Looked:
    """Ask for every license, or for those of these keys alone and what is in their bundles;
    `heard` is told how many there are so far. Raises what the API does."""
    looking = _Looking(ledger, api, wanted, heard)
    try:
        for remote in api.licenses():
            looking.take(remote)
    except NotListed:
        looking.found.listed = False
        api.families()  # a token that is not accepted is not one that may not list
    looking.ask_for_the_rest()
    looking.compare_early()
    return looking.found


class _Looking:
    def __init__(
        self, ledger: Ledger, api: Licensing, wanted: Collection[str] | None, heard: Heard
    ) -> None:
        self._heard = heard
        self._told = 0
        self._ledger = ledger
        self._api = api
        self._wanted = None if wanted is None else dict.fromkeys(wanted, False)
        self._seen = RowNumbers()
        self._new = RowNumbers()  # by Jetpack's numbers
        self.found = Looked()
        self._comparing = Comparing(ledger, self.found.bundles)
        # What is in a bundle that was not told of by then.
        self._early: Spool[RemoteLicense] = Spool(RemoteLicense._make)

    def take(self, remote: RemoteLicense) -> None:
        """One license as Jetpack has it."""
        found, key = self.found, remote.license_key
        self._told += 1
        self._heard(self._told)
        if remote.license_id is not None and (remote.quantity or 1) > 1:
            found.bundles[remote.license_id] = key
        if self._wanted is not None:
            if key in self._wanted:
                self._wanted[key] = True
            elif remote.parent_license_id is None:
                return
        facts = find(self._ledger, key)
        if facts is None:
            if remote.license_id is None or self._new.add(remote.license_id):
                found.unknown.append(remote)
            return
        if not self._seen.add(facts.id):
            return  # the list moved on while it was read
        if self._wanted is not None and key not in self._wanted:
            return
        found.checked += 1
        if self._comparing.waits(remote):
            self._early.append(remote)
        else:
            self._compare(facts, remote)

    def compare_early(self) -> None:
        """Those that wait for what was told after them."""
        for remote in self._early:
            facts = find(self._ledger, remote.license_key)
            assert facts is not None
            self._compare(facts, remote)

    def _compare(self, facts: LicenseFacts, remote: RemoteLicense) -> None:
        comparing = self._comparing
        if comparing.differences(facts, remote) or comparing.is_news(remote):
            self.found.told.append(remote)

    def ask_for_the_rest(self) -> None:
        """Those that were not listed, one by one: a list may leave out what it should have."""
        if self._wanted is not None:
            for key, is_there in list(self._wanted.items()):
                if not is_there:
                    self._ask(key)
            return
        for number, key in each_numbered(self._ledger):
            if number not in self._seen:
                self._ask(key)

    def _ask(self, key: str) -> None:
        remote = self._api.license(key)
        if remote is not None:
            self.take(remote)
            return
        facts = find(self._ledger, key)
        self.found.checked += facts is not None
        if facts is None or facts.revoked_at is None:  # else it has ended on both sides
            self.found.gone.append((key,))
