"""Licenses that are billed and on no site: which, since when, and their days so far."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.ledger.queries.days import OfferPart, days_within
from jpcli.ledger.queries.licenses import ON_NO_SITE, USABLE
from jpcli.ledger.snapshots.snapshot import NOW

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.days import Window
    from jpcli.ledger.snapshots.snapshot import Snapshot


class Idle(NamedTuple):
    """A license that is active and on no site."""

    id: int
    license_key: str
    product: str
    issued_at: int
    offer_id: int
    child: int

    @property
    def part(self) -> OfferPart:
        """Whose days its days are among."""
        return OfferPart(self.offer_id, self.child)


def oldest_idle(ledger: Ledger, now_at: int, limit: int) -> list[Idle]:
    """The licenses on no site that were issued first. A bundle itself is never on one."""
    rows = ledger.rows(
        "SELECT l.id, l.license_key, p.product, l.issued_at, l.offer_id, l.child FROM licenses l"
        " JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
        f" WHERE {ON_NO_SITE} AND l.issued_at <= :now AND {USABLE}"
        " ORDER BY l.issued_at, l.id LIMIT :limit",
        now=now_at,
        limit=limit,
    )
    return [Idle(*row) for row in rows]


def idle_days(ledger: Ledger, license_id: int, window: Window, snapshot: Snapshot = NOW) -> int:
    """The days so far, within a window, on which a license was on no site (W1)."""
    until = min(window.last_day, window.today_day)
    days = ledger.value(
        f"SELECT SUM({days_within(':first', ':until')}) FROM {snapshot.spans} s"
        " WHERE license_id = :id AND site_id IS NULL"
        " AND last_day >= :first AND first_day <= :until",
        id=license_id,
        first=window.first_day,
        until=until,
    )
    return days or 0
