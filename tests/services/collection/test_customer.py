"""The customer at Stripe: shown, set, never twice, and the link to its own page."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import BadInput, Busy, Failed, Refused
from jpcli.services.collection.stripe import collector, invoices
from jpcli.services.collection.stripe import customer as stripe_customer
from jpcli.services.desk import Desk
from jpcli.services.invoices import close as closing
from tests.services.agency import Agency, codes
from tests.services.collection.conftest import JUNE_15, Shop
from tests.stripe_double.contract import unlisted

VAT = "eu_vat:DE123456789"


def customer(shop: Shop, given: dict[str, str] | None = None, **options: Any) -> dict[str, Any]:
    found: dict[str, Any] = shop.do(
        stripe_customer.customer, {} if given is None else given, **options
    ).data["customer"]
    return found


def there(shop: Shop) -> dict[str, Any]:
    (found,) = shop.double.objects("customer")
    return dict(found)


@pytest.mark.once
def test_without_options_it_is_shown_and_nothing_is_sent(shop: Shop) -> None:
    before, posts = shop.state(), shop.posts()
    found = customer(shop)
    assert (found["id"], found["name"], found["email"]) == (there(shop)["id"], "Agency", None)
    assert found["tax_ids"] == []
    assert found["balance"] == {"amount_minor": 0, "currency": "usd", "amount": "0.00"}
    assert (shop.state(), shop.posts()) == (before, posts)


def test_everything_can_be_set_and_an_address_grows_part_by_part(shop: Shop) -> None:
    customer(shop, {"email": " billing@acme.example ", "name": "Acme", "phone": "+49 731 1"})
    customer(shop, {"line1": "Main Street 1", "city": "Ulm"}, tax_id="EU_VAT: de 123456789")
    found = customer(shop, {"postal_code": "89073", "country": "de"})
    assert (found["email"], found["name"]) == ("billing@acme.example", "Acme")
    assert {name: part for name, part in found["address"].items() if part} == {
        "line1": "Main Street 1",
        "city": "Ulm",
        "postal_code": "89073",
        "country": "DE",
    }
    assert found["tax_ids"] == [{"type": "eu_vat", "value": "DE123456789", "status": "pending"}]
    assert there(shop)["address"]["line1"] == "Main Street 1"
    # Setting it back is a change like any other.
    assert customer(shop, {"name": "Agency"})["name"] == "Agency"
    assert customer(shop, {"name": "Acme"})["name"] == "Acme"
    assert unlisted(shop.double.requests()) == []


def test_what_is_so_already_is_not_sent_again(shop: Shop) -> None:
    customer(shop, {"email": "a@acme.example"}, tax_id=VAT)
    before, posts = shop.state(), shop.posts()
    answer = shop.do(stripe_customer.customer, {"email": "a@acme.example"}, tax_id=VAT)
    assert codes(answer) == ["already_so", "already_so"]
    assert (shop.state(), shop.posts()) == (before, posts)
    assert len(shop.double.objects("tax_id")) == 1


@pytest.mark.once
def test_a_tax_id_is_taken_away_or_exchanged(shop: Shop) -> None:
    customer(shop, tax_id=VAT)
    found = customer(shop, tax_id="gb_vat:GB123456789", no_tax_id=VAT)
    assert [tax_id["type"] for tax_id in found["tax_ids"]] == ["gb_vat"]
    before, posts = shop.state(), shop.posts()
    with pytest.raises(BadInput) as caught:
        customer(shop, {"name": "Nobody"}, tax_id="us_ein:12-3456789", no_tax_id=VAT + "0")
    assert (caught.value.code, shop.state(), shop.posts()) == ("unknown_tax_id", before, posts)
    assert caught.value.subject == "DE1234567890"


@pytest.mark.once
@pytest.mark.parametrize("times", [1, 9])
@pytest.mark.parametrize("fault", ["lost", "garbage", "dropped"])
@pytest.mark.parametrize("other", [None, "gb_vat:GB123456789", VAT])
def test_a_tax_id_whose_going_was_not_answered_has_gone_once_it_is_asked_for_again(
    shop: Shop, fault: str, times: int, other: str | None
) -> None:
    """Stripe keeps no answers to DELETE: who repeats it is told that there is no such thing."""
    customer(shop, tax_id=VAT)
    (before,) = shop.double.objects("tax_id")
    shop.double.fault(fault, method="DELETE", path=".*/tax_ids/.*", times=times)
    if times > 1 or fault == "garbage":
        with pytest.raises(Busy):
            customer(shop, tax_id=other, no_tax_id=VAT)
        shop.double.clear_faults()
        shop.do(invoices.sync)
    found = customer(shop, tax_id=other, no_tax_id=VAT)
    assert [f"{one['type']}:{one['value']}" for one in found["tax_ids"]] == (
        [other] if other else []
    )
    assert before["id"] not in [one["id"] for one in shop.double.objects("tax_id")]
    if other != VAT:
        shown, posts = shop.state(), shop.posts()
        answer = shop.do(stripe_customer.customer, {}, tax_id=other, no_tax_id=VAT)
        assert set(codes(answer)) == {"already_so"}
        assert (shop.state(), shop.posts()) == (shown, posts)


@pytest.mark.once
@pytest.mark.parametrize("dry_run", [False, True])
def test_a_tax_id_goes_only_when_stripe_has_taken_the_other_one(shop: Shop, dry_run: bool) -> None:
    customer(shop, tax_id=VAT)
    if not dry_run:
        with pytest.raises(Failed) as caught:
            customer(shop, tax_id="eu_vat:DE", no_tax_id=VAT)
        assert caught.value.code == "tax_id_invalid"
    assert [tax_id["value"] for tax_id in customer(shop)["tax_ids"]] == ["DE123456789"]
    # The same one is put in anew.
    (before,) = shop.double.objects("tax_id")
    answer = shop.do(stripe_customer.customer, {}, tax_id=VAT, no_tax_id=VAT, dry_run=dry_run)
    assert codes(answer)[:2] == ["tax_id_removed", "tax_id_added"]
    (after,) = shop.double.objects("tax_id")
    assert (before["id"] == after["id"]) is dry_run


@pytest.mark.once
@pytest.mark.parametrize(
    ("given", "options", "code"),
    [
        ({"email": ""}, {}, "bad_email"),
        ({"email": "nobody"}, {}, "bad_email"),
        ({"email": "a@b@c"}, {}, "bad_email"),
        ({"email": "a b@c"}, {}, "bad_email"),
        ({"name": "  "}, {}, "bad_name"),
        ({"name": "x" * 251}, {}, "bad_name"),
        ({"line1": "a\x1b[31m"}, {}, "bad_line1"),
        ({"country": "Germany"}, {}, "bad_country"),
        ({"country": "ÄÖ"}, {}, "bad_country"),
        ({"name": "4242 4242 4242 4242"}, {}, "card_number"),
        ({}, {"tax_id": "DE123456789"}, "bad_tax_id"),
        ({}, {"tax_id": "eu_vat:"}, "bad_tax_id"),
        ({}, {"tax_id": ""}, "bad_tax_id"),
        ({}, {"no_tax_id": ":1"}, "bad_tax_id"),
    ],
)
def test_what_cannot_be_right_is_refused_before_anything_is_asked(
    shop: Shop, given: dict[str, str], options: dict[str, str], code: str
) -> None:
    before, asked = shop.state(), len(shop.double.requests())
    with pytest.raises(BadInput) as caught:
        customer(shop, given, **options)
    assert (caught.value.code, caught.value.exit_code) == (code, 2)
    if code == "bad_tax_id":
        assert caught.value.subject == f"--{next(iter(options)).replace('_', '-')}"
    assert (shop.state(), len(shop.double.requests())) == (before, asked)


def test_a_tax_id_that_stripe_refuses_is_its_word_and_may_be_corrected(shop: Shop) -> None:
    with pytest.raises(Failed) as caught:
        customer(shop, tax_id="eu_vat:DE")
    assert caught.value.code == "tax_id_invalid"
    assert customer(shop, tax_id=VAT)["tax_ids"]


@pytest.mark.once
@pytest.mark.parametrize("fault", ["lost", "garbage", "dropped"])
def test_a_lost_answer_adds_a_tax_id_only_once(shop: Shop, fault: str) -> None:
    shop.double.fault(fault, method="POST", path=".*/tax_ids", times=9)
    with pytest.raises(Exception, match="Stripe"):
        customer(shop, tax_id=VAT)
    shop.double.clear_faults()
    customer(shop, tax_id=VAT)
    assert len(shop.double.objects("tax_id")) == 1


@pytest.mark.once
def test_a_dry_run_sends_nothing(shop: Shop) -> None:
    customer(shop, tax_id=VAT)
    before, posts, was = shop.state(), shop.posts(), there(shop)
    answer = shop.do(
        stripe_customer.customer,
        {"email": "b@acme.example"},
        tax_id="gb_vat:GB123456789",
        no_tax_id=VAT,
        dry_run=True,
    )
    assert {"customer_changed", "tax_id_added", "tax_id_removed"} <= set(codes(answer))
    assert (shop.state(), shop.posts(), there(shop)) == (before, posts, was)


@pytest.mark.once
def test_a_dry_run_makes_no_customer(shop: Shop, tmp_path: Path) -> None:
    agency = Agency(tmp_path / "young.db", JUNE_15).init(payments="stripe")
    before, posts = agency.state(), shop.posts()
    answer = agency.do(stripe_customer.customer, {"email": "a@b.example"}, dry_run=True)
    assert answer.data["customer"] is None
    assert (agency.state(), shop.posts()) == (before, posts)


def test_the_same_key_again_is_the_same_answer(shop: Shop) -> None:
    first = shop.do(stripe_customer.customer, {"name": "Acme"}, key="k")
    posts = shop.posts()
    again = shop.do(stripe_customer.customer, {"name": "Acme"}, key="k")
    assert (again.data, shop.posts()) == (first.data, posts)


@pytest.mark.once
def test_the_portal_is_a_link(shop: Shop) -> None:
    answer = shop.do(stripe_customer.portal)
    (session,) = shop.double.objects("billing_portal.session")
    assert answer.data == {"portal": {"url": session["url"]}}
    assert session["customer"] == there(shop)["id"]
    shop.now = "2024-07-02T09:30:00Z"
    assert shop.do(stripe_customer.portal).data != answer.data
    assert unlisted(shop.double.requests()) == []


@pytest.mark.once
def test_a_portal_that_is_not_set_up_says_where_to(shop: Shop) -> None:
    shop.double.fault("status", path=".*/billing_portal/.*", status=400)
    with pytest.raises(Failed) as caught:
        shop.do(stripe_customer.portal)
    assert "dashboard.stripe.com" in str(caught.value.hint)


def test_a_ledger_that_collects_by_hand_has_no_customer(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "hand.db", JUNE_15).init()
    before = agency.state()
    for use_case, more in ((stripe_customer.customer, ({},)), (stripe_customer.portal, ())):
        with pytest.raises(Refused) as caught:
            agency.do(use_case, *more)
        assert (caught.value.code, agency.state()) == ("offline_gateway", before)


@pytest.mark.once
@pytest.mark.parametrize(
    "road",
    [
        lambda desk: stripe_customer.customer(desk, {"name": "Acme"}),
        lambda desk: stripe_customer.customer(desk, {}),
        stripe_customer.portal,
        collector.open_checkout,
        lambda desk: invoices.push(desk, "2024-06"),
    ],
    ids=["stripe customer --name", "stripe customer", "portal", "cards add", "invoice push"],
)
def test_with_a_customer_that_was_deleted_its_cards_are_off_file(
    shop: Shop, road: Callable[[Desk], Any]
) -> None:
    """On every road that makes it anew: nothing is issued on a card that is gone (R1)."""
    shop.do(closing.close, "2024-06")
    shop.attach()
    shop.double.edit(there(shop)["id"], deleted=True)
    with shop.desk() as desk:
        road(desk)
    assert shop.cards() == []
    with pytest.raises(Refused) as caught:
        shop.issue("jetpack-scan")
    assert caught.value.code == "no_primary_card"
    deleted = [bool(one.get("deleted")) for one in shop.double.objects("customer")]
    assert sorted(deleted) == [False, True]


@pytest.mark.file("backups and what they restore")
@pytest.mark.once
def test_a_new_ledger_gets_one_customer_that_has_its_name_and_number(
    shop: Shop, tmp_path: Path
) -> None:
    """On a copy from before that, too: the customer is known by the ledger's number."""
    agency = Shop(tmp_path / "new.db", JUNE_15)
    agency.double = shop.double
    agency.init(payments="stripe", name="Another agency")
    before = Path(agency.path).read_bytes()
    with agency.desk(writes=False) as desk:
        ledger_id = desk.ledger.meta["ledger_id"]

    def made() -> list[dict[str, Any]]:
        found = shop.double.objects("customer")
        return [one for one in found if one["metadata"].get("jpcli_ledger") == ledger_id]

    shop.double.fault("lost", method="POST", path="/v1/customers", times=9)
    with pytest.raises(Busy):
        agency.attach()
    shop.double.clear_faults()
    agency.attach()
    (customer,) = made()
    assert customer["name"] == "Another agency"
    agency.attach("pm_card_mastercard")
    for left in Path(agency.path).parent.glob("new.db-*"):
        left.unlink()
    Path(agency.path).write_bytes(before)
    for keys in shop.double.double.keys.values():
        keys.entries.clear()  # as Stripe does within days
    agency.do(collector.attach_card, "pm_card_visa", primary=False)
    assert [one["id"] for one in made()] == [customer["id"]]
    assert len(agency.cards()) == 3
