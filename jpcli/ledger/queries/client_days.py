"""How many licenses one client had on each day (W2)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.days import licenses_by_day, owned_spans
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.days import OfferPart, Window


def client_licenses_by_day(
    ledger: Ledger,
    part: OfferPart,
    window: Window,
    client: str | None,
    snapshot: Snapshot = NOW,
) -> list[int]:
    """Licenses on each day of the window that were on a client's sites; for None, on nobody's."""
    if client is None:
        every = licenses_by_day(ledger, part, window, snapshot)
        owned = licenses_by_day(
            ledger, part, window, _owned("o.client_id IS NOT NULL", window, snapshot)
        )
        return [total - taken for total, taken in zip(every, owned, strict=True)]
    client_id = int(ledger.value("SELECT id FROM clients WHERE name = :name", name=client))
    only = f"o.client_id = {client_id}"
    return licenses_by_day(ledger, part, window, _owned(only, window, snapshot))


def _owned(only: str, window: Window, snapshot: Snapshot) -> Snapshot:
    """Spans cut down to the days on which their site was someone's."""
    spans = (
        f"({owned_spans('s.offer_id, s.child', snapshot)} WHERE {only}"
        f" AND s.last_day >= {int(window.first_day)} AND s.first_day <= {int(window.last_day)})"
    )
    return snapshot._replace(spans=spans)
