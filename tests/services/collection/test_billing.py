"""Closing, collecting, voiding, syncing and reconciling through Stripe's own client (I4 to I6)."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import AuthProblem, Busy, Declined, Failed, Problem, Refused
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.payments import stripe_gateway
from jpcli.services.collection.stripe import collector, draft, push
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.files.read import read_rows
from jpcli.services.invoices import invoices
from jpcli.services.licenses import issue, licenses
from tests.services.agency import codes, minor
from tests.services.collection.conftest import Shop
from tests.stripe_double.auth import EXPIRED_KEY, LIVE_KEY, TEST_KEY
from tests.stripe_double.contract import unlisted

# 2 scans for 16 days at 0.16, a bundle for 16 days at 0.50.
TOTAL = 512 + 800


def remote(shop: Shop, number: str = "INV-2024-06") -> dict[str, Any]:
    found = [i for i in shop.double.objects("invoice") if i["metadata"]["jpcli_invoice"] == number]
    assert len(found) == 1
    return dict(found[0])


def local(shop: Shop, name: str = "2024-06") -> dict[str, Any]:
    found: dict[str, Any] = shop.ask(invoices.show, name)["invoice"]
    return found


def test_i5_closing_pushes_line_by_line_and_charges_the_primary_card(shop: Shop) -> None:
    shop.attach()
    answer = shop.close()
    found = answer.data["invoice"]
    assert (found["status"], minor(found["total"]), minor(found["amount_paid"])) == (
        "paid",
        TOTAL,
        TOTAL,
    )
    there = remote(shop)
    assert found["stripe_invoice_id"] == there["id"]
    assert (there["status"], there["total"], there["auto_advance"]) == ("paid", TOTAL, False)
    items = shop.double.objects("invoiceitem")
    assert sorted((item["amount"], item["description"]) for item in items) == [
        (512, "Scan Daily: 32 days × $0.16"),
        (800, "Security, bundle of 3: 16 bundle-days × $0.50"),
    ]
    assert len(shop.double.objects("charge")) == 1
    assert shop.reconcile() == []
    assert unlisted(shop.double.requests()) == []


CARDS = ("pm_card_visa", "pm_card_mastercard", "pm_card_amex")


@pytest.mark.once
@pytest.mark.parametrize("primary", range(3))
@pytest.mark.parametrize("by_hand", [False, True], ids=["closing", "pay"])
@pytest.mark.parametrize("added", ["with --primary", "made primary later"])
def test_i5_the_primary_card_is_charged_first_whenever_it_was_added(
    shop: Shop, primary: int, by_hand: bool, added: str
) -> None:
    if by_hand:
        shop.close()  # without a card: it stays open
    keys = []
    for place, card in enumerate(CARDS):
        first = added == "with --primary" and place == primary
        keys.append(shop.attach(card, primary=first))
    if added != "with --primary":
        shop.do(collector.make_primary, keys[primary])
    (chosen,) = [card["id"] for card in shop.cards() if card["primary"]]
    assert chosen == keys[primary]
    if by_hand:
        shop.do(stripe_billing.pay, "2024-06")
    else:
        shop.close()
    assert local(shop)["status"] == "paid"
    assert [charge["payment_method"] for charge in shop.double.objects("charge")] == [chosen]


@pytest.mark.once
@pytest.mark.parametrize("primary", range(3))
def test_i5_after_the_primary_card_the_others_are_charged_in_the_order_of_adding(
    shop: Shop, primary: int
) -> None:
    keys = [shop.attach("pm_card_chargeCustomerFail") for _ in CARDS]
    shop.do(collector.make_primary, keys[primary])
    with suppress(Declined):
        shop.close()
    tried = [charge["payment_method"] for charge in shop.double.objects("charge")]
    assert tried == [keys[primary], *(key for key in keys if key != keys[primary])]


def test_i5_a_declined_card_is_followed_by_the_next_one(shop: Shop) -> None:
    bad = shop.attach("pm_card_chargeCustomerFail")
    good = shop.attach()
    assert [card["id"] for card in shop.cards() if card["primary"]] == [bad]
    shop.close()
    assert local(shop)["status"] == "paid"
    paid = [charge for charge in shop.double.objects("charge") if charge["paid"]]
    assert [charge["payment_method"] for charge in paid] == [good]


def test_i5_when_every_card_is_declined_the_invoice_stays_open_and_says_what_to_do(
    shop: Shop,
) -> None:
    card = shop.attach()
    shop.double.change_card(card, charge="insufficient_funds")
    with pytest.raises(Declined) as caught:
        shop.close()
    assert (caught.value.exit_code, caught.value.subject) == (5, local(shop)["number"])
    assert "insufficient_funds" in caught.value.message
    assert "cards add" in str(caught.value.hint)
    assert local(shop)["status"] == "open"
    # The same command again says so, and waits for another day; a person need not wait.
    with pytest.raises(Declined) as waiting:
        shop.close()
    assert waiting.value.code == "retry_later"
    assert len(shop.double.objects("charge")) == 1
    shop.double.change_card(card, charge=None)
    shop.do(stripe_billing.pay, "2024-06")
    assert local(shop)["status"] == "paid"
    assert sum(charge["paid"] for charge in shop.double.objects("charge")) == 1


def test_i5_a_bank_that_wants_the_cardholder_gets_the_invoices_page(shop: Shop) -> None:
    shop.double.change_card(shop.attach(), charge="authentication_required")
    with pytest.raises(Declined) as caught:
        shop.close()
    # A ledger that was put back finds the attempt of before, and makes no other.
    assert caught.value.code in ("authentication_required", "dunning_ended")
    assert "authentication_required" in caught.value.message
    assert len(shop.double.objects("charge")) == 1
    assert remote(shop)["hosted_invoice_url"] in str(caught.value.hint)


def test_i5_without_a_card_the_invoice_is_open_and_becomes_past_due(shop: Shop) -> None:
    answer = shop.close()
    assert [error.code for error in answer.failures] == ["no_card"]
    assert local(shop)["status"] == "open"
    shop.now = "2024-07-03T00:00:00Z"
    shop.attach()
    with pytest.raises(Refused) as caught:
        shop.issue("jetpack-scan")
    assert caught.value.code == "invoice_past_due"
    shop.do(stripe_billing.pay, "2024-06")
    shop.issue("jetpack-scan")


def test_paid_is_not_always_collected(shop: Shop) -> None:
    shop.attach()
    shop.set_price("jetpack-scan", "0.01", "2024-06-01")
    shop.set_price("jetpack-security-t1", "0", "2024-06-01", bundle_size=3)
    answer = shop.close()
    found = answer.data["invoice"]
    assert (found["status"], minor(found["total"]), minor(found["amount_paid"])) == ("paid", 32, 0)
    assert "paid_not_collected" in codes(answer)
    assert shop.double.objects("charge") == []


def test_i6_voiding_is_done_at_stripe_and_the_month_is_billed_again(shop: Shop) -> None:
    shop.close()
    shop.do(collector.void, "2024-06", None)
    assert remote(shop)["status"] == "void"
    shop.attach()
    shop.close()
    assert local(shop)["number"] == "INV-2024-06-2"
    assert remote(shop, "INV-2024-06-2")["status"] == "paid"
    with pytest.raises(Refused, match="paid"):
        shop.do(collector.void, "2024-06", None)


def test_a_total_that_is_not_ours_stops_before_anything_is_final(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.attach()
    right = draft.line_items

    def wrong(desk: Any, invoice: Any) -> Any:
        first, *rest = right(desk, invoice)
        return [first._replace(amount_minor=first.amount_minor + 1), *rest]

    monkeypatch.setattr(push, "line_items", wrong)
    with pytest.raises(Failed) as caught:
        shop.close()
    assert (caught.value.code, caught.value.exit_code) == ("total_mismatch", 1)
    assert remote(shop)["status"] == "draft"
    assert shop.double.objects("charge") == []


def test_sync_takes_over_what_happened_at_stripe_and_can_be_repeated(shop: Shop) -> None:
    shop.do(stripe_billing.sync)
    shop.close()
    assert local(shop)["status"] == "open"
    shop.double.pay_hosted(remote(shop)["id"], "pm_card_visa")
    assert local(shop)["status"] == "open"
    answer = shop.do(stripe_billing.sync)
    assert local(shop)["status"] == "paid"
    assert answer.data["events"] > 0
    before = shop.state()
    assert shop.do(stripe_billing.sync).data["events"] == 0
    assert shop.state() == before


def test_sync_reads_past_the_invoice_of_somebody_elses_next_month(shop: Shop) -> None:
    """It is foretold a subscription of the account's (`invoice.upcoming`), and has no id."""
    shop.do(stripe_billing.sync)
    shop.close()
    foretold = {"object": "invoice", "customer": "cus_other", "subscription": "sub_1"}
    shop.double.double.worlds[False].announce("invoice.upcoming", foretold)
    shop.double.pay_hosted(remote(shop)["id"], "pm_card_visa")
    shop.do(stripe_billing.sync)
    assert local(shop)["status"] == "paid"
    assert shop.do(stripe_billing.sync).data["events"] == 0


