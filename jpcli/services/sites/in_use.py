"""What stands in the way of changing what a site is: licenses on it, calls that are not settled."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import Refused
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries import licenses, wishes

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def check_nothing_waits(ledger: Ledger, url: str) -> None:
    """Refused `wish_waits` while it is open what Jetpack made of a call about a site: what came of
    it is recorded under the name that it has now."""
    for wish in wishes.waiting(ledger):
        if url in (wish.site, wish.site_before):
            raise Refused(
                "wish_waits",
                f"It is not settled yet what Jetpack did about {url}",
                hint="See what waits:   jpcli jetpack status",
                subject=url,
            )


def keys_on(ledger: Ledger, url: str) -> list[str]:
    """The active licenses on a site."""
    wanted = licenses.LicenseFilter(site=url, state="assigned")
    return [row[0] for row in licenses.list_rows(ledger, wanted)]


def check_empty(ledger: Ledger, url: str) -> None:
    """Refused `site_in_use` for a site with active licenses."""
    found = keys_on(ledger, url)
    if found:
        licenses_on = count(len(found), "active license")
        raise Refused(
            "site_in_use",
            f"{url} has {licenses_on}: {found[0]}{and_more(len(found) - 1)}",
            hint=f"See them:   jpcli licenses list --site {quoted(url)}",
            subject=url,
        )
