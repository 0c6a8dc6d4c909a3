"""What `invoice reconcile` says of both sides: every difference with both values, and no other."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from jpcli.services.collection.stripe import collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close
from tests import engines
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH, NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

SCANS = "5.12 Scan Daily: 32 days × $0.16"
BUNDLES = "8.00 Security, bundle of 3: 16 bundle-days × $0.50"
TOTAL = 512 + 800

# A difference as (what, ours, Stripe's), of June's invoice.
Difference = tuple[str, str | None, str | None]
Deed = Callable[[Shop, stripe.StripeClient], None]


def there(shop: Shop) -> dict[str, Any]:
    return dict(shop.double.objects("invoice")[-1])


def nothing(_: Shop, __: stripe.StripeClient) -> None: ...


def edit(kind: str, at: int = 0, **fields: Any) -> Deed:
    def deed(shop: Shop, _: stripe.StripeClient) -> None:
        shop.double.edit(shop.double.objects(kind)[at]["id"], **fields)

    return deed


def mark(**marks: str | None) -> Deed:
    """Change what we wrote on the invoice; None takes it off."""

    def deed(shop: Shop, _: stripe.StripeClient) -> None:
        metadata = {**there(shop)["metadata"], **{f"jpcli_{k}": v for k, v in marks.items()}}
        left = {name: value for name, value in metadata.items() if value is not None}
        shop.double.edit(there(shop)["id"], metadata=left)

    return deed


def mark_line(line: str | None, at: int = 0) -> Deed:
    def deed(shop: Shop, _: stripe.StripeClient) -> None:
        marks = {} if line is None else {"jpcli_line": line}
        shop.double.edit(shop.double.objects("line_item")[at]["id"], metadata=marks)

    return deed


def unmark_lines(shop: Shop, hand: stripe.StripeClient) -> None:
    for at in (0, 1):
        mark_line(None, at)(shop, hand)


def twin(shop: Shop, hand: stripe.StripeClient) -> None:
    found = there(shop)
    hand.v1.invoices.create({"customer": found["customer"], "metadata": found["metadata"]})


def void(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.void_invoice(there(shop)["id"])


def delete_customer(shop: Shop, hand: stripe.StripeClient) -> None:
    """And the ledger makes another one."""
    hand.v1.customers.delete(there(shop)["customer"])
    shop.double.edit(there(shop)["id"], created=1_719_910_800)  # on July 2, as it is here
    shop.do(collector.sync_cards)


# What is ours of these is what was written there.
MARKS = {"content_hash": "content_hash", "ledger_id": "ledger"}
CASES: dict[str, tuple[str, Deed, list[Difference]]] = {
    "as closed": ("open", nothing, []),
    "paid": ("paid", nothing, []),
    "not pushed": ("draft not pushed", nothing, [("invoice", "draft", None)]),
    "void on both sides": ("void", edit("invoice", total=5), []),
    "void there": ("open", void, [("status", "open", "void")]),
    "status": (
        "open",
        edit("invoice", status="uncollectible"),
        [("status", "open", "uncollectible")],
    ),
    "total": ("open", edit("invoice", total=1812), [("total", "13.12", "18.12")]),
    "currency": ("open", edit("invoice", currency="eur"), [("currency", "usd", "eur")]),
    "paid in part": (
        "paid",
        edit("invoice", amount_paid=1000),
        [("amount_paid", "13.12", "10.00")],
    ),
    "hash": ("open", mark(content_hash="x"), [("content_hash", "", "x")]),
    "no hash": ("open", mark(content_hash=None), [("content_hash", "", None)]),
    "no number": ("open", mark(invoice=None), [("number", NUMBER, None)]),
    "another ledger": ("open", mark(ledger="x"), [("ledger_id", "", "x")]),
    "no ledger": ("open", mark(ledger=None), [("ledger_id", "", None)]),
    "amount of a line": (
        "open",
        edit("line_item", amount=1),
        [("line", SCANS, SCANS.replace("5.12", "0.01"))],
    ),
    "words of a line": (
        "open",
        edit("line_item", description="nothing"),
        [("line", SCANS, "5.12 nothing")],
    ),
    "a line of nobody's": ("open", mark_line(None), [("line", None, SCANS), ("line", SCANS, None)]),
    "a line that is not ours": (
        "open",
        mark_line("7"),
        [("line", None, SCANS), ("line", SCANS, None)],
    ),
    "a line twice": (
        "open",
        mark_line("1"),
        [("line", BUNDLES, SCANS), ("line", None, BUNDLES), ("line", SCANS, None)],
    ),
    "no line is ours": (
        "open",
        unmark_lines,
        [
            ("line", None, SCANS),
            ("line", None, BUNDLES),
            ("line", SCANS, None),
            ("line", BUNDLES, None),
        ],
    ),
    "two there": ("open", twin, [("invoice", None, "{new} draft")]),
    "its customer is gone": ("open", delete_customer, []),
}


@pytest.mark.parametrize("case", CASES)
def test_every_difference_is_told_with_both_values_and_no_other(
    shop: Shop, stripe_clients: Clients, case: str
) -> None:
    state, deed, expected = CASES[case]
    if state == "paid":
        shop.attach()
    STATES[state](shop)
    before = {invoice["id"] for invoice in shop.double.objects("invoice")}
    ours = there(shop)["metadata"] if before else {}
    deed(shop, stripe_clients())
    new = {invoice["id"] for invoice in shop.double.objects("invoice")} - before
    wanted = [
        {
            "invoice": NUMBER,
            "what": what,
            "ours": ours[f"jpcli_{MARKS[what]}"] if what in MARKS else mine,
            "stripe": theirs.format(new=next(iter(new), "")) if theirs else theirs,
        }
        for what, mine, theirs in expected
    ]
    state_before = shop.state()
    for name in (None, NUMBER, MONTH if state != "void" else NUMBER):
        answer = shop.do(stripe_billing.reconcile, name)
        assert answer.data["differences"] == wanted
        assert answer.data["ok"] is not bool(wanted)
    assert shop.state() == state_before


def test_what_is_only_there_is_told_where_all_are_compared(
    shop: Shop, stripe_clients: Clients
) -> None:
    STATES["open"](shop)
    ours = there(shop)
    ledger = ours["metadata"]["jpcli_ledger"]
    hand = stripe_clients().v1
    second = hand.customers.create({"name": "x", "metadata": {"jpcli_ledger": ledger}}).id
    for customer, number in ((second, "INV-2024-04"), (ours["customer"], "INV-2024-05")):
        marks = {"jpcli_ledger": ledger, "jpcli_invoice": number}
        hand.invoices.create({"customer": customer, "metadata": marks})
    hand.invoices.create({"customer": ours["customer"]})  # nobody's number
    found = {(d["invoice"], d["what"], d["ours"], d["stripe"]) for d in shop.reconcile()}
    assert found == {
        ("INV-2024-04", "invoice", None, "draft"),
        ("INV-2024-05", "invoice", None, "draft"),
        ("", "customer", ours["customer"], second),
    }
    assert shop.do(stripe_billing.reconcile, NUMBER).data["differences"] == []


def test_another_one_than_is_known_is_told_and_what_stands_of_those_is_compared(
    shop: Shop, stripe_clients: Clients
) -> None:
    """The one that is known first, else the one that is not void."""
    STATES["open"](shop)
    first = there(shop)["id"]
    twin(shop, stripe_clients())
    second = next(i["id"] for i in shop.double.objects("invoice") if i["id"] != first)
    void_first = stripe_clients().v1.invoices.void_invoice
    void_first(first)
    found = {d["what"]: (d["ours"], d["stripe"]) for d in shop.reconcile()}
    assert found["stripe_invoice_id"] == (first, second)
    assert found["status"] == ("open", "draft")
    assert found["total"] == ("13.12", "0.00")


def test_what_needs_not_be_there_is_not_missing(shop: Shop) -> None:
    shop.do(close.close, MONTH)
    shop.do(collector.void, NUMBER, None)
    assert shop.reconcile() == []  # void, and never there
    shop.now = "2024-08-02T09:00:00Z"
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.do(close.close, MONTH)
    again = f"{NUMBER}-2"
    assert [d["invoice"] for d in shop.reconcile()] == [again]
    for status, gateway_id, missing in (
        ("paid", "NULL", False),  # by hand, before the ledger collected through Stripe
        ("paid", "'in_gone'", True),
        ("open", "NULL", True),
    ):
        shop.sql(
            f"UPDATE invoices SET status = '{status}', gateway_id = {gateway_id}"
            f" WHERE number = '{again}'"
        )
        found = [(d["invoice"], d["what"], d["ours"]) for d in shop.reconcile()]
        assert found == ([(again, "invoice", status)] if missing else [])
    engines.copy(backup, shop.called)


@pytest.mark.parametrize("marked", [True, False])
def test_every_invoice_is_compared_whatever_the_clocks_say_and_whoever_marked_the_customer(
    shop: Shop, stripe_clients: Clients, marked: bool
) -> None:
    shop.now = "2024-08-02T09:00:00Z"
    shop.do(close.close_due)
    july = "INV-2024-07"
    for number in (NUMBER, july):
        shop.do(stripe_billing.push, number)
    ours = there(shop)
    ledger = ours["metadata"]["jpcli_ledger"]
    hand = stripe_clients().v1
    second = hand.customers.create({"name": "x", "metadata": {"jpcli_ledger": ledger}}).id
    marks = {"jpcli_ledger": ledger, "jpcli_invoice": "INV-2024-04"}
    hand.invoices.create({"customer": second, "metadata": marks})
    for invoice in shop.double.objects("invoice"):
        shop.double.edit(invoice["id"], created=1_600_000_000)  # before the ledger began
        if invoice["metadata"]["jpcli_invoice"] != "INV-2024-04":
            shop.double.edit(invoice["id"], total=5)
    if not marked:
        shop.double.edit(ours["customer"], metadata={})
    found = [(d["invoice"], d["what"], d["stripe"]) for d in shop.reconcile()]
    assert found == [
        (NUMBER, "total", "0.05"),
        (july, "total", "0.05"),
        ("INV-2024-04", "invoice", "draft"),
        ("", "customer", second),
    ]
