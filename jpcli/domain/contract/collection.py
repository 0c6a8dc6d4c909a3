"""Cards, and what is asked of Stripe or told to it."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.contract.invoices import InvoiceHead
from jpcli.domain.contract.values import ChangeAnswer, Count, MoneyObject, OneOf


class CardObject(TypedDict):
    """A card on file; a whole number is nowhere."""

    id: str
    brand: str
    last4: str
    exp_month: int  # 1 to 12
    exp_year: int
    primary: bool
    expired: bool


class CheckoutObject(TypedDict):
    """Stripe's page on which a card is entered."""

    id: str
    url: str
    status: str | None  # as Stripe says it


class CardsAnswer(ChangeAnswer):
    """Every card on file, oldest first."""

    cards: list[CardObject]


class CardAddedAnswer(CardsAnswer):
    """The cards on file, or where the card is entered."""

    checkout: NotRequired[CheckoutObject]  # with `--no-wait`; then `cards` is empty


class SyncAnswer(TypedDict):
    """What was taken over from Stripe."""

    events: Count  # that were read
    invoices: list[InvoiceHead]  # that are not as they were


class DifferenceObject(TypedDict):
    """Something that is not the same here and at Stripe."""

    invoice: str  # its number; empty for what is about the customer
    what: str  # `status`, `total`, `line` and the like
    ours: str | None
    stripe: str | None


class ReconcileAnswer(TypedDict):
    """Whether all is the same here and at Stripe."""

    ok: bool  # false: exit 1
    invoices: Count  # that were compared
    differences: list[DifferenceObject]


class TaxIdObject(TypedDict):
    """A tax id on the invoices."""

    type: str  # as `eu_vat`
    value: str
    status: str  # of Stripe's check


class CustomerObject(TypedDict):
    """Who gets the invoices, as Stripe has it."""

    id: str
    name: str | None
    email: str | None
    phone: str | None
    address: dict[str, str | None]  # `line1`, `line2`, `postal_code`, `city`, `state`, `country`
    tax_ids: list[TaxIdObject]
    balance: MoneyObject  # positive: owed, and not yet charged


class CustomerAnswer(ChangeAnswer):
    """Stripe's customer of this ledger."""

    customer: CustomerObject | None  # null under `--dry-run` where there is none yet


class LinkObject(TypedDict):
    """A page for one sitting."""

    url: str


class PortalAnswer(TypedDict):
    """Stripe's page on which the customer manages its cards."""

    portal: LinkObject


class LoginAnswer(TypedDict):
    """A key that was stored in the system's keyring."""

    ok: bool
    mode: Annotated[str, OneOf("test", "live")]
    for_ledger: str | None  # null: for every ledger


class TroubleObject(TypedDict):
    """Something that hangs between this ledger and Stripe."""

    subject: str  # what it is about
    what: str  # a code, for machines
    message: str
    command: str | None  # what to type


class StripeStatusAnswer(TypedDict):
    """The account at Stripe, and what hangs."""

    ok: bool
    mode: Annotated[str, OneOf("test", "live")]
    account: str | None  # null until the first success
    unfinished: list[str]  # calls whose outcome is not known
    troubles: list[TroubleObject]
