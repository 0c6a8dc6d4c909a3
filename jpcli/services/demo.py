"""The sample agency of `jpcli demo`: two months of three clients, as a history file.

Owns what is in it, and when: all dates are counted back from the demo's present. It is brought
into a ledger by the same import as anyone's history; nothing here writes to a ledger.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.calendar import BillingCalendar
from jpcli.domain.errors import Refused
from jpcli.domain.instants import format_instant
from jpcli.domain.names import new_keys
from jpcli.domain.periods import month_of
from jpcli.services.licenses.licenses import build_filter, list_licenses

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.services.desk import Desk

AGENCY = "Harbor Web"

_SECOND = 1_000_000
_MINUTE = 60 * _SECOND
_DAY = 86_400 * _SECOND

_CLIENTS = {
    "https://bakery.example": "Bakery Lane",
    "https://cakes.example": "Bakery Lane",
    "https://norte.example": "Norte Studio",
    "https://blog.norte.example": "Norte Studio",
    "https://osei.example": "Osei Dental",
    "https://booking.osei.example": "Osei Dental",
}
_BAKERY, _CAKES, _NORTE, _BLOG, _OSEI, _BOOKING = _CLIENTS

_BUNDLE, _BUNDLE_SIZE = "jetpack-anti-spam", 20
_BUNDLE_DAYS_AGO = 47


class _Sold(NamedTuple):
    """A license and, in days before the demo's present, what happened to it; `stays` are the
    sites it came to, and when."""

    product: str
    issued: int
    stays: tuple[tuple[str, int], ...] = ()
    revoked: int | None = None


_SOLD = (
    _Sold("jetpack-complete", 58, ((_BAKERY, 58),)),
    _Sold("jetpack-complete", 51, ((_NORTE, 50),)),
    _Sold("jetpack-complete", 37, ((_OSEI, 37),)),
    _Sold("jetpack-backup-t1", 55, ((_CAKES, 55),)),
    _Sold("jetpack-backup-t1", 44, ((_BLOG, 44),)),
    _Sold("jetpack-backup-t1", 23, ((_BOOKING, 23),)),
    _Sold("jetpack-boost", 30, ((_BAKERY, 30),)),
    _Sold("jetpack-boost", 26, ((_BLOG, 26), (_NORTE, 12))),
    _Sold("jetpack-boost", 33, ((_OSEI, 33),), revoked=6),
    _Sold("jetpack-ai", 41, ((_BLOG, 19),)),
    _Sold("jetpack-ai", 41),
    _Sold("jetpack-search", 16, ((_CAKES, 9),)),
)
# Where the first children of the bundle are; the others are on no site.
_BUNDLE_STAYS = (
    (_BAKERY, 47),
    (_CAKES, 47),
    (_NORTE, 46),
    (_BLOG, 46),
    (_OSEI, 37),
    (_BOOKING, 23),
)


class Sample(NamedTuple):
    """The rows of the history file, and the licenses that the story goes on with: `moving` is on
    the bakery's main site, `idle` has been on none for `idle_days` days."""

    rows: tuple[dict[str, Any], ...]
    moving: str
    idle: str
    idle_days: int


def present(now_at: int) -> int:
    """The demo's present, an instant: now, to the minute.

    On the last day of a month nothing is left to project, so the story is told a day earlier.
    """
    now_at -= now_at % _MINUTE
    calendar = BillingCalendar("UTC", ())
    day = calendar.day_of(now_at)
    is_last = month_of(calendar, day) != month_of(calendar, day + 1)
    return now_at - _DAY if is_last else now_at


def sample_agency(present_at: int) -> Sample:
    """The history up to `present_at`. Keys are the same in every run, so that the text is."""
    when = _Clock(present_at)
    keys = _keys()
    sold = [(next(keys[each.product]), each) for each in _SOLD]
    rows = [_row(key, each, when) for key, each in sold]
    rows += _bundle_rows(keys[_BUNDLE], when)
    (moving,) = (k for k, s in sold if s.product == "jetpack-boost" and s.stays == ((_BAKERY, 30),))
    ((idle, idle_days),) = ((key, each.issued) for key, each in sold if not each.stays)
    return Sample(tuple(rows), moving, idle, idle_days)


def check_free(path: str) -> None:
    """Raise Refused `ledger_exists` where something is at `path` already, `left_beside` where
    something is that would become a part of it."""
    import os

    from jpcli.ledger.database.neighbors import check_nothing_beside

    if os.path.lexists(path):
        raise Refused(
            "ledger_exists",
            f"There is a file at {path} already; a ledger is never overwritten",
            hint="Name another file:   jpcli demo --keep FILE",
            subject=path,
        )
    check_nothing_beside(path)


def newest_license(desk: Desk, product: str) -> str:
    """The key of an unassigned license of `product`, the one issued last."""
    wanted = build_filter(desk, state="unassigned", product=product, sort="issued", reverse=True)
    rows = list_licenses(desk, wanted, 1).data["licenses"].rows
    return str(next(iter(rows))[0])


class _Clock:
    """Instants in RFC 3339 from days before the present; each a bit later in its day."""

    def __init__(self, present_at: int) -> None:
        self._midnight = present_at - present_at % _DAY

    def __call__(self, days_ago: int, minutes: int = 0) -> str:
        at = self._midnight - days_ago * _DAY + (9 * 60 + days_ago % 7 * 53 + minutes) * _MINUTE
        return format_instant(at)


def _keys() -> dict[str, Iterator[str]]:
    from hashlib import shake_256

    products = sorted({_BUNDLE, *(each.product for each in _SOLD)})
    return {
        product: iter(new_keys(product, 1 + _BUNDLE_SIZE, shake_256(product.encode()).digest))
        for product in products
    }


def _row(key: str, each: _Sold, when: _Clock) -> dict[str, Any]:
    ends = [days_ago for _, days_ago in each.stays[1:]] + [each.revoked]
    return {
        "license_key": key,
        "product": each.product,
        "issued_at": when(each.issued),
        "revoked_at": None if each.revoked is None else when(each.revoked),
        "assignments": [
            _stay(site, when(since), None if until is None else when(until))
            for (site, since), until in zip(each.stays, ends, strict=bool(each.stays))
        ],
    }


def _bundle_rows(keys: Iterator[str], when: _Clock) -> list[dict[str, Any]]:
    bundle = next(keys)
    facts: dict[str, Any] = {
        "product": _BUNDLE,
        "issued_at": when(_BUNDLE_DAYS_AGO),
        "revoked_at": None,
        "assignments": [],
    }
    parent = {"license_key": bundle, **facts, "bundle_size": _BUNDLE_SIZE}
    children = [
        {"license_key": next(keys), **facts, "bundle_key": bundle} for _ in range(_BUNDLE_SIZE)
    ]
    for child, (site, since) in zip(children, _BUNDLE_STAYS, strict=False):
        child["assignments"] = [_stay(site, when(since, minutes=5), None)]
    return [parent, *children]


def _stay(site: str, since: str, until: str | None) -> dict[str, Any]:
    return {"site": site, "client": _CLIENTS[site], "from": since, "to": until}
