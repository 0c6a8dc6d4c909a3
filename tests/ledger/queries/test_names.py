"""Ranges of names, prices by their dates, and histories as files have them."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jpcli.domain.instants import parse_date
from jpcli.ledger.queries import history, name_ranges, products
from tests.ledger.queries.world import AI, SCAN, SECURITY, Life, World
from tests.services.agency import Agency

if TYPE_CHECKING:
    from pathlib import Path

    from jpcli.ledger.database.connection import Ledger

HIGHEST = "\U0010ffff"


def kind_of(life: Life) -> tuple[str, str]:
    """What completion says of a license, and its state."""
    if life.state == "revoked":
        return "revoked", "revoked"
    if not life.usable:
        return f"bundle of {life.size}", "bundle"
    return life.now_on or "on no site", life.state


def test_names_come_in_order_from_one_up_to_another(ledger: Ledger, world: World) -> None:
    known: dict[str, dict[str, tuple[str | None, str | None]]] = {
        "licenses": {life.key: kind_of(life) for life in world.lives},
        "sites": {site: (world.client(site), None) for site in world.sites},
        "clients": {move.client: (None, None) for move in world.moves if move.client},
        "products": {AI: ("AI", None), SCAN: ("Scan Daily", None), SECURITY: ("Security", None)},
        "invoices": {},
    }
    for kind, names in known.items():
        bounds = ["", *sorted(names)[::3], "jetpack-s", "jetpack-scan`", "h", HIGHEST]
        for low in bounds:
            for high in bounds:
                expected = [(name, *names[name]) for name in sorted(names) if low <= name < high]
                found = list(name_ranges.names_between(ledger, kind, low, high, 100))
                assert found == expected, (kind, low, high)
                few = list(name_ranges.names_between(ledger, kind, low, high, 2))
                assert few == expected[:2]
                ends = (expected[0][0], expected[-1][0]) if expected else None
                assert name_ranges.first_and_last(ledger, kind, low, high) == ends
    assert name_ranges.bundle_sizes(ledger) == [3]


def test_histories_come_back_as_they_were_taken(ledger: Ledger, world: World) -> None:
    """With the client that each stretch of a site had, but otherwise the same."""
    rows = [
        dict(zip(history.HISTORY_COLUMNS, row, strict=True)) for row in history.history_rows(ledger)
    ]
    assert [row["license_key"] for row in rows] == [life.key for life in world.lives]
    for row, life in zip(rows, world.lives, strict=True):
        given = life.row()
        assert {**row, "assignments": None} == {**given, "assignments": None}
        merged: list[list[str | None]] = []
        for part in row["assignments"]:
            if merged and merged[-1][0] == part["site"] and merged[-1][2] == part["from"]:
                merged[-1][2] = part["to"]
            else:
                merged.append([part["site"], part["from"], part["to"]])
        assert merged == [[stay["site"], stay["from"], stay["to"]] for stay in given["assignments"]]
        one = history.exported(ledger, life.key)
        assert one is not None
        assert {**row, "license_key": None} == {
            **one,
            "license_key": None,
            "bundle_size": row["bundle_size"],
        }
        assert history.imported_data(ledger, life.key) is not None
    for nobody in (history.exported, history.imported_data):
        assert nobody(ledger, "none") is None


@pytest.fixture
def priced(tmp_path: Path) -> Agency:
    """Prices are set, set again for the same date, and for one that came before."""
    agency = Agency(tmp_path / "ledger.db").init()
    for product, price, since in SET:
        agency.set_price(product, price, since)
    return agency


SET = [
    (SCAN, "0.20", "2024-06-01"),
    (AI, "0.30", "2024-06-01"),
    (SCAN, "0.25", "2024-06-01"),
    (SCAN, "0.18", "2024-03-01"),
]
LISTED = [(AI, 1, "0.27"), (SCAN, 1, "0.16"), (SECURITY, 1, "0.32"), (SECURITY, 3, "0.50")]


def test_m2_prices_are_those_that_the_first_events_set(priced: Agency) -> None:
    with priced.desk(writes=False) as desk:
        ledger = desk.ledger
        seqs = [row[0] for row in ledger.rows("SELECT seq FROM events WHERE kind = 'price.set'")]
        assert len(seqs) == len(LISTED) + len(SET)
        stated = [(*item, "2022-01-01") for item in LISTED]
        stated += [(product, 1, price, since) for product, price, since in SET]
        for seq in (0, *seqs, seqs[-1] + 1):
            points: dict[tuple[str, int], dict[int, int]] = {}
            for number, (product, size, price, since) in zip(seqs, stated, strict=True):
                if number <= seq:
                    day = ledger.calendar.day_of_date(parse_date(since))
                    e12 = int(price.replace(".", "")) * 10**12
                    points.setdefault((product, size), {})[day] = e12
            found = {
                (item.offer.product, item.offer.bundle_size): [tuple(p) for p in item.points]
                for item in products.priced_offers_as_recorded(ledger, seq)
            }
            assert {key: sorted(value.items()) for key, value in points.items()} == {
                key: value for key, value in found.items() if value
            }
        assert products.priced_offers_as_recorded(ledger, seqs[-1]) == products.priced_offers(
            ledger
        )


def test_products_and_the_sizes_they_are_sold_in(priced: Agency) -> None:
    with priced.desk(writes=False) as desk:
        ledger = desk.ledger
        assert products.product_names(ledger) == [AI, SCAN, SECURITY]
        every = products.priced_offers(ledger)
        assert [(item.offer.product, item.offer.bundle_size) for item in every] == [
            item[:2] for item in LISTED
        ]
        for product in (AI, SCAN, SECURITY, "jetpack-s", ""):
            own = [item for item in every if item.offer.product == product]
            assert products.priced_offers(ledger, product) == own
            sizes = {item.offer.bundle_size: item.id for item in own}
            assert products.bundle_sizes(ledger, product) == sizes
        assert products.product_facts(ledger, SCAN) == ("Scan Daily", "jetpack-scan")
        assert products.product_facts(ledger, "jetpack") is None
