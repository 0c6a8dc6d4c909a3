"""Another address for a site: it stays the site that it is, with all its days."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.site_urls import normalize_url
from jpcli.domain.words import quoted
from jpcli.ledger.queries.sites import renamed_to, site_spelled
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.change import change
from jpcli.services.sites.in_use import check_nothing_waits
from jpcli.services.sites.known import known_site

if TYPE_CHECKING:
    from jpcli.domain.contract.sites import SiteRenamedAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def rename_site(desk: Desk, site: str, to: str) -> Answer[SiteRenamedAnswer]:
    """Call a site by another address from now on; what is closed keeps the one that it had.

    Raises BadInput `unknown_site`, or what is wrong with an address, Refused `site_exists` where
    there is a site of that address, `wish_waits`.
    """
    url = normalize_url(to)

    def do(writer: Writer) -> Answer[SiteRenamedAnswer]:
        ledger = desk.ledger
        try:
            facts = known_site(ledger, site)
        except BadInput as error:
            if error.code != "site_renamed" or renamed_to(ledger, str(error.subject)) != url:
                raise
            facts = known_site(ledger, url)
        if facts.url == url:
            note = Note("already_renamed", f"It is called {url} already", "info", url)
            return Answer({"site": url, "client": facts.client}, (note,))
        taken = site_spelled(ledger, url)
        if taken not in (None, facts.url):
            raise Refused(
                "site_exists",
                f"There is a site {taken} already",
                hint="If they are one and the same:"
                f"   jpcli sites merge {quoted(facts.url)} --into {quoted(str(taken))}",
                subject=taken,
            )
        check_nothing_waits(ledger, facts.url)
        writer.record(*agency_events.site_renamed(url, facts.url))
        notes = [Note("site_renamed", f"Renamed {facts.url} to {url}", "ok", url)]
        if at_jetpack(ledger):
            message = "At Jetpack it has the address that its WordPress has"
            notes.append(Note("named_at_jetpack", message, "info", url))
        return Answer({"site": url, "client": facts.client}, tuple(notes))

    return change(desk, {"command": "sites rename", "site": site, "to": url}, do)
