"""Proofs of any length, written a piece at a time: a preview of licenses on a site each."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from hashlib import sha256
from typing import Any

PRODUCT, PRICE_E12, DAYS = "jetpack-scan", 10 * 10**12, 31
SITES_PER_CLIENT = 10
_AT = 1_714_564_800_000_000  # 2024-05-01
_ZERO = "00" * 32
FIELDS = {
    "kind": "license",
    "product": PRODUCT,
    "name": "Scan",
    "bundle_size": 1,
    "day_price_e12": PRICE_E12,
    "first_day": 739_099,
    "last_day": 739_129,
}
ADJUSTED = {"licenses": 0, "assigned": 0, "unassigned": 0}


def site_of(number: int) -> str:
    return f"https://site-{number:07d}.example"


def client_of(number: int) -> str:
    return f"Client {number // SITES_PER_CLIENT:07d}"


def large_proof(
    licenses: int,
    *,
    client: str | None = None,
    named: Callable[[int], str] = site_of,
    **members: Any,
) -> Iterator[str]:
    """`members` stand in the place of those it would have: lists of items, or values. All sites
    are the `client`'s, or ten each another's; they are `named` so."""

    def every() -> Iterator[tuple[int, str, str]]:
        return ((n, named(n), client or client_of(n)) for n in range(licenses))

    days = licenses * DAYS
    line = {**FIELDS, "licenses": licenses, "assigned": licenses, "unassigned": 0}
    line |= {"days": days, "license_days": days, "amount_minor": 10 * days, "period": None}
    found: dict[str, Any] = {
        "form": "jpcli-proof/1",
        "invoice": {
            "number": None,
            "period": "2024-08",
            "first_day": 739_099,
            "last_day": 739_129,
            "currency": "usd",
            "time_zone": "UTC",
            "total_minor": 10 * days,
            "content_hash": None,
            "head": _ZERO,
        },
        "whose": None,
        "markup": None,
        "closing": None,
        "ledger": [
            event(1, "ledger.created", "x", currency="usd", time_zone="UTC", skipped_dates="")
        ],
        "prices": [price(3, "2024-01-01", PRICE_E12)],
        "renames": [],
        "earlier": [],
        "lines": [line],
        "holders": ([None, None, whose, site] for _, site, whose in every()),
        "shares": ([0, n, DAYS, 10 * DAYS] for n in range(licenses)),
        "sites": (_site(*one) for one in every()),
        "licenses": (_license(*one) for one in every()),
        "counts": {"sites": licenses, "licenses": licenses, "events": 2 + 2 * licenses},
    }
    return _pieces(found | members)


def one_clients_proof(sites: list[str]) -> Iterator[str]:
    """One client's proof, whose line has parts at all of these sites."""
    days = 31 * len(sites)
    line = {**FIELDS, "days": days, "license_days": days, "amount_minor": 10 * days}
    line |= {"before": [], "after": [], "part": {"license_days": days, "amount_minor": 10 * days}}
    line["sites"] = [[site, 31, 310] for site in sites]
    return large_proof(
        len(sites),
        client="Ann",
        named=sites.__getitem__,
        whose={"client": "Ann"},
        lines=[line],
        holders=None,
        shares=None,
    )


def _pieces(members: dict[str, Any]) -> Iterator[str]:
    mark = "{"
    for name, value in members.items():
        yield f'{mark}\n "{name}": '
        mark = ","
        if value is None or isinstance(value, str | dict):
            yield json.dumps(value)
            continue
        yield "["
        comma = ""
        for item in value:
            yield f"{comma}\n  {json.dumps(item)}"
            comma = ","
        yield "]"
    yield "}\n"


def event(seq: int, kind: str, subject: str, **data: Any) -> dict[str, Any]:
    """An event whose hash fits; numbers with a gap between them need no neighbors."""
    fields = [seq, kind, subject, _AT, _AT, "a", None]
    fields.append(json.dumps(data, separators=(",", ":"), sort_keys=True))
    text = json.dumps(fields, ensure_ascii=False, separators=(",", ":"))
    own = sha256(bytes.fromhex(_ZERO) + text.encode()).hexdigest()
    names = ("seq", "kind", "subject", "at", "recorded_at", "actor", "reason", "data")
    return {**dict(zip(names, fields, strict=True)), "previous": _ZERO, "hash": own}


def price(seq: int, since: str, day_price_e12: int) -> dict[str, Any]:
    return event(
        seq, "price.set", PRODUCT, bundle_size=1, day_price_e12=day_price_e12, **{"from": since}
    )


def _site(number: int, site: str, client: str) -> dict[str, Any]:
    told = event(10 + 4 * number, "site.added", site, client=client)
    return {"site": site, "events": [told]}


def _license(number: int, site: str, client: str) -> dict[str, Any]:
    key = f"{PRODUCT}_{number:025d}".replace("0", "x")
    stay = {"client": client, "from": "2024-05-01T00:00:00Z", "site": site, "to": None}
    told = event(
        12 + 4 * number,
        "license.imported",
        key,
        assignments=[stay],
        bundle_key=None,
        bundle_size=None,
        issued_at="2024-05-01T00:00:00Z",
        product=PRODUCT,
        revoked_at=None,
    )
    return {
        "license_key": key,
        "product": PRODUCT,
        "bundle_size": 1,
        "bundle_key": None,
        "days": [["2024-08-01", "2024-08-31", site, client]],
        "events": [told],
    }
