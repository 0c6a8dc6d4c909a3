"""Putting a site away that nothing runs on any more, and taking it out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.ledger.queries.clients import standing
from jpcli.services.change import change
from jpcli.services.put_away import check_client_in_use
from jpcli.services.sites.in_use import check_empty, check_nothing_waits
from jpcli.services.sites.known import known_site

if TYPE_CHECKING:
    from jpcli.domain.contract.sites import SiteArchivedAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def archive_site(desk: Desk, site: str, *, back: bool = False) -> Answer[SiteArchivedAnswer]:
    """Leave a site out of lists and let nothing be put on it, or with `back` no longer.

    Raises BadInput `unknown_site`, Refused `site_in_use` while licenses are on it, `wish_waits`,
    `client_archived` for one that is to come back to a client that is put away.
    """

    def do(writer: Writer) -> Answer[SiteArchivedAnswer]:
        ledger = desk.ledger
        facts = known_site(ledger, site)
        data: SiteArchivedAnswer = {"site": facts.url, "client": facts.client, "archived": not back}
        if bool(facts.archived) == (not back):
            told = "in use" if back else "archived"
            note = Note("already_archived", f"{facts.url} is {told} already", "info", facts.url)
            return Answer(data, (note,))
        if back and facts.client is not None:
            check_client_in_use(facts.client, standing(ledger, facts.client))
        if not back:
            check_nothing_waits(ledger, facts.url)
            check_empty(ledger, facts.url)
        writer.record(*agency_events.site_archived(facts.url, not back))
        message = f"Took {facts.url} out again" if back else f"Archived {facts.url}"
        return Answer(data, (Note("archived", message, "ok", facts.url),))

    return change(desk, {"command": "sites archive", "site": site, "back": back}, do)
