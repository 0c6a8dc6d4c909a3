"""Putting a client away who has no site any more, and taking it out again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Refused
from jpcli.domain.names import check_client_name
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries import clients
from jpcli.services.change import change
from jpcli.services.clients.edit import answer_of, known_of
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from jpcli.domain.contract.clients import ClientEditedAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def archive_client(desk: Desk, client: str, *, back: bool = False) -> Answer[ClientEditedAnswer]:
    """Leave a client out of lists and let no site be its, or with `back` no longer.

    Raises BadInput `unknown_client`, Refused `client_in_use` while a site of it is not archived.
    """
    name = check_client_name(client)

    def do(writer: Writer) -> Answer[ClientEditedAnswer]:
        check_client_known(desk.ledger, name)
        if known_of(desk, name)["archived"] == (not back):
            told = "in use" if back else "archived"
            note = Note("already_archived", f"{name} is {told} already", "info", name)
            return Answer(answer_of(desk, name), (note,))
        if not back:
            check_no_site(desk, name)
        writer.record(*agency_events.client_archived(name, not back))
        writer.flush()
        message = f"Took {name} out again" if back else f"Archived {name}"
        note = Note("archived", message, "ok", name)
        return Answer(answer_of(desk, name), (note,))

    return change(desk, {"command": "clients archive", "client": name, "back": back}, do)


def check_no_site(desk: Desk, name: str) -> None:
    """Refused `client_in_use` for a client with a site that is not archived."""
    found = clients.sites_in_use(desk.ledger, name)
    if found:
        raise Refused(
            "client_in_use",
            f"{name} has {count(len(found), 'site')}: {found[0]}{and_more(len(found) - 1)}",
            hint=f"See them:   jpcli sites list --client {quoted(name)}\n"
            f"Archive one:   jpcli sites archive {quoted(found[0])}",
            subject=name,
        )
