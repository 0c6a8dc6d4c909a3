"""Sites and clients as changes need them: made the first time they are named.

Owns W2's refusal: a site has one client, and naming another one with it is a mistake, not a
move.
"""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import events
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.names import check_client_name
from jpcli.domain.site_urls import normalize_url
from jpcli.domain.words import quoted
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.sites import any_site, find_site
from jpcli.ledger.writer import asks_about
from jpcli.services.put_away import check_client_in_use, check_site_in_use
from jpcli.services.refusals import check_not_before_owner
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Note
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.queries.sites import SiteFacts
    from jpcli.ledger.writer import Writer


# So many names are remembered; a file may have a million of them.
_MOST_NAMES = 20_000
_MOST_REMARKED = 20


class _Known(NamedTuple):
    client: str | None
    since_at: int
    facts: SiteFacts | None = None  # of a site that was there before


def place_asks(names: SiteNames, site: str, client: str | None) -> Iterator[Ask]:
    """What is asked where a site is named, with a client maybe, and a license put on it."""
    yield from names.asks_whose(site)
    ledger = names.ledger
    with suppress(BadInput):
        yield from asks_about(ledger, site=normalize_url(site))
    if client is not None:
        yield lambda: standing(ledger, check_client_name(client))


class Places:
    """The sites that one command names, looked up rarely, with what it has recorded itself."""

    def __init__(self, writer: Writer) -> None:
        self._writer = writer
        self.names = SiteNames(writer.ledger)
        self._sites: dict[str, _Known | None] = {}
        self._clients: dict[str, bool] = {}
        self._used: dict[str, None] = {}
        self._made: dict[str, str] = {}  # the first clients that are new, each with its site
        self._has_sites: bool | None = None  # besides those recorded here

    def check(self, site: str, client: str | None) -> tuple[str, str | None]:
        """What the ledger calls the site and the client; nothing is recorded.

        Raises BadInput for a bad URL or name, or one that was given up (`site_renamed`,
        `client_renamed`), Refused for what is put away (`site_archived`, `site_merged`,
        `client_archived`, `client_merged`), and `site_has_other_client` (W2).
        """
        self._make_room()
        url = self.names.name(site)
        known = self._known(url)
        if known is not None and known.facts is not None:
            check_site_in_use(known.facts)
        if client is None:
            return url, None
        name = client if client in self._clients else check_client_name(client)
        self._client_exists(name)
        if known is not None and known.client is not None and known.client != name:
            raise Refused(
                "site_has_other_client",
                f"{url} belongs to {known.client}, not to {name}",
                hint=f"Hand it over:   jpcli sites move {quoted(url)} --client {quoted(name)}",
                subject=url,
            )
        return url, name

    def ensure(self, url: str, client: str | None, at: int) -> None:
        """Record the site and its client where they are new; both have been checked."""
        self._make_room()
        if len(self._used) < _MOST_REMARKED:
            self._used[url] = None
        known = self._known(url)
        if known is not None and known.facts is not None:
            check_site_in_use(known.facts)
        if known is not None and (client is None or known.client == client):
            return
        if known is not None:
            check_not_before_owner(self._writer.ledger, url, known.since_at, at)
        if client is not None and not self._client_exists(client):
            self._writer.record(*events.client_added(client), at=at)
            self._clients[client] = True
            if len(self._made) < _MOST_REMARKED:
                self._made[client] = url
        named = events.site_added if known is None else events.site_given
        self._writer.record(*named(url, client), at=at)
        self._sites[url] = _Known(client, at)

    def notes(self) -> list[Note]:
        """What is to be said of the sites that were used, the first of very many; what was recorded
        has to be in the tables."""
        if not self._used:
            return []
        from jpcli.services.sites.remarks import site_notes

        if self._made:  # which goes out with what is asked about the sites
            self._writer.ledger.ahead([self.client_notes])
        of_sites = list(site_notes(self._writer.ledger, self._used))
        return [*self.client_notes(), *of_sites]

    def client_notes(self) -> list[Note]:
        """What is to be said of the clients that are new; the same holds."""
        if not self._made:
            return []
        from jpcli.services.sites.new_clients import new_client_notes

        return list(new_client_notes(self._writer.ledger, self._made.items()))

    def _make_room(self) -> None:
        """Forget everything when it is very much: what was recorded is in the tables first."""
        if max(len(self.names), len(self._sites), len(self._clients)) >= _MOST_NAMES:
            self._writer.flush()
            self.names.forget()
            self._sites.clear()
            self._clients.clear()
            self._has_sites = None

    def _known(self, url: str) -> _Known | None:
        if url not in self._sites:
            if self._has_sites is None:
                self._has_sites = any_site(self._writer.ledger)
            facts = find_site(self._writer.ledger, url) if self._has_sites else None
            self._sites[url] = facts and _Known(facts.client, facts.client_since_at, facts)
        return self._sites[url]

    def _client_exists(self, name: str) -> bool:
        if name not in self._clients:
            found = standing(self._writer.ledger, name)
            check_client_in_use(name, found)
            self._clients[name] = found is not None
        return self._clients[name]
