"""Refunds, credit notes and disputes at Stripe: seen by sync, shown, compared."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.services.collection import offline
from jpcli.services.collection.stripe import collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close, invoices, settle
from tests import engines
from tests.services.agency import codes, minor
from tests.services.collection.conftest import JULY_2, Shop
from tests.services.collection.states import STATES
from tests.stripe_double.contract import unlisted
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]

TOTAL = 512 + 800
ZERO = {"collected": 0, "refunded": 0, "disputed": 0, "credited": 0, "net": 0}
PAID = {**ZERO, "collected": TOTAL, "net": TOTAL}


def money(shop: Shop, name: str = "2024-06") -> dict[str, int]:
    found = shop.ask(invoices.show, name)["invoice"]
    return {field: minor(found[field]) for field in ZERO}


def stripe_id(shop: Shop) -> str:
    return str(shop.ask(invoices.show, "2024-06")["invoice"]["stripe_invoice_id"])


def differing(shop: Shop) -> set[str]:
    return {item["what"] for item in shop.reconcile()}


def refund(shop: Shop, invoice: str) -> None:
    shop.double.refund(invoice, 300)


def credited(shop: Shop, invoice: str) -> None:
    shop.double.credit_note(invoice, 400)


def credit_refunded(shop: Shop, invoice: str) -> None:
    shop.double.credit_note(invoice, 400, refunds=300)


def paid_back_by_hand(shop: Shop, invoice: str) -> None:
    shop.double.credit_note(invoice, 400, by_hand=400)


def disputed(shop: Shop, invoice: str) -> None:
    shop.double.dispute(invoice)


def lost(shop: Shop, invoice: str) -> None:
    shop.double.dispute(invoice, amount=TOTAL - 1)
    shop.double.dispute(invoice, "lost")


def won(shop: Shop, invoice: str) -> None:
    shop.double.dispute(invoice)
    shop.double.dispute(invoice, "won")


def everything(shop: Shop, invoice: str) -> None:
    refund(shop, invoice)
    shop.double.refund(invoice, 12)
    credit_refunded(shop, invoice)
    shop.double.dispute(invoice, amount=500)


WAYS: list[tuple[Callable[[Shop, str], None], dict[str, int]]] = [
    (refund, {"refunded": 300}),
    (credited, {"credited": 400}),
    (credit_refunded, {"refunded": 300, "credited": 100}),
    (paid_back_by_hand, {"refunded": 400}),
    (disputed, {"disputed": TOTAL}),
    (lost, {"disputed": TOTAL - 1}),
    (won, {}),
    (everything, {"refunded": 612, "credited": 100, "disputed": 500}),
]


@pytest.mark.once
@pytest.mark.crossed("cursor")
@pytest.mark.parametrize(("way", "expected"), WAYS, ids=[way.__name__ for way, _ in WAYS])
@pytest.mark.parametrize("cursor", ["events", "first", "forgotten", "older version"])
def test_what_goes_back_is_seen_by_sync_and_compared(
    shop: Shop, way: Callable[[Shop, str], None], expected: dict[str, int], cursor: str
) -> None:
    shop.attach()
    if cursor != "first":
        shop.do(stripe_billing.sync)
    shop.close()
    assert money(shop) == PAID
    way(shop, stripe_id(shop))
    if cursor == "forgotten":
        shop.double.advance(days=40)
    if cursor == "older version":
        # It had read the events, and did not look for money that went back.
        with shop.desk() as desk, desk.writing() as writer:
            latest = shop.double.objects("event")[-1]["id"]
            writer.record("payments.set", "stripe", {"stripe_cursor": latest})
        shop.sql("DELETE FROM meta WHERE key = 'stripe_money_seen'")
    assert differing(shop) == set(expected)
    answer = shop.do(stripe_billing.sync)
    if cursor == "older version":
        assert money(shop)["collected"] == TOTAL
    net = TOTAL - expected.get("refunded", 0) - expected.get("disputed", 0)
    assert money(shop) == {**PAID, **expected, "net": net}
    assert set(expected) <= set(codes(answer))
    assert shop.reconcile() == []
    before = shop.state()
    shop.do(stripe_billing.sync)
    assert shop.state() == before
    assert unlisted(shop.double.requests()) == []


@pytest.mark.once
@pytest.mark.parametrize("cursor", ["events", "older version"])
@pytest.mark.parametrize("doubt", ["two_at_stripe", "other_contents"])
def test_what_goes_back_of_an_invoice_in_doubt_is_seen_once_it_is_no_more(
    shop: Shop, stripe_clients: Clients, doubt: str, cursor: str
) -> None:
    """Until then the events that tell of it are read again."""
    shop.attach()
    shop.do(stripe_billing.sync)
    shop.close()
    ours = stripe_id(shop)
    (there,) = shop.double.objects("invoice")
    if doubt == "two_at_stripe":
        hand = stripe_clients().v1.invoices
        twin = hand.create({"customer": there["customer"], "metadata": there["metadata"]}).id
    else:
        other = {**there["metadata"], "jpcli_content_hash": "another"}
        shop.double.edit(ours, metadata=other)
    refund(shop, ours)
    if cursor == "older version":
        shop.do(stripe_billing.sync)
        shop.sql("DELETE FROM meta WHERE key = 'stripe_money_seen'")
    for _ in range(2):
        assert doubt in codes(shop.do(stripe_billing.sync))
        assert money(shop) == PAID
    if doubt == "two_at_stripe":
        hand.delete(twin)
    else:
        shop.double.edit(ours, metadata=there["metadata"])
    shop.do(stripe_billing.sync)
    assert money(shop) == {**PAID, "refunded": 300, "net": TOTAL - 300}
    assert shop.reconcile() == []
    assert shop.do(stripe_billing.sync).data["events"] == 0


ADOPTED: dict[str, Callable[[Shop], Any]] = {
    "close": lambda shop: shop.close("2024-06"),
    "close --due": lambda shop: shop.close(None),
    "push": lambda shop: shop.do(stripe_billing.push, "2024-06"),
    "push --replace": lambda shop: shop.do(stripe_billing.push, "2024-06", replace=True),
    "pay": lambda shop: shop.do(stripe_billing.pay, "2024-06"),
    "sync": lambda shop: shop.do(stripe_billing.sync),
}


@pytest.mark.once
@pytest.mark.crossed("road")
@pytest.mark.parametrize(("way", "expected"), WAYS, ids=[way.__name__ for way, _ in WAYS])
@pytest.mark.parametrize("road", ADOPTED)
def test_what_went_back_of_an_invoice_that_another_copy_made_is_known_when_it_is_adopted(
    shop: Shop, road: str, way: Callable[[Shop, str], None], expected: dict[str, int]
) -> None:
    """Its events were read when this copy did not know it."""
    shop.attach()
    shop.do(stripe_billing.sync)
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.close()
    way(shop, stripe_id(shop))
    engines.copy(backup, shop.called)
    assert codes(shop.do(stripe_billing.sync)) == ["synced", "unknown_here"]
    if not road.startswith("close"):
        shop.do(close.close, "2024-06")
    ADOPTED[road](shop)
    net = TOTAL - expected.get("refunded", 0) - expected.get("disputed", 0)
    assert money(shop) == {**PAID, **expected, "net": net}
    assert shop.reconcile() == []


@pytest.mark.once
def test_what_went_back_of_what_a_hand_made_again_is_known_when_it_is_taken_over(
    shop: Shop, stripe_clients: Clients
) -> None:
    """Until then its month was billed under another number."""
    STATES["void"](shop)
    shop.do(close.close, "2024-06")
    shop.do(stripe_billing.push, "2024-06")
    (void,) = [i for i in shop.double.objects("invoice") if i["status"] == "void"]
    hand = stripe_clients().v1.invoices
    copy = hand.create({"customer": void["customer"], "metadata": void["metadata"]}).id
    hand.add_lines(copy, {"lines": [{"amount": TOTAL}]})
    hand.finalize_invoice(copy)
    shop.double.pay_hosted(copy)
    refund(shop, copy)
    assert "void_here" in codes(shop.do(stripe_billing.sync))
    shop.do(collector.void, "2024-06", None)
    shop.do(stripe_billing.sync)
    assert money(shop) == {**PAID, "refunded": 300, "net": TOTAL - 300}
    assert shop.do(stripe_billing.sync).data["invoices"] == []


def test_a_dispute_that_is_won_gives_the_money_back(shop: Shop) -> None:
    shop.attach()
    shop.close()
    shop.double.dispute(stripe_id(shop))
    shop.do(stripe_billing.sync)
    assert money(shop)["net"] == 0
    shop.double.dispute(stripe_id(shop), "won")
    shop.do(stripe_billing.sync)
    assert money(shop) == PAID


def test_a_credit_note_before_payment_leaves_less_to_collect(shop: Shop) -> None:
    shop.close()
    shop.double.credit_note(stripe_id(shop), 312)
    shop.do(stripe_billing.sync)
    assert money(shop) == {**ZERO, "credited": 312}
    shop.attach()
    shop.do(stripe_billing.pay, "2024-06")
    found = {"collected": 1000, "credited": 312, "net": 1000}
    assert money(shop) == {**ZERO, **found}
    answer = shop.do(invoices.show, "2024-06")
    assert "credited" in codes(answer)
    assert "paid_not_collected" not in codes(answer)
    assert shop.reconcile() == []


def test_more_is_collected_than_billed_when_a_small_invoice_was_carried(shop: Shop) -> None:
    shop.attach()
    shop.set_price("jetpack-scan", "0.01", "2024-06-01")
    shop.set_price("jetpack-security-t1", "0", "2024-06-01", bundle_size=3)
    answer = shop.close()
    assert money(shop) == ZERO
    assert "paid_not_collected" in codes(answer)
    shop.set_price("jetpack-scan", "0.16", "2024-07-01")
    shop.now = "2024-08-02T09:00:00Z"
    answer = shop.close("2024-07")
    found = shop.ask(invoices.show, "2024-07")["invoice"]
    assert minor(found["collected"]) == minor(found["total"]) + 32
    assert "more_collected" in codes(answer)
    assert "$0.32 was carried" in " ".join(note.message for note in answer.notes)
    assert shop.reconcile() == []


@pytest.mark.once
def test_without_a_gateway_all_that_is_paid_is_collected(shop: Shop, tmp_path: Any) -> None:
    from tests.services.agency import Agency

    agency = Agency(tmp_path / "hand.db", "2024-06-15T00:00:00Z").init(now="2024-06-15T00:00:00Z")
    agency.card()
    agency.issue("jetpack-scan")
    agency.now = JULY_2
    agency.do(offline.close, "2024-06")
    agency.do(settle.mark_paid, "2024-06")
    found = agency.ask(invoices.show, "2024-06")["invoice"]
    assert {name: minor(found[name]) for name in ZERO} == {**ZERO, "collected": 256, "net": 256}
    assert (found["hosted_url"], found["pdf_url"]) == (None, None)


def test_a_void_keeps_its_reason_here_and_at_stripe(shop: Shop) -> None:
    shop.close()
    number = shop.ask(invoices.show, "2024-06")["invoice"]["number"]
    shop.do(collector.void, "2024-06", "wrong price list")
    with shop.desk(writes=False) as desk:
        reasons = desk.ledger.all(
            "SELECT reason FROM events WHERE subject = :n AND reason IS NOT NULL", n=number
        )
    assert [row[0] for row in reasons] == ["wrong price list"]
    (there,) = shop.double.objects("invoice")
    assert there["metadata"]["jpcli_void_reason"] == "wrong price list"
    assert there["status"] == "void"
