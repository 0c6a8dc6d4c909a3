"""What is said of an invoice that Stripe mails, and whoever had it mailed: it goes out once."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import customer as stripe_customer
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.ledger.settings import set_one
from tests.services.agency import codes
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

CLOSE = "jpcli invoice close 2024-06"


def mailing(shop: Shop) -> None:
    shop.do(set_one, "collect", "send")
    shop.do(set_one, "payment-terms-days", "14")
    shop.do(stripe_customer.customer, {"email": "billing@acme.example"})


def there(shop: Shop) -> dict[str, Any]:
    (found,) = shop.double.objects("invoice")
    return dict(found)


def mails(shop: Shop) -> int:
    return sum(event["type"] == "invoice.sent" for event in shop.double.objects("event"))


@pytest.mark.parametrize(
    ("day", "kind", "due"),
    [
        ("2024-07-15", "info", "due on 2024-07-16"),
        ("2024-07-16", "info", "due on 2024-07-16"),
        ("2024-07-17", "warning", "past due since 2024-07-17"),
    ],
)
@pytest.mark.parametrize("before", [False, True])
def test_what_is_said_of_it_and_when_it_is_due(
    shop: Shop, before: bool, day: str, kind: str, due: str
) -> None:
    mailing(shop)
    STATES["draft not pushed"](shop)
    if before:
        shop.close()
    shop.now = f"{day}T09:00:00Z"
    said, *pages = shop.close().notes
    was = "was mailed before and is not paid" if before else "was mailed by Stripe"
    assert said.message == f"{NUMBER} over $13.12 {was}; it is {due}"
    assert (said.code, said.kind) == (("sent_before", kind) if before else ("sent", "ok"))
    assert said.subject == NUMBER
    assert said.hint == f"When it was paid by wire:   jpcli invoice mark-paid {NUMBER}"
    assert [page.code for page in pages] == ["hosted_page", "hosted_pdf"]
    assert mails(shop) == 1


def test_it_is_mailed_under_a_key_of_the_ledgers(shop: Shop) -> None:
    mailing(shop)
    shop.close()
    (sent,) = [r for r in shop.double.requests() if r["path"].endswith("/send")]
    assert sent["headers"]["idempotency-key"].startswith("jpcli-")


@pytest.mark.parametrize("by_hand", [False, True])
def test_what_a_hand_had_mailed_is_not_called_unmailed_and_not_mailed_again(
    shop: Shop, stripe_clients: Clients, by_hand: bool
) -> None:
    mailing(shop)
    STATES["open"](shop)
    if by_hand:
        stripe_clients().v1.invoices.send_invoice(there(shop)["id"])
    hanging = shop.do(account.status).data["troubles"]
    wanted = [] if by_hand else [("not_mailed", CLOSE)]
    assert [(one["what"], one["command"]) for one in hanging] == wanted
    pushed = shop.do(stripe_billing.push, NUMBER).notes[-1]
    assert ("and not mailed" in pushed.message, pushed.hint is None) == (not by_hand, by_hand)
    for code in ("sent", "sent_before"):
        assert code in codes(shop.do(collector.close, None))
        assert there(shop)["metadata"]["jpcli_sent"] == "yes"
        assert mails(shop) == 1
