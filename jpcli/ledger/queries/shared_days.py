"""Who is on the bill of two months: the days that the same licenses have in both.

Owns one query, which compares two months whose licenses may be read from different states of the
ledger (a closed month is as it was recorded).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.bill_change import Shared
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot

if TYPE_CHECKING:
    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ledger


class MonthDays(NamedTuple):
    """A month and what to read its days from."""

    period: Period
    snapshot: Snapshot = NOW


def shared_units(ledger: Ledger, offer_id: int, earlier: MonthDays, later: MonthDays) -> Shared:
    """What the units billed under an offer (licenses, or bundles) that have days in both months
    have there. A unit's days are without gaps, so first, last and number say all."""
    row = ledger.one(
        "SELECT COUNT(*), SUM(a.last_day - a.first_day + 1), SUM(b.last_day - b.first_day + 1),"
        " SUM(a.first_day - :a_first), SUM(:a_last - a.last_day),"
        " SUM(b.first_day - :b_first), SUM(:b_last - b.last_day)"
        f" FROM ({_units(earlier, 'a')}) a JOIN ({_units(later, 'b')}) b"
        " ON b.license_id = a.license_id",
        offer=offer_id,
        a_first=earlier.period.first_day,
        a_last=earlier.period.last_day,
        b_first=later.period.first_day,
        b_last=later.period.last_day,
    )
    assert row is not None
    return Shared(*(value or 0 for value in row))


def moved_units(
    ledger: Ledger, offer_id: int, earlier: MonthDays, later: MonthDays
) -> tuple[int, int]:
    """(came, went) of the units billed under an offer: how many were issued after the first day of
    the earlier month, and how many revoked before the last day of the later one."""
    row = ledger.one(
        "SELECT SUM(CASE WHEN in_a = 0 OR a_first > :a_first THEN in_b ELSE 0 END),"
        " SUM(CASE WHEN in_b = 0 OR b_last < :b_last THEN in_a ELSE 0 END) FROM ("
        "SELECT license_id, SUM(is_a) AS in_a, SUM(1 - is_a) AS in_b,"
        " MIN(CASE WHEN is_a = 1 THEN first_day END) AS a_first,"
        " MAX(CASE WHEN is_a = 0 THEN last_day END) AS b_last FROM ("
        f"SELECT license_id, 1 AS is_a, first_day, last_day FROM ({_units(earlier, 'a')}) a"
        f" UNION ALL SELECT license_id, 0, first_day, last_day FROM ({_units(later, 'b')}) b"
        ") u GROUP BY license_id) m",
        offer=offer_id,
        a_first=earlier.period.first_day,
        a_last=earlier.period.last_day,
        b_first=later.period.first_day,
        b_last=later.period.last_day,
    )
    assert row is not None
    return row[0] or 0, row[1] or 0


def _units(month: MonthDays, name: str) -> str:
    """First and last day of every unit within a month."""
    first, last = f":{name}_first", f":{name}_last"
    return (
        "SELECT license_id,"
        f" CASE WHEN MIN(first_day) > {first} THEN MIN(first_day) ELSE {first} END AS first_day,"
        f" CASE WHEN MAX(last_day) < {last} THEN MAX(last_day) ELSE {last} END AS last_day"
        f" FROM {month.snapshot.spans} s WHERE offer_id = :offer AND child = 0"
        f" AND last_day >= {first} AND first_day <= {last} GROUP BY license_id"
    )
