"""Closed invoices, their lines, and statements."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.values import (
    ChangeAnswer,
    Count,
    Currency,
    Date,
    Days,
    Hash,
    Instant,
    InvoiceNumber,
    MoneyObject,
    Month,
    OneOf,
    Percent,
    Price,
)

InvoiceStatus = Annotated[str, OneOf("draft", "open", "paid", "void", "uncollectible")]
LineKind = Annotated[str, OneOf("license", "bundle", "adjustment", "credit")]


class LineHead(TypedDict):
    """What a line is about, and its price; credit is about no product and no days."""

    kind: LineKind
    product: str | None
    name: str  # as it is printed
    bundle_size: Count | None  # of a bundle
    day_price: Price | None  # null where it is not days times a price
    first_day: Date | None
    last_day: Date | None


class LineSums(TypedDict):
    """What a line comes to; in an open month so far, and to its end if nothing more changes."""

    assigned: Count  # of its licenses
    unassigned: Count
    days_to_date: Days
    days: Days  # what is billed: bundle-days of a bundle; of an adjustment the difference
    license_days: Days  # of the licenses, those of a bundle's children
    to_date: MoneyObject
    amount: MoneyObject  # `days` x `day_price` (M4)
    period: Month | None  # of an adjustment: the month that it corrects


class LineObject(LineHead, LineSums):
    """A line of an invoice (M4)."""

    licenses: Count  # that can be used and have a billed day in the month


class AttemptObject(TypedDict):
    """One try to charge a card."""

    card: str  # its id
    card_name: str
    at: Instant
    outcome: Annotated[str, OneOf("paid", "declined", "pending")]
    code: str | None  # why it was declined
    advice: str | None  # the bank's, on trying again


class InvoiceBill(TypedDict):
    """What was billed, for when, and what has been paid of it."""

    number: InvoiceNumber
    period: Month
    first_day: Date
    last_day: Date
    status: InvoiceStatus
    past_due: bool  # not collected, and `due_date` is over (I4)
    due_date: Date
    total: MoneyObject
    amount_paid: MoneyObject
    stripe_invoice_id: str | None
    stripe_number: str | None  # the number that Stripe prints


class InvoiceMoney(TypedDict):
    """What became of an invoice's money."""

    collected: MoneyObject
    refunded: MoneyObject
    disputed: MoneyObject
    credited: MoneyObject  # by credit notes
    net: MoneyObject  # `collected` less `refunded` and `disputed`


class InvoiceAttempts(TypedDict):
    """What was tried to collect an invoice."""

    attempts: list[AttemptObject]
    next_attempt: Date | None  # null: no card is charged by itself


class InvoiceHead(InvoiceBill, InvoiceMoney, InvoiceAttempts):
    """A closed invoice without its lines."""

    page_url: str | None  # the same as `hosted_url`
    hosted_url: str | None  # Stripe's page of it
    pdf_url: str | None
    closed_at: Instant
    paid_at: Instant | None
    reference: str | None  # what was said when it was marked as paid
    content_hash: Hash


class InvoiceObject(InvoiceHead):
    """A closed invoice."""

    head: Hash  # of the event that closed it; see `ledger check --since-head`
    lines: list[LineObject]


class InvoiceListAnswer(TypedDict):
    """Closed invoices, the newest month first."""

    invoices: list[InvoiceHead]
    total: Count  # without `--limit`


class InvoiceAnswer(ChangeAnswer):
    """One invoice, as it is now."""

    invoice: InvoiceObject


class InvoicesAnswer(ChangeAnswer):
    """The invoices that something was done with, as they are now."""

    invoice: InvoiceObject | None  # the last of them
    invoices: list[InvoiceObject]


class UncollectedObject(TypedDict):
    """Why an invoice was not collected."""

    code: str
    subject: str | None  # its number
    message: str
    hint: str | None  # what to do about it


class ClosedAnswer(InvoicesAnswer):
    """The invoices that were closed, or collected."""

    problems: NotRequired[list[UncollectedObject]]  # left out under `--dry-run` at Stripe


class StatementLine(TypedDict):
    """A line of a statement that is one client's, or has a markup in it."""

    kind: LineKind
    product: str | None
    name: str  # as it is printed
    bundle_size: Count | None
    day_price: Price | None  # null where it is not days times a price
    first_day: Date | None
    last_day: Date | None
    days: Days
    license_days: Days
    amount: MoneyObject
    period: Month | None  # of an adjustment: the month that it corrects


class SitePart(TypedDict):
    """What one site has of a client's part."""

    site: str | None
    days: Days  # license-days
    amount: MoneyObject


class ClientPart(TypedDict):
    """What one client has of an invoice (M5, W2)."""

    client: str | None
    days: Days  # license-days
    amount: MoneyObject
    credit: MoneyObject  # what of it is credit, which no site has
    sites: Rows[SitePart]


class DayCount(TypedDict):
    """How many licenses were active on a day."""

    day: Date
    licenses: Count


class StatementHead(TypedDict):
    """Whose statement it is."""

    agency: str
    time_zone: str
    currency: Currency
    settled_elsewhere: bool  # it lies before the books begin (I7)
    client: NotRequired[str | None]  # whose statement it is; null: what is nobody's
    statement_number: NotRequired[str | None]  # of a client's; null: it has no part, or a preview
    markup_percent: NotRequired[Percent]  # in `lines`, `clients` and `total`


class StatementBody(TypedDict):
    """What is on a statement."""

    lines: list[LineObject] | list[StatementLine]  # the latter for one client, or with a markup
    clients: Rows[ClientPart]
    head: Hash  # of the event that closed it; of the last event where the month is not closed
    licenses_per_day: list[DayCount]
    total: MoneyObject


class StatementOfInvoice(InvoiceHead, StatementHead, StatementBody):
    """The statement of an invoice."""


class OpenMonth(TypedDict):
    """A month that is not closed, in the place of an invoice."""

    number: None
    period: Month
    first_day: Date
    last_day: Date
    status: Annotated[str, OneOf("preview")]
    past_due: bool  # false
    due_date: None
    as_of: Instant
    as_of_day: Date


class StatementOfMonth(OpenMonth, StatementHead, StatementBody):
    """The statement of a month that is not closed."""


class StatementAnswer(TypedDict):
    """One month's bill as something to mail."""

    invoice: StatementOfInvoice | StatementOfMonth


class ProofProblem(TypedDict):
    """Something in a proof that is not what it comes to."""

    code: str
    subject: str  # the line, license, site, event or member that it is about
    message: str


class VerifyAnswer(TypedDict):
    """Whether a proof is right."""

    ok: bool  # false: exit 1
    lines: Count
    number: InvoiceNumber | None  # null: of a month that is not closed
    period: Month
    preview: bool
    client: NotRequired[str | None]  # whose part it is; null: what is nobody's
    total: MoneyObject
    licenses: Count
    events: Count  # that it shows
    withheld: Count  # of these, in one client's: not proved
    head: Hash
    problems: list[ProofProblem]  # empty where it is right
