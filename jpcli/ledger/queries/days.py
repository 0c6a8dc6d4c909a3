"""The month's sums: how many days of each offer, by whom, on which day.

Owns the hot queries. SQL sums integers over the span index and Python gets a few rows a line;
nothing here loops over licenses. A snapshot says which licenses are summed: those there are, or
those of a what-if or an earlier state.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.calculator import LineDays
from jpcli.domain.numbers import NamesByNumber
from jpcli.domain.prices import Segment, segments
from jpcli.ledger.snapshots.snapshot import NOW

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.products import PricedOffer
    from jpcli.ledger.snapshots.snapshot import Snapshot


def days_within(first: str, last: str) -> str:
    """How many days of a span lie from `first` to `last`, both included, as SQL."""
    return f"{_up_to(last)} - {_from(first)} + 1"


def owned_spans(columns: str, snapshot: Snapshot) -> str:
    """Each span `s` cut down to the days on which its site was of one client `o`, as SQL."""
    return (
        f"SELECT {columns},"
        " CASE WHEN s.first_day > o.first_day THEN s.first_day ELSE o.first_day END AS first_day,"
        " CASE WHEN s.last_day < o.last_day THEN s.last_day ELSE o.last_day END AS last_day"
        f" FROM {snapshot.spans} s JOIN {snapshot.owners} o ON o.site_id = s.site_id"
        " AND o.first_day <= s.last_day AND o.last_day >= s.first_day"
    )


# CASE because the two-argument MIN is no common SQL.
def _from(first: str) -> str:
    return f"CASE WHEN first_day > {first} THEN first_day ELSE {first} END"


def _up_to(last: str) -> str:
    return f"CASE WHEN last_day < {last} THEN last_day ELSE {last} END"


_DAYS = f"SUM({days_within(':first', ':last')})"
_TO_DATE = (
    "SUM(CASE WHEN first_day <= :today AND :first <= :today"
    f" THEN {days_within(':first', ':today')} ELSE 0 END)"
)
_INSIDE = "offer_id = :offer AND child = :child AND last_day >= :first AND first_day <= :last"
# A license's last span in the period: it reaches the period's end, or the license ends with it.
_LASTS = "SUM(CASE WHEN last_day >= :last OR ends = 1 THEN 1 ELSE 0 END)"
_UNASSIGNED = "SUM(CASE WHEN (last_day >= :last OR ends = 1) AND site_id IS NULL THEN 1 ELSE 0 END)"


class Window(NamedTuple):
    """A stretch of days to sum; `today_day` is the last one that counts as "so far"."""

    first_day: int
    last_day: int
    today_day: int


class OfferPart(NamedTuple):
    """The licenses of an offer that are used (singles, or a bundle's children)."""

    offer_id: int
    child: int


def sum_lines(
    ledger: Ledger,
    offers: list[PricedOffer],
    period: Period,
    today_day: int,
    snapshot: Snapshot = NOW,
) -> list[tuple[OfferPart, LineDays]]:
    """The days of every offer in every price segment of the period (M2), lines without a day
    left out."""
    lines_of = partial(_offer_lines, ledger, period, today_day, snapshot)
    several = ledger.each(offers, lambda priced: (partial(lines_of, priced),))
    return [line for priced in several for line in lines_of(priced)]


def _offer_lines(
    ledger: Ledger, period: Period, today_day: int, snapshot: Snapshot, priced: PricedOffer
) -> list[tuple[OfferPart, LineDays]]:
    offer_id, offer, _, points = priced
    if not _any_days(ledger, snapshot, offer_id, period):
        return []
    lines, bundled = [], offer.bundle_size > 1
    for segment in segments(points, period.first_day, period.last_day):
        window = Window(segment.first_day, segment.last_day, today_day)
        used = OfferPart(offer_id, int(bundled))
        sums = _sums(ledger, snapshot, used, window)
        billed = _sums(ledger, snapshot, OfferPart(offer_id, 0), window) if bundled else sums
        if billed.days or sums.days:
            lines.append((used, _line_days(offer, segment, billed, sums)))
    return lines


class _Sums(NamedTuple):
    days: int
    days_to_date: int
    licenses: int
    unassigned: int


def _line_days(offer: Any, segment: Segment, billed: _Sums, used: _Sums) -> LineDays:
    return LineDays(
        offer=offer,
        segment=segment,
        licenses=used.licenses,
        assigned=used.licenses - used.unassigned,
        unassigned=used.unassigned,
        days_to_date=billed.days_to_date,
        days=billed.days,
        license_days=used.days,
    )


def _any_days(ledger: Ledger, snapshot: Snapshot, offer_id: int, period: Period) -> bool:
    sql = (
        f"SELECT 1 FROM {snapshot.spans} s WHERE offer_id = :offer AND child IN (0, 1)"
        " AND last_day >= :first AND first_day <= :last LIMIT 1"
    )
    found = ledger.one(sql, offer=offer_id, first=period.first_day, last=period.last_day)
    return found is not None


def _sums(ledger: Ledger, snapshot: Snapshot, part: OfferPart, window: Window) -> _Sums:
    """One range scan: rows that ended before the window are never read."""
    row = ledger.one(
        f"SELECT {_DAYS}, {_TO_DATE}, {_LASTS}, {_UNASSIGNED} FROM {snapshot.spans} s"
        f" WHERE {_INSIDE}",
        **params_of(part, window),
    )
    assert row is not None
    return _Sums(*(value or 0 for value in row))


def params_of(part: OfferPart, window: Window) -> dict[str, int]:
    return {
        "offer": part.offer_id,
        "child": part.child,
        "first": window.first_day,
        "last": window.last_day,
        # What lies after the window is not "so far" in it.
        "today": min(window.today_day, window.last_day),
    }


def count_used(
    ledger: Ledger,
    offers: list[PricedOffer],
    period: Period,
    snapshot: Snapshot = NOW,
) -> tuple[int, int]:
    """(licenses, unassigned) over the whole period: a license with two price segments, and so
    two lines, is still one license."""
    licenses = unassigned = 0
    window = Window(period.first_day, period.last_day, period.last_day)

    def counted(priced: PricedOffer) -> tuple[int, int]:
        part = OfferPart(priced.id, int(priced.offer.bundle_size > 1))
        row = ledger.one(
            f"SELECT {_LASTS}, {_UNASSIGNED} FROM {snapshot.spans} s WHERE {_INSIDE}",
            **params_of(part, window),
        )
        assert row is not None
        return row[0] or 0, row[1] or 0

    for priced in ledger.each(offers, lambda priced: (partial(counted, priced),)):
        here, on_no_site = counted(priced)
        licenses += here
        unassigned += on_no_site
    return licenses, unassigned


def days_by_site(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int | None, int, int]]:
    """(site row number or None, days to date, days): W1."""
    return ledger.rows(site_sums(snapshot), **params_of(part, window))


