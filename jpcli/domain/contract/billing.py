"""A month's bill as it would be, how it changes, and why it is what it is."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Rows
from jpcli.domain.contract.invoices import InvoiceStatus, LineHead, LineObject, LineSums
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
    Percent,
    Price,
)


class UsedLicenses(TypedDict):
    """Licenses that can be used and have a billed day in the month."""

    total: Count
    assigned: Count  # to a site, on the last of those days
    unassigned: Count


class PreviewLine(LineObject):
    """A line of a preview."""

    amount_with_markup: NotRequired[MoneyObject]  # with `--markup`


class GroupKey(TypedDict):
    """What a part of the bill is about: the one of these that `by` names."""

    product: NotRequired[str | None]  # null: credit
    site: NotRequired[str | None]
    client: NotRequired[str | None]
    license_key: NotRequired[str | None]  # by `license`
    day: NotRequired[Date | None]


class GroupObject(GroupKey):
    """A part of the bill; all of them add up to the lines (M5)."""

    days_to_date: Days  # license-days
    days: Days
    to_date: MoneyObject
    amount: MoneyObject
    amount_with_markup: NotRequired[MoneyObject]  # with `--markup`


class WhatIfObject(TypedDict):
    """What was supposed, as it was typed, and what that makes of the month's total."""

    revoke: list[str]
    issue: list[str]
    before: MoneyObject  # without it
    after: MoneyObject  # with it, the preview's total
    difference: MoneyObject  # after less before


class ForecastMonth(TypedDict):
    """What a month comes to if nothing more changes."""

    period: Month
    first_day: Date
    last_day: Date
    invoice: InvoiceNumber | None
    settled_elsewhere: bool  # it lies before the books begin (I7)
    licenses: Count
    unassigned: Count
    days_to_date: Days
    days: Days
    license_days: Days
    corrections: MoneyObject  # adjustments and credit, which are in the total
    to_date: MoneyObject
    total: MoneyObject
    total_with_markup: NotRequired[MoneyObject]  # with `--markup`
    groups: NotRequired[Rows[GroupObject]]  # with `--by`


class PreviewAnswer(TypedDict):
    """The invoice of a month as it would be (I1)."""

    period: Month
    first_day: Date
    last_day: Date
    time_zone: str  # an IANA name
    as_of: Instant  # the moment that the month is seen from
    as_of_day: Date  # the day of that; later days are only expected
    agency: str
    currency: Currency
    settled_elsewhere: bool  # it lies before the books begin (I7)
    licenses: UsedLicenses
    lines: list[PreviewLine]
    total_to_date: MoneyObject
    total: MoneyObject
    invoice: NotRequired[InvoiceNumber]  # of a month that is closed
    status: NotRequired[InvoiceStatus]  # of a month that is closed
    client: NotRequired[str | None]  # whose part it is, with `--client`; null: `--no-client`
    markup_percent: NotRequired[Percent]  # with `--markup`, as it was typed
    total_with_markup: NotRequired[MoneyObject]  # with `--markup`
    what_if: NotRequired[WhatIfObject]  # with `--revoke` or `--issue`
    by: NotRequired[Annotated[str, OneOf("product", "site", "client", "license", "day")]]
    groups: NotRequired[Rows[GroupObject]]  # with `--by`
    months: NotRequired[list[ForecastMonth]]  # with `--months`, this one first


class PreviewDetails(TypedDict):
    """What only a person looks at."""

    licenses_per_day: list[Count]
    unassigned_to_date: MoneyObject
    unassigned_amount: MoneyObject


class DrawnPreview(PreviewAnswer):
    """A preview as it is drawn; JSON never has the details."""

    details: NotRequired[PreviewDetails]


class DrawnMonths(DrawnPreview):
    """Months split by something as they are drawn: at most so many groups, 0 for all."""

    limit: int


class EventMark(TypedDict):
    """An event that began or ended days."""

    seq: int  # its number in the ledger
    kind: str
    at: Instant  # when it took effect
    actor: str


class LateEvent(EventMark):
    """An event that was recorded after the month was closed."""

    recorded_at: Instant


_FromDay = TypedDict(
    "_FromDay",
    {
        "from": Date,  # the first day on which it holds
    },
)


class PriceEvent(LateEvent, _FromDay):
    """A price that was set after the month was closed."""

    day_price: Price


class StayObject(TypedDict):
    """Days of a license on one site of one client."""

    site: str | None
    client: str | None
    first_day: Date
    last_day: Date
    days: Days


class ExplainedLicense(TypedDict):
    """A license behind a line, or a bundle."""

    license_key: LicenseKey | None  # null: days of an invoice that was void by then
    bundle_key: LicenseKey | None
    first_day: Date | None  # null: no day is left in the month
    last_day: Date | None
    days: Days
    sites: list[StayObject]
    began: EventMark | None
    ended: EventMark | None
    why: str  # each day counts, in a sentence


class AdjustedLicense(ExplainedLicense):
    """A license behind an adjustment; `days` is the difference."""

    days_billed: Days | None
    days_now: Days | None
    events: list[LateEvent]  # that made the difference


class ExplainedLine(LineHead, LineSums):
    """A line and what stands behind it."""

    license_count: Count  # that can be used and have a billed day in the month
    why: str  # it comes to that, in a sentence
    price_events: list[PriceEvent]  # of an adjustment
    bundles: Rows[ExplainedLicense] | Rows[AdjustedLicense]  # what is billed, on a line of bundles
    licenses: Rows[ExplainedLicense] | Rows[AdjustedLicense]  # the latter on an adjustment


class CorrectionObject(TypedDict):
    """Where a closed month was, or will be, corrected (I3)."""

    invoice: InvoiceNumber
    period: Month
    closed: bool  # false: that invoice is still to be closed
    product: str
    name: str
    bundle_size: Count | None
    days: Days
    license_days: Days
    amount: MoneyObject


class ExplainAnswer(TypedDict):
    """A month's bill, down to licenses, dates and events."""

    period: Month
    invoice: InvoiceNumber | None  # null: not closed
    status: InvoiceStatus | None
    settled_elsewhere: bool  # it lies before the books begin (I7)
    agency: str
    first_day: Date
    last_day: Date
    time_zone: str
    as_of: Instant  # the moment that the month is seen from
    as_of_day: Date  # the day of that; later days are only expected
    currency: Currency
    total: MoneyObject
    product: str | None  # what was asked for
    license_key: LicenseKey | None  # what was asked for
    corrections: list[CorrectionObject]
    lines: list[ExplainedLine]


class ExplainedRowsAnswer(TypedDict):
    """The same as one table for NDJSON, CSV and TSV: a license of a line a row, or a stretch of its
    days."""

    licenses: Rows[object]


class DrawnExplanation(ExplainAnswer):
    """An explanation as it is drawn: at most so many licenses a line, 0 for all."""

    limit: int
