"""What stands behind a line: its licenses, their days and holders, and the events about them.

Owns the streams that an explanation is merged from. Each one is ordered by license, and none of
them asks anything for a single license, so a million of them need flat memory.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.agency_events import PRICE_REMOVED
from jpcli.domain.events import LATEST_SEQ, PRICE_SET
from jpcli.domain.license_events import ENDING, MAKING
from jpcli.domain.prices import price_after
from jpcli.ledger.events.log import is_one_of, told
from jpcli.ledger.queries.days import days_within
from jpcli.ledger.queries.labels import CLIENT, SITE, called_then
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.days import OfferPart

_INSIDE = (
    "s.offer_id = :offer AND s.child = :child AND s.last_day >= :first AND s.first_day <= :last"
)
# Putting a license on a site changes whose its days are, never how many.
_CHANGES_DAYS = is_one_of((*MAKING, *ENDING))
_ENDS = is_one_of(ENDING)


class Scope(NamedTuple):
    """Which days to explain: of an offer's licenses in a stretch of days, as `snapshot` has
    them. Events after number `seq` are not known. `only` is one license's row number; with
    `changed_after` it is the licenses that later events gave or took days."""

    part: OfferPart
    first_day: int
    last_day: int
    snapshot: Snapshot = NOW
    seq: int = LATEST_SEQ
    only: int | None = None
    changed_after: int | None = None


class Fact(NamedTuple):
    """One license and the event that made it known; its row number is that event's, too."""

    id: int
    license_key: str
    bundle_key: str | None
    issued_at: int
    revoked_at: int | None
    kind: str
    actor: str


class Held(NamedTuple):
    """A stretch of one license with one holder and one client; days may reach past the scope.

    `ends` says that the license ends with its last day.
    """

    license_id: int
    first_day: int
    last_day: int
    ends: int
    site: str | None
    client: str | None
    client_first_day: int | None
    client_last_day: int | None


class Occurrence(NamedTuple):
    """One event about a license."""

    license_id: int
    seq: int
    kind: str
    at: int
    recorded_at: int
    actor: str


def facts(ledger: Ledger, scope: Scope) -> Iterator[Fact]:
    """The licenses of a scope."""
    rows = ledger.rows(
        "SELECT l.id, l.license_key, parent.license_key, l.issued_at, l.revoked_at, e.kind, e.actor"
        " FROM licenses l JOIN events e ON e.seq = l.id"
        " LEFT JOIN licenses parent ON parent.id = l.parent_id"
        f" WHERE l.id IN ({_which(scope)}) ORDER BY l.id",
        **_params(scope),
    )
    return map(Fact._make, rows)


def held(ledger: Ledger, scope: Scope) -> Iterator[Held]:
    """Where the licenses of a scope were, and whose that was (W1, W2), in order of time, by the
    names that they had after its last event."""
    spans, owners, _ = scope.snapshot
    rows = ledger.rows(
        "SELECT s.license_id, s.first_day, s.last_day, s.ends, t.url, c.name,"
        f" o.first_day, o.last_day FROM {spans} s LEFT JOIN sites t ON t.id = s.site_id"
        f" LEFT JOIN {owners} o ON o.site_id = s.site_id AND o.first_day <= s.last_day"
        " AND o.last_day >= s.first_day AND o.first_day <= :last AND o.last_day >= :first"
        f" LEFT JOIN clients c ON c.id = o.client_id WHERE {_INSIDE}{_among(scope)}"
        " ORDER BY s.license_id, s.first_day, o.first_day",
        **_params(scope),
    )
    stays = map(Held._make, rows)
    if scope.seq == LATEST_SEQ:
        return stays
    sites, clients = (called_then(ledger, kind, scope.seq) for kind in (SITE, CLIENT))
    if not sites and not clients:
        return stays
    return (
        stay._replace(
            site=sites.get(stay.site, stay.site), client=clients.get(stay.client, stay.client)
        )
        for stay in stays
    )


