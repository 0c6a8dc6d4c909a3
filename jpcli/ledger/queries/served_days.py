"""The license-days of holders in the order in which equal remainders are served (M5).

Owns that order on the way from the tables, because there may be a million holders: clients by
label, and their sites, nobody last. A label is the first name that a row had; of several that had
the same one the older comes first (`labels` says the same of names in memory). Licenses come by
key, after those that are only supposed.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING

from jpcli.domain.shares import Holder
from jpcli.ledger.queries.days import license_sums, owned_days, params_of, site_sums
from jpcli.ledger.snapshots.snapshot import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.days import OfferPart, Window
    from jpcli.ledger.snapshots.snapshot import Snapshot


def days_as_served(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[Holder, int]]:
    """(holder, license-days); streams."""
    rows = ledger.rows(
        "SELECT d.client_id, d.site_id, d.days FROM (SELECT client_id, site_id, SUM(days) AS days"
        f" FROM ({owned_days(snapshot)}) o GROUP BY client_id, site_id) d"
        f" LEFT JOIN clients c ON c.id = d.client_id {_first_names('client')}"
        f" LEFT JOIN sites s ON s.id = d.site_id {_first_names('site')}"
        f" ORDER BY {_last('d.client_id')}, COALESCE(first_client.name, c.name), d.client_id,"
        f" {_last('d.site_id')}, COALESCE(first_site.name, s.url), d.site_id",
        **params_of(part, window),
    )
    return ((Holder(client_id, site_id), days) for client_id, site_id, days in rows)


def site_days_as_served(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int | None, int, int]]:
    """(site row number or None, days to date, days), whoever had the site; streams."""
    return ledger.rows(
        f"SELECT d.site_id, d.to_date, d.days FROM ({site_sums(snapshot)}) d"
        f" LEFT JOIN sites s ON s.id = d.site_id {_first_names('site')}"
        f" ORDER BY {_last('d.site_id')}, COALESCE(first_site.name, s.url), d.site_id",
        **params_of(part, window),
    )


def license_days_as_served(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int, int, int]]:
    """(license row number, days to date, days); streams but for those that do not exist."""
    supposed: list[tuple[int, int, int]] = []
    names, asked = snapshot.supposed, params_of(part, window)
    if names:
        # They are called something in parentheses, which is before any key.
        supposed = ledger.all(license_sums(snapshot, " AND license_id < 0"), **asked)
        supposed.sort(key=lambda row: names[row[0]])
    rows = ledger.rows(
        f"SELECT d.* FROM ({license_sums(snapshot, ' AND license_id > 0')}) d"
        " LEFT JOIN licenses l ON l.id = d.license_id ORDER BY l.license_key",
        **asked,
    )
    return chain(supposed, rows)


def _first_names(kind: str) -> str:
    """What those that were ever renamed were called first."""
    return (
        "LEFT JOIN (SELECT DISTINCT f.id, e.subject AS name FROM former_names f"
        f" JOIN events e ON e.seq = f.id WHERE f.kind = '{kind}') first_{kind}"
        f" ON first_{kind}.id = d.{kind}_id"
    )


def _last(column: str) -> str:
    return f"CASE WHEN {column} IS NULL THEN 1 ELSE 0 END"
