"""A month's days by client and site, counted once where more than one sum is made of them.

Owns the one pass that status makes over the spans; what the sums mean is their callers' (W1, W2).
"""

from __future__ import annotations

from array import array
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.day_columns import NamedDays
from jpcli.ledger.queries.days import days_by_owner
from jpcli.ledger.queries.labels import CLIENT, labels
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.calculator import Line
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class OwnerDays(NamedTuple):
    """The license-days of a line. Of sites, which may be a million, there are but the sums, as two
    columns of days to date and days; the same of each client, by its label, and of what is on no
    site, if anything is."""

    sites: tuple[array[int], array[int]]
    clients: NamedDays
    idle: tuple[int, int] | None


def owner_days(desk: Desk, computed: Computed) -> list[OwnerDays | None]:
    """The license-days of each line's owners; None for a correction or credit."""
    names = labels(desk.ledger, CLIENT).unpacked()
    return [
        None if part is None else _of_line(desk, computed, line, part, names)
        for line, part in zip(computed.lines, computed.parts, strict=True)
    ]


def _of_line(
    desk: Desk,
    computed: Computed,
    line: Line,
    part: OfferPart,
    names: Mapping[int | None, str | None],
) -> OwnerDays:
    sites_to_date, sites_days = array("q"), array("q")
    clients: dict[int | None, tuple[int, int]] = {}
    last = idle = None
    rows = days_by_owner(desk.ledger, part, window_of(computed, line), computed.snapshot)
    for client_id, site_id, to_date, days in rows:
        before = clients.get(client_id, (0, 0))
        clients[client_id] = (before[0] + to_date, before[1] + days)
        if site_id is None:
            idle = (to_date, days)
        elif site_id == last:  # it had several clients
            sites_to_date[-1] += to_date
            sites_days[-1] += days
        else:
            sites_to_date.append(to_date)
            sites_days.append(days)
            last = site_id
    of_clients = NamedDays(((number, *sums) for number, sums in clients.items()), names)
    return OwnerDays((sites_to_date, sites_days), of_clients, idle)
