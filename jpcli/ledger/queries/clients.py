"""Questions about clients: what is known of one besides its sites."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


class ClientDetails(NamedTuple):
    """One client; `markup` is the percent as `parse_markup` takes it, None for what is not set."""

    name: str
    address: str | None
    email: str | None
    tax_id: str | None
    markup: str | None
    archived: bool


def details(ledger: Ledger, name: str) -> ClientDetails | None:
    """What is known of a client, or None where there is no client of that name."""
    row = ledger.one(
        "SELECT name, address, email, tax_id, markup, archived FROM clients WHERE name = :name",
        name=name,
    )
    return None if row is None else ClientDetails._make((*row[:5], bool(row[5])))
