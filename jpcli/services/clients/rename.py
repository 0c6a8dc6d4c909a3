"""Another name for a client, who stays the client that it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import Refused
from jpcli.domain.names import check_client_name
from jpcli.domain.words import command_line, quoted
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.sites import client_exists
from jpcli.services.change import change
from jpcli.services.clients.edit import answer_of
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from jpcli.domain.contract.clients import ClientEditedAnswer
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk


def rename_client(desk: Desk, client: str, to: str) -> Answer[ClientEditedAnswer]:
    """Call a client otherwise from now on; what is closed keeps the name that it had.

    Raises BadInput `unknown_client`, `bad_client`, Refused `client_exists`.
    """
    before, name = check_client_name(client), check_client_name(to)

    def do(writer: Writer) -> Answer[ClientEditedAnswer]:
        ledger = desk.ledger
        found = standing(ledger, before)
        if found is not None and found.name == name:
            note = Note("already_renamed", f"The client is called {name} already", "info", name)
            return Answer(answer_of(desk, name), (note,))
        check_client_known(ledger, before)
        if client_exists(ledger, name):
            raise Refused(
                "client_exists",
                f"There is a client {name} already",
                hint=command_line(
                    "If they are one and the same:   jpcli clients merge",
                    before,
                    rest=f"--into {quoted(name)}",
                ),
                subject=name,
            )
        writer.record(*agency_events.client_renamed(name, before))
        writer.flush()
        note = Note("client_renamed", f"Renamed {before} to {name}", "ok", name)
        return Answer(answer_of(desk, name), (note,))

    return change(desk, {"command": "clients rename", "client": before, "to": name}, do)
