"""What is said of an invoice that Stripe mails, and whoever had it mailed: it goes out once."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import customer as stripe_customer
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close
from jpcli.services.ledger.settings import set_one
from jpcli.services.status import status
from tests import engines
from tests.services.agency import codes
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

CLOSE = "jpcli invoice close 2024-06"


def mailing(shop: Shop, email: str | None = "billing@acme.example") -> None:
    shop.do(set_one, "collect", "send")
    shop.do(set_one, "payment-terms-days", "14")
    shop.do(stripe_customer.customer, {} if email is None else {"email": email})


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


def test_nothing_is_mailed_while_one_of_several_has_no_address(shop: Shop) -> None:
    mailing(shop)
    shop.close()
    shop.now = "2024-08-02T09:00:00Z"
    shop.do(close.close, "2024-07")
    shop.double.edit(there(shop)["customer"], email=None)
    before, posts = shop.state(), shop.posts()
    for month in (None, "2024-07"):
        with pytest.raises(Refused) as caught:
            shop.do(collector.close, month)
        assert (caught.value.code, shop.state(), shop.posts()) == ("no_email", before, posts)


@pytest.mark.parametrize("until", [None, "2024-06", "2024-07"])
def test_nothing_is_closed_without_an_address_up_to_whichever_month(
    shop: Shop, until: str | None
) -> None:
    mailing(shop, None)
    shop.now = "2024-08-02T09:00:00Z"
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        shop.do(collector.close, None, until)
    assert (caught.value.code, shop.state(), shop.posts()) == ("no_email", before, posts)


@pytest.mark.parametrize("way", ["collected", "mailed"])
@pytest.mark.parametrize("month", ["2024-06", "2024-07", None])
def test_a_dry_run_says_what_would_go_out_and_that_nobody_was_asked(
    shop: Shop, way: str, month: str | None
) -> None:
    """June and July wait, or are closed."""
    if way == "mailed":
        mailing(shop)
    shop.attach()
    shop.now = "2024-08-02T09:00:00Z"
    for closed in ([], ["2024-06"], ["2024-06", "2024-07"])[month != "2024-06" :]:
        for one in closed[-1:]:
            shop.do(close.close, one)
        asked = len(shop.double.requests())
        answer = shop.do(collector.close, month, dry_run=True)
        months = ["2024-06", "2024-07"] if month is None else [month]
        said = [note.message for note in answer.notes if note.code == "would_collect"]
        assert [text.split(":")[0] for text in said] == [f"INV-{m} would be {way}" for m in months]
        assert codes(answer).count("dry_run") == 1
        assert answer.data["dry_run"] is True
        assert len(shop.double.requests()) == asked


def test_a_copy_that_never_mailed_it_hears_from_sync_that_it_was(shop: Shop) -> None:
    mailing(shop)
    STATES["draft not pushed"](shop)
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.close()
    engines.copy(backup, shop.called)
    shop.do(stripe_billing.sync)
    assert "and not mailed" not in shop.ask(status)["next"][0]["why"]


def test_sync_goes_on_behind_what_is_not_at_stripe(shop: Shop) -> None:
    shop.now = "2024-08-02T09:00:00Z"
    shop.do(close.close_due)
    shop.do(stripe_billing.push, "2024-07")
    shop.double.pay_hosted(there(shop)["id"])
    changed = shop.do(stripe_billing.sync).data["invoices"]
    assert [(one["number"], one["status"]) for one in changed] == [("INV-2024-07", "paid")]


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
