"""What a gateway can do, in the words of ours, and the plain data that comes back.

Owns the boundary: nothing of a provider's own types gets past it. Every call that changes
something takes the idempotency key that the caller derived and stored. Errors are those of
`jpcli.domain.errors`: `Declined` for a card, `Busy` when the outcome is unknown or the same call
may be repeated, `AuthProblem` for keys, `BadInput` or `Refused` when the request can't be right.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from jpcli.domain.errors import BadInput, Refused

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

# A lost answer after which the outcome is unknown and the key will give the same error again.
SERVER_ERROR = "gateway_server_error"
# The key was used for another request: by a copy of the ledger, or before it was restored. What
# came of that request is not said.
KEY_CONFLICT = "idempotency_conflict"
# There is no such object over there (any more).
UNKNOWN_THERE = "unknown_at_stripe"


def no_dry_run() -> Refused:
    """What a write is answered with under `--dry-run`, wherever it is stopped."""
    return Refused(
        "no_dry_run",
        "What Stripe would do can't be tried without doing it",
        hint="Leave out --dry-run.",
    )


def check_meant(at_text: str | None, *, dry_run: bool) -> None:
    """What a provider does it does now, and really: no `--at` (BadInput `usage`), no `--dry-run`
    (Refused `no_dry_run`)."""
    if at_text is not None:
        raise BadInput(
            "usage",
            "Stripe's clock counts for what is done at Stripe",
            hint="Leave out --at.",
            subject="--at",
        )
    if dry_run:
        raise no_dry_run()


# What a ledger that is collected by hand has instead.
PAID_BY_HAND = "What was paid is noted by invoice mark-paid; see what is not:   jpcli invoice list"
CARD_BY_HAND = "Write down a card:   jpcli cards add --brand visa --last4 4242 --exp 12/2030"
NOTHING_BY_HAND = "Make a ledger that does:   jpcli init --payments stripe --ledger FILE"


def no_gateway(instead: str = PAID_BY_HAND) -> Refused:
    """What a ledger without a provider answers where one is needed."""
    return Refused(
        "offline_gateway",
        "This ledger collects by hand, not through Stripe",
        hint=instead,
    )


class RemoteCard(NamedTuple):
    """A stored payment method, as `Card` has it; `added_at` is an instant."""

    id: str
    brand: str
    last4: str
    exp_month: int
    exp_year: int
    added_at: int


class RemoteInvoice(NamedTuple):
    """An invoice over there; amounts in minor units. `total_minor` is the sum of its lines,
    `due_minor` what is to be collected after the provider's own balance. `attempted` is whether a
    card was tried, `outside_minor` was paid outside of it and `reference` says how, `void_reason`
    says why it was voided. `mailed` is our own mark that it was sent."""

    id: str
    number: str | None
    status: str
    currency: str
    total_minor: int
    due_minor: int
    paid_minor: int
    paid_at: int | None
    page_url: str | None
    pdf_url: str | None = None
    credit_notes_minor: int = 0
    reference: str | None = None
    void_reason: str | None = None
    # What we wrote on it when we made it: our number, the ledger, the hash of what was closed.
    our_number: str | None = None
    ledger_id: str | None = None
    content_hash: str | None = None
    customer_id: str | None = None
    attempted: bool = False
    outside_minor: int = 0
    mailed: bool = False

    def brief(self) -> dict[str, str]:
        """What is kept of it as the outcome of a call."""
        return {"id": self.id, "status": self.status}


class RemoteMoney(NamedTuple):
    """What became of an invoice's money, in minor units: `refunded_minor` went back to the payer,
    `disputed_minor` is held back or taken by the bank, `credited_minor` was credited before
    payment or to the customer's balance, without money going back."""

    refunded_minor: int
    disputed_minor: int
    credited_minor: int


class RemoteCharge(NamedTuple):
    """One charge of a card for an invoice, paid or failed; `at` is an instant, `advice` what the
    bank recommends after a decline."""

    id: str
    card_id: str
    card_name: str
    at: int
    paid: bool
    code: str | None
    advice: str | None


class RemoteTaxId(NamedTuple):
    """A tax id on the customer's invoices; `status` is what Stripe's check of it says."""

    id: str
    kind: str
    value: str
    status: str