def test_sync_finds_its_way_when_stripe_has_forgotten_the_last_event(shop: Shop) -> None:
    shop.do(stripe_billing.sync)
    shop.close()
    shop.double.pay_hosted(remote(shop)["id"], "pm_card_visa")
    shop.double.advance(days=40)
    shop.do(stripe_billing.sync)
    assert local(shop)["status"] == "paid"


@pytest.mark.once
@pytest.mark.parametrize(
    ("kind", "change", "what"),
    [
        ("line_item", {"amount": 1}, "line"),
        ("line_item", {"description": "nothing"}, "line"),
        ("invoice", {"total": 5}, "total"),
        ("invoice", {"currency": "eur"}, "currency"),
        ("invoice", {"status": "void"}, "status"),
    ],
)
def test_reconcile_finds_a_hand_edit_at_stripe(
    shop: Shop, kind: str, change: dict[str, Any], what: str
) -> None:
    shop.attach()
    shop.close()
    assert shop.reconcile() == []
    shop.double.edit(shop.double.objects(kind)[0]["id"], **change)
    assert what in {item["what"] for item in shop.reconcile()}


@pytest.mark.once
def test_reconcile_finds_a_hand_edit_in_the_ledger(shop: Shop) -> None:
    shop.attach()
    shop.close()
    shop.sql("UPDATE invoices SET status = 'open'")
    assert {item["what"] for item in shop.reconcile()} == {"status"}
    shop.sql("UPDATE invoices SET status = 'paid'")


