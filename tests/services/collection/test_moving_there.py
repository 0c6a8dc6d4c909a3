"""A ledger whose bills were collected by hand, and are collected through Stripe from now on."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import Busy, Refused
from jpcli.ledger.events.log import told
from jpcli.services.collection import offline
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import collector, troubles
from jpcli.services.desk import Desk
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.invoices import list_invoices
from jpcli.services.ledger.settings import set_one, show
from jpcli.services.status import status
from jpcli.services.undo.undo import undo
from tests import engines
from tests.services.agency import Agency, codes
from tests.services.collection.conftest import JULY_2, Shop

pytestmark = pytest.mark.once


@pytest.fixture
def moved(shop: Shop, tmp_path: Path) -> Shop:
    """May was paid by hand, June is open; it is July 2, and the ledger has moved to Stripe."""
    by_hand = Agency(tmp_path / "by-hand.db", JULY_2).init(now="2024-05-01T00:00:00Z")
    by_hand.card(now="2024-05-01T00:00:00Z")
    by_hand.issue("jetpack-scan", 3, now="2024-05-10T00:00:00Z")
    by_hand.do(close.close_due, now="2024-06-02T00:00:00Z")
    by_hand.do(settle.mark_paid, "INV-2024-05", now="2024-06-02T00:00:00Z")
    by_hand.do(close.close_due)
    engines.copy(by_hand.path, shop.path)
    answer = Agency.do(shop, set_one, "payments", "stripe")
    assert codes(answer) == ["setting_changed", "cards_at_stripe", "next", "to_be_pushed"]
    return shop


def test_no_invoice_is_lost_and_none_is_asked_for_twice(moved: Shop) -> None:
    settings = moved.ask(show)["settings"]
    assert (settings["payments"], settings["collect"]) == ("stripe", "charge")
    assert moved.cards() == []
    stopping = moved.ask(status)["stops"]
    assert "no_primary_card" in [stop["code"] for stop in stopping]
    moved.attach()
    assert moved.double.objects("invoice") == []
    with pytest.raises(Refused) as refused:
        Agency.do(moved, collector.push, "INV-2024-05")
    assert refused.value.code == "already_paid"
    Agency.do(moved, collector.pay, "INV-2024-06")
    paid = {one["number"]: one["status"] for one in moved.ask(list_invoices)["invoices"]}
    assert paid == {"INV-2024-05": "paid", "INV-2024-06": "paid"}
    (there,) = moved.double.objects("invoice")
    assert there["metadata"]["jpcli_invoice"] == "INV-2024-06"
    assert moved.reconcile() == []
    with moved.desk() as desk:
        assert troubles.troubles(desk, stripe_gateway(desk)) == []
    Agency.do(moved, collector.sync)
    moved.close("2024-07", now="2024-08-02T00:00:00Z")
    assert len(moved.double.objects("invoice")) == 2


@pytest.mark.parametrize("dry_run", [False, True])
def test_what_was_noted_by_hand_is_noted_already(moved: Shop, dry_run: bool) -> None:
    with moved.desk() as desk:
        stripe_gateway(desk)  # which ties the ledger to its account
    before = moved.state()
    answer = Agency.do(moved, collector.mark_paid, "INV-2024-05", dry_run=dry_run)
    assert codes(answer) == ["already_paid", *(["dry_run"] if dry_run else [])]
    assert answer.data.get("dry_run", False) == dry_run
    with pytest.raises(Refused) as caught:
        Agency.do(moved, collector.mark_paid, "INV-2024-05", "wire", dry_run=dry_run)
    assert caught.value.code == "already_paid"
    assert moved.state() == before
    assert moved.double.objects("invoice") == []


def test_there_is_no_way_back(moved: Shop) -> None:
    before = moved.state()
    with pytest.raises(Refused) as refused:
        Agency.do(moved, set_one, "payments", "offline")
    assert refused.value.code == "stays_at_stripe"
    assert moved.state() == before
    assert codes(Agency.do(moved, set_one, "payments", "stripe")) == ["unchanged"]


@pytest.fixture
def by_hand(tmp_path: Path) -> Agency:
    """May was paid by hand, June is open, and the only card was taken off."""
    agency = Agency(tmp_path / "by-hand.db", JULY_2).init(now="2024-05-01T00:00:00Z")
    agency.card(now="2024-05-01T00:00:00Z")
    agency.issue("jetpack-scan", 3, now="2024-05-10T00:00:00Z")
    agency.do(close.close_due)
    agency.do(settle.mark_paid, "INV-2024-05")
    agency.do(offline.remove_card, "4242")
    return agency


ROADS: dict[str, Callable[[Desk], Any]] = {
    "cards add": lambda desk: offline.add_card(desk, "visa", "4242", "12/2030"),
    "cards primary": lambda desk: offline.make_primary(desk, "4242"),
    "cards remove": lambda desk: offline.remove_card(desk, "4242"),
    "mark-paid": lambda desk: offline.mark_paid(desk, "INV-2024-06"),
    "mark-paid again": lambda desk: offline.mark_paid(desk, "INV-2024-05"),
    "void": lambda desk: offline.void(desk, "INV-2024-06"),
    "undo a payment": lambda desk: undo(desk, meant=first(desk, events.INVOICE_PAID)),
    "undo a removal": lambda desk: undo(desk, meant=first(desk, events.CARD_REMOVED)),
}


def first(desk: Desk, kind: str) -> int:
    return next(event.seq for event in told(desk.ledger, (kind,)))


@pytest.mark.parametrize("road", ROADS)
def test_nothing_is_noted_by_who_opened_it_before(by_hand: Agency, road: str) -> None:
    with by_hand.desk() as before:
        by_hand.do(set_one, "payments", "stripe")
        kept = by_hand.state()
        with pytest.raises(Busy) as refused:
            ROADS[road](before)
    assert (refused.value.code, refused.value.exit_code) == ("collects_elsewhere", 75)
    assert refused.value.subject == "payments"
    assert by_hand.state() == kept


def test_a_card_at_stripe_is_not_taken_for_one_that_was_noted(shop: Shop, by_hand: Agency) -> None:
    """The same last four digits: it would go here, and stay there."""
    engines.copy(by_hand.path, shop.path)
    with Agency(shop.path, JULY_2).desk() as before:
        Agency.do(shop, set_one, "payments", "stripe")
        card = shop.attach()
        with pytest.raises(Busy):
            offline.remove_card(before, "4242")
    assert [one["id"] for one in shop.cards()] == [card]


@pytest.mark.parametrize("key", ["address", "tax-id", "payment-note"])
def test_what_statements_say_of_the_agency_can_be_taken_away(shop: Shop, key: str) -> None:
    Agency.do(shop, set_one, key, "One")
    Agency.do(shop, set_one, key, "none")
    assert shop.ask(show)["settings"][key.replace("-", "_")] is None
    answer = Agency.do(shop, set_one, key, "none")
    assert [note.code for note in answer.notes] == ["unchanged"]


def test_the_address_of_the_agency(shop: Shop) -> None:
    Agency.do(shop, set_one, "address", "1 Main Street, Springfield")
    assert shop.ask(show)["settings"]["address"] == "1 Main Street, Springfield"
    Agency.do(shop, set_one, "address", "none")
    assert shop.ask(show)["settings"]["address"] is None
