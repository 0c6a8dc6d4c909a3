"""Any agency: what `savings` says is saved is what two previews differ by, and no site loses a
product."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.contents import CONTENTS
from jpcli.domain.savings import KINDS
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.licenses import licenses
from jpcli.services.plan import apply, order
from jpcli.services.savings import savings
from tests.property.agencies import agencies
from tests.services.agency import Agency, minor

NOW = "2024-08-15T12:00:00Z"
LONG_AGO, LATELY = "2024-05-01T09:00:00Z", "2024-08-10T09:00:00Z"
SITES = ("https://a.example", "https://b.example", "https://c.example", "https://d.example")
CLIENTS = {SITES[0]: "Ann", SITES[1]: "Bob", SITES[2]: "Ann", SITES[3]: None}
SIZES = {"jetpack-scan": (2, 5), "jetpack-security-t1": (3,), "jetpack-complete": (), "own": (4,)}
PRICES = ("0.16", "0.31", "0.8201", "0.00", "0.0173", "1.1", "0.4999", "2.25")
CHANGE = "2024-12-11"
MONTHS = [f"2024-{month:02d}" for month in range(9, 13)] + [
    f"2025-{month:02d}" for month in range(1, 9)
]


@st.composite
def price_lists(draw: st.DrawFn) -> str:
    """Any prices, some of which change in the months ahead; not everything is sold alone."""
    lines = ["product,name,family,amount,price_interval,currency,from,bundle_size"]
    for product, sizes in SIZES.items():
        for size in (1, *sizes):
            since = ["2022-01-01", *draw(st.sampled_from(([], [], [CHANGE])))]
            for day in since:
                price = draw(st.sampled_from(PRICES))
                lines.append(f"{product},{product},f,{price},day,usd,{day},{size}")
    return "\n".join(lines) + "\n"


@st.composite
def histories(draw: st.DrawFn) -> list[dict[str, Any]]:
    """Singles and bundles of long ago and of lately, on sites and on none; bundles that hold less
    than they should, as an import may bring."""
    found: list[dict[str, Any]] = []

    def life(key: str, product: str, **more: Any) -> None:
        issued = draw(st.sampled_from((LONG_AGO, LATELY)))
        url = draw(st.sampled_from((None, *SITES)))
        row: dict[str, Any] = {"license_key": key, "product": product, "issued_at": issued, **more}
        row["revoked_at"] = draw(st.sampled_from((None, None, None, None, LATELY)))
        row["assignments"] = []
        if url is not None:
            held = {"site": url, "client": CLIENTS[url], "from": issued}
            if row["revoked_at"] is None and draw(st.integers(0, 5)) == 0:
                held["to"] = LATELY
            row["assignments"].append(held)
        found.append(row)

    for number in range(draw(st.integers(0, 14))):
        product = draw(st.sampled_from(tuple(SIZES)))
        life(f"{product}_single{number}", product)
    for number in range(draw(st.integers(0, 4))):
        product = draw(st.sampled_from([product for product, sizes in SIZES.items() if sizes]))
        size = draw(st.sampled_from(SIZES[product]))
        parent = f"{product}_bundle{number}"
        head = {"license_key": parent, "product": product, "issued_at": LONG_AGO}
        found.append({**head, "bundle_size": size, "revoked_at": None, "assignments": []})
        for child in range(draw(st.sampled_from((size, size, size, size - 1)))):
            life(f"{parent}child{child}", product, bundle_key=parent)
    return found


_HELD = (
    "SELECT (SELECT COUNT(*) FROM licenses c WHERE c.parent_id = l.id AND c.revoked_at IS NULL),"
    " o.bundle_size FROM licenses l JOIN offers o ON o.id = l.offer_id"
    " WHERE o.bundle_size > 1 AND l.child = 0"
)


def active(agency: Agency) -> list[dict[str, Any]]:
    rows = agency.ask(licenses.list_licenses, LicenseFilter(state="active"))["licenses"]
    return list(rows)


def on_sites(agency: Agency) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for row in active(agency):
        if row["site"] is not None:
            found.setdefault(row["site"], set()).add(row["product"])
    return found


def totals(agency: Agency) -> list[int]:
    return [minor(agency.preview(month)["total"]) for month in MONTHS]


@agencies(60)
@given(
    prices=price_lists(),
    history=histories(),
    idle=st.sampled_from((0, 30)),
    kinds=st.sampled_from(((), (), (), ("duplicate", "contained"), ("bundle",), ("half-empty",))),
)
def test_what_is_saved_is_what_previews_differ_by(
    prices: str, history: list[dict[str, Any]], idle: int, kinds: tuple[str, ...]
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        agency = Agency(folder / "ledger.db", NOW).init(prices=prices)
        agency.card(now="2024-01-01T00:00:00Z")
        if history:
            source = folder / "history.ndjson"
            source.write_text("\n".join(map(json.dumps, history)))
            agency.import_file(source)
        file = folder / "savings.toml"
        with agency.desk(writes=False) as desk:
            asked = savings.wanted(desk, kinds, None, idle)
            data: Any = savings.savings(desk, asked, str(file)).data
        _check_alone(data, kinds)
        assert file.exists() == bool(data["suggestions"])
        if not file.exists():
            return
        before, there = totals(agency), on_sites(agency)
        copy = agency.copied(folder / "copy.db")
        copy.do(lambda desk: apply.apply(desk, order.read_order(desk, str(file))))
        after = totals(copy)
        assert before[0] - after[0] == minor(data["saves_month"]) > 0
        assert sum(before) - sum(after) == minor(data["saves_year"]) > 0
        _check_sites(there, on_sites(copy))
        if idle:
            assert not Counter(_lately(agency)) - _spares(copy)
        ended = {key for row in data["suggestions"] for key in row["licenses"]}
        still = {row["license_key"] for row in active(copy)}
        assert ended.isdisjoint(still)
        assert copy.problems() == []
        with copy.desk(writes=False) as desk:
            again: Any = savings.savings(desk, savings.wanted(desk, kinds, None, idle)).data
        # What an imported bundle lacks is not counted on, and may turn out to be enough; and what
        # saves nothing before a price changes may do so when something else is done.
        whole = all(held == size for held, size in agency.stored(_HELD))
        assert kinds or not whole or CHANGE in prices or again["suggestions"] == []


def _check_alone(data: Any, kinds: tuple[str, ...]) -> None:
    """Nothing ends twice, each saves something, and all add up."""
    keys = [key for row in data["suggestions"] for key in row["licenses"]]
    assert len(keys) == len(set(keys))
    for name in ("saves_month", "saves_year"):
        assert all(minor(row[name]) > 0 for row in data["suggestions"])
        assert sum(minor(row[name]) for row in data["suggestions"]) == minor(data[name])
    assert {row["kind"] for row in data["suggestions"]} <= set(kinds or KINDS)


def _check_sites(before: dict[str, set[str]], after: dict[str, set[str]]) -> None:
    for site, products in before.items():
        for product in products:
            held = after.get(site, set())
            assert product in held or any(product in CONTENTS.get(other, ()) for other in held)


def _spares(agency: Agency) -> Counter[str]:
    return Counter(row["product"] for row in active(agency) if row["site"] is None)


def _lately(agency: Agency) -> list[str]:
    """The products of what came to be on no site in the last days."""
    history = agency.stored(
        "SELECT p.product FROM licenses l JOIN offers o ON o.id = l.offer_id"
        " JOIN products p ON p.id = o.product_id WHERE l.revoked_at IS NULL AND l.site_id IS NULL"
        " AND (o.bundle_size = 1 OR l.child = 1) AND COALESCE((SELECT MAX(a.to_at)"
        " FROM assignments a WHERE a.license_id = l.id), l.issued_at) > 1722000000000000"
    )
    return [product for (product,) in history]
