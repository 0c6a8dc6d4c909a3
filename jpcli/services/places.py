"""Sites and clients as changes need them: made the first time they are named.

Owns W2's refusal: a site has one client, and naming another one with it is a mistake, not a
move.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.instants import format_instant
from jpcli.domain.keys import check_client_name
from jpcli.domain.sites import normalize_url
from jpcli.ledger.places import client_exists, find_site

if TYPE_CHECKING:
    from jpcli.ledger.connection import Ledger
    from jpcli.ledger.writing import Writer


def checked_site(ledger: Ledger, site: str, client: str | None) -> tuple[str, str | None]:
    """The site's normal form and the client's name; nothing is written.

    Raises BadInput for a bad URL or name, Refused `site_has_other_client` (W2).
    """
    url = normalize_url(site)
    if client is None:
        return url, None
    name = check_client_name(client)
    known = find_site(ledger, url)
    if known is not None and known.client is not None and known.client != name:
        raise Refused(
            "site_has_other_client",
            f"{url} belongs to {known.client}, not to {name}",
            hint=f"Hand it over:   jpcli sites move {url} --client {_quoted(name)}",
            subject=url,
        )
    return url, name


def ensure_site(writer: Writer, url: str, client: str | None, at: int) -> None:
    """Record the site and its client where they are new; the names are checked already."""
    writer.flush()
    ledger = writer.ledger
    known = find_site(ledger, url)
    if known is not None and (client is None or known.client == client):
        return
    if known is not None and at < known.client_since_at:
        raise BadInput(
            "before_last_event",
            f"{format_instant(at)} is before the last change of {url}"
            f" at {format_instant(known.client_since_at)}",
            hint=f"See it:   jpcli sites show {url}",
            subject=url,
        )
    if client is not None and not client_exists(ledger, client):
        writer.record("client.added", client, {}, at=at)
    kind = "site.added" if known is None else "site.moved"
    writer.record(kind, url, {"client": client}, at=at)
    writer.flush()


def _quoted(text: str) -> str:
    from shlex import quote

    return quote(text)
