"""Every kind of event, once: what it is called and what it carries.

Owns the names of kinds and the data that is recorded with each, which is what is hashed and kept
for ever: a key that stands here is never renamed. What events mean stands with what they are
about: `license_events`, `owners`, `prices`; the kinds that correct names and details are in
`agency_events`, those about calls to the outside in `outside_events`. The subject of an event is
the name that its thing has after it. This module must not import others: every command loads it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    # Kind, subject and data, as `Writer.record` takes them.
    Entry = tuple[str, str, Mapping[str, Any]]

# Later than every event: how things stand now.
LATEST_SEQ = 2**62

LEDGER_CREATED = "ledger.created"
LEDGER_SET = "ledger.set"
LEDGER_ZONE_SET = "ledger.zone_set"
PAYMENTS_SET = "payments.set"
REQUEST_ANSWERED = "request.answered"
REQUEST_LISTED = "request.listed"
CHANGE_UNDONE = "change.undone"

PRICE_SET = "price.set"

CLIENT_ADDED = "client.added"
SITE_ADDED = "site.added"
SITE_MOVED = "site.moved"
SITE_OWNERS_SET = "site.owners_set"

LICENSE_ISSUED = "license.issued"
LICENSE_IMPORTED = "license.imported"
LICENSE_ASSIGNED = "license.assigned"
LICENSE_TRANSFERRED = "license.transferred"
LICENSE_UNASSIGNED = "license.unassigned"
LICENSE_REVOKED = "license.revoked"

CARD_ADDED = "card.added"
CARD_MADE_PRIMARY = "card.made_primary"
CARD_REMOVED = "card.removed"
CARDS_SYNCED = "cards.synced"

INVOICE_LISTED = "invoice.listed"
INVOICE_CLOSED = "invoice.closed"
INVOICE_PAID = "invoice.paid"
INVOICE_REOPENED = "invoice.reopened"
INVOICE_VOIDED = "invoice.voided"
INVOICE_SYNCED = "invoice.synced"
PAYMENT_ATTEMPTED = "payment.attempted"

# The subject of each change that is undone.
UNDOING = "undo"

# Whose subject is a license.
ABOUT_LICENSES = (
    LICENSE_ISSUED,
    LICENSE_IMPORTED,
    LICENSE_ASSIGNED,
    LICENSE_TRANSFERRED,
    LICENSE_UNASSIGNED,
    LICENSE_REVOKED,
)
# What may change of an invoice after its closing: whether it stands, and what was paid of it.
AFTER_CLOSING = (INVOICE_PAID, INVOICE_REOPENED, INVOICE_VOIDED, INVOICE_SYNCED)
# Whose subject is a site: whose it is.
ABOUT_OWNERS = (SITE_ADDED, SITE_MOVED, SITE_OWNERS_SET)

# A line as its closing records it. The content hash covers these names, in this order (I2).
LINE_FIELDS = (
    "kind",
    "product",
    "name",
    "bundle_size",
    "day_price_e12",
    "first_day",
    "last_day",
    "licenses",
    "assigned",
    "unassigned",
    "days",
    "license_days",
    "amount_minor",
    "period",
)
# What the gateway may say of an invoice.
SYNCED_FIELDS = (
    "status",
    "amount_paid_minor",
    "paid_at",
    "gateway_id",
    "page_url",
    "pdf_url",
    "gateway_number",
    "refunded_minor",
    "disputed_minor",
    "credited_minor",
    "reference",
)


class Event(NamedTuple):
    """One thing that happened. `at` is when it took effect, `recorded_at` when it was written
    (both instants); `subject` is the license key, site, client, card or product it is about."""

    seq: int
    kind: str
    subject: str
    at: int
    recorded_at: int
    actor: str
    reason: str | None
    data: Mapping[str, Any]


def ledger_created(facts: Mapping[str, str]) -> Entry:
    """A ledger begins, with these facts; the first event of each."""
    return LEDGER_CREATED, facts["name"], dict(facts)


def ledger_set(shown: str, name: str, value: str) -> Entry:
    """A setting has this value from now on; `shown` is what a person calls it."""
    return LEDGER_SET, shown, {name: value}


def ledger_zone_set(zone: str, facts: Mapping[str, str]) -> Entry:
    """The rules of the ledger's time zone are these, for all that was recorded before as well."""
    return LEDGER_ZONE_SET, zone, facts


def payments_set(gateway: str, facts: Mapping[str, str]) -> Entry:
    """What the ledger has learned of its gateway."""
    return PAYMENTS_SET, gateway, facts


def request_answered(idempotency_key: str, request_hash: str, answer: str) -> Entry:
    """A request was answered so; `answer` is JSON text."""
    return REQUEST_ANSWERED, idempotency_key, {"request_hash": request_hash, "answer": answer}


def request_listed(idempotency_key: str, rows: Sequence[Any]) -> Entry:
    """A part of what an answer lists; the answer itself comes after its parts."""
    return REQUEST_LISTED, idempotency_key, {"rows": rows}


def change_undone(undone: Sequence[Sequence[int]], by: Sequence[Sequence[int]]) -> Entry:
    """What was recorded under the numbers of `undone` was undone by what was under those of `by`:
    each is `[first, last]`. All of them have one subject, by which they are found."""
    return CHANGE_UNDONE, UNDOING, {"undone": undone, "by": by}


