"""Collecting: who holds the cards and gets the invoices paid.

Owns the choice, and what there is to choose from: `offline` and `stripe.collector` provide the
whole of `Collector`. A command asks the collector and does not know which one its ledger has. How
a ledger's way of collecting reads, for those who only speak of it, is in `jpcli.domain.collection`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from jpcli.ledger.queries.collection import uses_stripe

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.collection import CardsAnswer, ReconcileAnswer, SyncAnswer
    from jpcli.domain.contract.invoices import ClosedAnswer, InvoiceAnswer, InvoicesAnswer
    from jpcli.payments.gateway import Checkout
    from jpcli.services.desk import Desk


class Collector(Protocol):
    """Cards and invoices, whoever holds and collects them; a module that has all of it is one.

    What one can't do it refuses, before anything is written or goes out.
    """

    def add_card(
        self,
        desk: Desk,
        brand: str | None,
        last4: str | None,
        exp: str | None,
        *,
        primary: bool = False,
    ) -> Answer[CardsAnswer]:
        """Put a card on file by brand, last four digits and expiry."""

    def attach_card(self, desk: Desk, card_id: str, /, *, primary: bool) -> Answer[CardsAnswer]:
        """Put an existing payment method of the provider's on file."""

    def open_checkout(self, desk: Desk, /) -> Checkout:
        """A page of the provider's on which a card is entered."""

    def finish_checkout(
        self, desk: Desk, page: Checkout, *, primary: bool, wait: Callable[[], None]
    ) -> Answer[CardsAnswer]:
        """Wait until a card was entered there, and put it on file."""

    def make_primary(self, desk: Desk, card_id: str) -> Answer[CardsAnswer]:
        """Charge this card first from now on."""

    def is_only_card(self, desk: Desk, card_id: str) -> bool:
        """Would removing this card pause issuing? (R3: then it needs a yes.)"""

    def remove_card(
        self, desk: Desk, card_id: str, *, only_too: bool = True
    ) -> Answer[CardsAnswer]:
        """Take a card off file (R3); with `only_too` also when it is the only one."""

    def sync_cards(self, desk: Desk) -> Answer[CardsAnswer]:
        """Take over the cards as the provider has them."""

    def close(
        self, desk: Desk, month: str | None, until: str | None = None
    ) -> Answer[ClosedAnswer]:
        """Close one month, or all that wait (up to the month `until`), and collect where that is
        done by itself."""

    def push(
        self, desk: Desk, name: str, *, replace: bool = False
    ) -> Answer[InvoiceAnswer | InvoicesAnswer]:
        """Bring a closed invoice to the provider; nothing is charged."""

    def pay(self, desk: Desk, name: str) -> Answer[InvoiceAnswer | InvoicesAnswer]:
        """Charge the cards in order (I5); an answer means that it is paid."""

    def mark_paid(
        self, desk: Desk, name: str, reference: str | None = None
    ) -> Answer[InvoiceAnswer]:
        """Note that an open invoice was paid outside of jpcli."""

    def void(
        self, desk: Desk, name: str, reason: str | None = None
    ) -> Answer[InvoiceAnswer | InvoicesAnswer]:
        """Void an open invoice (I6)."""

    def sync(self, desk: Desk) -> Answer[SyncAnswer]:
        """Take over what happened to the invoices at the provider."""

    def reconcile(self, desk: Desk, name: str | None = None) -> Answer[ReconcileAnswer]:
        """Compare one invoice, or all, with the provider's; `ok` is false on any difference."""


def collector_of(desk: Desk) -> Collector:
    """The collector of the desk's ledger. That both are whole is what the types prove here."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import collector

        return collector
    from jpcli.services.collection import offline

    return offline