@pytest.mark.once
def test_dry_run_calls_nothing(shop: Shop) -> None:
    shop.attach()
    before, asked = shop.state(), len(shop.double.requests())
    first = shop.close(dry_run=True)
    assert (shop.state(), len(shop.double.requests())) == (before, asked)
    shop.close()
    later = shop.close(None, dry_run=True)
    for answer in (first, later):  # with a month to close, and with none
        assert [note.code for note in answer.notes].count("dry_run") == 1


@pytest.mark.once
def test_test_and_live_are_never_mixed(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    before, asked = shop.state(), len(shop.double.requests())
    no_header = [TEST_KEY[:12] + odd + TEST_KEY[12:] for odd in " \n\t\x7fé"]
    bad = [(key, "bad_key") for key in ("pk_test_1", *no_header)]
    for key, code in ((LIVE_KEY, "wrong_mode"), ("", "no_key"), *bad):
        monkeypatch.setenv("STRIPE_API_KEY", key)
        with pytest.raises(AuthProblem) as caught:
            shop.close()
        assert (caught.value.code, caught.value.exit_code) == (code, 4)
        assert caught.value.subject == "STRIPE_API_KEY"
    assert (shop.state(), len(shop.double.requests())) == (before, asked)
    monkeypatch.setenv("STRIPE_API_KEY", EXPIRED_KEY)
    with pytest.raises(AuthProblem, match="does not accept"):
        shop.do(stripe_billing.reconcile)


FAULTS = [
    {"kind": "lost"},
    {"kind": "dropped"},
    {"kind": "status", "status": 500, "after": True, "recorded": True},
    {"kind": "status", "status": 500},
    {"kind": "status", "status": 409},
    {"kind": "rate_limited", "retry_after": 0},
    {"kind": "garbage"},
    {"kind": "binary"},
    {"kind": "html"},
    {"kind": "truncated"},
]


@pytest.mark.crossed("path")
@pytest.mark.parametrize("fault", FAULTS, ids=lambda fault: "-".join(map(str, fault.values())))
@pytest.mark.parametrize("path", ["/v1/invoices", ".*/add_lines", ".*/finalize", ".*/pay"])
def test_any_fault_at_any_step_is_ridden_out_and_nothing_is_made_twice(
    shop: Shop, fault: dict[str, Any], path: str
) -> None:
    shop.attach()
    shop.double.fault(method="POST", path=path, times=20, **fault)
    with suppress(Busy, Failed):
        shop.close()
    shop.double.clear_faults()
    if local(shop)["status"] != "paid":
        shop.close()
    assert local(shop)["status"] == "paid"
    assert len(shop.double.objects("customer")) == 1
    assert len(shop.double.objects("invoice")) == 1
    assert len(shop.double.objects("invoiceitem")) == 2
    assert sum(charge["paid"] for charge in shop.double.objects("charge")) == 1
    assert shop.reconcile() == []


@pytest.mark.once
def test_a_hanging_stripe_is_given_up_and_the_next_run_goes_on(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.attach()
    monkeypatch.setattr(stripe_gateway, "READ_TIMEOUT_SECONDS", 0.2)
    shop.double.fault("hang", method="POST", path=".*/pay", times=9, seconds=1, after=True)
    with pytest.raises(Busy) as caught:
        shop.close()
    assert (caught.value.code, caught.value.exit_code) == ("network", 75)
    shop.double.clear_faults()
    monkeypatch.undo()
    monkeypatch.setenv("STRIPE_API_KEY", shop.double.api_key)
    monkeypatch.setenv("STRIPE_API_BASE", shop.double.url)
    shop.close()
    assert local(shop)["status"] == "paid"
    assert sum(charge["paid"] for charge in shop.double.objects("charge")) == 1


@pytest.mark.once
@pytest.mark.parametrize(
    ("currency", "price", "total"),
    [("jpy", "33", 33 * 16), ("kwd", "0.125", 2000), ("isk", "30", 48_000), ("eur", "0.27", 432)],
)
def test_m4_amounts_go_to_stripe_in_its_own_minor_units(
    shop: Shop, tmp_path: Path, currency: str, price: str, total: int
) -> None:
    agency = Shop(tmp_path / f"{currency}.db", shop.now)
    agency.double = shop.double
    prices = f"product,amount,currency\njetpack-ai,{price},{currency}\n"
    agency.init(payments="stripe", currency=currency, prices=prices, now="2024-06-15T00:00:00Z")
    agency.now = "2024-06-15T00:00:00Z"
    agency.attach()
    agency.issue("jetpack-ai")
    agency.now = shop.now
    agency.close()
    (there,) = shop.double.objects("invoice")
    assert (there["currency"], there["total"], there["status"]) == (currency, total, "paid")
    assert minor(local(agency)["total"]) == total


def test_more_lines_than_stripe_takes_are_folded_with_a_remark(shop: Shop, tmp_path: Path) -> None:
    names = [f"product-{number:03}" for number in range(260)]
    agency = Shop(tmp_path / "long.db", "2024-06-30T00:00:00Z")
    agency.double = shop.double
    rows = "".join(f"{name},0.10,usd\n" for name in names)
    agency.init(payments="stripe", prices="product,amount,currency\n" + rows)
    agency.attach()
    source = tmp_path / "orders.csv"
    source.write_text("product\n" + "\n".join(names) + "\n", encoding="utf-8")
    problems: list[Problem] = []
    columns = frozenset({"product"})
    orders = read_rows(str(source), known=columns, required=columns, problems=problems)
    agency.do(issue.issue_rows, orders, problems)
    agency.now = shop.now
    agency.close()
    items = shop.double.objects("invoiceitem")
    assert len(items) == 250
    assert sum(item["amount"] for item in items) == 2600 == minor(local(agency)["total"])
    assert [item["amount"] for item in items if "11 more lines" in item["description"]] == [110]
    assert agency.reconcile() == []


@pytest.mark.once
def test_a_month_without_a_line_never_goes_to_stripe(shop: Shop) -> None:
    shop.attach()
    keys = {row["license_key"] for row in shop.preview("2024-06", by="license")["groups"]}
    parents = {"jetpack-security-t1"}
    shop.now = "2024-06-20T00:00:00Z"
    for item in shop.ask(licenses.list_licenses, LicenseFilter())["licenses"]:
        if (item["license_key"] in keys and item["product"] not in parents) or item["bundle_size"]:
            shop.revoke(item["license_key"])
    shop.now = "2024-08-02T00:00:00Z"
    shop.close(None)
    july = local(shop, "2024-07")
    assert (july["lines"], july["status"], july["stripe_invoice_id"]) == ([], "paid", None)
    assert len(shop.double.objects("invoice")) == 1
    assert shop.reconcile() == []


@pytest.mark.once
def test_corrections_and_credit_go_there_as_lines_of_their_own(shop: Shop) -> None:
    shop.attach()
    shop.close("2024-06")
    shop.set_price("jetpack-scan", "0.01", "2024-06-01")
    shop.set_price("jetpack-security-t1", "0.01", "2024-06-01", bundle_size=3)
    shop.now = "2024-09-02T09:00:00Z"
    shop.close(None)
    july, august = (1719792000, 1722470399), (1722470400, 1725148799)
    found = [
        (line["amount"], line["description"], (line["period"]["start"], line["period"]["end"]))
        for line in shop.double.objects("line_item")
    ][2:]
    june = (1717200000, 1719791999)
    assert found == [
        (62, "Scan Daily: 62 days × $0.01", july),
        (31, "Security, bundle of 3: 31 bundle-days × $0.01", july),
        (-480, "Scan Daily: 0 days, correction of 2024-06", june),
        (-784, "Security, bundle of 3: 0 bundle-days, correction of 2024-06", june),
        (1171, "Credit carried forward", july),
        (62, "Scan Daily: 62 days × $0.01", august),
        (31, "Security, bundle of 3: 31 bundle-days × $0.01", august),
        (-93, "Credit from earlier months", august),
    ]
    assert shop.reconcile() == []
