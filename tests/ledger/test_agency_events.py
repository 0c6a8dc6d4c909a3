"""Events that correct names and details: what the tables have after them, and after a replay."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import agency_events as told
from jpcli.domain import events
from jpcli.ledger.queries import products
from tests.services.agency import Agency

A, B = "https://a.example", "https://b.example"


@pytest.fixture
def agency(tmp_path: Path) -> Agency:
    return Agency(tmp_path / "ledger.db").init()


def record(agency: Agency, *entries: events.Entry) -> None:
    with agency.desk() as desk, desk.writing() as writer:
        for entry in entries:
            writer.record(*entry)
    assert agency.problems() == []


def test_a_name_changes_hands_and_the_row_stays(agency: Agency) -> None:
    record(agency, events.client_added("Ann"), events.site_added(A, "Ann"))
    before = agency.stored("SELECT id FROM clients"), agency.stored("SELECT id FROM sites")
    record(
        agency,
        told.client_renamed("Zoe", "Ann"),
        events.client_added("Ann"),
        events.site_added(B, "Zoe"),
        told.site_renamed("https://z.example", A),
        events.site_moved("https://z.example", "Ann", "Zoe"),
    )
    ((zoe,),), ((site,),) = before
    named = agency.stored("SELECT id, name FROM clients ORDER BY id")
    assert named[0] == (zoe, "Zoe")
    assert named[1][1] == "Ann"
    owned = agency.stored("SELECT id, url, client_id FROM sites ORDER BY url")
    assert owned == [(owned[0][0], B, zoe), (site, "https://z.example", named[1][0])]
    former = agency.stored("SELECT kind, name, id FROM former_names ORDER BY kind")
    assert former == [("client", "Ann", zoe), ("site", A, site)]


def test_what_is_put_away_says_where_it_went(agency: Agency) -> None:
    record(agency, events.client_added("Ann"), events.client_added("Bob"))
    record(agency, events.site_added(A, None), events.site_added(B, None))
    record(agency, told.client_archived("Ann", True, "Bob"), told.site_archived(A, True, B))
    ids = dict(agency.stored("SELECT name, id FROM clients UNION SELECT url, id FROM sites"))
    rows = "SELECT archived, into_id FROM {} ORDER BY id"
    assert agency.stored(rows.format("clients")) == [(1, ids["Bob"]), (0, None)]
    assert agency.stored(rows.format("sites")) == [(1, ids[B]), (0, None)]
    record(agency, told.client_archived("Ann", False), told.site_archived(A, False))
    assert agency.stored(rows.format("clients")) == [(0, None)] * 2
    assert agency.stored(rows.format("sites")) == [(0, None)] * 2


def test_a_product_and_the_bundles_of_its_name_are_called_otherwise(agency: Agency) -> None:
    changed: dict[str, Any] = {"name": "Guard", "hidden": True}
    record(agency, told.product_edited("jetpack-security-t1", changed))
    hidden = agency.stored("SELECT product, name FROM products WHERE hidden = 1")
    assert hidden == [("jetpack-security-t1", "Guard")]
    with agency.desk(writes=False) as desk:
        found = products.priced_offers(desk.ledger, "jetpack-security-t1")
    assert [one.offer.name for one in found] == ["Guard", "Security, bundle of 3"]
    record(agency, told.product_edited("jetpack-security-t1", {"hidden": False}))
    assert agency.stored("SELECT 1 FROM products WHERE hidden = 1") == []


def test_without_a_price_the_one_before_goes_on(agency: Agency) -> None:
    offer = {"name": "AI", "family": "jetpack-ai"}
    with agency.desk() as desk:
        first = desk.ledger.value("SELECT MAX(seq) FROM events")
    record(agency, events.price_set("jetpack-ai", 1, **offer, since="2024-09-01", day_price_e12=7))
    with agency.desk() as desk:
        second = desk.ledger.value("SELECT MAX(seq) FROM events")
    record(agency, told.price_removed("jetpack-ai", 1, "2024-09-01"))

    def prices(seq: int | None) -> list[int]:
        with agency.desk(writes=False) as desk:
            if seq is None:
                (found,) = products.priced_offers(desk.ledger, "jetpack-ai")
            else:
                every = products.priced_offers_as_recorded(desk.ledger, seq)
                (found,) = (one for one in every if one.offer.product == "jetpack-ai")
            return [point.day_price_e12 for point in found.points]

    assert prices(None) == prices(first) == prices(second + 1)
    assert prices(second) == [*prices(first), 7]
