"""One bad invoice holds up no other, and what is not collected is unpaid on every road."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path
from typing import Any

import pytest

from jpcli.cli.app import root
from jpcli.domain.errors import BadInput, Failed, JpcliError
from jpcli.services.collection import gateway
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import invoices
from jpcli.services.status import status
from tests.cli.conftest import Run
from tests.services.agency import A
from tests.services.collection.conftest import JULY_2, Shop

AUGUST_2 = "2024-08-02T09:00:00Z"
JULY_3 = "2024-07-03T00:00:00Z"


def run(shop: Shop, *argv: str, now: str = AUGUST_2) -> Run:
    """A command line in this process, on the shop's ledger and double."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, redirect_stdout(out), redirect_stderr(err):
        patch.setenv("JPCLI_NOW", now)
        patch.setenv("JPCLI_LEDGER", shop.path)
        code = root.run(list(argv))
    return Run(code, out.getvalue(), err.getvalue())


def there(shop: Shop, number: str) -> dict[str, Any]:
    (found,) = [
        i for i in shop.double.objects("invoice") if i["metadata"]["jpcli_invoice"] == number
    ]
    return dict(found)


def edited(shop: Shop) -> None:
    shop.double.edit(there(shop, "INV-2024-06")["id"], total=5, amount_due=5)


def voided(shop: Shop) -> None:
    shop.double.edit(there(shop, "INV-2024-06")["id"], status="void")


def given_up(shop: Shop) -> None:
    shop.double.edit(there(shop, "INV-2024-06")["id"], status="uncollectible")


def busy(shop: Shop) -> None:
    path = f".*/{there(shop, 'INV-2024-06')['id']}/pay"
    shop.double.fault("status", method="POST", path=path, times=20, status=500)


def refused(shop: Shop) -> None:
    path = f".*/{there(shop, 'INV-2024-06')['id']}/pay"
    shop.double.fault("status", method="POST", path=path, times=20, status=404)


BAD: list[tuple[Callable[[Shop], None], int]] = [
    (edited, 1),
    (voided, 3),
    (given_up, 3),
    (busy, 75),
    (refused, 1),
]


@pytest.mark.once
@pytest.mark.parametrize(("spoil", "code"), BAD, ids=lambda v: getattr(v, "__name__", str(v)))
def test_close_due_collects_the_next_and_reports_all(
    shop: Shop, spoil: Callable[[Shop], None], code: int
) -> None:
    shop.close()  # June is open: there was no card
    spoil(shop)
    shop.attach()
    done = run(shop, "invoice", "close", "--due", "--json")
    assert done.code == code, done
    answer = json.loads(done.out)
    by_number = {invoice["number"]: invoice for invoice in answer["data"]["invoices"]}
    assert by_number["INV-2024-07"]["status"] == "paid"
    assert "INV-2024-06" in by_number
    (problem,) = answer["data"]["problems"]
    assert problem["subject"] == "INV-2024-06" == answer["error"]["subject"]
    assert problem["code"] == answer["error"]["code"]
    assert "INV-2024-06" in done.err
    paid = [charge for charge in shop.double.objects("charge") if charge["paid"]]
    assert len(paid) == 1


@pytest.mark.once
def test_the_one_try_of_a_card_is_for_the_invoice_that_had_the_fewest(shop: Shop) -> None:
    """Else the oldest would take it every time."""
    shop.close()
    shop.attach("pm_card_chargeCustomerFail")
    for now, tried in ((AUGUST_2, [1, 0]), ("2024-08-03T09:00:00Z", [1, 1])):
        shop.now = now
        shop.do(collector.close, None)
        shown = [shop.ask(invoices.show, month)["invoice"] for month in ("2024-06", "2024-07")]
        assert [len(invoice["attempts"]) for invoice in shown] == tried


def declined(shop: Shop) -> None:
    shop.double.change_card(shop.cards()[0]["id"], charge="insufficient_funds")


@pytest.mark.once
@pytest.mark.parametrize(
    ("spoil", "by_error", "by_note"),
    [(declined, 1, 0), (busy, 0, 1), (refused, 0, 1), (voided, 0, 0), (given_up, 0, 0)],
)
def test_where_the_payer_can_pay_is_told_once_and_of_what_can_be_paid(
    shop: Shop, spoil: Callable[[Shop], None], by_error: int, by_note: int
) -> None:
    shop.close()
    shop.attach()
    spoil(shop)
    answer = shop.do(collector.close, None)
    page = there(shop, "INV-2024-06")["hosted_invoice_url"]
    assert [str(error.hint).count(page) for error in answer.failures] == [by_error]
    assert [note.message.count(page) for note in answer.notes].count(1) == by_note


@pytest.mark.once
def test_the_worst_decides_and_every_reason_is_told(shop: Shop) -> None:
    shop.close()
    edited(shop)
    shop.double.change_card(shop.attach(), charge="insufficient_funds")
    done = run(shop, "invoice", "close", "--due", "--json")
    answer = json.loads(done.out)
    assert done.code == 1
    assert [p["subject"] for p in answer["data"]["problems"]] == ["INV-2024-06", "INV-2024-07"]
    assert answer["error"]["subject"] == "INV-2024-06"
    table = run(shop, "invoice", "close", "--due")
    assert table.code == 1
    assert "INV-2024-06\t" in table.out
    assert "INV-2024-07\t" in table.out
    assert "2024-08-03" in table.err  # when the next attempt is