def days_by_license(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int, int, int]]:
    """(license row number, days to date, days)."""
    return ledger.rows(license_sums(snapshot), **params_of(part, window))


def site_sums(snapshot: Snapshot, more: str = "") -> str:
    """The same as SQL, of those spans for which more is so."""
    columns = f"site_id, {_TO_DATE} AS to_date, {_DAYS} AS days"
    return f"SELECT {columns} FROM {snapshot.spans} s WHERE {_INSIDE}{more} GROUP BY site_id"


def license_sums(snapshot: Snapshot, more: str = "") -> str:
    """The same of licenses."""
    columns = f"license_id, {_TO_DATE} AS to_date, {_DAYS} AS days"
    return f"SELECT {columns} FROM {snapshot.spans} s WHERE {_INSIDE}{more} GROUP BY license_id"


def days_by_client(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> Iterator[tuple[int | None, int, int]]:
    """(client row number or None, days to date, days): W2.

    Sites that kept their client through the window are summed a site first; the few that
    changed hands are joined with the days each client had them.
    """
    return ledger.rows(
        "SELECT client_id, SUM(to_date), SUM(days)"
        f" FROM ({owned_days(snapshot)}) d GROUP BY client_id",
        **params_of(part, window),
    )


def days_by_owner(
    ledger: Ledger,
    part: OfferPart,
    window: Window,
    snapshot: Snapshot = NOW,
) -> Iterator[tuple[int | None, int | None, int, int]]:
    """(client row number or None, site row number or None, days to date, days): W1, W2. Those of
    one site are side by side."""
    return ledger.rows(
        "SELECT client_id, site_id, SUM(to_date), SUM(days) FROM"
        f" ({owned_days(snapshot)}) d GROUP BY site_id, client_id ORDER BY site_id, client_id",
        **params_of(part, window),
    )


def owned_days(snapshot: Snapshot) -> str:
    """The sums of every site for each of its clients."""
    owners = snapshot.owners
    moved = f"SELECT site_id FROM {owners} o WHERE first_day > :first AND first_day <= :last"
    kept = site_sums(snapshot, f" AND (site_id IS NULL OR site_id NOT IN ({moved}))")
    owned = (
        f"{owned_spans('o.client_id, s.site_id', snapshot)}"
        " WHERE s.offer_id = :offer AND s.child = :child AND s.last_day >= :first"
        f" AND s.first_day <= :last AND s.site_id IN ({moved})"
    )
    return (
        f"SELECT o.client_id, k.site_id, k.to_date, k.days FROM ({kept}) k LEFT JOIN {owners} o"
        "  ON o.site_id = k.site_id AND o.first_day <= :first AND o.last_day >= :first"
        f" UNION ALL SELECT client_id, site_id, {_TO_DATE}, {_DAYS} FROM ({owned}) d"
        "  WHERE last_day >= :first AND first_day <= :last GROUP BY client_id, site_id"
    )


def licenses_by_day(
    ledger: Ledger, part: OfferPart, window: Window, snapshot: Snapshot = NOW
) -> list[int]:
    """How many licenses had each day of the window: a running sum of those that come and go."""
    change = [0] * (window.last_day - window.first_day + 2)
    params = params_of(part, window)
    del params["today"]
    counted = f"AS day, COUNT(*) FROM {snapshot.spans} s WHERE {_INSIDE} GROUP BY 1"
    for day, count in ledger.all(f"SELECT {_from(':first')} {counted}", **params):
        change[day - window.first_day] += count
    for day, count in ledger.all(f"SELECT {_up_to(':last')} {counted}", **params):
        change[day - window.first_day + 1] -= count
    counts, running = [], 0
    for step in change[:-1]:
        running += step
        counts.append(running)
    return counts


def site_names(ledger: Ledger) -> NamesByNumber:
    """Row number to url; None (unassigned) to None."""
    return NamesByNumber(ledger.rows("SELECT id, url FROM sites ORDER BY id"))


def client_names(ledger: Ledger) -> NamesByNumber:
    """Row number to name; None to None."""
    return NamesByNumber(ledger.rows("SELECT id, name FROM clients ORDER BY id"))
