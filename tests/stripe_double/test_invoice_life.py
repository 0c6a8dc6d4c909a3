"""The double's invoices, from a draft to what became of it, through the official SDK."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest
import stripe

from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.shop import Shop


def test_from_draft_to_paid(shop: Shop) -> None:
    shop.customer()
    card = shop.card()
    invoice = shop.draft([100] * 12)
    assert (invoice.status, invoice.number, invoice.hosted_invoice_url) == ("draft", None, None)
    assert invoice.ending_balance is None
    assert len(invoice.lines.data) == 10
    assert invoice.lines.has_more

    invoice = shop.v1.invoices.finalize_invoice(invoice.id)
    assert (invoice.status, invoice.amount_due, invoice.amount_remaining) == ("open", 1200, 1200)
    assert invoice.number
    assert invoice.number.endswith("-0001")
    assert invoice.hosted_invoice_url
    assert (invoice.starting_balance, invoice.ending_balance) == (0, 0)

    invoice = shop.v1.invoices.pay(invoice.id)
    assert (invoice.status, invoice.amount_paid, invoice.amount_remaining) == ("paid", 1200, 0)
    [payment] = shop.v1.invoice_payments.list({"invoice": invoice.id}).data
    assert (payment.status, payment.amount_paid) == ("paid", 1200)
    intent = shop.v1.payment_intents.retrieve(str(payment.payment.payment_intent))
    assert (intent.status, intent.payment_method) == ("succeeded", card)
    [charge] = shop.v1.charges.list().data
    assert (charge.id, charge.amount, charge.paid) == (intent.latest_charge, 1200, True)


def test_statuses_are_left_only_as_stripe_allows(shop: Shop) -> None:
    shop.customer()
    shop.card()
    v1 = shop.v1
    draft = shop.draft([100]).id
    for call in (v1.invoices.pay, v1.invoices.void_invoice, v1.invoices.mark_uncollectible):
        shop.refuses(partial(call, draft))
    v1.invoices.finalize_invoice(draft)
    shop.refuses(lambda: v1.invoices.finalize_invoice(draft), code="invoice_not_editable")
    shop.refuses(lambda: v1.invoices.delete(draft))
    shop.refuses(lambda: shop.item(draft, 100), code="invoice_not_editable")
    shop.refuses(lambda: v1.invoices.update(draft, {"description": "late"}))
    v1.invoices.update(draft, {"metadata": {"still": "allowed"}})
    v1.invoices.pay(draft)
    for call in (v1.invoices.pay, v1.invoices.void_invoice, v1.invoices.mark_uncollectible):
        shop.refuses(partial(call, draft))

    other = shop.open_invoice([100])
    assert v1.invoices.void_invoice(other).status == "void"
    shop.refuses(lambda: v1.invoices.pay(other))
    given_up = shop.open_invoice([100])
    assert v1.invoices.mark_uncollectible(given_up).status == "uncollectible"
    assert v1.invoices.pay(given_up).status == "paid"


def test_items_are_only_for_drafts_of_the_same_customer_and_currency(shop: Shop) -> None:
    first, other = shop.customer(), shop.v1.customers.create({}).id
    invoice = shop.draft([100])
    items: Any = shop.v1.invoice_items
    body = {"invoice": invoice.id, "amount": 1}
    shop.refuses(lambda: items.create({"customer": other, "currency": "usd", **body}))
    shop.refuses(lambda: items.create({"customer": first, "currency": "eur", **body}), "currency")
    shop.refuses(lambda: items.create({"customer": first, "currency": "usd"}), "amount")


def test_items_can_be_changed_and_deleted_while_it_is_a_draft(shop: Shop) -> None:
    shop.customer()
    invoice = shop.draft([100, 200])
    first, second = reversed(shop.v1.invoice_items.list({"invoice": invoice.id}).data)
    shop.v1.invoice_items.update(first.id, {"amount": -50, "description": "less"})
    shop.v1.invoice_items.delete(second.id)
    lines = shop.v1.invoices.line_items.list(invoice.id).data
    assert [(line.amount, line.description) for line in lines] == [(-50, "less")]
    assert shop.v1.invoices.retrieve(invoice.id).total == -50


def test_at_most_250_items(shop: Shop) -> None:
    shop.customer()
    invoice = shop.draft([1] * 250)
    shop.refuses(lambda: shop.item(invoice.id, 1), "invoice")
    assert shop.v1.invoices.retrieve(invoice.id).total == 250


def test_pending_items_stay_out_unless_asked_for(shop: Shop) -> None:
    customer = shop.customer()
    for amount in (100, 200):
        shop.item(None, amount)
    assert shop.draft([]).total == 0
    taken = shop.v1.invoices.create(
        {"customer": customer, "pending_invoice_items_behavior": "include"}
    )
    assert [line.amount for line in taken.lines.data] == [200, 100]
    shop.refuses(
        lambda: shop.v1.invoices.create(
            {"customer": customer, "pending_invoice_items_behavior": "include"}
        )
    )


def test_a_deleted_draft_is_gone_with_its_items(shop: Shop) -> None:
    shop.customer()
    invoice = shop.draft([100])
    assert shop.v1.invoices.delete(invoice.id).deleted
    shop.refuses(lambda: shop.v1.invoices.retrieve(invoice.id), status=404)
    assert shop.v1.invoice_items.list().data == []


def test_an_empty_invoice_is_not_finalized(shop: Shop) -> None:
    shop.customer()
    empty = shop.draft([]).id
    shop.refuses(lambda: shop.v1.invoices.finalize_invoice(empty))


def test_zero_is_paid_when_it_is_finalized(shop: Shop) -> None:
    shop.customer()
    invoice = shop.v1.invoices.finalize_invoice(shop.draft([500, -500]).id)
    assert (invoice.status, invoice.total, invoice.amount_paid) == ("paid", 0, 0)
    assert invoice.status_transitions.paid_at
    assert shop.v1.invoice_payments.list({"invoice": invoice.id}).data == []


def test_less_than_can_be_charged_goes_to_the_balance(shop: Shop) -> None:
    customer = shop.customer()
    shop.card()
    small = shop.v1.invoices.finalize_invoice(shop.draft([49]).id)
    assert (small.status, small.amount_due, small.amount_paid) == ("paid", 0, 0)
    assert (small.starting_balance, small.ending_balance) == (0, 49)
    assert shop.v1.customers.retrieve(customer).balance == 49
    assert shop.v1.charges.list().data == []

    [booked] = shop.v1.customers.balance_transactions.list(customer).data
    assert (booked.type, booked.amount, booked.invoice) == ("applied_to_invoice", 49, small.id)

    larger = shop.v1.invoices.finalize_invoice(shop.draft([60]).id)
    assert (larger.total, larger.amount_due, larger.starting_balance) == (60, 109, 49)
    assert shop.v1.customers.retrieve(customer).balance == 0
    shop.v1.invoices.void_invoice(larger.id)
    assert shop.v1.customers.retrieve(customer).balance == 49


def test_exactly_the_minimum_is_charged(shop: Shop) -> None:
    shop.customer()
    shop.card()
    assert shop.v1.invoices.pay(shop.open_invoice([50])).amount_paid == 50


def test_a_negative_invoice_is_a_credit_that_the_next_ones_use(shop: Shop) -> None:
    customer = shop.customer()
    negative = shop.v1.invoices.finalize_invoice(shop.draft([-500]).id)
    assert (negative.status, negative.total, negative.amount_due) == ("paid", -500, 0)
    assert (negative.starting_balance, negative.ending_balance) == (0, -500)
    second = shop.v1.invoices.finalize_invoice(shop.draft([300]).id)
    assert (second.status, second.amount_due, second.ending_balance) == ("paid", 0, -200)
    third = shop.v1.invoices.finalize_invoice(shop.draft([1000]).id)
    assert (third.status, third.amount_due, third.ending_balance) == ("open", 800, 0)
    assert shop.v1.customers.retrieve(customer).balance == 0


@pytest.mark.parametrize(
    ("currency", "good", "bad"),
    [("usd", 51, None), ("jpy", 51, None), ("isk", 7100, 7150), ("ugx", 190000, 190050)]
    + [(code, 5120, 5124) for code in ("kwd", "bhd", "jod", "omr", "tnd")],
)
def test_minor_units(shop: Shop, currency: str, good: int, bad: int | None) -> None:
    shop.customer()
    invoice = shop.draft([good], currency=currency)
    assert (invoice.total, invoice.currency) == (good, currency)
    if bad is not None:
        shop.refuses(lambda: shop.item(invoice.id, bad, currency), "amount")


def test_only_an_advancing_invoice_moves_by_itself(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    shop.card()
    still = shop.draft([100]).id
    moving = shop.draft([100], auto_advance=True).id
    stripe_double.advance(hours=2)
    assert shop.v1.invoices.retrieve(still).status == "draft"
    assert shop.v1.invoices.retrieve(moving).status == "paid"


def test_due_dates_belong_to_invoices_that_are_sent(shop: Shop) -> None:
    nobody, create = shop.customer(), shop.v1.invoices.create
    terms: Any = {"collection_method": "send_invoice", "days_until_due": 3}
    mailed: Any = {"customer": nobody, **terms}
    shop.refuses(lambda: create(mailed))
    customer = shop.customer(email="billing@acme.example")
    shop.refuses(lambda: create({"customer": customer, "days_until_due": 3}), "days_until_due")
    shop.refuses(lambda: create({"customer": customer, "collection_method": "send_invoice"}))
    sent = create({"customer": customer, "collection_method": "send_invoice", "days_until_due": 3})
    assert sent.due_date == sent.created + 3 * 86_400
    shop.refuses(lambda: shop.v1.invoices.send_invoice(shop.draft([100]).id))


def test_paid_elsewhere(shop: Shop) -> None:
    shop.customer()
    invoice = shop.v1.invoices.pay(shop.open_invoice([900]), {"paid_out_of_band": True})
    assert (invoice.status, invoice.amount_paid_off_stripe) == ("paid", 900)
    assert shop.v1.charges.list().data == []


def test_paid_at_the_hosted_page(shop: Shop, stripe_double: StripeDouble) -> None:
    shop.customer()
    invoice = shop.open_invoice([900])
    stripe_double.pay_hosted(invoice)
    assert shop.v1.invoices.retrieve(invoice).status == "paid"


def test_numbers_are_in_order_and_not_used_twice(shop: Shop) -> None:
    shop.customer()
    numbers = [shop.v1.invoices.retrieve(shop.open_invoice([100])).number for _ in range(3)]
    assert [str(number)[-4:] for number in numbers] == ["0001", "0002", "0003"]
    draft = shop.draft([100]).id
    shop.refuses(lambda: shop.v1.invoices.update(draft, {"number": str(numbers[0])}), "number")


def test_too_much_for_one_charge(shop: Shop) -> None:
    shop.customer()
    draft = shop.draft([99_999_999, 1]).id
    with pytest.raises(stripe.InvalidRequestError, match="no more than"):
        shop.v1.invoices.finalize_invoice(draft)