# --- a draft is unpaid ---


@pytest.fixture
def drafted(shop: Shop) -> Shop:
    """June is closed and never got to Stripe; it was due on July 2, and it is the 3rd."""
    shop.attach()
    shop.double.fault("status", method="POST", path="/v1/invoices", times=20, status=500)
    with pytest.raises(JpcliError):
        shop.close()
    shop.double.clear_faults()
    shop.now = JULY_3
    return shop


@pytest.mark.once
def test_r2_a_draft_that_is_past_due_stops_issuing_and_assigning_on_every_road(
    drafted: Shop, tmp_path: Path
) -> None:
    free = drafted.ask(_unassigned)["licenses"][0]["license_key"]
    before = drafted.state()
    orders = tmp_path / "orders.csv"
    orders.write_text("product\njetpack-scan\n")
    roads = [
        ("issue", "jetpack-scan"),
        ("issue", "jetpack-scan", "--site", A),
        ("issue", "jetpack-scan", "--dry-run"),
        ("issue", "--from", str(orders)),
        ("assign", free, "--site", A),
    ]
    for road in roads:
        done = run(drafted, *road, "--json", now=JULY_3)
        assert (done.code, done.json["error"]["code"]) == (3, "invoice_past_due"), road
        assert "jpcli invoice pay INV-2024-06" in done.json["error"]["hint"]
    assert drafted.state() == before


@pytest.mark.once
def test_i4_a_draft_is_past_due_wherever_it_is_shown(drafted: Shop) -> None:
    shown = drafted.ask(invoices.show, "2024-06")["invoice"]
    assert (shown["status"], shown["past_due"]) == ("draft", True)
    (listed,) = drafted.ask(invoices.list_invoices)["invoices"]
    assert listed["past_due"] is True
    found = drafted.ask(status)
    assert [i["number"] for i in found["past_due"]] == ["INV-2024-06"]
    assert found["next"][0]["command"] == "jpcli invoice pay INV-2024-06"
    checked = run(drafted, "audit", "--json", now=JULY_3)
    assert "past_due" in [c["rule"] for c in checked.json["data"]["checks"] if not c["ok"]]
    drafted.do(stripe_billing.pay, "2024-06")
    assert drafted.ask(status)["uncollected"] == []
    drafted.issue("jetpack-scan")


@pytest.mark.once
def test_status_names_what_is_due_today_with_the_command_that_collects_it(shop: Shop) -> None:
    shop.close()
    found = shop.ask(status)
    assert (found["past_due"], [i["number"] for i in found["uncollected"]]) == ([], ["INV-2024-06"])
    step = found["next"][0]
    assert "is due today" in step["why"]
    shop.attach()
    done = run(shop, *step["command"].removeprefix("jpcli ").split(), now=JULY_2)
    assert done.code == 0, done
    assert shop.ask(status)["uncollected"] == []


# --- codes ---


ADDRESSES = [
    "nonsense",
    "http://",
    "ftp://host",
    "http://host:port",
    "http://ho st",
    "//host",
    "http://h?q",
]
ROADS: list[tuple[str, ...]] = [
    ("stripe", "status"),
    ("stripe", "portal"),
    ("stripe", "customer"),
    ("cards", "sync"),
    ("cards", "add", "pm_card_visa"),
    ("cards", "add", "--no-wait"),
    ("invoice", "close", "2024-06"),
    ("invoice", "close", "--due"),
    ("invoice", "close", "--due", "--dry-run"),
    ("invoice", "push", "2024-06"),
    ("invoice", "pay", "2024-06"),
    ("invoice", "void", "2024-06", "--yes"),
    ("invoice", "sync"),
    ("invoice", "reconcile"),
]


@pytest.mark.once
@pytest.mark.parametrize("road", ROADS, ids=" ".join)
def test_a_malformed_address_is_a_usage_error_before_anything_is_done(
    shop: Shop, road: tuple[str, ...], monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.close()
    before, asked = shop.state(), len(shop.double.requests())
    for address in ADDRESSES:
        monkeypatch.setenv("STRIPE_API_BASE", address)
        done = run(shop, *road, "--json", now=JULY_2)
        assert (done.code, done.error["code"]) == (2, "bad_api_base"), (road, address)
    assert (shop.state(), len(shop.double.requests())) == (before, asked)


def test_a_password_in_an_address_is_not_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", "http://user:geheim@host:port")
    with pytest.raises(BadInput) as caught:
        gateway.check_base()
    assert "geheim" not in caught.value.message


@pytest.mark.once
def test_an_address_may_end_in_a_slash(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", shop.double.url + "/")
    assert shop.do(account.status).data["ok"] is True


@pytest.mark.once
def test_what_stripe_does_not_know_is_no_usage_error(shop: Shop) -> None:
    with pytest.raises(Failed) as caught:
        shop.do(collector.attach_card, "pm_1NoSuchCard", primary=False)
    assert (caught.value.code, caught.value.exit_code) == ("unknown_at_stripe", 1)


def _unassigned(desk: Any) -> Any:
    from jpcli.ledger.queries.licenses import LicenseFilter
    from jpcli.services.licenses.licenses import list_licenses

    return list_licenses(desk, LicenseFilter(state="unassigned"))
