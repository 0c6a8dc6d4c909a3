"""What is known of clients."""

from __future__ import annotations

from typing import TypedDict

from jpcli.domain.contract.values import ChangeAnswer, Count, Percent


class KnownClient(TypedDict):
    """A client besides its sites."""

    client: str
    address: str | None
    email: str | None
    tax_id: str | None
    markup: Percent | None  # that is put on top of its bills
    archived: bool


class ClientEditedAnswer(ChangeAnswer, KnownClient):
    """What is known of a client now."""


class ClientsMergedAnswer(ClientEditedAnswer):
    """What is known of the client that is left."""

    sites_moved: Count
