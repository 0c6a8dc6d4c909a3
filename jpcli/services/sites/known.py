"""A site that is to be there already: under whatever spelling, and what may be meant where it is
not."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.sites import find_site
from jpcli.services.meant import closest_name
from jpcli.services.sites.spelled import site_name

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.sites import SiteFacts


def known_site(ledger: Ledger, text: str) -> SiteFacts:
    """The facts of a site. Raises BadInput as `normalize_url`, or `unknown_site` with what may be
    meant."""
    url = site_name(ledger, text)
    facts = find_site(ledger, url)
    if facts is None:
        near = closest_name(ledger, "sites", [url], cut=url.find("://") + 3)
        raise BadInput(
            "unknown_site",
            f"There is no site {url}",
            hint="See them:   jpcli sites list" if near is None else f"Did you mean {near}?",
            subject=url,
        )
    return facts
