"""Questions about the days of licenses, license by license.

Owns the SQL. Which licenses are meant, and how their columns go, is said in `licenses`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.ledger.queries.licenses import (
    FROM,
    SELECT,
    USABLE,
    and_one_more,
    conditions,
    order_of,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFilter


def span_rows(ledger: Ledger, license_id: int) -> list[tuple[int, int, str | None]]:
    """(first day, last day, site) of a license's spans, in order."""
    return ledger.all(
        "SELECT s.first_day, s.last_day, t.url FROM spans s LEFT JOIN sites t ON t.id = s.site_id"
        " WHERE s.license_id = :id ORDER BY s.first_day",
        id=license_id,
    )


def timeline_rows(
    ledger: Ledger, wanted: LicenseFilter, first_day: int, last_day: int
) -> Iterator[tuple[Any, ...]]:
    """Stream usable licenses in `LICENSE_COLUMNS` order, with what `span_rows` has of each behind
    that: a row a span that touches the window, in order."""
    where, params = conditions(ledger, wanted)
    # Without CROSS, SQLite reads spans first, and then has every license to sort.
    return ledger.rows(
        f"{SELECT}, d.first_day, d.last_day, place.url{FROM} CROSS JOIN spans d"
        " LEFT JOIN sites place ON place.id = d.site_id"
        f"{and_one_more(where)} {USABLE} AND d.license_id = l.id"
        " AND d.last_day >= :first_day AND d.first_day <= :last_day"
        f" ORDER BY {order_of(wanted)}, d.first_day",
        **params,
        first_day=first_day,
        last_day=last_day,
    )


def count_timeline(ledger: Ledger, wanted: LicenseFilter, first_day: int, last_day: int) -> int:
    """Of how many licenses `timeline_rows` tells."""
    where, params = conditions(ledger, wanted)
    sql = (
        f"SELECT COUNT(*){FROM}{and_one_more(where)} {USABLE} AND EXISTS"
        " (SELECT 1 FROM spans d WHERE d.license_id = l.id"
        " AND d.last_day >= :first_day AND d.first_day <= :last_day)"
    )
    return int(ledger.value(sql, **params, first_day=first_day, last_day=last_day))
