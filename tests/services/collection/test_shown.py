"""What a person sees at the command line of money, pages, customer and cards at Stripe."""

from __future__ import annotations

import json
from typing import Any

import pytest

from jpcli.services.collection.stripe import collector, invoices
from tests.services.collection.conftest import JULY_2, Shop
from tests.services.collection.test_uncollected import run

pytestmark = pytest.mark.once


def invoice_there(shop: Shop) -> dict[str, Any]:
    (found,) = shop.double.objects("invoice")
    return dict(found)


def data(shop: Shop, *argv: str) -> Any:
    done = run(shop, *argv, "--json", now=JULY_2)
    assert done.code == 0, done.out
    return json.loads(done.out)["data"]


def test_refunds_are_columns_where_there_are_some(shop: Shop) -> None:
    shop.attach()
    shop.close()
    before = run(shop, "invoice", "list", "--format", "table", now=JULY_2)
    assert "Refunded" not in before.out
    shop.double.refund(invoice_there(shop)["id"], 300)
    synced = run(shop, "invoice", "sync", "--format", "table", now=JULY_2)
    assert "$3.00 of $13.12 was refunded" in synced.err
    after = run(shop, "invoice", "list", "--format", "table", now=JULY_2)
    assert "Refunded" in after.out
    assert "$10.12" in after.out
    shown = run(shop, "invoice", "show", "2024-06", "--format", "table", now=JULY_2)
    assert "refunded" in shown.err
    found = data(shop, "invoice", "show", "2024-06")["invoice"]
    assert (found["refunded"]["amount"], found["net"]["amount"]) == ("3.00", "10.12")


def test_the_pages_are_on_every_screen_that_shows_an_invoice(shop: Shop) -> None:
    closed = run(shop, "invoice", "close", "2024-06", "--yes", "--format", "table", now=JULY_2)
    page, pdf = (invoice_there(shop)[name] for name in ("hosted_invoice_url", "invoice_pdf"))
    assert closed.code == 3
    assert page in closed.err
    shown = run(shop, "invoice", "show", "2024-06", "--format", "table", now=JULY_2)
    status = run(shop, "status", "--format", "table", now=JULY_2)
    for said in (shown.err, status.out):
        assert page in said
        assert pdf in said
    (uncollected,) = data(shop, "status")["uncollected"]
    assert (uncollected["hosted_url"], uncollected["pdf_url"]) == (page, pdf)
    shop.attach()
    paid = run(shop, "invoice", "pay", "2024-06", "--format", "table", now=JULY_2)
    assert (paid.code, page in paid.err, pdf in paid.err) == (0, True, True)


def test_a_wire_at_the_command_line(shop: Shop) -> None:
    run(shop, "invoice", "close", "2024-06", now=JULY_2)
    argv = ("invoice", "mark-paid", "2024-06", "--reference", "wire of July 2")
    assert data(shop, *argv, "--dry-run")["dry_run"]
    found = data(shop, *argv)["invoice"]
    assert (found["status"], found["reference"]) == ("paid", "wire of July 2")
    again = run(shop, *argv, now=JULY_2)
    assert again.code == 0
    other = run(shop, *argv[:-1], "another wire", now=JULY_2)
    assert other.code == 3
    dated = run(shop, *argv, "--at", "2024-07-01", now=JULY_2)
    assert dated.code == 2
    reconciled = run(shop, "invoice", "reconcile", now=JULY_2)
    assert reconciled.code == 0


def test_the_customer_in_every_format(shop: Shop) -> None:
    found = data(shop, "stripe", "customer", "--email", "b@acme.example", "--city", "Ulm")
    assert (found["customer"]["email"], found["customer"]["address"]["city"]) == (
        "b@acme.example",
        "Ulm",
    )
    for form in ("table", "csv", "tsv", "md", "ndjson"):
        shown = run(shop, "stripe", "customer", "--format", form, now=JULY_2)
        assert (shown.code, "b@acme.example" in shown.out) == (0, True), form
    refused = run(shop, "stripe", "customer", "--email", "", now=JULY_2)
    assert refused.code == 2


def test_the_portal_prints_its_link_alone(shop: Shop) -> None:
    shown = run(shop, "stripe", "portal", "--format", "table", now=JULY_2)
    (session,) = shop.double.objects("billing_portal.session")
    assert (shown.code, shown.out) == (0, session["url"] + "\n")


def test_a_page_for_a_card_cannot_make_it_primary_before_it_is_there(shop: Shop) -> None:
    asked = len(shop.double.requests())
    refused = run(shop, "cards", "add", "--no-wait", "--primary", now=JULY_2)
    assert (refused.code, len(shop.double.requests())) == (2, asked)
    assert "cards primary" in refused.err


def test_the_only_card_goes_only_with_a_yes_whatever_the_mirror_says(shop: Shop) -> None:
    first, second = shop.attach(), shop.attach("pm_card_mastercard")
    shop.double.edit(second, customer=None)
    refused = run(shop, "cards", "remove", first, now=JULY_2)
    assert (refused.code, "--yes" in refused.err) == (2, True)
    assert [card["id"] for card in shop.cards()] == [first]
    assert run(shop, "cards", "remove", first, "--yes", now=JULY_2).code == 0
    assert shop.cards() == []


@pytest.mark.parametrize("pushed", [True, False])
def test_the_reason_of_a_void_is_in_the_log(shop: Shop, pushed: bool) -> None:
    if not pushed:
        shop.double.fault("status", method="POST", path=".*/finalize", status=500, times=9)
    run(shop, "invoice", "close", "2024-06", now=JULY_2)
    shop.double.clear_faults()
    voided = run(
        shop, "invoice", "void", "2024-06", "--yes", "--reason", "wrong prices", now=JULY_2
    )
    assert voided.code == 0
    log = run(shop, "log", "--format", "table", now=JULY_2)
    assert "wrong prices" in log.out


def test_status_of_a_wire_ledger_names_the_command(shop: Shop) -> None:
    with shop.desk() as desk, desk.writing() as writer:
        writer.record("ledger.set", "collect", {"collect": "send"})
    run(shop, "stripe", "customer", "--email", "b@acme.example", now=JULY_2)
    closed = run(shop, "invoice", "close", "--due", now=JULY_2)
    assert (closed.code, "was mailed" in closed.err) == (0, True)
    steps = [step["command"] for step in data(shop, "status")["next"]]
    assert "jpcli invoice mark-paid INV-2024-06" in steps
    assert shop.double.objects("charge") == []
    assert shop.do(collector.mark_paid, "INV-2024-06").data["invoice"]["status"] == "paid"
    assert shop.do(invoices.reconcile).data["ok"]