def endings(ledger: Ledger, scope: Scope) -> Iterator[Occurrence]:
    """The revocations of those licenses that end in a scope. An imported one may have none: its
    whole life is one event."""
    ended = (
        f"SELECT s.license_id FROM {scope.snapshot.spans} s WHERE {_INSIDE} AND s.ends = 1"
        f" AND s.last_day <= :last{_among(scope)}"
    )
    rows = ledger.rows(
        "SELECT l.id, e.seq, e.kind, e.at, e.recorded_at, e.actor FROM licenses l"
        f" JOIN events e ON e.subject = l.license_key AND e.{_ENDS}"
        f" AND e.seq <= :seq WHERE l.id IN ({ended}) ORDER BY l.id, e.seq",
        **{**_params(scope), "seq": scope.seq},
    )
    return map(Occurrence._make, rows)


def changes(ledger: Ledger, scope: Scope) -> Iterator[Occurrence]:
    """The events after `changed_after` that gave or took days of licenses."""
    rows = ledger.rows(
        "SELECT l.id, e.seq, e.kind, e.at, e.recorded_at, e.actor FROM licenses l"
        f" JOIN events e ON e.subject = l.license_key WHERE e.{_CHANGES_DAYS}"
        f" AND e.seq > :after AND e.seq <= :seq AND l.id IN ({_which(scope)})"
        " ORDER BY l.id, e.seq",
        **_params(scope),
    )
    return map(Occurrence._make, rows)


def day_counts(ledger: Ledger, scope: Scope) -> Iterator[tuple[int, int]]:
    """(license row number, days) of a scope."""
    return ledger.rows(
        f"SELECT s.license_id, SUM({days_within(':first', ':last')}) FROM {scope.snapshot.spans} s"
        f" WHERE {_INSIDE}{_among(scope)} GROUP BY s.license_id ORDER BY s.license_id",
        **_params(scope),
    )


def price_changes(
    ledger: Ledger, product: str, bundle_size: int, after: int, until: int
) -> list[tuple[int, str, int, int, str, str, int]]:
    """(seq, kind, at, recorded_at, actor, first date, day price e12) of the prices that were set
    for an offer, or that go on where another was removed, by the events after one number, up to
    another."""
    prices: dict[int, int] = {}
    found = []
    kinds = (PRICE_SET, PRICE_REMOVED)
    for event in told(ledger, kinds, subject=product, until_seq=until):
        if event.data["bundle_size"] != bundle_size:
            continue
        price = price_after(prices, event, ledger.calendar)
        if event.seq > after and price is not None:
            known = (event.seq, event.kind, event.at, event.recorded_at, event.actor)
            found.append((*known, event.data["from"], price))
    return found


def later_corrections(ledger: Ledger, period: str, after_id: int) -> list[tuple[Any, ...]]:
    """(number, month, product, name, bundle size, days, license days, amount in minor units) of
    the lines on later invoices, void ones left out, that correct a month."""
    return ledger.all(
        "SELECT i.number, i.period, l.product, l.name, l.bundle_size, l.days, l.license_days,"
        " l.amount_minor FROM invoice_lines l JOIN invoices i ON i.id = l.invoice_id"
        " WHERE l.period = :period AND i.status <> 'void' AND i.id > :after"
        " ORDER BY i.id, l.position",
        period=period,
        after=after_id,
    )


def _which(scope: Scope) -> str:
    """A query for the row numbers of a scope's licenses."""
    if scope.changed_after is None:
        return f"SELECT s.license_id FROM {scope.snapshot.spans} s WHERE {_INSIDE}{_among(scope)}"
    only = "" if scope.only is None else " AND x.id = :only"
    return (
        "SELECT x.id FROM licenses x WHERE x.offer_id = :offer AND x.child = :child"
        f"{only} AND x.license_key IN (SELECT subject FROM events WHERE {_CHANGES_DAYS}"
        " AND seq > :after AND seq <= :seq)"
    )


def _among(scope: Scope) -> str:
    """What narrows the spans of a scope further than its days."""
    if scope.changed_after is not None:
        return f" AND s.license_id IN ({_which(scope)})"
    return "" if scope.only is None else " AND s.license_id = :only"


def _params(scope: Scope) -> dict[str, int]:
    params = {
        "offer": scope.part.offer_id,
        "child": scope.part.child,
        "first": scope.first_day,
        "last": scope.last_day,
    }
    if scope.only is not None:
        params["only"] = scope.only
    if scope.changed_after is not None:
        params |= {"after": scope.changed_after, "seq": scope.seq}
    return params
