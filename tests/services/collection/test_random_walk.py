"""Random walks: commands, hands at Stripe, faults, the ledger file put back to an earlier state.

Whatever happens in whatever order, nobody is charged what no ledger closed, no month is paid twice,
and in the end somebody who does what `stripe status` says gets every month settled.
"""

from __future__ import annotations

import os
import random
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import stripe

from jpcli.domain.errors import JpcliError
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import invoices
from tests import engines
from tests.services.collection.conftest import Shop
from tests.services.collection.test_doors import typed
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

WALKS = int(os.environ.get("JPCLI_WALKS", "8"))
STEPS = int(os.environ.get("JPCLI_STEPS", "14"))


class Walk:
    """One walk: the shop, somebody in Stripe's dashboard, and all that a ledger ever closed."""

    def __init__(self, shop: Shop, hand: stripe.StripeClient, seed: int) -> None:
        self.shop, self.hand, self.chance = shop, hand, random.Random(seed)
        self.backups: list[Path] = []
        self.closed: dict[str, set[int]] = {}
        self.told: list[str] = []

    def number(self) -> str:
        known = [i["number"] for i in self.shop.ask(invoices.list_invoices)["invoices"]]
        return str(self.chance.choice(known or ["INV-2024-06"]))

    def remember(self) -> None:
        for invoice in self.shop.ask(invoices.list_invoices)["invoices"]:
            sums = self.closed.setdefault(invoice["number"], set())
            sums.add(invoice["total"]["amount_minor"])

    def there(self, *statuses: str) -> dict[str, Any] | None:
        found = [i for i in self.shop.double.objects("invoice") if i["status"] in statuses]
        return self.chance.choice(found) if found else None

    # --- what may happen ---

    def close(self) -> None:
        self.shop.close(self.chance.choice([None, "2024-06", "2024-07"]))

    def pay(self) -> None:
        self.shop.do(stripe_billing.pay, self.number())

    def push(self) -> None:
        replace = self.chance.random() < 0.3
        self.shop.do(stripe_billing.push, self.number(), replace=replace)

    def void(self) -> None:
        self.shop.do(collector.void, self.number(), "a walk")

    def sync(self) -> None:
        self.shop.do(stripe_billing.sync)

    def issue(self) -> None:
        self.shop.issue("jetpack-ai", at=f"2024-0{self.chance.choice('67')}-20T00:00:00Z")

    def next_month(self) -> None:
        self.shop.now = "2024-08-02T09:00:00Z"

    def back_up(self) -> None:
        path = Path(f"{self.shop.called}.{len(self.backups)}")
        engines.copy(self.shop.called, path)
        self.backups.append(path)

    def put_back(self) -> None:
        if self.backups:
            engines.copy(self.chance.choice(self.backups), self.shop.called)

    def forget_keys(self) -> None:
        self.shop.double.double.keys[False].entries.clear()

    def fault(self) -> None:
        kind = self.chance.choice(["lost", "dropped", "garbage"])
        nth = self.chance.randint(1, 6)
        self.shop.double.fault(kind, method="POST", nth=nth, times=4)

    def delete_draft(self) -> None:
        if found := self.there("draft"):
            self.hand.v1.invoices.delete(found["id"])

    def edit_line(self) -> None:
        if items := self.shop.double.objects("invoiceitem"):
            chosen = self.chance.choice(items)
            self.hand.v1.invoice_items.update(chosen["id"], {"amount": chosen["amount"] + 500})

    def finalize(self) -> None:
        if found := self.there("draft"):
            self.hand.v1.invoices.finalize_invoice(found["id"])

    def void_there(self) -> None:
        if found := self.there("open"):
            self.hand.v1.invoices.void_invoice(found["id"])

    def delete_customer(self) -> None:
        customers = [c for c in self.shop.double.objects("customer") if not c.get("deleted")]
        if customers and self.chance.random() < 0.3:
            self.hand.v1.customers.delete(customers[0]["id"])

    def add_card(self) -> None:
        self.shop.do(collector.attach_card, "pm_card_visa", primary=False)

    STEPS: tuple[Callable[[Walk], None], ...] = (
        close, close, close, pay, push, void, sync, issue, next_month, back_up, back_up, put_back,
        put_back, forget_keys, fault, delete_draft, edit_line, finalize, void_there,
        delete_customer, add_card,
    )  # fmt: skip

    def step(self) -> None:
        chosen = self.chance.choice(self.STEPS)
        self.told.append(chosen.__name__)
        with suppress(JpcliError, stripe.StripeError):
            chosen(self)
        self.shop.double.clear_faults() if chosen is not Walk.fault else None
        self.remember()

    def charged_right(self) -> None:
        """Every charge is what a ledger closed under that number, and no month is paid twice."""
        by_id = {invoice["id"]: invoice for invoice in self.shop.double.objects("invoice")}
        payments_made = self.shop.double.objects("invoice_payment")
        intents = {p["payment"]["payment_intent"]: by_id.get(p["invoice"]) for p in payments_made}
        months: Counter[str] = Counter()
        for charge in self.shop.double.objects("charge"):
            if charge["paid"]:
                invoice = intents[charge["payment_intent"]]
                assert invoice is not None, self.told
                number = invoice["metadata"]["jpcli_invoice"]
                assert charge["amount"] in self.closed[number], (number, self.told)
                months[number[:11]] += 1
        assert all(count == 1 for count in months.values()), (months, self.told)


@pytest.mark.parametrize("seed", range(WALKS))
def test_whatever_happens_nobody_is_charged_twice_or_wrongly(
    shop: Shop, stripe_clients: Clients, monkeypatch: pytest.MonkeyPatch, seed: int
) -> None:
    shop.attach()
    walk = Walk(shop, stripe_clients(), seed)
    walk.back_up()
    for _ in range(STEPS):
        walk.step()
        walk.charged_right()
    shop.double.clear_faults()
    settle(walk, monkeypatch)
    walk.charged_right()


def settle(walk: Walk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what `stripe status` says; a ledger that is older than Stripe may stay so."""
    shop = walk.shop
    for _ in range(12):
        found = shop.do(account.status).data["troubles"]
        walk.told += [f"{one['what']}: {one['command']}" for one in found]
        usable = [one["command"] for one in found if "restore" not in str(one["command"])]
        if not usable or usable[0] is None:
            break
        if usable[0] == "jpcli cards add":
            walk.add_card()
        else:
            typed(shop, monkeypatch, usable[0])
        walk.remember()
    left = [one for one in shop.do(account.status).data["troubles"] if one["command"]]
    assert all("restore" in one["command"] for one in left), (left, walk.told)
