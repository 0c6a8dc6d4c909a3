"""What became of an invoice's money at Stripe after it was paid: refunds, credit notes, disputes.

Owns those questions; nothing here changes anything. An invoice has neither charge nor payment
intent of its own since the API of 2025, so its payments are asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.payments import stripe_shapes as shapes
from jpcli.payments.gateway import RemoteMoney

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.payments.gateway import RemoteCharge

_PAGE = 100
_CHARGES = "data.payment.payment_intent.latest_charge"


class MoneyCalls:
    """The part of `StripeGateway` that follows the money."""

    if TYPE_CHECKING:
        _client: Any

        def _pages(self, method: Any, params: Any) -> Iterator[dict[str, Any]]: ...

    def money(self, invoice_id: str, *, has_credit_notes: bool) -> RemoteMoney:
        """What went back of an invoice's payments and what was credited on it, in minor units."""
        refunded_minor, disputed_minor = 0, 0
        params: Any = {"invoice": invoice_id, "limit": _PAGE, "expand": [_CHARGES]}
        for payment in self._pages(self._client.v1.invoice_payments.list, params):
            charge = shapes.charge_of(payment)
            if charge is None:
                continue
            refunded_minor += charge.refunded_minor
            if charge.disputed:
                disputed_minor += self._disputed_minor(charge.id)
        credited_minor = 0
        if has_credit_notes:
            notes: Any = {"invoice": invoice_id, "limit": _PAGE}
            for item in self._pages(self._client.v1.credit_notes.list, notes):
                note = shapes.credit_note(item)
                credited_minor += note.credited_minor
                refunded_minor += note.by_hand_minor
        return RemoteMoney(refunded_minor, disputed_minor, credited_minor)

    def invoice_of_payment(self, payment_intent: str) -> str | None:
        """The invoice that a payment is for, None for a payment without one."""
        params: Any = {
            "payment": {"type": "payment_intent", "payment_intent": payment_intent},
            "limit": 1,
        }
        for payment in self._pages(self._client.v1.invoice_payments.list, params):
            return shapes.object_id(payment.get("invoice"))
        return None

    def charges(self, invoice_id: str) -> list[RemoteCharge]:
        """Every attempt to charge a card for an invoice that Stripe knows the end of, the oldest
        first."""
        payments: Any = {"invoice": invoice_id, "limit": _PAGE}
        found: list[RemoteCharge] = []
        for payment in self._pages(self._client.v1.invoice_payments.list, payments):
            intent = shapes.intent_of(payment)
            if intent is not None:
                params: Any = {"payment_intent": intent, "limit": _PAGE}
                charges = self._pages(self._client.v1.charges.list, params)
                found += [shapes.attempt_of(item) for item in charges if shapes.is_finished(item)]
        found.reverse()  # a list has the newest first, also of those of one second
        return sorted(found, key=lambda charge: charge.at)

    def was_sent(self, invoice_id: str) -> bool:
        """Did Stripe mail this invoice within the 30 days that its events go back?"""
        params: Any = {"type": "invoice.sent", "limit": _PAGE}
        pages = self._pages(self._client.v1.events.list, params)
        return any(shapes.event(item).invoice_id == invoice_id for item in pages)

    def _disputed_minor(self, charge_id: str) -> int:
        """What the bank holds back or took for good: every dispute that is not won."""
        params: Any = {"charge": charge_id, "limit": _PAGE}
        pages = self._pages(self._client.v1.disputes.list, params)
        return sum(shapes.disputed_minor(item) for item in pages)
