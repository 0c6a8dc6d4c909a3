"""Statements to be written: an ordinary one, and others that differ from it."""

from __future__ import annotations

from jpcli.reports.statement.statement import (
    ClientPart,
    DayCount,
    SitePart,
    Statement,
    StatementLine,
)

LINE = StatementLine(
    kind="license",
    product="jetpack-scan",
    name="Scan Daily",
    bundle_size=1,
    first_day="2026-10-01",
    last_day="2026-10-31",
    days=1204,
    license_days=1204,
    day_price_e12=16 * 10**12,
    amount_minor=19264,
)
CORRECTION = LINE._replace(
    kind="adjustment", days=-10, license_days=-10, day_price_e12=None, amount_minor=-160,
    period="2026-09",
)  # fmt: skip
CREDIT = LINE._replace(
    kind="credit", product=None, name="Credit from earlier months", first_day=None, last_day=None,
    days=0, license_days=0, day_price_e12=None, amount_minor=-104,
)  # fmt: skip
INVOICE = Statement(
    agency="Northlight Studio",
    number="INV-2026-10",
    period="2026-10",
    first_day="2026-10-01",
    last_day="2026-10-31",
    as_of_day="2026-11-01",
    time_zone="UTC",
    currency="usd",
    status="open",
    past_due=False,
    issued="2026-11-01",
    due="2026-11-15",
    paid=None,
    made_at=1_793_520_000_000_000,
    content_hash="ab" * 32,
    whose=None,
    lines=(LINE, CORRECTION, CREDIT),
    clients=(
        ClientPart("Shop Ltd", 1000, 15900, (SitePart("https://shop.example", 1000, 15900),)),
        ClientPart(None, 194, 3100, (SitePart(None, 194, 3204),), -104),
    ),
    per_day=tuple(DayCount(f"2026-10-{day:02}", 30 + day // 4) for day in range(1, 32)),
    total_minor=19000,
    amount_paid_minor=0,
)


def named(name: str) -> Statement:
    """The invoice with one name wherever other people's text stands."""
    return INVOICE._replace(
        agency=name,
        lines=(LINE._replace(name=name, amount_minor=19000),),
        clients=(ClientPart(name, 1204, 19000, (SitePart(f"https://{name}", 1204, 19000),)),),
    )


def long() -> Statement:
    """200 lines, 300 clients."""
    lines = tuple(LINE._replace(name=f"Product {i}", amount_minor=i) for i in range(200))
    clients = []
    for i in range(300):
        sites = tuple(SitePart(f"https://{i}.{j}.example", 1, i) for j in (1, 2))
        clients.append(ClientPart(f"Client {i:03}", 2, 2 * i, sites))
    return INVOICE._replace(lines=lines, clients=tuple(clients), total_minor=19900)
