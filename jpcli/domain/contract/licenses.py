"""Licenses: LICENSE, its history and its days, and the answers that are made of them."""

from __future__ import annotations

from typing import Annotated, NotRequired, TypedDict

from jpcli.domain.answers import Rows, Table
from jpcli.domain.contract.values import (
    ChangeAnswer,
    Count,
    Currency,
    Date,
    Days,
    Instant,
    LicenseKey,
    MoneyObject,
    Month,
    OneOf,
    ProblemObject,
)


class LicenseObject(TypedDict):
    """One license, or a bundle's parent."""

    license_key: LicenseKey | None  # null: not drawn yet, of a dry run
    product: str
    # `bundle`: a bundle's parent, until it is revoked
    state: Annotated[str, OneOf("assigned", "unassigned", "revoked", "bundle")]
    site: str | None  # of a revoked one, where it ran last
    client: str | None  # whose site that is now
    issued_at: Instant
    assigned_at: Instant | None  # to that site
    revoked_at: Instant | None
    bundle_key: LicenseKey | None  # of a child: its bundle
    bundle_size: Count | None  # of a bundle's parent: how many children it has


class EventObject(TypedDict):
    """What happened, as it was recorded."""

    seq: int  # its number in the ledger, from 1
    kind: str  # as `license.issued`
    subject: str  # what it is about: a license key, a site, a card, an invoice number
    at: Instant  # when it takes effect
    recorded_at: Instant
    actor: str
    reason: str | None
    data: dict[str, object]  # what it carries; each kind has its own


class LoggedEvent(EventObject):
    """An event in the log, which says what was undone since."""

    undone_by: int | None  # the number of the event that says so


class SpanObject(TypedDict):
    """Billed days of a license on one site."""

    first_day: Date
    last_day: Date | None  # open: it is still active
    days: Days | None
    days_settled_elsewhere: Days  # those before the books begin (I7)
    site: str | None


class ShownLicense(LicenseObject):
    """A license with its whole life."""

    history: list[EventObject]  # oldest first
    spans: list[SpanObject]
    children: NotRequired[list[LicenseKey]]  # of a bundle's parent: those that are active
    child_licenses: NotRequired[list[LicenseObject]]  # the same, each as in a list


class TimelineLicense(LicenseObject):
    """A license with its days of one month."""

    days: Days
    spans: list[SpanObject]


class LicensesAnswer(ChangeAnswer):
    """The licenses that were changed, as they are now."""

    licenses: Table[LicenseObject]
    problems: NotRequired[Table[ProblemObject]]  # with `--keep-going`: the rows that were left out


class CostsObject(TypedDict):
    """What the licenses cost that were issued."""

    licenses: Count  # that can be used
    day: MoneyObject  # the first day, of all of them
    period: Month  # the month it is
    first_day: Date  # of that month, from which they count
    last_day: Date
    rest_of_month: MoneyObject  # what they add to that month's bill, if nothing more changes
    earlier_months: MoneyObject  # and to those before it, where they are dated back
    settled_elsewhere: bool  # the month lies before the books begin, and is not billed here (I7)


class IssuedAnswer(LicensesAnswer):
    """The licenses that were issued, and what they cost."""

    costs: NotRequired[CostsObject]  # left out where none was issued, or not all at Jetpack


class SavesObject(TypedDict):
    """What is saved by a revocation."""

    period: Month  # the month it is
    rest_of_month: MoneyObject  # by which that month's bill is smaller, if nothing more changes
    earlier_months: MoneyObject  # and those before it, where it is dated back
    settled_elsewhere: bool  # the month lies before the books begin, and is not billed here (I7)


class RevokedAnswer(LicensesAnswer):
    """The licenses that were revoked, with those that a bundle took along."""

    saves: NotRequired[SavesObject]  # of a dry run, where something would be revoked
    replacements: NotRequired[Table[LicenseObject]]  # that took a child's place in its bundle (B2)


class LicenseListAnswer(TypedDict):
    """Licenses in a list."""

    licenses: Rows[LicenseObject]
    total: Count  # without `--limit`
    books_begin: Date | None  # days before it are settled elsewhere (I7); null: not known yet


class ShownLicensesAnswer(TypedDict):
    """The licenses that were named."""

    licenses: list[ShownLicense]


class StateCounts(TypedDict):
    """How many licenses are in which state; a bundle counts as its children."""

    total: Count  # that are active
    assigned: Count
    unassigned: Count
    revoked: Count


class CountGroupKey(TypedDict):
    """What a group of licenses has in common: the one of these that `by` names."""

    product: NotRequired[str]
    site: NotRequired[str | None]
    client: NotRequired[str | None]


class CountGroup(CountGroupKey, StateCounts):
    """The licenses that have something in common."""


class LicenseCountAnswer(StateCounts):
    """All licenses that the filters leave."""

    by: NotRequired[Annotated[str, OneOf("product", "site", "client")]]
    groups: NotRequired[list[CountGroup]]  # with `--by`


class TimelineAnswer(TypedDict):
    """The days of a month, license by license; one without a day in it is left out."""

    period: Month
    first_day: Date
    last_day: Date
    today: Date
    settled_elsewhere: bool  # it lies before the books begin (I7)
    licenses: Rows[TimelineLicense]
    total: Count  # without `--limit`


class EventsAnswer(TypedDict):
    """Events, newest first."""

    events: Rows[LoggedEvent]
    total: Count  # without `--limit`
    currency: Currency  # of what is in minor units in an event's data
