"""Makes the history of an agency of any size, the same each time, as `ledger import` reads it."""

from __future__ import annotations

import json
import random
from base64 import b64encode
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from itertools import pairwise
from typing import IO, Any

NOW = "2026-06-15T12:00:00Z"
MONTH = "2026-06"
PRODUCTS = tuple(
    f"jetpack-{name}"
    for name in (
        *("ai", "backup-t1", "backup-t2", "boost", "complete", "monitor"),
        *("scan", "search", "security-t1", "social-basic"),
    )
)
BUNDLE_PRODUCT, BUNDLE_SIZE = "jetpack-anti-spam", 20
FIRST, LAST = datetime(2021, 1, 1, tzinfo=UTC), datetime(2026, 6, 14, tzinfo=UTC)
LONGEST_PAST = datetime(2026, 5, 1, tzinfo=UTC)
SITES_PER_CLIENT = 10


def write_history(stream: IO[str], *, active: int, past: int, seed: int = 1) -> None:
    """`active` licenses that are billed in MONTH, a tenth of them in bundles, and `past` others."""
    made = random.Random(seed)
    sites = max(1, (active + past) // 10)
    bundles = active // 10 // (BUNDLE_SIZE + 1)
    singles = active - bundles * (BUNDLE_SIZE + 1)
    for number in range(singles + past):
        product = made.choice(PRODUCTS)
        until = None if number < singles else LONGEST_PAST
        _write(stream, _license(made, license_key(product, number), product, until, sites))
    for number in range(bundles):
        _write_bundle(stream, made, number, sites)


def license_key(product: str, number: int) -> str:
    """Letters and figures as in real keys; in hexadecimal one in 500 would look like a card."""
    drawn = b64encode(blake2b(str(number).encode()).digest())
    return f"{product}_{drawn.translate(None, b'+/=')[:25].decode()}"


def _write_bundle(stream: IO[str], made: random.Random, number: int, sites: int) -> None:
    parent = license_key(BUNDLE_PRODUCT, -number - 1)
    issued = _between(made, FIRST, LAST)
    shared = {"product": BUNDLE_PRODUCT, "issued_at": _text(issued), "revoked_at": None}
    _write(
        stream,
        {"license_key": parent, **shared, "assignments": [], "bundle_size": BUNDLE_SIZE},
    )
    for child in range(BUNDLE_SIZE):
        key = license_key(BUNDLE_PRODUCT, (number + 1) * 10_000_000 + child)
        used = _assignments(made, issued, None, sites)
        _write(stream, {"license_key": key, **shared, "assignments": used, "bundle_key": parent})


def _license(
    made: random.Random, key: str, product: str, until: datetime | None, sites: int
) -> dict[str, Any]:
    """One license; revoked at some time before `until`, if that is given."""
    issued = _between(made, FIRST, until or LAST)
    revoked = _between(made, issued, until) if until else None
    return {
        "license_key": key,
        "product": product,
        "issued_at": _text(issued),
        "revoked_at": _text(revoked) if revoked else None,
        "assignments": _assignments(made, issued, revoked, sites),
    }


def _assignments(
    made: random.Random, issued: datetime, revoked: datetime | None, sites: int
) -> list[dict[str, Any]]:
    """Seven of ten are on a site, and one of those ten was on another before."""
    kind = made.random()
    if kind < 0.3:
        return []
    cuts: list[datetime | None] = [issued, revoked]
    if kind > 0.93:
        cuts.insert(1, _between(made, issued, revoked or LAST))
    found = []
    for begin, end in pairwise(cuts):
        assert begin is not None
        site = made.randrange(sites)
        found.append(
            {
                "site": f"https://site-{site}.example",
                "client": f"Client {site // SITES_PER_CLIENT}",
                "from": _text(begin),
                "to": _text(end) if end else None,
            }
        )
    return found


def _between(made: random.Random, first: datetime, last: datetime) -> datetime:
    return first + timedelta(seconds=made.randrange(int((last - first).total_seconds()) + 1))


def _text(at: datetime) -> str:
    return at.strftime("%Y-%m-%dT%H:%M:%SZ")


def _write(stream: IO[str], row: dict[str, Any]) -> None:
    stream.write(json.dumps(row) + "\n")
