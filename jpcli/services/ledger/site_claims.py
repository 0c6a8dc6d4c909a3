"""Whose sites are whose, as the rows of a history file claim it bit by bit (W2).

Owns the merging of claims: a site that has one client in the whole file is simply made with it;
where a site changed hands the claims become one list of owners, and two clients at once are a
problem.
"""

from __future__ import annotations

from operator import itemgetter
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.errors import Problem
from jpcli.domain.instants import format_instant
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.sites import any_site, find_site, owners_of
from jpcli.services.put_away import check_client_in_use, check_site_in_use

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.clients import Standing
    from jpcli.ledger.queries.sites import SiteFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.ledger.history_rows import Placed

_FOREVER = 2**62
_Stretches = dict["str | None", list[tuple[int, int, int]]]


class _Site:
    """The claims on one site: per client the stretches (from, to, line), merged. Nearly all sites
    have one stretch only, which is kept flat."""

    __slots__ = ("client", "high", "is_new", "line", "low", "others")

    def __init__(self, is_new: bool, client: str | None, low: int, high: int, line: int) -> None:
        self.is_new = is_new
        self.client = client
        self.low, self.high, self.line = low, high, line
        self.others: _Stretches | None = None

    def add(self, client: str | None, from_at: int, to_at: int, line: int) -> None:
        if client == self.client and from_at <= self.high and to_at >= self.low:
            if from_at < self.low or to_at > self.high or line < self.line:
                self.low = min(self.low, from_at)
                self.high = max(self.high, to_at)
                self.line = min(self.line, line)
            return
        if self.others is None:
            self.others = {}
        found = self.others.setdefault(client, [])
        for position, (low, high, first_line) in enumerate(found):
            if from_at <= high and to_at >= low:
                found[position] = (min(low, from_at), max(high, to_at), min(first_line, line))
                return
        found.append((from_at, to_at, line))

    def has_one_client(self) -> bool:
        """Whether all claims are of the client that it was first named with."""
        return self.others is None or self.others.keys() <= {self.client}

    def stretches(self) -> _Stretches:
        """All of them, as they were first named."""
        found = {self.client: [(self.low, self.high, self.line)]}
        for client, more in (self.others or {}).items():
            found.setdefault(client, []).extend(more)
        return found


class Claims:
    """Collects claims, makes new sites and clients on the way, settles changes at the end."""

    def __init__(self, ledger: Ledger, writer: Writer) -> None:
        self._ledger = ledger
        self._writer = writer
        self._sites: dict[str, _Site] = {}
        self._clients: dict[str | None, str | None] = {}
        # What is put away, of those: a stay that goes on is no history.
        self._sites_away: dict[str, SiteFacts] = {}
        self._clients_away: dict[str | None, Standing] = {}
        self._is_first = not any_site(ledger)
        self.new_sites = 0

    def add(self, placed: Placed, revoked_at: int | None, line: int) -> None:
        """One assignment's claim; records the site and the client where they are new.

        Without an end of its own it ends when its license is revoked.
        """
        url, (_, from_at, to_at), client, _ = placed
        if to_at is None:
            to_at = _FOREVER if revoked_at is None else revoked_at
        if client not in self._clients:
            self._ensure_client(client, from_at)
        site = self._sites.get(url)
        if site is not None:
            if to_at == _FOREVER:
                self._check_in_use(url, client)
            site.add(client, from_at, to_at, line)
            return
        known = None if self._is_first else find_site(self._ledger, url)
        is_new = known is None
        if known is not None and (known.archived or known.into is not None):
            self._sites_away[url] = known
        if to_at == _FOREVER or is_new:
            self._check_in_use(url, client)
        client = self._clients[client]  # one object for all of its sites
        self._sites[url] = _Site(is_new, client, from_at, to_at, line)
        if is_new:
            self._writer.record(*events.site_added(url, client), at=from_at)
            self.new_sites += 1

    def knows(self, client: str) -> bool:
        """Whether a client was named here before, or is in the ledger."""
        return client in self._clients or standing(self._ledger, client) is not None

    def settle(self) -> list[Problem]:
        """Record the owners of sites that changed hands; the problems of those that can't be."""
        problems: list[Problem] = []
        for url, site in self._sites.items():
            if not site.is_new:
                problems += self._compare(url, site)
            elif not site.has_one_client():
                problems += self._record_owners(url, site)
        return problems

    def _check_in_use(self, url: str, client: str | None) -> None:
        """Nothing goes on, or begins, where it is put away: Refused as the checks."""
        if url in self._sites_away:
            check_site_in_use(self._sites_away[url])
        if client in self._clients_away:
            check_client_in_use(str(client), self._clients_away[client])

    def _ensure_client(self, client: str | None, at: int) -> None:
        found = None if client is None else standing(self._ledger, client)
        if client is not None and found is None:
            self._writer.record(*events.client_added(client), at=at)
        elif client is not None and found is not None:
            if found.name != client:
                check_client_in_use(client, found)
            elif found.archived:
                self._clients_away[client] = found
        self._clients[client] = client

    def _record_owners(self, url: str, site: _Site) -> list[Problem]:
        found = site.stretches()
        claims = sorted(
            (low, high, line, client)
            for client, stretches in found.items()
            if client is not None
            for low, high, line in stretches
        )
        problems = []
        longest = claims[0]
        for claim in claims[1:]:
            if claim[0] < longest[1] and claim[3] != longest[3]:
                message = f"{url} can't belong to {longest[3]} and {claim[3]} at once"
                problems.append(Problem("site_two_clients", url, message, claim[2]))
            longest = max(longest, claim, key=itemgetter(1))
        if not problems:
            self._set_owners(url, [(low, client) for low, _, _, client in claims], found)
        return problems

    def _set_owners(
        self, url: str, changes: list[tuple[int, str | None]], found: _Stretches
    ) -> None:
        """A stretch without a client counts only where nobody else has the site."""
        named = [item for client in found if client for item in found[client]]
        for low, high, _ in found.get(None, ()):
            if not any(first < high and low < last for first, last, _ in named):
                changes.append((low, None))
        changes.sort(key=itemgetter(0))
        owners: list[dict[str, str | None]] = []
        for low, client in changes:
            if not owners or owners[-1]["client"] != client:
                owners.append({"client": client, "from": format_instant(low)})
        self._writer.record(*events.site_owners_set(url, owners), at=changes[-1][0])

    def _compare(self, url: str, site: _Site) -> list[Problem]:
        """A site that the ledger knows has the clients that the ledger says, all the time."""
        facts = find_site(self._ledger, url)
        assert facts is not None
        owned = [(owner[3], owner[0]) for owner in owners_of(self._ledger, facts.id)]
        begins = [0, *(from_at for from_at, _ in owned[1:])]
        ends = [*begins[1:], _FOREVER]
        problems = []
        for client, stretches in site.stretches().items():
            for low, high, line in stretches:
                for begun, ended, (_, owner) in zip(begins, ends, owned, strict=True):
                    during = begun < max(high, low + 1) and low < ended
                    if during and client not in (None, owner):
                        message = f"{url} belonged to {owner or 'no client'} then, not to {client}"
                        problems.append(Problem("site_has_other_client", url, message, line))
                        break
        return problems
