"""Two sites that are one: what runs on the one goes to the other, and the one is put away."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events, events
from jpcli.domain.answers import Answer, Note, joined
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries import licenses
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.change import change
from jpcli.services.put_away import check_site_in_use
from jpcli.services.refusals import check_assignable
from jpcli.services.sites.in_use import check_nothing_waits, keys_on
from jpcli.services.sites.known import known_site
from jpcli.services.sites.remarks import site_notes

if TYPE_CHECKING:
    from jpcli.domain.contract.sites import SitesMergedAnswer
    from jpcli.ledger.queries.sites import SiteFacts
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def merge_sites(desk: Desk, site: str, into: str) -> Answer[SitesMergedAnswer]:
    """Transfer all licenses of a site to another one (W1), and archive it.

    Raises BadInput `unknown_site`, `same_site`, `before_last_event`; Refused `site_archived`,
    `site_merged`, `wish_waits`, and `only_at_jetpack` where licenses are transferred there first.
    """

    def do(writer: Writer) -> Answer[SitesMergedAnswer]:
        facts, kept = known_site(desk.ledger, site), known_site(desk.ledger, into)
        if facts.into == kept.url:
            note = Note("already_merged", f"{facts.url} was merged into {kept.url} already")
            return Answer(_data(kept, 0), (note,))
        keys = _checked(desk, facts, kept)
        at = desk.effective_at()
        for key in keys:
            license_facts = licenses.find(desk.ledger, key)
            assert license_facts is not None
            check_assignable(desk.ledger, license_facts, at)
            writer.record(*events.license_transferred(key, kept.url, facts.url), at=at)
        writer.record(*agency_events.site_archived(facts.url, True, kept.url), at=at)
        writer.flush()
        moved = f", {count(len(keys), 'license')} moved" if keys else ""
        message = f"Merged {facts.url} into {kept.url}{moved}"
        notes = [Note("sites_merged", message, "ok", kept.url)]
        if facts.client is not None and facts.client != kept.client:
            owner = "no client" if kept.client is None else kept.client
            whose = f"{facts.url} belonged to {facts.client}, {kept.url} belongs to {owner}"
            notes.append(Note("other_client", whose, "info", kept.url))
        return Answer(
            _data(kept, len(keys)), joined(tuple(notes), tuple(site_notes(desk.ledger, [kept.url])))
        )

    return change(desk, {"command": "sites merge", "site": site, "into": into}, do)


def _data(kept: SiteFacts, moved: int) -> SitesMergedAnswer:
    return {"site": kept.url, "client": kept.client, "licenses_moved": moved}


def _checked(desk: Desk, facts: SiteFacts, kept: SiteFacts) -> list[str]:
    """The licenses that are to be transferred; errors as `merge_sites`."""
    if facts.id == kept.id:
        raise BadInput(
            "same_site",
            f"{kept.url} can't be merged into itself",
            hint="See them:   jpcli sites list",
            subject=kept.url,
        )
    check_site_in_use(facts)
    check_site_in_use(kept)
    check_nothing_waits(desk.ledger, facts.url)
    check_nothing_waits(desk.ledger, kept.url)
    keys = keys_on(desk.ledger, facts.url)
    if keys and at_jetpack(desk.ledger):
        raise Refused(
            "only_at_jetpack",
            f"{facts.url} has {count(len(keys), 'license')}, to be transferred at Jetpack first",
            hint="Transfer them, then run this again:"
            f"   jpcli transfer {' '.join(map(quoted, keys[:20]))} --to {quoted(kept.url)}",
            subject=facts.url,
        )
    return keys
