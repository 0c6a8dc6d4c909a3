"""The days of one client (W2): licenses while they were on its sites, or on nobody's."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.days import Window, owned_spans
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.days import OfferPart

_INSIDE = (
    "s.offer_id = :offer AND s.child = :child AND s.last_day >= :first AND s.first_day <= :last"
)
_COLUMNS = ("license_id", "offer_id", "child", "site_id")


def held_by(client_id: int | None, period: Period | Window, snapshot: Snapshot = NOW) -> Snapshot:
    """The spans of a month cut down to the days on which their site was of one client; for None
    those of nobody's sites and of none. A span does not say whether its license ends with it."""
    within = f"s.last_day >= {int(period.first_day)} AND s.first_day <= {int(period.last_day)}"
    whose = "IS NULL" if client_id is None else f"= {int(client_id)}"
    columns = ", ".join(f"s.{name}" for name in _COLUMNS)
    spans = f"{owned_spans(columns, snapshot)} WHERE o.client_id {whose} AND {within}"
    if client_id is None:
        spans += (
            f" UNION ALL SELECT {columns}, s.first_day, s.last_day FROM {snapshot.spans} s"
            f" WHERE s.site_id IS NULL AND {within}"
        )
    return snapshot._replace(spans=f"({spans})")


def stretches(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int | None, int, int, int]]:
    """(client, first day, last day, licenses) of all clients' days in the window, in one pass; what
    is on nobody's site, or on none, is None's. Streams."""
    rows: Iterator[tuple[int | None, int, int, int]] = ledger.rows(
        "SELECT client_id, CASE WHEN first_day > :first THEN first_day ELSE :first END,"
        " CASE WHEN last_day < :last THEN last_day ELSE :last END, COUNT(*) FROM ("
        f"{owned_spans('o.client_id', snapshot)} WHERE {_INSIDE}"
        " UNION ALL SELECT NULL, s.first_day, s.last_day"
        f" FROM {snapshot.spans} s WHERE s.site_id IS NULL AND {_INSIDE}"
        ") d WHERE last_day >= :first AND first_day <= :last GROUP BY 1, 2, 3",
        offer=part.offer_id,
        child=part.child,
        first=window.first_day,
        last=window.last_day,
    )
    return rows


def count_held(
    ledger: Ledger, parts: Iterable[OfferPart], window: Period | Window, held: Snapshot
) -> tuple[int, int]:
    """(licenses, unassigned) of what `held_by` found: with a day in the window, and of those on no
    site on the last one."""
    licenses = unassigned = 0
    for part in parts:
        row = ledger.one(
            "SELECT COUNT(*), SUM(CASE WHEN site_id IS NULL THEN 1 ELSE 0 END) FROM"
            " (SELECT site_id, ROW_NUMBER()"
            "  OVER (PARTITION BY license_id ORDER BY last_day DESC) AS place"
            f" FROM {held.spans} s WHERE offer_id = :offer AND child = :child"
            "  AND last_day >= :first AND first_day <= :last) d WHERE place = 1",
            offer=part.offer_id,
            child=part.child,
            first=window.first_day,
            last=window.last_day,
        )
        assert row is not None
        licenses += row[0]
        unassigned += row[1] or 0
    return licenses, unassigned
