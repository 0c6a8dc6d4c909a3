"""The opposites of what corrects names and details: of clients, sites and products.

What is called otherwise by now is not found by this, and who has its old name now is not meant.
What may not be put away, or named because it is, may not be so by an undo either.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import agency_events, events
from jpcli.domain.answers import Note
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.instants import format_instant
from jpcli.domain.words import command_line, count, quoted
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.products import product_facts
from jpcli.ledger.queries.sites import client_exists, count_sites, find_site
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.ledger.snapshots.owners import owners_before
from jpcli.services.clients.archive import check_no_site
from jpcli.services.put_away import check_client_in_use
from jpcli.services.sites.in_use import check_empty, check_nothing_waits
from jpcli.services.undo.ground import refused

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.events import Event
    from jpcli.ledger.queries.sites import SiteFacts
    from jpcli.services.undo.ground import Ground

_CLIENTS = "See them:   jpcli clients list"
_SITES = "See them:   jpcli sites list"


def _client_called(ground: Ground, event: Event, name: str | None) -> None:
    """Refused unless the client that an event calls so is called so now; None is nobody."""
    ledger, names = ground.desk.ledger, NamesThen(ground.desk.ledger)
    if names.client_called(names.client_id(name, event.seq), LATEST_SEQ) != name:
        which = "Another" if client_exists(ledger, str(name)) else "No"
        raise refused(event, f"{which} client is called {name} now", _CLIENTS)


def _site_called(ground: Ground, event: Event, url: str) -> SiteFacts:
    facts, names = find_site(ground.desk.ledger, url), NamesThen(ground.desk.ledger)
    if facts is None or facts.id != names.site_id(url, event.seq):
        which = "No" if facts is None else "Another"
        raise refused(event, f"{which} site is called {url} now", _SITES)
    return facts


def _client_added(ground: Ground, event: Event) -> Note:
    """One that came with a site stays; one that was added for itself is put away."""
    name = event.subject
    if any(other.kind != events.CLIENT_ADDED for other in ground.command.changes):
        return Note("stays", f"The client {name}, new with it, stays", "info", name)
    _client_called(ground, event, name)
    check_client_in_use(name, standing(ground.desk.ledger, name))
    sites = count_sites(ground.desk.ledger, name)
    if sites:
        hint = command_line("Give them to another one first:   jpcli clients show", name)
        raise refused(event, f"{name} has {count(sites, 'site')}", hint)
    ground.writer.record(*agency_events.client_archived(name, True))
    return Note("archived", f"Archived {name}", "ok", name)


def _site_added(_ground: Ground, event: Event) -> Note:
    url = event.subject
    hint = f"Put it away:   jpcli sites archive {quoted(url)}"
    return Note("stays", f"The site {url}, new with it, stays", "info", url, hint)


def _site_moved(ground: Ground, event: Event) -> Note:
    """W2: a move that was a mistake never was, so its days go back as well."""
    url, before, ledger = event.subject, event.data.get("from"), ground.desk.ledger
    _site_called(ground, event, url)
    _client_called(ground, event, before)
    if before is not None:
        check_client_in_use(before, standing(ledger, before))
    names = NamesThen(ledger)
    since = names.client_called(names.client_id(event.data["client"], event.seq), LATEST_SEQ)
    ground.writer.record(*events.site_moved(url, before, since), at=event.at)
    day = ledger.calendar.iso(ledger.calendar.day_of(event.at))
    owner = "no client" if before is None else before
    return Note("moved", f"Moved {url} back to {owner}, from {day} on", "ok", url)


def _owners_set(ground: Ground, event: Event) -> Note:
    """W2: what was told of all its days never was."""
    url = event.subject
    _site_called(ground, event, url)
    before = owners_before(ground.desk.ledger, event)
    whose = before[-1][1]
    if whose is not None:
        check_client_in_use(whose, standing(ground.desk.ledger, whose))
    owners = [{"client": name, "from": format_instant(at)} for at, name in before]
    ground.writer.record(*events.site_owners_set(url, owners), at=before[-1][0])
    owner = "no client" if whose is None else whose
    return Note("moved", f"Moved {url} back to {owner}, with all its days as before", "ok", url)


def _client_renamed(ground: Ground, event: Event) -> Note:
    name, before = event.subject, event.data["from"]
    _client_called(ground, event, name)
    if client_exists(ground.desk.ledger, before):
        raise refused(event, f"Another client is called {before} now", _CLIENTS)
    ground.writer.record(*agency_events.client_renamed(before, name))
    return Note("renamed", f"Renamed {name} back to {before}", "ok", before)


def _site_renamed(ground: Ground, event: Event) -> Note:
    url, before = event.subject, event.data["from"]
    _site_called(ground, event, url)
    if find_site(ground.desk.ledger, before) is not None:
        raise refused(event, f"Another site is called {before} now", _SITES)
    check_nothing_waits(ground.desk.ledger, url)
    ground.writer.record(*agency_events.site_renamed(before, url))
    return Note("renamed", f"Renamed {url} back to {before}", "ok", before)


def _client_archived(ground: Ground, event: Event) -> Note:
    name, archived, into = event.subject, not event.data["archived"], None
    _client_called(ground, event, name)
    if archived:
        check_no_site(ground.desk, name)
        into = _into_before(ground, event)
    ground.writer.record(*agency_events.client_archived(name, archived, into))
    return _put_away(name, archived=archived)


def _site_archived(ground: Ground, event: Event) -> Note:
    url, archived, ledger = event.subject, not event.data["archived"], ground.desk.ledger
    facts, into = _site_called(ground, event, url), None
    if archived:
        check_nothing_waits(ledger, url)
        check_empty(ledger, url)
        into = _into_before(ground, event)
    elif facts.client is not None:
        check_client_in_use(facts.client, standing(ledger, facts.client))
    ground.writer.record(*agency_events.site_archived(url, archived, into))
    return _put_away(url, archived=archived)


def _into_before(ground: Ground, event: Event) -> str | None:
    """What somebody had been merged into whom this event took out of the archive, by its name of
    now."""
    earlier, names = _told_before(ground, event), NamesThen(ground.desk.ledger)
    into = earlier[-1].data["into"] if earlier else None
    if into is None:
        return None
    if event.kind == agency_events.SITE_ARCHIVED:
        return names.site_called(names.site_id(into, earlier[-1].seq), LATEST_SEQ)
    return names.client_called(names.client_id(into, earlier[-1].seq), LATEST_SEQ)


def _told_before(ground: Ground, event: Event) -> list[Event]:
    """Earlier events of the same kind about the same client or site, whatever it was called."""
    names = NamesThen(ground.desk.ledger)
    is_site = event.kind == agency_events.SITE_ARCHIVED
    spells = (names.site_spells if is_site else names.client_spells)(event.subject, event.seq - 1)
    return [
        earlier
        for name, first, last in spells
        for earlier in told(
            ground.desk.ledger, (event.kind,), subject=name, after_seq=first - 1, until_seq=last
        )
    ]


def _put_away(name: str, *, archived: bool) -> Note:
    message = f"Archived {name}" if archived else f"Took {name} out of the archive"
    return Note("archived", message, "ok", name)


def _client_edited(ground: Ground, event: Event) -> Note:
    _client_called(ground, event, event.subject)
    before = dict.fromkeys(event.data, None) | _details_before(ground, event)
    ground.writer.record(*agency_events.client_edited(event.subject, before))
    told_now = ", ".join(name.replace("_", " ") for name in before)
    return Note("edited", f"Set {told_now} of {event.subject} back", "ok", event.subject)


def _details_before(ground: Ground, event: Event) -> dict[str, Any]:
    """What was known of the client of the same details, under whatever name it had then."""
    found: dict[str, Any] = {}
    for earlier in _told_before(ground, event):
        found |= {key: earlier.data[key] for key in event.data.keys() & earlier.data.keys()}
    return found


def _product_edited(ground: Ground, event: Event) -> Note:
    facts = product_facts(ground.desk.ledger, event.subject)
    if facts is not None and event.data.get("name", facts[0]) != facts[0]:  # by a price list
        hint = f"See it:   jpcli products show {quoted(event.subject)}"
        raise refused(event, f"{event.subject} is called {facts[0]} now", hint)
    before: dict[str, Any] = {"hidden": False} if "hidden" in event.data else {}
    kinds = (agency_events.PRODUCT_EDITED, events.PRICE_SET)
    for earlier in told(ground.desk.ledger, kinds, subject=event.subject, until_seq=event.seq - 1):
        if earlier.data.get("bundle_size", 1) == 1:
            known = event.data.keys() & earlier.data.keys()
            before |= {key: earlier.data[key] for key in known}
    ground.writer.record(*agency_events.product_edited(event.subject, before))
    return Note("edited", f"Set {event.subject} back to what it was", "ok", event.subject)


OPPOSITES: dict[str, Callable[[Ground, Event], Note]] = {
    agency_events.CLIENT_ARCHIVED: _client_archived,
    agency_events.CLIENT_EDITED: _client_edited,
    agency_events.CLIENT_RENAMED: _client_renamed,
    agency_events.PRODUCT_EDITED: _product_edited,
    agency_events.SITE_ARCHIVED: _site_archived,
    agency_events.SITE_RENAMED: _site_renamed,
    events.CLIENT_ADDED: _client_added,
    events.SITE_ADDED: _site_added,
    events.SITE_MOVED: _site_moved,
    events.SITE_OWNERS_SET: _owners_set,
}
