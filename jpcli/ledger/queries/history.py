"""Whole license histories, as files tell them: reading them back from the tables.

Owns the SQL of export. An assignment is split where its site changed hands, so that a file
carries whose site it was.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.events import LICENSE_IMPORTED
from jpcli.domain.instants import format_instant
from jpcli.ledger.events.log import told

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.ledger import AssignmentObject
    from jpcli.ledger.database.connection import Ledger

HISTORY_COLUMNS = (
    "license_key",
    "product",
    "issued_at",
    "revoked_at",
    "assignments",
    "bundle_key",
    "bundle_size",
)

_LICENSES = (
    "SELECT l.id, l.license_key, p.product, l.issued_at, l.revoked_at, parent.license_key,"
    " CASE WHEN o.bundle_size > 1 THEN o.bundle_size END, l.child"
    " FROM licenses l JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
    " LEFT JOIN licenses parent ON parent.id = l.parent_id"
)
_ASSIGNMENTS = (
    "SELECT a.license_id, a.site_id, s.url, c.name, a.from_at, a.to_at FROM assignments a"
    " JOIN sites s ON s.id = a.site_id LEFT JOIN clients c ON c.id = s.client_id"
)
_Owners = dict[int, list[tuple[int, "str | None"]]]


def history_rows(ledger: Ledger) -> Iterator[tuple[Any, ...]]:
    """Stream every license's history in `HISTORY_COLUMNS` order, parents before their children.

    A child has its bundle's key and no size, as files have it.
    """
    owners = _changed_owners(ledger)
    assignments = ledger.rows(f"{_ASSIGNMENTS} ORDER BY a.license_id, a.position")
    waiting = next(assignments, None)
    for number, key, product, issued, revoked, parent, size, child in ledger.rows(
        f"{_LICENSES} ORDER BY l.id"
    ):
        listed: list[AssignmentObject] = []
        while waiting is not None and waiting[0] == number:
            listed += _split(owners, revoked, *waiting[1:])
            waiting = next(assignments, None)
        yield (
            key,
            product,
            format_instant(issued),
            None if revoked is None else format_instant(revoked),
            listed,
            parent,
            None if child else size,
        )


def exported(ledger: Ledger, license_key: str) -> dict[str, Any] | None:
    """One license's history as an import event's data would have it."""
    row = ledger.one(f"{_LICENSES} WHERE l.license_key = :key", key=license_key)
    if row is None:
        return None
    number, _, product, issued, revoked, parent, size, _ = row
    owners = _changed_owners(ledger)
    listed = [
        item
        for assignment in ledger.all(
            f"{_ASSIGNMENTS} WHERE a.license_id = :id ORDER BY a.position", id=number
        )
        for item in _split(owners, revoked, *assignment[1:])
    ]
    return {
        "product": product,
        "issued_at": format_instant(issued),
        "revoked_at": None if revoked is None else format_instant(revoked),
        "assignments": listed,
        "bundle_key": parent,
        "bundle_size": size,
    }


def imported_data(ledger: Ledger, license_key: str) -> dict[str, Any] | None:
    """The data of the event that imported a license, or None."""
    imported = next(told(ledger, (LICENSE_IMPORTED,), subject=license_key), None)
    return None if imported is None else dict(imported.data)


def _changed_owners(ledger: Ledger) -> _Owners:
    """Sites that had more than one client: (from instant, client) in order."""
    owners: _Owners = {}
    for site_id, from_at, client in ledger.rows(
        "SELECT o.site_id, o.from_at, c.name FROM site_clients o"
        " LEFT JOIN clients c ON c.id = o.client_id WHERE o.site_id IN"
        " (SELECT site_id FROM site_clients WHERE first_day > 0)"
        " ORDER BY o.site_id, o.first_day"
    ):
        owners.setdefault(site_id, []).append((from_at, client))
    return owners


def _split(
    owners: _Owners,
    revoked_at: int | None,
    site_id: int,
    url: str,
    client: str | None,
    from_at: int,
    to_at: int | None,
) -> Iterator[AssignmentObject]:
    """An assignment in the parts that each client of its site had, to the license's end at most."""
    changes = owners.get(site_id)
    if changes is None:
        yield _assignment(url, client, from_at, to_at)
        return
    ended_at = revoked_at if to_at is None else to_at
    starts = [at for at, _ in changes[1:] if at > from_at and (ended_at is None or at < ended_at)]
    bounds = [from_at, *starts]
    ends = [*starts, to_at]
    for low, high in zip(bounds, ends, strict=True):
        owner = [name for at, name in changes if at <= low] or [changes[0][1]]
        yield _assignment(url, owner[-1], low, high)


def _assignment(url: str, client: str | None, from_at: int, to_at: int | None) -> AssignmentObject:
    return {
        "site": url,
        "client": client,
        "from": format_instant(from_at),
        "to": None if to_at is None else format_instant(to_at),
    }
