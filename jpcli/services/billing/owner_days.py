"""A month's days by client and site, counted once where more than one sum is made of them.

Owns the one pass that status makes over the spans; what the sums mean is their callers' (W1, W2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.days import days_by_owner
from jpcli.ledger.queries.labels import CLIENT, labels
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.services.billing.period import Computed
    from jpcli.services.billing.weights import Weights
    from jpcli.services.desk import Desk

    # (client row number or None, site row number or None, days to date, days)
    OwnerDays = list[tuple[int | None, int | None, int, int]]


def owner_days(desk: Desk, computed: Computed) -> list[OwnerDays | None]:
    """The license-days of each line's owners; None for a correction or credit."""
    return [
        None
        if part is None
        else list(days_by_owner(desk.ledger, part, window_of(computed, line), computed.snapshot))
        for line, part in zip(computed.lines, computed.parts, strict=True)
    ]


def by_site(rows: OwnerDays) -> Weights:
    """(days to date, days) of each site, by its row number; a site may have had several clients."""
    return _summed((site_id, to_date, days) for _, site_id, to_date, days in rows)


def by_client(desk: Desk, owned: Sequence[OwnerDays | None]) -> list[Weights | None]:
    """The same of each client, by its label, for every line."""
    names = labels(desk.ledger, CLIENT)
    return [
        None
        if rows is None
        else _summed((names[client_id], to_date, days) for client_id, _, to_date, days in rows)
        for rows in owned
    ]


def _summed(rows: Iterable[tuple[int | str | None, int, int]]) -> Weights:
    found: Weights = {}
    for key, to_date, days in rows:
        before = found.get(key, (0, 0))
        found[key] = (before[0] + to_date, before[1] + days)
    return found
