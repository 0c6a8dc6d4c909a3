"""What is worth a second look on the sites that a plan gives something: the first of many.

Owns how many are looked at; what is remarked on is for `sites.remarks`.
"""

from __future__ import annotations

from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from jpcli.ledger.queries.sites import client_exists
from jpcli.services.sites.new_clients import new_client_notes
from jpcli.services.sites.remarks import look_alike_asks, look_alike_notes, site_notes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Note
    from jpcli.domain.plan_terms import Steps
    from jpcli.services.desk import Desk

MOST_LOOKED_AT = 10_000
MOST_REMARKED = 20


def look_alikes_in(desk: Desk, steps: Steps) -> Iterator[Note]:
    """Remarks on sites that get something and are nearly called as another that is there, or gets
    something, too; the first of many."""
    urls = _sites_in(steps)
    each = desk.ledger.each(urls, partial(look_alike_asks, desk.ledger))
    found = (note for url in each for note in look_alike_notes(desk.ledger, url, urls))
    return islice(found, MOST_REMARKED)


def new_clients_in(desk: Desk, steps: Steps) -> Iterator[Note]:
    """Remarks on clients that the steps would make and that are nearly called as one that is there;
    the first of many."""
    made: dict[str, str] = {}
    for step in islice(steps, MOST_LOOKED_AT):
        if step.client is not None and step.site is not None:
            made.setdefault(step.client, step.site)
    new = ((name, site) for name, site in made.items() if not client_exists(desk.ledger, name))
    return islice(new_client_notes(desk.ledger, islice(new, MOST_REMARKED)), MOST_REMARKED)


def second_looks(desk: Desk, steps: Steps) -> Iterator[Note]:
    """Remarks on sites that got something, once that is in the tables; the first of many."""
    return islice(site_notes(desk.ledger, _sites_in(steps)), MOST_REMARKED)


def _sites_in(steps: Steps) -> dict[str, None]:
    """The sites of the first steps, each once."""
    first = islice(steps, MOST_LOOKED_AT)
    return dict.fromkeys(step.site for step in first if step.site is not None)
