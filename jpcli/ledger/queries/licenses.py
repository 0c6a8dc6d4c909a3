"""Questions about licenses: lists, counts, one license's facts.

Owns the SQL. Rows come out as tuples in the order of `LICENSE_COLUMNS`, instants still as
integers; wording and formats belong to the layers above.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.history import ASSIGNED, BUNDLE, REVOKED, STATES, UNASSIGNED
from jpcli.ledger.queries.searches import searching

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ledger

LICENSE_COLUMNS = (
    "license_key",
    "product",
    "state",
    "site",
    "client",
    "issued_at",
    "assigned_at",
    "revoked_at",
    "bundle_key",
    "bundle_size",
)
SORTS = {
    "recorded": "l.id",
    "issued": "l.issued_at",
    "key": "l.license_key",
    "product": "p.product",
    "site": "s.url",
    "client": "c.name",
    "state": "state",
}

# A bundle's parent is billed but can't be put on a site: it is no license one can use.
USABLE = "(o.bundle_size = 1 OR l.child = 1)"
STATE = (
    f"CASE WHEN l.revoked_at IS NOT NULL THEN '{REVOKED}'"
    f" WHEN l.site_id IS NOT NULL THEN '{ASSIGNED}' ELSE '{UNASSIGNED}' END"
)
"""The state of a license that can be used."""
ON_A_SITE = "l.revoked_at IS NULL AND l.site_id IS NOT NULL"
ON_NO_SITE = "l.revoked_at IS NULL AND l.site_id IS NULL"
IS_REVOKED = "l.revoked_at IS NOT NULL"
SELECT = (
    "SELECT l.license_key, p.product,"
    f" CASE WHEN {IS_REVOKED} OR {USABLE} THEN {STATE} ELSE '{BUNDLE}' END AS state,"
    " s.url, c.name, l.issued_at, l.assigned_at, l.revoked_at, parent.license_key,"
    " CASE WHEN o.bundle_size > 1 AND l.child = 0 THEN o.bundle_size END"
)
JOINED = (
    " JOIN offers o ON o.id = l.offer_id JOIN products p ON p.id = o.product_id"
    " LEFT JOIN sites s ON s.id = l.site_id LEFT JOIN clients c ON c.id = s.client_id"
    " LEFT JOIN licenses parent ON parent.id = l.parent_id"
)
FROM = f" FROM licenses l{JOINED}"
_FACTS = (
    "SELECT l.id, l.license_key, p.product, o.bundle_size, l.child, parent.license_key, s.url,"
    f" l.issued_at, l.revoked_at, l.last_at{FROM}"
)
_AT_ONCE = 1000
_STATE_CONDITIONS = {
    ASSIGNED: ON_A_SITE,
    UNASSIGNED: f"{ON_NO_SITE} AND {USABLE}",
    REVOKED: IS_REVOKED,
    "active": f"l.revoked_at IS NULL AND {USABLE}",
    BUNDLE: f"l.revoked_at IS NULL AND NOT {USABLE}",
    "all": "l.id > 0",
}
_COMPARED = {
    "bundle_id": "(l.parent_id = :bundle_id OR l.id = :bundle_id)",
    "bundle_size": "o.bundle_size = :bundle_size",
    "issued_before_at": "l.issued_at < :issued_before_at",
    "issued_from_at": "l.issued_at >= :issued_from_at",
}
STATE_FILTERS = tuple(_STATE_CONDITIONS)
"""What a list can be cut to by state; `active` is assigned or not."""


class LicenseFilter(NamedTuple):
    """What to list. `state` is one of `STATE_FILTERS`. `issued_before_at` and `issued_from_at` are
    instants; `client` and `site` are exact names, "" for licenses without one; `search` is part of
    a key, site or client; `bundle_id` is one bundle with what is in it, `bundle_size` all of a
    size, and `no_bundle` what can be revoked by itself (B2)."""

    state: str | None = None
    product: str | None = None
    site: str | None = None
    client: str | None = None
    bundle_id: int | None = None
    bundle_size: int | None = None
    no_bundle: bool = False
    issued_before_at: int | None = None
    issued_from_at: int | None = None
    search: str | None = None
    sort: str = "recorded"
    reverse: bool = False


def list_rows(ledger: Ledger, wanted: LicenseFilter, limit: int = 0) -> Iterator[tuple[Any, ...]]:
    """Stream licenses in `LICENSE_COLUMNS` order; `limit` 0 is all of them."""
    where, params = conditions(ledger, wanted)
    sql = f"{SELECT}{FROM}{where} ORDER BY {order_of(wanted)}"
    if limit:
        sql += " LIMIT :limit"
        params["limit"] = limit
    return ledger.rows(sql, **params)


def count_rows(ledger: Ledger, wanted: LicenseFilter) -> int:
    """How many licenses `list_rows` would give without a limit."""
    where, params = conditions(ledger, wanted)
    if not where:
        return int(ledger.value("SELECT COUNT(*) FROM licenses"))
    return int(ledger.value(f"SELECT COUNT(*){FROM}{where}", **params))


def count_by_state(
    ledger: Ledger, wanted: LicenseFilter, by: str | None = None
) -> list[tuple[Any, ...]]:
    """Rows (group, assigned, unassigned, revoked) of usable licenses; `by` is product, site,
    client or None for one row with group None."""
    group = {None: "NULL", "product": "p.product", "site": "s.url", "client": "c.name"}[by]
    where, params = conditions(ledger, wanted)
    sums = ", ".join(
        f"COALESCE(SUM(CASE WHEN {_STATE_CONDITIONS[state]} THEN 1 ELSE 0 END), 0)"
        for state in STATES
    )
    tail = "" if by is None else f" GROUP BY {group} ORDER BY {group} IS NULL, {group}"
    return ledger.all(f"SELECT {group}, {sums}{FROM}{and_one_more(where)} {USABLE}{tail}", **params)


class LicenseFacts(NamedTuple):
    """One license as the rules need it; `site` and `bundle_key` are names."""

    id: int
    license_key: str
    product: str
    bundle_size: int
    child: bool
    bundle_key: str | None
    site: str | None
    issued_at: int
    revoked_at: int | None
    last_at: int

    @property
    def is_bundle(self) -> bool:
        """True for a parent: billed, never assigned."""
        return self.bundle_size > 1 and not self.child


def find(ledger: Ledger, license_key: str) -> LicenseFacts | None:
    """The facts of one license, or None."""
    row = ledger.one(f"{_FACTS} WHERE l.license_key = :license_key", license_key=license_key)
    return None if row is None else LicenseFacts(*row)


def number_of(ledger: Ledger, license_key: str) -> int | None:
    """The row number of a license, None where there is none of this key."""
    sql = "SELECT id FROM licenses WHERE license_key = :license_key"
    found: int | None = ledger.value(sql, license_key=license_key)
    return found


def any_license(ledger: Ledger) -> bool:
    """Was any license ever recorded?"""
    return ledger.one("SELECT 1 FROM licenses LIMIT 1") is not None


def rows_of(ledger: Ledger, license_keys: list[str]) -> Iterator[tuple[Any, ...]]:
    """The rows of these licenses, in the order asked for; unknown ones are left out."""
    sql = f"{SELECT}{FROM} WHERE l.license_key = :license_key"
    for license_key in license_keys:
        row = ledger.one(sql, license_key=license_key)
        if row is not None:
            yield row


def rows_numbered(ledger: Ledger, numbers: Iterable[int]) -> Iterator[tuple[Any, ...]]:
    """The rows of these licenses, by row number, in the order asked for."""
    sql = f"{SELECT}{FROM} WHERE l.id = :id"
    for number in ledger.each(numbers, lambda number: (partial(ledger.one, sql, id=number),)):
        row = ledger.one(sql, id=number)
        assert row is not None
        yield row


def rows_recorded_after(ledger: Ledger, seq: int) -> Iterator[tuple[Any, ...]]:
    """Licenses made by events after number `seq`: what a bulk issue has just made."""
    return ledger.rows(f"{SELECT}{FROM} WHERE l.id > :seq ORDER BY l.id", seq=seq)


def active_children(ledger: Ledger, parent_id: int) -> list[LicenseFacts]:
    """The children of a bundle that are not revoked, oldest first."""
    return list(each_active_child(ledger, parent_id))


def each_active_child(ledger: Ledger, parent_id: int) -> Iterator[LicenseFacts]:
    """The same one by one, as `each_child`."""
    return (child for child in each_child(ledger, parent_id) if child.revoked_at is None)


def all_children(ledger: Ledger, parent_id: int) -> list[LicenseFacts]:
    """Every child that a bundle ever had, oldest first."""
    return list(each_child(ledger, parent_id))


def each_child(ledger: Ledger, parent_id: int) -> Iterator[LicenseFacts]:
    """The same one by one, each as it is when some before it have been changed."""
    rows: list[tuple[Any, ...]] = [(0,)]
    while rows:
        rows = ledger.all(
            f"{_FACTS} WHERE l.parent_id = :parent_id AND l.id > :after ORDER BY l.id"
            f" LIMIT {_AT_ONCE}",
            parent_id=parent_id,
            after=rows[-1][0],
        )
        yield from (LicenseFacts(*row) for row in rows)
        if len(rows) < _AT_ONCE:
            return


def order_of(wanted: LicenseFilter) -> str:
    """What has no site, or no client, comes first, and last in reverse."""
    if wanted.reverse:
        return f"{SORTS[wanted.sort]} DESC NULLS LAST, l.id DESC"
    return f"{SORTS[wanted.sort]} NULLS FIRST, l.id"


def and_one_more(where: str) -> str:
    """A WHERE clause, which may be empty, for one more condition."""
    return f"{where} AND" if where else " WHERE"


def conditions(ledger: Ledger, wanted: LicenseFilter) -> tuple[str, dict[str, Any]]:
    """The WHERE clause, empty or beginning with a space, and its parameters."""
    parts: list[str] = []
    params: dict[str, Any] = {}
    if wanted.state is not None:
        parts.append(_STATE_CONDITIONS[wanted.state])
    for name, column in (("product", "p.product"), ("site", "s.url"), ("client", "c.name")):
        value = getattr(wanted, name)
        if value == "":
            # A bundle is on no site, and nobody's, and no license.
            parts.append(f"{column} IS NULL AND {USABLE}")
        elif value is not None:
            parts.append(f"{column} = :{name}")
            params[name] = value
    if wanted.no_bundle:
        parts.append("o.bundle_size = 1 AND l.child = 0")
    for name, condition in _COMPARED.items():
        if (value := getattr(wanted, name)) is not None:
            parts.append(condition)
            params[name] = value
    if wanted.search is not None:
        condition, params["search"] = searching(
            ledger, wanted.search, ("l.license_key", "s.url", "c.name")
        )
        parts.append(condition)
    return (" WHERE " + " AND ".join(parts) if parts else ""), params
