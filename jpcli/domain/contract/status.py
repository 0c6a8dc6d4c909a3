"""Where the agency stands today, on one screen."""

from __future__ import annotations

from typing import Annotated, TypedDict

from jpcli.domain.contract.collection import CardObject
from jpcli.domain.contract.invoices import InvoiceHead
from jpcli.domain.contract.jetpack import WaitingWish
from jpcli.domain.contract.licenses import StateCounts
from jpcli.domain.contract.values import (
    Count,
    Currency,
    Date,
    Days,
    Instant,
    InvoiceNumber,
    LicenseKey,
    MoneyObject,
    Month,
    OneOf,
)


class BillObject(TypedDict):
    """This month's bill."""

    period: Month
    settled_elsewhere: bool  # it lies before the books begin (I7)
    to_date: MoneyObject
    projected: MoneyObject  # by the month's end, if nothing more changes
    unassigned_to_date: MoneyObject  # what of it licenses on no site cost
    unassigned_projected: MoneyObject


class IdleLicense(TypedDict):
    """A license on no site."""

    license_key: LicenseKey
    product: str
    issued_at: Instant
    days: Days  # on no site, so far this month
    to_date: MoneyObject


class OtherIdle(TypedDict):
    """The rest of `bill.unassigned_to_date`: further licenses, and days of those that have a site
    or are revoked by now."""

    days: Days
    to_date: MoneyObject


class NextStep(TypedDict):
    """What would help, and the command that does it."""

    why: str
    command: str


class StatusPlace(TypedDict):
    """Which ledger it is."""

    agency: str
    ledger: str  # its path
    currency: Currency
    time_zone: str  # an IANA name


class StatusBill(TypedDict):
    """What the present month comes to."""

    as_of: Instant
    today: Date
    bill: BillObject
    unassigned: list[IdleLicense]  # the oldest, at most 20
    unassigned_others: OtherIdle
    clients: list[ClientCost]  # the three that cost most
    last_month: LastMonth | None  # null where nothing was active in it


class StopObject(TypedDict):
    """What stops work from a day on unless something is done: issuing (R1, R2, or
    a license of which nobody knows whether Jetpack issued it), or for a card that ends, charging it
    (R4)."""

    code: Annotated[
        str, OneOf("no_primary_card", "invoice_past_due", "card_expired", "outcome_unknown")
    ]
    starts_on: Date  # the first day of it, which may have come
    subject: str | None  # the number of an invoice, the id of a card, the name of a wish
    message: str
    command: str  # that prevents or ends it


class ProductMonths(TypedDict):
    """One product on last month's bill and on this one's, or, without a product, credit."""

    product: str | None
    name: str
    bundle_size: Count | None
    days: Days  # billed by the month's end, corrections not counted
    last_days: Days
    amount: MoneyObject  # with corrections
    last_amount: MoneyObject
    difference: MoneyObject


class LastMonth(TypedDict):
    """The month before, and how this one's projected bill differs from it."""

    period: Month
    invoice: InvoiceNumber | None  # of a month that is closed
    total: MoneyObject
    difference: MoneyObject  # `bill.projected` less that
    products: list[ProductMonths]  # whose amount differs, the largest difference first


class ClientCost(TypedDict):
    """A client's part of this month's bill (M5)."""

    client: str
    days: Days  # license-days by the month's end
    to_date: MoneyObject
    projected: MoneyObject


class StatusAnswer(StatusPlace, StatusBill):
    """Where the agency stands today."""

    stops: list[StopObject]  # the one that comes first is first
    cards: list[CardObject]
    licenses: StateCounts
    waiting: list[Month]  # that are over and not closed
    past_due: list[InvoiceHead]  # those of `uncollected` that stop issuing (R2)
    uncollected: list[InvoiceHead]  # closed and not paid, oldest first
    wishes: list[WaitingWish]  # calls to Jetpack that wait to be settled
    next: list[NextStep]
