"""Short ways to a customer, a card and an invoice, for the double's own tests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe


class Shop:
    """One customer and what it buys."""

    def __init__(self, client: stripe.StripeClient) -> None:
        self.v1 = client.v1
        self.customer_id = ""

    def customer(self, **fields: Any) -> str:
        params: Any = {"name": "Acme", **fields}
        self.customer_id = self.v1.customers.create(params).id
        return self.customer_id

    def card(self, name: str = "pm_card_visa", *, primary: bool = True) -> str:
        method = self.v1.payment_methods.attach(name, {"customer": self.customer_id}).id
        if primary:
            settings: Any = {"invoice_settings": {"default_payment_method": method}}
            self.v1.customers.update(self.customer_id, settings)
        return method

    def item(self, invoice: str | None, amount: int, currency: str = "usd") -> str:
        params: Any = {"customer": self.customer_id, "amount": amount, "currency": currency}
        if invoice is not None:
            params["invoice"] = invoice
        return self.v1.invoice_items.create(params).id

    def draft(self, amounts: list[int], currency: str = "usd", **fields: Any) -> stripe.Invoice:
        params: Any = {"customer": self.customer_id, "currency": currency, **fields}
        invoice = self.v1.invoices.create(params)
        for amount in amounts:
            self.item(invoice.id, amount, currency)
        return self.v1.invoices.retrieve(invoice.id)

    def open_invoice(self, amounts: list[int]) -> str:
        return self.v1.invoices.finalize_invoice(self.draft(amounts).id).id

    @staticmethod
    def declines(call: Callable[[], object]) -> Any:
        """The call is declined; its `error` object."""
        with pytest.raises(stripe.CardError) as declined:
            call()
        assert declined.value.http_status == 402
        body: Any = declined.value.json_body
        return body["error"]

    @staticmethod
    def refuses(
        call: Callable[[], object],
        param: str | None = None,
        code: str | None = None,
        status: int = 400,
    ) -> stripe.InvalidRequestError:
        """The call is refused; the error names the parameter and has the code."""
        with pytest.raises(stripe.InvalidRequestError) as refused:
            call()
        assert refused.value.http_status == status
        if param is not None:
            assert refused.value.param == param
        if code is not None:
            assert refused.value.code == code
        return refused.value
