"""Invoices at Stripe: found, made, filled, finalized, paid, voided, and what happened since.

Owns those calls; the client and the way errors are translated belong to `stripe_gateway`.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import Failed
from jpcli.payments import stripe_shapes as shapes

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping, Sequence

    from jpcli.payments.gateway import (
        DraftInvoice,
        LineItem,
        RemoteEvent,
        RemoteInvoice,
        RemoteLine,
    )

_SECOND = 1_000_000
_PAGE = 100
# The events that tell us something. Only `type` takes a star, and one of them.
EVENT_KINDS = ("invoice.*", "charge.*", "credit_note.*", "customer.*")


class InvoiceCalls:
    """The part of `StripeGateway` that is about invoices."""

    if TYPE_CHECKING:
        _client: Any

        def _post(self, method: Any, params: Any, *path: str, key: str) -> dict[str, Any]: ...
        def _get(self, method: Any, *args: Any) -> dict[str, Any]: ...
        def _plain(self, call: Callable[[], Any]) -> dict[str, Any]: ...
        def _pages(self, method: Any, params: Any) -> Iterator[dict[str, Any]]: ...
        def _remove(self, method: Any, *path: str, key: str) -> None: ...
        def _if_there(self, ask: Callable[[], dict[str, Any]]) -> dict[str, Any] | None: ...

    def invoices_of(self, customer: str) -> list[RemoteInvoice]:
        """Every invoice of a customer, the oldest first; deleted drafts are gone."""
        return self._invoices({"customer": customer})

    def invoices_since(self, since_at: int) -> list[RemoteInvoice]:
        """Every invoice of the account that was made since an instant, the oldest first: also one
        whose customer was deleted, or is not known here."""
        return self._invoices({"created": {"gte": max(0, since_at // _SECOND)}})

    def _invoices(self, chosen: dict[str, Any]) -> list[RemoteInvoice]:
        params: Any = {**chosen, "limit": _PAGE}
        pages = self._pages(self._client.v1.invoices.list, params)
        return [shapes.invoice(item) for item in pages][::-1]

    def find_invoice(self, customer: str, number: str) -> RemoteInvoice | None:
        """The first invoice of a customer that has our number and is not void."""
        for found in self.invoices_of(customer):
            if found.our_number == number and found.status != "void":
                return found
        return None

    def known_invoice(self, invoice_id: str) -> RemoteInvoice | None:
        """An invoice by its id, or None when it was deleted."""
        retrieve = self._client.v1.invoices.retrieve
        found = self._if_there(lambda: self._get(retrieve, invoice_id))
        return None if found is None or found.get("deleted") else shapes.invoice(found)

    def create_invoice(
        self, customer: str, draft: DraftInvoice, metadata: Mapping[str, str], key: str
    ) -> RemoteInvoice:
        """An empty draft that nothing but us will finalize; Failed about `number` when another
        invoice of the account has that."""
        params: Any = {
            "customer": customer,
            "currency": draft.currency,
            "auto_advance": False,
            "collection_method": "charge_automatically",
            "pending_invoice_items_behavior": "exclude",
            "description": draft.number,
            "number": draft.public_number,
            "metadata": {**metadata, "jpcli_invoice": draft.number},
        }
        if draft.days_until_due is not None:
            params["collection_method"] = "send_invoice"
            params["days_until_due"] = draft.days_until_due
        return shapes.invoice(self._post(self._client.v1.invoices.create, params, key=key))

    def invoice(self, invoice_id: str) -> RemoteInvoice:
        return shapes.invoice(self._get(self._client.v1.invoices.retrieve, invoice_id))

    def lines(self, invoice_id: str) -> list[RemoteLine]:
        params: Any = {"limit": _PAGE}
        pages = self._pages(
            lambda params: self._client.v1.invoices.line_items.list(invoice_id, params), params
        )
        return [shapes.line(item) for item in pages]

    def add_lines(
        self, invoice_id: str, items: Sequence[LineItem], metadata: Mapping[str, str], key: str
    ) -> None:
        """Put lines on a draft, all of them or none; Stripe takes 250."""
        lines = [
            {
                "amount": item.amount_minor,
                "description": item.description,
                "period": {"start": item.first_at // _SECOND, "end": item.last_at // _SECOND},
                "metadata": {**metadata, "jpcli_line": str(item.position)},
            }
            for item in items
        ]
        self._post(self._client.v1.invoices.add_lines, {"lines": lines}, invoice_id, key=key)

    def finalize(self, invoice_id: str, key: str) -> RemoteInvoice:
        params: Any = {"auto_advance": False}
        finalize = self._client.v1.invoices.finalize_invoice
        return shapes.invoice(self._post(finalize, params, invoice_id, key=key))

    def pay(self, invoice_id: str, card_id: str, key: str) -> RemoteInvoice:
        params: Any = {"payment_method": card_id, "off_session": True}
        return shapes.invoice(self._post(self._client.v1.invoices.pay, params, invoice_id, key=key))

    def pay_outside(self, invoice_id: str, key: str) -> RemoteInvoice:
        """Note that it was paid by other means, all of it; no card is charged."""
        params: Any = {"paid_out_of_band": True}
        return shapes.invoice(self._post(self._client.v1.invoices.pay, params, invoice_id, key=key))

    def send(self, invoice_id: str, key: str) -> RemoteInvoice:
        """Have Stripe mail it to the customer."""
        send = self._client.v1.invoices.send_invoice
        return shapes.invoice(self._post(send, {}, invoice_id, key=key))

    def annotate(self, invoice_id: str, metadata: Mapping[str, str], key: str) -> None:
        """Keep a remark of ours with an invoice, whatever its state."""
        params: Any = {"metadata": dict(metadata)}
        self._post(self._client.v1.invoices.update, params, invoice_id, key=key)

    def void(self, invoice_id: str, key: str) -> RemoteInvoice:
        void = self._client.v1.invoices.void_invoice
        return shapes.invoice(self._post(void, {}, invoice_id, key=key))

    def delete_draft(self, invoice_id: str, key: str) -> None:
        self._remove(self._client.v1.invoices.delete, invoice_id, key=key)

    def newest_event(self) -> str | None:
        """Where to go on from; asked before anything is read, so that nothing falls between."""
        first: Any = {"limit": 1}
        events = shapes.page(self._plain(lambda: self._client.v1.events.list(first)))
        return shapes.event(events[0]).id if events else None

    def events_since(self, cursor: str) -> list[RemoteEvent] | None:
        """What happened after an event to invoices, payments and the customer, the oldest of each
        kind first; None when Stripe no longer knows that event."""
        found: list[RemoteEvent] = []
        for kind in EVENT_KINDS:
            newer = self._newer_events(cursor, kind)
            if newer is None:
                return None
            found += newer
        return found

    def _newer_events(self, cursor: str, kind: str) -> list[RemoteEvent] | None:
        found: list[RemoteEvent] = []
        before = cursor
        while True:
            newer: Any = {"limit": _PAGE, "ending_before": before, "type": kind}
            try:
                page = shapes.page(self._plain(partial(self._client.v1.events.list, newer)))
            except Failed:
                return None
            if not page:
                return found
            # A page before another is in the order of all lists, newest first.
            found += [shapes.event(item) for item in reversed(page)]
            before = shapes.next_after(page[0], newer)
