"""Lists, pages, search and events as Stripe gives them."""

from __future__ import annotations

from typing import Any

import pytest

from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.shop import Shop


def test_pages_forward_and_back(shop: Shop) -> None:
    made = [shop.customer() for _ in range(5)]
    newest = made[::-1]
    listing: Any = shop.v1.customers.list

    def ids(**params: Any) -> tuple[list[str], bool]:
        page = listing(params)
        return [item.id for item in page.data], page.has_more

    assert ids(limit=2) == (newest[:2], True)
    assert ids(limit=2, starting_after=newest[1]) == (newest[2:4], True)
    assert ids(limit=2, starting_after=newest[3]) == (newest[4:], False)
    assert ids(limit=2, ending_before=newest[4]) == (newest[2:4], True)
    assert ids(limit=2, ending_before=newest[1]) == (newest[:1], False)
    assert [item.id for item in listing({"limit": 2}).auto_paging_iter()] == newest
    shop.refuses(lambda: listing({"starting_after": "cus_0"}), "starting_after")
    shop.refuses(lambda: listing({"starting_after": newest[0], "ending_before": newest[1]}))


def test_lines_are_paged_in_the_order_of_the_invoice(shop: Shop) -> None:
    shop.customer()
    amounts = list(range(1, 26))
    invoice = shop.draft(amounts).id
    lines = shop.v1.invoices.line_items.list(invoice, {"limit": 10})
    assert lines.has_more
    assert [line.amount for line in lines.auto_paging_iter()] == amounts


def test_lists_are_filtered(shop: Shop, stripe_double: StripeDouble) -> None:
    first = shop.customer(email="a@example.com")
    stripe_double.advance(days=1)
    later = shop.customer(email="b@example.com")
    listing: Any = shop.v1.customers.list
    assert [item.id for item in listing({"email": "a@example.com"}).data] == [first]
    assert listing({"email": "A@example.com"}).data == []
    since = {"created": {"gte": stripe_double.now() - 3600}}
    assert [item.id for item in listing(since).data] == [later]
    shop.draft([100])
    shop.open_invoice([100])
    statuses = [item.status for item in shop.v1.invoices.list({"status": "open"}).data]
    assert statuses == ["open"]


def test_search_lags_behind(shop: Shop, stripe_double: StripeDouble) -> None:
    customer = shop.customer(email="a@example.com", metadata={"jpcli_ledger": 'L"1'})
    query = {"query": 'email:"a@example.com" AND metadata["jpcli_ledger"]:"L\\"1"'}
    search: Any = shop.v1.customers.search
    assert search(query).data == []
    stripe_double.advance(seconds=61)
    assert [item.id for item in search(query).data] == [customer]
    assert search({"query": '-email:"a@example.com"'}).data == []
    shop.draft([100], metadata={"jpcli_invoice": "INV-2026-10"})
    stripe_double.advance(seconds=61)
    found = shop.v1.invoices.search({"query": "metadata['jpcli_invoice']:'INV-2026-10'"}).data
    assert [item.status for item in found] == ["draft"]


@pytest.mark.parametrize(
    "query",
    [
        "",
        "email",
        "email:a",
        'age:"1"',
        'metadata:"x"',
        'email:"a" email:"b"',
        'email:"a" AND name:"b" OR name:"c"',
        'metadata["a"]~"b"',
        'created:"x"',
    ],
)
def test_an_unreadable_search(shop: Shop, query: str) -> None:
    shop.refuses(lambda: shop.v1.customers.search({"query": query}), "query")


def test_events_tell_what_happened(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    card = shop.card()
    bad = shop.card("pm_card_chargeCustomerFail", primary=False)
    start = shop.v1.events.list({"limit": 1}).data[0].id
    invoice = shop.open_invoice([100])
    with pytest.raises(Exception, match="declined"):
        shop.v1.invoices.pay(invoice, {"payment_method": bad})
    shop.v1.invoices.pay(invoice)
    shop.v1.invoices.void_invoice(shop.open_invoice([100]))
    shop.v1.payment_methods.detach(card)

    events = list(shop.v1.events.list({"ending_before": start, "limit": 3}).auto_paging_iter())
    kinds = [event.type for event in events]
    wanted = [kind for kind in kinds if kind.startswith("invoice.") and "updated" not in kind]
    assert wanted == [
        "invoice.created",
        "invoice.finalized",
        "invoice.payment_failed",
        "invoice.paid",
        "invoice.payment_succeeded",
        "invoice.created",
        "invoice.finalized",
        "invoice.voided",
    ]
    assert kinds[-2:] == ["payment_method.detached", "customer.updated"]
    paid = next(event for event in events if event.type == "invoice.paid")
    assert paid.data.object["status"] == "paid"
    assert paid.api_version == "2026-10-28.endive"

    few: Any = {"types": ["invoice.paid", "invoice.voided"]}
    assert [event.type for event in shop.v1.events.list(few).data] == few["types"][::-1]
    # A cursor of another type is good, too.
    few["ending_before"] = start
    assert [event.type for event in shop.v1.events.list(few).data] == few["types"][::-1]
    both: Any = {**few, "type": "invoice.paid"}
    shop.refuses(lambda: shop.v1.events.list(both))
    shop.refuses(lambda: shop.v1.events.list({"types": ["x"] * 21}))


def test_events_are_kept_for_30_days(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    [event] = shop.v1.events.list({"type": "customer.*"}).data
    stripe_double.advance(days=31)
    assert shop.v1.events.list().data == []
    shop.refuses(lambda: shop.v1.events.retrieve(event.id), status=404)
    shop.refuses(lambda: shop.v1.events.list({"ending_before": event.id}), "ending_before")


def test_account_and_balance(shop: Shop) -> None:
    assert shop.v1.accounts.retrieve_current().default_currency == "usd"
    shop.customer()
    shop.card()
    shop.v1.invoices.pay(shop.open_invoice([900]))
    assert [(part.currency, part.amount) for part in shop.v1.balance.retrieve().pending] == [
        ("usd", 900)
    ]


def test_a_deleted_customer(shop: Shop) -> None:
    customer = shop.customer()
    card = shop.card()
    assert shop.v1.customers.delete(customer).deleted
    assert shop.v1.customers.retrieve(customer).deleted
    assert shop.v1.customers.list().data == []
    assert shop.v1.payment_methods.retrieve(card).customer is None
    shop.refuses(lambda: shop.v1.customers.update(customer, {"name": "B"}), status=404)
    shop.refuses(lambda: shop.v1.invoices.create({"customer": customer}), "customer")


def test_a_hand_edit_behind_stripes_back(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    invoice = shop.draft([100, 200])
    line = invoice.lines.data[0].id
    stripe_double.edit(line, amount=101)
    edited = shop.v1.invoices.retrieve(invoice.id).lines.data[0]
    assert (edited.id, edited.amount) == (line, 101)
    assert shop.v1.invoices.line_items.list(invoice.id).data[0].amount == 101