def price_set(
    product: str, bundle_size: int, *, name: str, family: str, since: str, day_price_e12: int
) -> Entry:
    """A day costs this much from the date `since` on (M2)."""
    offer = {"name": name, "family": family, "bundle_size": bundle_size}
    return PRICE_SET, product, {**offer, "from": since, "day_price_e12": day_price_e12}


def client_added(client: str) -> Entry:
    """There is a client."""
    return CLIENT_ADDED, client, {}


def site_added(url: str, client: str | None) -> Entry:
    """There is a site, and whose it is since ever (W2)."""
    return SITE_ADDED, url, {"client": client}


def site_given(url: str, client: str | None) -> Entry:
    """A site that was nobody's is a client's, named in passing."""
    return SITE_MOVED, url, {"client": client}


def site_moved(url: str, client: str | None, before: str | None) -> Entry:
    """A site is another client's, or nobody's (W2)."""
    return SITE_MOVED, url, {"client": client, "from": before}


def site_owners_set(url: str, owners: Sequence[Mapping[str, str | None]]) -> Entry:
    """All clients a site ever had: `client` and `from`, an instant, in order of time."""
    return SITE_OWNERS_SET, url, {"owners": owners}


def license_terms(
    product: str, bundle_size: int | None = None, bundle_key: str | None = None
) -> dict[str, Any]:
    """What a license is issued as. One object for many licenses is encoded once."""
    return {"product": product, "bundle_size": bundle_size, "bundle_key": bundle_key}


def license_issued(license_key: str, terms: Mapping[str, Any]) -> Entry:
    """A license is active, and on no site (D1)."""
    return LICENSE_ISSUED, license_key, terms


def license_imported(license_key: str, life: Mapping[str, Any]) -> Entry:
    """A whole life at once, as a history file tells it: terms, `issued_at`, `revoked_at` and
    `assignments`, instants as text."""
    return LICENSE_IMPORTED, license_key, life


def license_assigned(license_key: str, site: str) -> Entry:
    """A license that was on no site is on one (W1)."""
    return LICENSE_ASSIGNED, license_key, {"site": site}


def license_transferred(license_key: str, site: str, before: str | None) -> Entry:
    """A license is on another site, in one step (W1)."""
    return LICENSE_TRANSFERRED, license_key, {"site": site, "from": before}


def license_unassigned(license_key: str, before: str | None) -> Entry:
    """A license is on no site any more, and active still (W1)."""
    return LICENSE_UNASSIGNED, license_key, {"site": None, "from": before}


def license_revoked(license_key: str) -> Entry:
    """A license has ended (D1)."""
    return LICENSE_REVOKED, license_key, {}


def card_added(
    card_id: str, *, brand: str, last4: str, exp_month: int, exp_year: int, primary: bool
) -> Entry:
    """A card is on file; where it is `primary`, no other is (R3)."""
    shown = {"brand": brand, "last4": last4, "exp_month": exp_month, "exp_year": exp_year}
    return CARD_ADDED, card_id, {**shown, "primary": primary}


def card_made_primary(card_id: str) -> Entry:
    """This card is charged first."""
    return CARD_MADE_PRIMARY, card_id, {}


def card_removed(card_id: str, promoted: str | None) -> Entry:
    """A card is off file, and another is primary instead where it was (R3)."""
    return CARD_REMOVED, card_id, {"promoted": promoted}


def cards_synced(customer: str, cards: Sequence[Sequence[Any]]) -> Entry:
    """The cards as the gateway has them: `(id, brand, last4, month, year, primary, added_at)`."""
    return CARDS_SYNCED, customer, {"cards": cards}


def invoice_listed(number: str, name: str, rows: Sequence[Any], *, first: int, left: int) -> Entry:
    """A part of the `holders` or `shares` of a closing, of which these are the rows from number
    `first` on; the closing is the event `left` numbers later."""
    return INVOICE_LISTED, number, {name: rows, "first": first, "left": left}


def invoice_closed(number: str, content: Mapping[str, Any]) -> Entry:
    """A month is billed (I2): `period`, its days, `status`, `due_day`, `total_minor`, `lines` in
    the order of `LINE_FIELDS`, `content_hash`, and since the second schema `holders`, `shares`, or
    in their place `listed`."""
    return INVOICE_CLOSED, number, content


def invoice_paid(number: str, amount_minor: int, reference: str | None) -> Entry:
    """All of an invoice was collected (I4)."""
    return INVOICE_PAID, number, {"reference": reference, "amount_minor": amount_minor}


def invoice_reopened(number: str) -> Entry:
    """An invoice was not paid after all, and is open again (I4)."""
    return INVOICE_REOPENED, number, {}


def invoice_voided(number: str) -> Entry:
    """An invoice is void, and its month billable again (I6)."""
    return INVOICE_VOIDED, number, {}


def invoice_synced(number: str, said: Mapping[str, Any]) -> Entry:
    """What the gateway says of an invoice now, by `SYNCED_FIELDS`; what is not named stays."""
    return INVOICE_SYNCED, number, said


def payment_attempted(
    number: str,
    *,
    card: str | None,
    card_name: str,
    outcome: str,
    code: str | None,
    advice: str | None,
    charge: str | None,
) -> Entry:
    """A card was charged for an invoice, or declined."""
    tried = {"card": card, "card_name": card_name, "charge": charge}
    return PAYMENT_ATTEMPTED, number, {**tried, "outcome": outcome, "code": code, "advice": advice}
