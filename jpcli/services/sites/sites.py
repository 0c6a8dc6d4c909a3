"""Sites and clients: lists, one of them, and handing a site to another client (W2)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.answers import Answer, Note, Rows, as_objects
from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.names import check_client_name
from jpcli.ledger.queries import licenses
from jpcli.ledger.queries import sites as site_queries
from jpcli.ledger.queries.clients import standing
from jpcli.services.change import change
from jpcli.services.clients.edit import known_of
from jpcli.services.meant import check_client_known
from jpcli.services.put_away import check_client_in_use, check_site_in_use
from jpcli.services.refusals import check_not_before_owner
from jpcli.services.shapes import license_objects
from jpcli.services.sites.known import known_site
from jpcli.services.sites.new_clients import new_client_notes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.sites import (
        ClientAddedAnswer,
        ClientAnswer,
        ClientListAnswer,
        OwnerObject,
        SiteAnswer,
        SiteListAnswer,
        SiteMovedAnswer,
        SiteObject,
    )
    from jpcli.services.desk import Desk


def list_sites(
    desk: Desk,
    client: str | None = None,
    search: str | None = None,
    limit: int = 0,
    *,
    archived: bool = False,
) -> Answer[SiteListAnswer]:
    """Sites with their clients and what runs on them, or those that are `archived`; streams. Raises
    BadInput `unknown_client`."""
    if client:
        check_client_known(desk.ledger, client)
    found = site_queries.site_rows(desk.ledger, client, limit, search, archived=archived)
    data: SiteListAnswer = {
        "sites": Rows(site_queries.SITE_COLUMNS, _site_tuples(found)),
        "total": site_queries.count_sites(desk.ledger, client, search, archived=archived),
    }
    return Answer(data)


def _site_tuples(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Site rows with what runs on them as a list."""
    for url, client, count, products in rows:
        yield url, client, count, products.split(",") if products else []


def show_site(desk: Desk, site: str) -> Answer[SiteAnswer]:
    """One site: its licenses, and every client it had."""
    facts = known_site(desk.ledger, site)
    calendar = desk.ledger.calendar
    wanted = licenses.LicenseFilter(site=facts.url)
    owners: list[OwnerObject] = [
        {
            "client": client,
            "from": None if first_day == 0 else calendar.iso(first_day),
            "to": None if last_day == OPEN_DAY else calendar.iso(last_day),
        }
        for client, first_day, last_day, _ in site_queries.owners_of(desk.ledger, facts.id)
    ]
    data: SiteAnswer = {
        "site": facts.url,
        "client": facts.client,
        "clients": owners,
        "licenses": license_objects(licenses.list_rows(desk.ledger, wanted)),
    }
    return Answer(data)


def move_site(desk: Desk, site: str, client: str | None) -> Answer[SiteMovedAnswer]:
    """Hand a site to another client, or to none: its days from that day on are theirs (W2)."""
    name = None if client is None else check_client_name(client)

    def do(writer: Any) -> Answer[SiteMovedAnswer]:
        facts = known_site(desk.ledger, site)
        if facts.client == name:
            owner = "no client" if name is None else name
            note = Note("already_moved", f"{facts.url} belongs to {owner} already")
            return Answer({"site": facts.url, "client": name}, (note,))
        at = desk.effective_at()
        check_site_in_use(facts)
        if len(site_queries.owners_of(desk.ledger, facts.id)) > 1:
            # Whose a site was at first holds for all days before it was named.
            check_not_before_owner(desk.ledger, facts.url, facts.client_since_at, at)
        known = None if name is None else standing(desk.ledger, name)
        check_client_in_use(name or "", known)
        made = {}
        if name is not None and known is None:
            writer.record(*events.client_added(name), at=at)
            made[name] = facts.url
        writer.record(*events.site_moved(facts.url, name, facts.client), at=at)
        day = desk.ledger.calendar.iso(desk.ledger.calendar.day_of(at))
        owner = "no client" if name is None else name
        note = Note("moved", f"Moved {facts.url} to {owner}, from {day} on", "ok", facts.url)
        remarks = new_client_notes(desk.ledger, made.items())
        return Answer({"site": facts.url, "client": name}, (note, *remarks))

    return change(desk, {"command": "sites move", "site": site, "client": name}, do)


def list_clients(desk: Desk, limit: int = 0, *, archived: bool = False) -> Answer[ClientListAnswer]:
    """Clients with the number of their sites and active licenses, or those that are `archived`;
    streams."""
    rows = site_queries.client_rows(desk.ledger, limit, archived=archived)
    total = site_queries.count_clients(desk.ledger, archived=archived)
    return Answer({"clients": Rows(site_queries.CLIENT_COLUMNS, rows), "total": total})


def add_client(desk: Desk, client: str) -> Answer[ClientAddedAnswer]:
    """Make a client before it has a site."""
    name = check_client_name(client)

    def do(writer: Any) -> Answer[ClientAddedAnswer]:
        if site_queries.client_exists(desk.ledger, name):
            check_client_in_use(name, standing(desk.ledger, name))
            note = Note("already_added", f"There is a client {name} already", subject=name)
            return Answer({"client": name}, (note,))
        writer.record(*events.client_added(name), at=desk.effective_at())
        return Answer({"client": name}, (Note("client_added", f"Added {name}", "ok", name),))

    return change(desk, {"command": "clients add", "client": name}, do)


def show_client(desk: Desk, client: str) -> Answer[ClientAnswer]:
    """One client: its sites and the licenses on them."""
    name = check_client_name(client)
    check_client_known(desk.ledger, name)
    found = _site_tuples(site_queries.site_rows(desk.ledger, name))
    sites: Rows[SiteObject] = Rows(site_queries.SITE_COLUMNS, found)
    wanted = licenses.LicenseFilter(client=name)
    rows = license_objects(licenses.list_rows(desk.ledger, wanted))
    return Answer({**known_of(desk, name), "sites": as_objects(sites), "licenses": rows})
