"""What stands in a ledger for each kind of event, for as long as there are ledgers.

Whoever changes one of these lines can't read the ledgers that there are.
"""

from __future__ import annotations

from inspect import isfunction, signature
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain import agency_events, events

if TYPE_CHECKING:
    from collections.abc import Callable

CARD = {"brand": "visa", "last4": "4242", "exp_month": 12, "exp_year": 2030}
PRICE = {"name": "Scan", "family": "scan", "day_price_e12": 5}
TRIED = {
    "card": "pm_1",
    "card_name": "visa 4242",
    "outcome": "declined",
    "code": "card_declined",
    "advice": "try_again_later",
    "charge": "ch_1",
}
TERMS = {"product": "scan", "bundle_size": 20, "bundle_key": "b_1"}

# What it is told, and its kind, subject and data.
STORED: dict[Callable[..., Any], tuple[tuple[Any, ...], dict[str, Any], tuple[Any, ...]]] = {
    events.ledger_created: (
        ({"name": "Acme", "zone": "UTC"},),
        {},
        ("ledger.created", "Acme", {"name": "Acme", "zone": "UTC"}),
    ),
    events.ledger_set: (
        ("terms", "payment_terms_days", "30"),
        {},
        ("ledger.set", "terms", {"payment_terms_days": "30"}),
    ),
    events.ledger_zone_set: (("UTC", {"a": "b"}), {}, ("ledger.zone_set", "UTC", {"a": "b"})),
    events.payments_set: (("stripe", {"a": "b"}), {}, ("payments.set", "stripe", {"a": "b"})),
    events.request_answered: (
        ("k", "hash", "{}"),
        {},
        ("request.answered", "k", {"request_hash": "hash", "answer": "{}"}),
    ),
    events.request_listed: (("k", [1]), {}, ("request.listed", "k", {"rows": [1]})),
    events.change_undone: (
        ([[12, 15]], [[16, 19]]),
        {},
        ("change.undone", "undo", {"undone": [[12, 15]], "by": [[16, 19]]}),
    ),
    events.price_set: (
        ("scan", 20),
        {**PRICE, "since": "2024-06-01"},
        ("price.set", "scan", {**PRICE, "bundle_size": 20, "from": "2024-06-01"}),
    ),
    events.client_added: (("Ann",), {}, ("client.added", "Ann", {})),
    events.site_added: (("https://a", "Ann"), {}, ("site.added", "https://a", {"client": "Ann"})),
    events.site_given: (("https://a", "Ann"), {}, ("site.moved", "https://a", {"client": "Ann"})),
    events.site_moved: (
        ("https://a", "Ann", "Bob"),
        {},
        ("site.moved", "https://a", {"client": "Ann", "from": "Bob"}),
    ),
    events.site_owners_set: (
        ("https://a", [{"client": "Ann", "from": None}]),
        {},
        ("site.owners_set", "https://a", {"owners": [{"client": "Ann", "from": None}]}),
    ),
    events.license_issued: (("s_1", TERMS), {}, ("license.issued", "s_1", TERMS)),
    events.license_imported: (("s_1", {"a": "b"}), {}, ("license.imported", "s_1", {"a": "b"})),
    events.license_assigned: (
        ("s_1", "https://a"),
        {},
        ("license.assigned", "s_1", {"site": "https://a"}),
    ),
    events.license_transferred: (
        ("s_1", "https://a", "https://b"),
        {},
        ("license.transferred", "s_1", {"site": "https://a", "from": "https://b"}),
    ),
    events.license_unassigned: (
        ("s_1", "https://b"),
        {},
        ("license.unassigned", "s_1", {"site": None, "from": "https://b"}),
    ),
    events.license_revoked: (("s_1",), {}, ("license.revoked", "s_1", {})),
    events.card_added: (
        ("pm_1",),
        {**CARD, "primary": True},
        ("card.added", "pm_1", {**CARD, "primary": True}),
    ),
    events.card_made_primary: (("pm_1",), {}, ("card.made_primary", "pm_1", {})),
    events.card_removed: (("pm_1", "pm_2"), {}, ("card.removed", "pm_1", {"promoted": "pm_2"})),
    events.cards_synced: (
        ("cus_1", [("pm_1",)]),
        {},
        ("cards.synced", "cus_1", {"cards": [("pm_1",)]}),
    ),
    events.invoice_listed: (
        ("INV", "shares", [[0, 1, 31, 310]]),
        {"first": 200, "left": 3},
        ("invoice.listed", "INV", {"shares": [[0, 1, 31, 310]], "first": 200, "left": 3}),
    ),
    events.invoice_closed: (("INV", {"a": "b"}), {}, ("invoice.closed", "INV", {"a": "b"})),
    events.invoice_paid: (
        ("INV", 5, "wire"),
        {},
        ("invoice.paid", "INV", {"reference": "wire", "amount_minor": 5}),
    ),
    events.invoice_reopened: (("INV",), {}, ("invoice.reopened", "INV", {})),
    events.invoice_voided: (("INV",), {}, ("invoice.voided", "INV", {})),
    events.invoice_synced: (
        ("INV", {"status": "paid"}),
        {},
        ("invoice.synced", "INV", {"status": "paid"}),
    ),
    events.payment_attempted: (("INV",), TRIED, ("payment.attempted", "INV", TRIED)),
    agency_events.client_renamed: (("Bo", "Bob"), {}, ("client.renamed", "Bo", {"from": "Bob"})),
    agency_events.client_edited: (
        ("Ann", {"email": None, "markup": "20"}),
        {},
        ("client.edited", "Ann", {"email": None, "markup": "20"}),
    ),
    agency_events.client_archived: (
        ("Ann", True, "Bob"),
        {},
        ("client.archived", "Ann", {"archived": True, "into": "Bob"}),
    ),
    agency_events.site_renamed: (
        ("https://b", "https://a"),
        {},
        ("site.renamed", "https://b", {"from": "https://a"}),
    ),
    agency_events.site_archived: (
        ("https://a", False),
        {},
        ("site.archived", "https://a", {"archived": False, "into": None}),
    ),
    agency_events.product_edited: (
        ("scan", {"name": "Scan", "hidden": True}),
        {},
        ("product.edited", "scan", {"name": "Scan", "hidden": True}),
    ),
    agency_events.price_removed: (
        ("scan", 20, "2024-06-01"),
        {},
        ("price.removed", "scan", {"bundle_size": 20, "from": "2024-06-01"}),
    ),
}


@pytest.mark.parametrize("made", STORED, ids=lambda made: made.__name__)
def test_an_event_is_stored_as_it_always_was(made: Callable[..., Any]) -> None:
    told, named, stored = STORED[made]
    assert made(*told, **named) == stored


def test_the_terms_of_a_license_are_told_by_these_names() -> None:
    assert events.license_terms("scan", 20, "b_1") == TERMS


def test_every_event_is_in_the_table() -> None:
    makers = {
        made
        for made in (*vars(events).values(), *vars(agency_events).values())
        if isfunction(made) and signature(made).return_annotation == "Entry"
    }
    assert makers == set(STORED)
