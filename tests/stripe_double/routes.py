"""Which function does which published operation."""

from __future__ import annotations

from collections.abc import Callable

from tests.stripe_double import (
    account,
    customers,
    invoice_items,
    invoice_life,
    invoices,
    payment_methods,
    payments,
    setup,
)
from tests.stripe_double.schema import Operation
from tests.stripe_double.world import Object, World

Handler = Callable[[World, Object, Operation], Object]

ROUTES: dict[tuple[str, str], Handler] = {
    ("GET", "/v1/account"): account.retrieve,
    ("GET", "/v1/balance"): account.balance,
    ("GET", "/v1/events"): account.list_events,
    ("GET", "/v1/events/{id}"): account.retrieve_event,
    ("POST", "/v1/customers"): customers.create,
    ("GET", "/v1/customers"): customers.list_all,
    ("GET", "/v1/customers/search"): customers.search,
    ("GET", "/v1/customers/{customer}"): customers.retrieve,
    ("POST", "/v1/customers/{customer}"): customers.update,
    ("DELETE", "/v1/customers/{customer}"): customers.delete,
    ("GET", "/v1/customers/{customer}/balance_transactions"): customers.list_balance_transactions,
    ("POST", "/v1/customers/{customer}/balance_transactions"): customers.create_balance_transaction,
    ("GET", "/v1/customers/{customer}/payment_methods"): payment_methods.list_for_customer,
    ("POST", "/v1/payment_methods"): payment_methods.create,
    ("GET", "/v1/payment_methods"): payment_methods.list_all,
    ("GET", "/v1/payment_methods/{payment_method}"): payment_methods.retrieve,
    ("POST", "/v1/payment_methods/{payment_method}"): payment_methods.update,
    ("POST", "/v1/payment_methods/{payment_method}/attach"): payment_methods.attach,
    ("POST", "/v1/payment_methods/{payment_method}/detach"): payment_methods.detach,
    ("POST", "/v1/setup_intents"): setup.create_intent,
    ("GET", "/v1/setup_intents"): setup.list_intents,
    ("GET", "/v1/setup_intents/{intent}"): setup.retrieve_intent,
    ("POST", "/v1/setup_intents/{intent}/confirm"): setup.confirm_intent,
    ("POST", "/v1/setup_intents/{intent}/cancel"): setup.cancel_intent,
    ("POST", "/v1/checkout/sessions"): setup.create_session,
    ("GET", "/v1/checkout/sessions"): setup.list_sessions,
    ("GET", "/v1/checkout/sessions/{session}"): setup.retrieve_session,
    ("POST", "/v1/checkout/sessions/{session}/expire"): setup.expire_session,
    ("POST", "/v1/invoices"): invoices.create,
    ("GET", "/v1/invoices"): invoices.list_all,
    ("GET", "/v1/invoices/search"): invoices.search,
    ("GET", "/v1/invoices/{invoice}"): invoices.retrieve,
    ("POST", "/v1/invoices/{invoice}"): invoices.update,
    ("DELETE", "/v1/invoices/{invoice}"): invoices.delete,
    ("GET", "/v1/invoices/{invoice}/lines"): invoice_items.list_lines,
    ("POST", "/v1/invoices/{invoice}/finalize"): invoice_life.finalize,
    ("POST", "/v1/invoices/{invoice}/pay"): invoice_life.pay,
    ("POST", "/v1/invoices/{invoice}/send"): invoice_life.send,
    ("POST", "/v1/invoices/{invoice}/void"): invoice_life.void,
    ("POST", "/v1/invoices/{invoice}/mark_uncollectible"): invoice_life.mark_uncollectible,
    ("POST", "/v1/invoiceitems"): invoice_items.create,
    ("GET", "/v1/invoiceitems"): invoice_items.list_all,
    ("GET", "/v1/invoiceitems/{invoiceitem}"): invoice_items.retrieve,
    ("POST", "/v1/invoiceitems/{invoiceitem}"): invoice_items.update,
    ("DELETE", "/v1/invoiceitems/{invoiceitem}"): invoice_items.delete,
    ("GET", "/v1/invoice_payments"): payments.list_invoice_payments,
    ("GET", "/v1/invoice_payments/{invoice_payment}"): payments.retrieve_invoice_payment,
    ("GET", "/v1/payment_intents"): payments.list_intents,
    ("GET", "/v1/payment_intents/{intent}"): payments.retrieve_intent,
    ("GET", "/v1/charges"): payments.list_charges,
    ("GET", "/v1/charges/{charge}"): payments.retrieve_charge,
}
