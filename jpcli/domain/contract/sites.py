"""Sites and clients."""

from __future__ import annotations

from typing import TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.clients import KnownClient
from jpcli.domain.contract.licenses import LicenseObject
from jpcli.domain.contract.values import ChangeAnswer, Count, Date


class SiteObject(TypedDict):
    """A site and what runs on it."""

    site: str  # its address
    client: str | None
    licenses: Count  # that are active on it
    products: list[str]  # of these


_Owned = TypedDict(
    "_Owned",
    {
        "from": Date | None,  # the first day; null: since there is the site
        "to": Date | None,  # the last day; null: to this day
    },
)


class OwnerObject(_Owned):
    """A client that a site had, and when (W2)."""

    client: str | None


class SiteListAnswer(TypedDict):
    """Sites in a list."""

    sites: Rows[SiteObject]
    total: Count  # without `--limit`


class SiteAnswer(TypedDict):
    """One site."""

    site: str  # its address
    client: str | None
    clients: list[OwnerObject]  # every one it had, oldest first
    licenses: list[LicenseObject]


class SiteMovedAnswer(ChangeAnswer):
    """Whose site it is now."""

    site: str  # its address
    client: str | None


class SiteRenamedAnswer(ChangeAnswer):
    """What a site is called now."""

    site: str  # its address
    client: str | None


class SiteArchivedAnswer(SiteRenamedAnswer):
    """Whether a site is put away."""

    archived: bool


class SitesMergedAnswer(SiteRenamedAnswer):
    """The site that is left."""

    licenses_moved: Count


class ClientObject(TypedDict):
    """A client in numbers."""

    client: str
    sites: Count
    licenses: Count  # that are active


class ClientListAnswer(TypedDict):
    """Clients in a list."""

    clients: Rows[ClientObject]
    total: Count  # without `--limit`


class ClientAddedAnswer(ChangeAnswer):
    """The client that is there now."""

    client: str


class ClientAnswer(KnownClient):
    """One client."""

    sites: list[SiteObject]
    licenses: list[LicenseObject]