class RemoteCustomer(NamedTuple):
    """Who gets the invoices. `balance_minor` is positive where the customer owes."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    address: dict[str, str | None]
    tax_ids: tuple[RemoteTaxId, ...]
    balance_minor: int


class RemoteLine(NamedTuple):
    """A line over there; `position` is the one that we gave it, None for a foreign line."""

    id: str
    position: int | None
    amount_minor: int
    currency: str
    description: str


class RemoteEvent(NamedTuple):
    """Something that happened over there, and the invoice or the payment it is about, if any."""

    id: str
    kind: str
    invoice_id: str | None
    payment_id: str | None = None


class Checkout(NamedTuple):
    """A page on which a person enters a card; `card_id` is there once it is done."""

    id: str
    url: str
    status: str
    card_id: str | None


class LineItem(NamedTuple):
    """A line to bill: an integer amount, and what it is for."""

    position: int
    amount_minor: int
    description: str
    first_at: int
    last_at: int


class DraftInvoice(NamedTuple):
    """An invoice to be made: our number, the one that its page and its PDF show, and how many days
    the payer has, None where a card is charged."""

    number: str
    public_number: str
    currency: str
    days_until_due: int | None


class Gateway(Protocol):
    """A provider that holds cards and collects invoices."""

    live: bool
    # Customers by ledger that this process has seen, so that it asks once.
    customers_seen: dict[str, str]

    def find_customers(self, ledger_id: str) -> list[str]: ...
    def has_customer(self, customer: str) -> bool: ...
    def create_customer(self, ledger_id: str, name: str, key: str) -> str: ...

    def account_id(self) -> str | None: ...
    def customer(self, customer: str) -> RemoteCustomer: ...
    def update_customer(self, customer: str, changes: Mapping[str, Any], key: str) -> None: ...
    def add_tax_id(self, customer: str, kind: str, value: str, key: str) -> None: ...
    def remove_tax_id(self, customer: str, tax_id: str, key: str) -> None: ...
    def portal(self, customer: str, key: str) -> str: ...

    def cards(self, customer: str) -> list[RemoteCard]: ...
    def primary_card(self, customer: str) -> str | None: ...
    def attach_card(self, card_id: str, customer: str, key: str) -> str: ...
    def detach_card(self, card_id: str, key: str) -> None: ...
    def make_primary(self, customer: str, card_id: str, key: str) -> None: ...
    def start_checkout(self, customer: str, currency: str, key: str) -> Checkout: ...
    def checkout(self, checkout_id: str) -> Checkout: ...

    def find_invoice(self, customer: str, number: str) -> RemoteInvoice | None: ...
    def create_invoice(
        self, customer: str, draft: DraftInvoice, metadata: Mapping[str, str], key: str
    ) -> RemoteInvoice: ...
    def invoice(self, invoice_id: str) -> RemoteInvoice: ...
    def lines(self, invoice_id: str) -> list[RemoteLine]: ...
    def add_lines(
        self, invoice_id: str, items: Sequence[LineItem], metadata: Mapping[str, str], key: str
    ) -> None: ...
    def delete_draft(self, invoice_id: str, key: str) -> None: ...
    def finalize(self, invoice_id: str, key: str) -> RemoteInvoice: ...
    def pay(self, invoice_id: str, card_id: str, key: str) -> RemoteInvoice: ...
    def pay_outside(self, invoice_id: str, key: str) -> RemoteInvoice: ...
    def send(self, invoice_id: str, key: str) -> RemoteInvoice: ...
    def was_sent(self, invoice_id: str) -> bool: ...
    def annotate(self, invoice_id: str, metadata: Mapping[str, str], key: str) -> None: ...
    def money(self, invoice_id: str, *, has_credit_notes: bool) -> RemoteMoney: ...
    def charges(self, invoice_id: str) -> list[RemoteCharge]: ...
    def invoice_of_payment(self, payment_intent: str) -> str | None: ...
    def void(self, invoice_id: str, key: str) -> RemoteInvoice: ...
    def invoices_of(self, customer: str) -> list[RemoteInvoice]: ...
    def invoices_since(self, since_at: int) -> list[RemoteInvoice]: ...
    def known_invoice(self, invoice_id: str) -> RemoteInvoice | None: ...

    def newest_event(self) -> str | None: ...
    def events_since(self, cursor: str) -> list[RemoteEvent] | None: ...
