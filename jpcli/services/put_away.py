"""What is not named any more: archived or merged sites and clients, names that were given up,
hidden products. Each refusal says what to name instead, or how to have it back.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.words import command_line, quoted
from jpcli.ledger.queries import clients, products, sites

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.plan_terms import SiteWish
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.clients import Standing
    from jpcli.ledger.queries.sites import SiteFacts


def check_client_in_use(name: str, found: Standing | None) -> None:
    """Nothing new is a client's that is put away, or has another name now: Refused
    `client_archived`, `client_merged`, BadInput `client_renamed`. One that is new may be made."""
    if found is None:
        return
    if found.name != name:
        raise client_renamed(name, found.name)
    if found.into is not None:
        raise Refused(
            "client_merged",
            f"{name} was merged into {found.into}",
            hint=command_line("Name that one:   jpcli clients show", found.into),
            subject=name,
        )
    if found.archived:
        raise Refused(
            "client_archived",
            f"{name} is archived",
            hint=command_line("Take it out again:   jpcli clients archive", name, rest="--back"),
            subject=name,
        )


def client_renamed(name: str, now: str) -> BadInput:
    """For a name that a client had, and nobody has now."""
    return BadInput(
        "client_renamed",
        f"{name} is called {now} now",
        hint=command_line("Name it so:   jpcli clients show", now),
        subject=name,
    )


def check_site_in_use(facts: SiteFacts) -> None:
    """Nothing new goes onto a site that is put away: Refused `site_archived`, `site_merged`."""
    if facts.into is not None:
        raise Refused(
            "site_merged",
            f"{facts.url} was merged into {facts.into}",
            hint=f"Name that one:   jpcli sites show {quoted(facts.into)}",
            subject=facts.url,
        )
    if facts.archived:
        raise Refused(
            "site_archived",
            f"{facts.url} is archived",
            hint=f"Take it out again:   jpcli sites archive {quoted(facts.url)} --back",
            subject=facts.url,
        )


def check_offered(ledger: Ledger, product: str) -> None:
    """What is hidden is not issued any more (Refused `product_hidden`)."""
    if products.is_hidden(ledger, product):
        raise Refused(
            "product_hidden",
            f"{product} is hidden: it is billed where it is, and not issued any more",
            hint=f"Offer it again:   jpcli products hide {quoted(product)} --back",
            subject=product,
        )


def check_wanted(ledger: Ledger, wanted: Mapping[str, SiteWish]) -> None:
    """Errors as `check_site_in_use` and `check_client_in_use`, of the first site and the first
    client that a plan wants something for."""
    for url in sorted(url for url in sites.put_away(ledger) if url in wanted):
        facts = sites.find_site(ledger, url)
        assert facts is not None
        wish = wanted[url]
        if wish.products or (wish.client is not None and facts.client is None):
            check_site_in_use(facts)
    not_meant = clients.names_put_away(ledger) | clients.names_given_up(ledger).keys()
    if not_meant:
        for name in sorted({wish.client for wish in wanted.values() if wish.client} & not_meant):
            check_client_in_use(name, clients.standing(ledger, name))
