"""What is known of a client besides its name: where its bills go, and what is put on top."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

from jpcli.domain import agency_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput
from jpcli.domain.money import parse_markup
from jpcli.domain.names import check_client_name
from jpcli.domain.texts import check_remark
from jpcli.ledger.queries import clients
from jpcli.services.change import change
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.domain.contract.clients import ClientEditedAnswer, KnownClient
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

_TITLES = {"address": "address", "email": "e-mail", "tax_id": "tax id", "markup": "markup"}


def edit_client(
    desk: Desk, client: str, details: Mapping[str, str | None]
) -> Answer[ClientEditedAnswer]:
    """Set some of a client's details, those that are None to none. What is closed stays as it is.

    Raises BadInput for a value that can't be one (`bad_text`, `bad_email`, `bad_percent`) and
    `unknown_client`.
    """
    name = check_client_name(client)
    wanted = {
        field: None if text is None else _PARSERS[field](text) for field, text in details.items()
    }

    def do(writer: Writer) -> Answer[ClientEditedAnswer]:
        check_client_known(desk.ledger, name)
        before = known_of(desk, name)
        changed = {field: to for field, to in wanted.items() if before.get(field) != to}
        if not changed:
            note = Note("unchanged", f"That is known of {name} already", "info", name)
            return Answer(answer_of(desk, name), (note,))
        writer.record(*agency_events.client_edited(name, changed))
        writer.flush()
        told = (
            f"no {_TITLES[f]}" if to is None else f"{_TITLES[f]} {to}" for f, to in changed.items()
        )
        note = Note("client_edited", f"Set for {name}: {', '.join(told)}", "ok", name)
        return Answer(answer_of(desk, name), (note,))

    return change(desk, {"command": "clients edit", "client": name, "details": wanted}, do)


def known_of(desk: Desk, name: str) -> KnownClient:
    """All that is known of a client, which must be there."""
    found = clients.details(desk.ledger, name)
    assert found is not None
    return {
        "client": found.name,
        "address": found.address,
        "email": found.email,
        "tax_id": found.tax_id,
        "markup": found.markup,
        "archived": found.archived,
    }


def answer_of(desk: Desk, name: str) -> ClientEditedAnswer:
    """The same, as the answer to a change."""
    return cast("ClientEditedAnswer", known_of(desk, name))


def _email(text: str) -> str:
    found = check_remark(text, "--email")
    name, _, host = found.partition("@")
    if not name or not host or "@" in host or " " in found:
        raise BadInput("bad_email", f"{found} is no e-mail address", subject="--email")
    return found


def _markup(text: str) -> str:
    parse_markup(text)
    return text.removesuffix("%")


_PARSERS: dict[str, Callable[[str], str]] = {
    "address": lambda text: check_remark(text, "--address"),
    "email": _email,
    "tax_id": lambda text: check_remark(text, "--tax-id"),
    "markup": _markup,
}
