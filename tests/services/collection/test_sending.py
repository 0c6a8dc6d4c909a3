"""Invoices that are mailed and paid by wire, and the number and the pages that the payer sees."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, Busy, Declined, Failed, JpcliError, Refused
from jpcli.services.audit.audit import audit
from jpcli.services.collection.outlook import closing_outlook
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import customer as stripe_customer
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close as closing
from jpcli.services.invoices import invoices
from jpcli.services.ledger import init
from jpcli.services.ledger.settings import set_one
from jpcli.services.status import status
from tests import engines
from tests.services.agency import Agency, codes, minor
from tests.services.collection.conftest import JULY_2, JUNE_15, Shop
from tests.services.collection.replays import ONCE
from tests.services.collection.states import STATES
from tests.stripe_double.contract import unlisted

TOTAL = 512 + 800
DAY = 86_400


@pytest.fixture
def mailer(shop: Shop, tmp_path: Path) -> Shop:
    """The same agency on a ledger whose invoices are mailed, due after 14 days; a card is on
    file, which issuing needs (R1), and no e-mail address is known."""
    agency = Shop(tmp_path / "mailer.db", JUNE_15)
    agency.double = shop.double
    agency.init(payments="stripe", collect="send", payment_terms_days=14)
    agency.attach()
    agency.issue("jetpack-scan", 2)
    agency.bundle()
    agency.now, agency.life = JULY_2, shop.life
    return agency


def address(agency: Shop) -> None:
    agency.do(stripe_customer.customer, {"email": "billing@acme.example"})


def local(agency: Agency, name: str = "2024-06") -> dict[str, Any]:
    found: dict[str, Any] = agency.ask(invoices.show, name)["invoice"]
    return found


def remote(shop: Shop) -> dict[str, Any]:
    (found,) = shop.double.objects("invoice")
    return dict(found)


def assert_mailed(shop: Shop, answer: Answer[Any]) -> None:
    """By this run; a ledger that was put back after it says that it was mailed before."""
    assert ("sent" if shop.life == ONCE else "sent_before") in codes(answer)


def mails(shop: Shop) -> int:
    return sum(event["type"] == "invoice.sent" for event in shop.double.objects("event"))


@pytest.mark.parametrize("month", ["2024-06", None])
def test_closing_mails_the_invoice_once_and_charges_no_card(
    mailer: Shop, month: str | None
) -> None:
    address(mailer)
    answer = mailer.close(month)
    assert_mailed(mailer, answer)
    there = remote(mailer)
    assert (there["status"], there["collection_method"]) == ("open", "send_invoice")
    assert there["due_date"] == there["status_transitions"]["finalized_at"] + 14 * DAY
    assert (local(mailer)["status"], local(mailer)["due_date"]) == ("open", "2024-07-16")
    for hour in range(3, 9):
        mailer.now = f"2024-07-0{hour}T10:00:00Z"
        again = mailer.close(None)
        assert "sent" not in codes(again)
        assert "was mailed before and is not paid; it is due on 2024-07-16" in words(again)
    assert (mails(mailer), mailer.double.objects("charge")) == (1, [])
    assert mailer.reconcile() == []
    assert unlisted(mailer.double.requests()) == []


def troubles(shop: Shop) -> list[tuple[str, str]]:
    found = shop.do(account.status).data["troubles"]
    return [(trouble["what"], trouble["command"]) for trouble in found]


def test_what_was_pushed_and_not_mailed_is_named_with_the_command_that_mails_it(
    mailer: Shop,
) -> None:
    address(mailer)
    mailer.double.fault("status", method="POST", path="/v1/invoices", status=500, times=9)
    with pytest.raises(Busy):
        mailer.close()
    mailer.double.clear_faults()
    pushed = mailer.do(stripe_billing.push, "2024-06")
    command = "jpcli invoice close 2024-06"
    assert pushed.notes[-1].hint == f"Have Stripe mail it:   {command}"
    assert "and not mailed" in pushed.notes[-1].message
    assert troubles(mailer) == [("not_mailed", command)]
    assert "mailed" not in codes(mailer.do(invoices.show, "2024-06"))
    step = mailer.ask(status)["next"][0]
    assert ("and not mailed" in step["why"], step["command"]) == (True, command)
    assert_mailed(mailer, mailer.close())
    assert (mails(mailer), troubles(mailer)) == (1, [])
    assert "mailed" in codes(mailer.do(invoices.show, "2024-06"))
    again = mailer.do(stripe_billing.push, "2024-06")
    assert (again.notes[-1].hint, "not mailed" in again.notes[-1].message) == (None, False)
    assert "when it was paid by wire" in mailer.ask(status)["next"][0]["why"]


def test_the_payer_is_told_the_day_it_was_closed_with_also_when_stripe_gets_it_later(
    mailer: Shop,
) -> None:
    address(mailer)
    mailer.double.fault("status", method="POST", path="/v1/invoices", status=500, times=9)
    with pytest.raises(Busy):
        mailer.close()
    mailer.double.clear_faults()
    mailer.now = "2024-07-05T09:00:00Z"
    mailer.do(set_one, "payment-terms-days", "30")
    mailer.close()
    there = remote(mailer)
    assert local(mailer)["due_date"] == "2024-07-16"
    assert there["due_date"] == there["status_transitions"]["finalized_at"] + 11 * DAY


def test_what_stripe_gets_only_after_it_is_due_is_due_at_once(mailer: Shop) -> None:
    address(mailer)
    mailer.double.fault("status", method="POST", path="/v1/invoices", status=500, times=9)
    with pytest.raises(Busy):
        mailer.close()
    mailer.double.clear_faults()
    mailer.now = "2024-07-20T09:00:00Z"
    assert "past due since 2024-07-17" in words(mailer.close())
    there = remote(mailer)
    assert there["due_date"] == there["status_transitions"]["finalized_at"]


@pytest.mark.once
def test_it_is_asked_about_what_a_card_was_tried_for_and_is_mailed_now(mailer: Shop) -> None:
    address(mailer)
    mailer.double.change_card(mailer.cards()[0]["id"], charge="insufficient_funds")
    mailer.double.fault("status", method="POST", path=".*/send", status=500, times=9)
    with pytest.raises(JpcliError):
        mailer.close()
    mailer.double.clear_faults()
    with pytest.raises(Declined):
        mailer.do(collector.pay, "2024-06")
    with mailer.desk(dry_run=True) as desk:
        (bill,) = closing_outlook(desk, None).bills
    assert (bill.number, bill.is_new) == ("INV-2024-06", False)
    assert "sent" in codes(mailer.close(None))


def test_nobody_is_asked_about_what_was_mailed_before(mailer: Shop) -> None:
    address(mailer)
    mailer.close()
    with mailer.desk(dry_run=True) as desk:
        assert closing_outlook(desk, None).bills == ()


@pytest.mark.once
def test_a_ledger_that_was_put_back_hears_from_sync_what_was_mailed(
    mailer: Shop, tmp_path: Path
) -> None:
    address(mailer)
    mailer.double.fault("status", method="POST", path=".*/send", status=500, times=9)
    with pytest.raises(Busy):
        mailer.close()
    mailer.double.clear_faults()
    before = tmp_path / "before.db"
    engines.copy(mailer.called, before)
    mailer.close()
    engines.copy(before, mailer.called)
    mailer.do(stripe_billing.sync)
    step = mailer.ask(status)["next"][0]
    assert step["command"] == "jpcli invoice mark-paid INV-2024-06"
    before_again = mailer.state()
    mailer.do(stripe_billing.sync)
    assert mailer.state() == before_again


@pytest.mark.parametrize("road", ["sync", "close --due", "pay", "mark-paid", "void"])
def test_what_the_payer_paid_on_the_page_is_not_asked_for_again(mailer: Shop, road: str) -> None:
    """Whoever is the first to hear of it: nothing is charged, noted twice, or voided."""
    address(mailer)
    mailer.close()
    mailer.double.pay_hosted(remote(mailer)["id"])
    charges = mailer.double.objects("charge")
    roads: dict[str, Any] = {
        "sync": lambda: mailer.do(stripe_billing.sync),
        "close --due": lambda: mailer.close(None),
        "pay": lambda: mailer.do(stripe_billing.pay, "2024-06"),
        "mark-paid": lambda: mailer.do(collector.mark_paid, "2024-06", "wire"),
        "void": lambda: mailer.do(collector.void, "2024-06", "wrong"),
    }
    with suppress(Refused):
        roads[road]()
    assert mailer.double.objects("charge") == charges
    assert (local(mailer)["status"], minor(local(mailer)["collected"])) == ("paid", TOTAL)
    mailer.now = "2024-07-20T09:00:00Z"
    mailer.issue("jetpack-scan")
    assert mailer.reconcile() == []


@pytest.mark.once
@pytest.mark.parametrize(
    ("status", "failed", "told"),
    [
        ("paid", [], ["collected"]),
        ("void", ["invoice_void"], []),
        ("uncollectible", ["invoice_uncollectible"], []),
    ],
)
def test_what_is_settled_there_before_it_was_mailed_is_not_mailed(
    mailer: Shop, status: str, failed: list[str], told: list[str]
) -> None:
    address(mailer)
    mailer.do(closing.close, "2024-06")
    mailer.do(stripe_billing.push, "2024-06")
    there = remote(mailer)["id"]
    if status == "paid":
        mailer.double.pay_hosted(there)
    else:
        mailer.double.edit(there, status=status)
    answer = mailer.do(collector.close, "2024-06")
    assert ([error.code for error in answer.failures], codes(answer)[:1]) == (failed, told)
    assert (mails(mailer), local(mailer, "INV-2024-06")["status"]) == (0, status)


@pytest.mark.once
def test_r2_what_is_past_due_names_the_command_that_charges_no_card(mailer: Shop) -> None:
    """Nobody's card is charged by itself here, so no hint may send anyone to charge it."""
    address(mailer)
    mailer.close()
    mailer.now = "2024-07-17T10:00:00Z"
    with pytest.raises(Refused) as caught:
        mailer.issue("jetpack-scan")
    assert caught.value.code == "invoice_past_due"
    (late,) = [check for check in mailer.ask(audit)["checks"] if check["rule"] == "past_due"]
    step = mailer.ask(status)["next"][0]
    for hint in (caught.value.hint, late["fix"], step["command"]):
        assert "jpcli invoice mark-paid INV-2024-06" in str(hint)
        assert "invoice pay" not in str(hint)


@pytest.mark.once
def test_without_an_address_nothing_is_closed_or_sent(mailer: Shop) -> None:
    before, posts = mailer.state(), mailer.posts()
    roads: list[Any] = [lambda: mailer.close(), lambda: mailer.close(None)]
    for road in roads:
        with pytest.raises(Refused) as caught:
            road()
        assert (caught.value.code, caught.value.exit_code) == ("no_email", 3)
        assert "jpcli stripe customer --email" in str(caught.value.hint)
        assert (mailer.state(), mailer.posts()) == (before, posts)
    address(mailer)
    mailer.close()
    assert local(mailer)["status"] == "open"


@pytest.mark.once
def test_without_an_address_a_closed_month_is_neither_pushed_nor_paid(mailer: Shop) -> None:
    address(mailer)
    mailer.double.fault("status", method="POST", path="/v1/invoices", status=500, times=9)
    with pytest.raises(Busy):
        mailer.close()
    mailer.double.clear_faults()
    customer = mailer.double.objects("customer")[-1]["id"]
    mailer.double.edit(customer, email=None)
    posts = mailer.posts()
    roads: list[Any] = [stripe_billing.push, stripe_billing.pay, collector.mark_paid]
    for road in (*roads, collector.close):
        with pytest.raises(Refused) as caught:
            mailer.do(road, "2024-06")
        assert (caught.value.code, mailer.posts()) == ("no_email", posts)


@pytest.mark.once
@pytest.mark.parametrize(
    ("month", "code"),
    [
        ("2024-05", "close_in_order"),
        ("2024-06", "already_closed"),
        ("2024-08", "month_not_over"),
        ("2024-13", "bad_month"),
    ],
)
def test_a_month_that_cannot_be_closed_needs_no_address(
    mailer: Shop, month: str, code: str
) -> None:
    address(mailer)
    mailer.close()
    mailer.do(collector.mark_paid, "2024-06", "wire")
    mailer.double.edit(remote(mailer)["customer"], email=None)
    mailer.now = "2024-08-02T09:00:00Z"  # July waits
    before, posts = mailer.state(), mailer.posts()
    with pytest.raises(JpcliError) as caught:
        mailer.close(month)
    assert (caught.value.code, mailer.state(), mailer.posts()) == (code, before, posts)


@pytest.mark.once
@pytest.mark.parametrize("month", ["2024-06", None])
def test_what_was_mailed_needs_no_address_any_more_and_what_waits_does(
    mailer: Shop, month: str | None
) -> None:
    address(mailer)
    mailer.close()
    mailer.double.edit(remote(mailer)["customer"], email=None)
    posts = mailer.posts()
    assert "sent_before" in codes(mailer.close(month))
    mailer.now = "2024-08-02T09:00:00Z"
    before = mailer.state()
    for waiting in ("2024-07", None):
        with pytest.raises(Refused) as caught:
            mailer.close(waiting)
        assert (caught.value.code, mailer.state(), mailer.posts()) == ("no_email", before, posts)


@pytest.mark.once
def test_nothing_to_close_needs_no_address(mailer: Shop) -> None:
    mailer.now = "2024-06-20T00:00:00Z"
    assert mailer.close(None).data["invoices"] == []
    mailer.now = JULY_2  # June waits; what is asked for lies before it
    assert mailer.do(collector.close, None, until="2024-05").data["invoices"] == []


@pytest.mark.parametrize("fault", ["lost", "dropped", "garbage"])
def test_a_mail_whose_answer_was_lost_is_not_sent_twice(mailer: Shop, fault: str) -> None:
    address(mailer)
    mailer.double.fault(fault, method="POST", path=".*/send", times=9)
    with suppress(Busy):
        mailer.close()
    mailer.double.clear_faults()
    mailer.double.advance(days=2)  # Stripe has forgotten the key
    mailer.now = "2024-07-04T09:00:00Z"
    mailer.close()
    assert mails(mailer) == 1


@pytest.mark.once
@pytest.mark.parametrize("noted", ["on both sides", "here", "at Stripe"])
def test_a_mail_is_not_sent_again_once_stripe_has_forgotten_the_first(
    mailer: Shop, noted: str
) -> None:
    address(mailer)
    mailer.do(closing.close, "2024-06")
    backup = mailer.called + ".backup"
    engines.copy(mailer.called, backup)
    mailer.close()
    there = remote(mailer)
    if noted == "here":  # the answer to the sending came, and that to the mark did not
        mark = {k: v for k, v in there["metadata"].items() if k != "jpcli_sent"}
        mailer.double.edit(there["id"], metadata=mark)
    if noted == "at Stripe":
        engines.copy(backup, mailer.called)
    mailer.double.advance(days=40)
    mailer.double.clear_requests()
    mailer.now = "2024-07-31T09:00:00Z"
    answer = mailer.close(None)
    assert {"sent", "sent_before"} & set(codes(answer)) == {"sent_before"}
    assert [r["path"] for r in mailer.double.requests() if r["path"].endswith("/send")] == []
    assert remote(mailer)["metadata"]["jpcli_sent"] == "yes"
    (step,) = [s for s in mailer.ask(status)["next"] if "INV-2024-06" in s["why"]]
    assert step["command"] == "jpcli invoice mark-paid INV-2024-06"
    posts = mailer.posts()
    mailer.close(None)
    assert mailer.posts() == posts


def test_a_card_is_charged_when_somebody_asks_for_it(mailer: Shop) -> None:
    address(mailer)
    mailer.close()
    mailer.do(stripe_billing.pay, "2024-06")
    assert local(mailer)["status"] == "paid"


@pytest.mark.parametrize("first", ["closed", "pushed", "never pushed"])
@pytest.mark.parametrize("kind", ["charge", "send"])
def test_a_wire_is_noted_at_stripe_and_no_card_is_charged(
    shop: Shop, mailer: Shop, first: str, kind: str
) -> None:
    agency = shop if kind == "charge" else mailer
    if kind == "send":
        address(mailer)
    if first == "never pushed":
        shop.double.fault("status", method="POST", path="/v1/invoices", status=500, times=9)
        with pytest.raises(Busy):
            agency.close()
        shop.double.clear_faults()
    else:
        agency.close()
    if first == "pushed":
        agency.do(stripe_billing.push, "2024-06")
    agency.attach("pm_card_mastercard")
    answer = agency.do(collector.mark_paid, "2024-06", "wire of July 3")
    found, there = local(agency), remote(shop)
    assert (there["status"], there["amount_paid_off_stripe"]) == ("paid", TOTAL)
    assert there["metadata"]["jpcli_reference"] == "wire of July 3"
    assert (found["status"], found["reference"]) == ("paid", "wire of July 3")
    assert (minor(found["collected"]), minor(found["net"])) == (TOTAL, TOTAL)
    said = {note.code: note.message for note in answer.notes}
    assert said["paid"] == "Marked INV-2024-06 as paid: $13.12, not through Stripe"
    assert shop.double.objects("charge") == []
    assert agency.reconcile() == []
    before, posts = agency.state(), shop.posts()
    for other in (None, "wire of July 4"):
        with pytest.raises(Refused) as caught:
            agency.do(collector.mark_paid, "2024-06", other)
        assert caught.value.code == "already_paid"
    for dry_run in (False, True):
        again = agency.do(collector.mark_paid, "2024-06", "wire of July 3", dry_run=dry_run)
        assert (again.data["invoice"], codes(again)[0]) == (found, "already_paid")
    assert (agency.state(), shop.posts()) == (before, posts)
    agency.do(stripe_billing.sync)
    assert local(agency) == found
    assert agency.problems() == []
    assert before.events <= agency.state().events


@pytest.mark.parametrize("fault", ["lost", "dropped", "garbage"])
def test_a_wire_whose_answer_was_lost_is_noted_once(shop: Shop, fault: str) -> None:
    shop.close()
    shop.double.fault(fault, method="POST", path=".*/pay", times=9)
    with suppress(Busy):
        shop.do(collector.mark_paid, "2024-06", "wire")
    shop.double.clear_faults()
    shop.double.advance(days=2)
    shop.now = "2024-07-04T09:00:00Z"
    if local(shop)["status"] != "paid":
        shop.do(collector.mark_paid, "2024-06", "wire")
    assert (local(shop)["status"], local(shop)["reference"]) == ("paid", "wire")


@pytest.mark.once
@pytest.mark.parametrize(
    ("options", "code"),
    [
        ({"reference": " "}, "bad_reference"),
        ({"reference": "x" * 501}, "bad_reference"),
        ({"reference": "a\x07"}, "bad_reference"),
        ({"at": "2024-07-01"}, "no_at"),
    ],
)
def test_what_cannot_be_noted_is_refused_before_anything_is_asked(
    shop: Shop, options: dict[str, Any], code: str
) -> None:
    shop.close()
    before, asked = shop.state(), len(shop.double.requests())
    with pytest.raises(BadInput) as caught:
        shop.do(collector.mark_paid, "2024-06", **options)
    assert (caught.value.code, shop.state()) == (code, before)
    assert caught.value.subject == f"--{next(iter(options))}"
    assert len(shop.double.requests()) == asked


def test_an_invoice_that_was_edited_at_stripe_is_not_noted_as_paid(shop: Shop) -> None:
    shop.close()
    shop.double.edit(remote(shop)["id"], total=TOTAL + 500, amount_due=TOTAL + 500)
    posts = shop.posts()
    with pytest.raises(Failed) as caught:
        shop.do(collector.mark_paid, "2024-06", "wire")
    assert (caught.value.code, shop.posts()) == ("total_mismatch", posts)
    assert local(shop)["status"] == "open"
    shop.double.edit(remote(shop)["id"], total=TOTAL, amount_due=TOTAL)


@pytest.mark.once
@pytest.mark.parametrize("reference", [None, "wire", "x" * 500])
def test_what_was_paid_on_the_page_meanwhile_is_not_noted_as_a_wire(
    shop: Shop, reference: str | None
) -> None:
    shop.close()
    shop.double.pay_hosted(remote(shop)["id"])
    for _ in ("learned now", "known"):
        with pytest.raises(Refused) as caught:
            shop.do(collector.mark_paid, "2024-06", reference)
        assert caught.value.code == "already_paid"
    there = remote(shop)
    assert "jpcli_reference" not in there["metadata"]
    assert (there["status"], there["amount_paid_off_stripe"]) == ("paid", 0)
    found = local(shop)
    assert (found["status"], found["reference"]) == ("paid", None)


@pytest.mark.once
@pytest.mark.parametrize("learned", ["by sync", "by itself"])
@pytest.mark.parametrize("reference", [None, "wire"])
def test_a_wire_that_another_copy_noted_is_noted_already(
    shop: Shop, learned: str, reference: str | None
) -> None:
    shop.close()
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.do(collector.mark_paid, "2024-06", reference)
    engines.copy(backup, shop.called)
    if learned == "by sync":
        shop.do(stripe_billing.sync)
    posts = shop.posts()
    for _ in range(2):
        assert (
            shop.do(collector.mark_paid, "2024-06", reference).data["invoice"]["status"] == "paid"
        )
    with pytest.raises(Refused) as caught:
        shop.do(collector.mark_paid, "2024-06", "another wire")
    assert (caught.value.code, shop.posts()) == ("already_paid", posts)


@pytest.mark.once
def test_another_wire_is_refused_also_by_a_copy_that_has_not_heard_of_the_first(
    shop: Shop,
) -> None:
    shop.close()
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.do(collector.mark_paid, "2024-06", "wire")
    engines.copy(backup, shop.called)
    posts = shop.posts()
    with pytest.raises(Refused) as caught:
        shop.do(collector.mark_paid, "2024-06", "another wire")
    assert (caught.value.code, shop.posts()) == ("already_paid", posts)
    assert remote(shop)["metadata"]["jpcli_reference"] == local(shop)["reference"] == "wire"


@pytest.mark.once
def test_a_wire_that_could_not_be_noted_is_not_noted_by_the_card_that_paid(shop: Shop) -> None:
    """Its reference stands there by then, and sync has settled the wish: it may be paid twice."""
    shop.close()
    shop.double.fault("status", method="POST", path=".*/pay", times=0, status=500)
    with suppress(Busy):
        shop.do(collector.mark_paid, "2024-06", "wire")
    shop.double.clear_faults()
    assert remote(shop)["metadata"]["jpcli_reference"] == "wire"
    shop.double.pay_hosted(remote(shop)["id"])
    for learned in ("now", "by the try before", "by sync"):
        if learned == "by sync":
            shop.do(stripe_billing.sync)
        for dry_run in (True, False):
            if dry_run and learned == "now":
                continue
            before, posts = shop.state(), shop.posts()
            with pytest.raises(Refused) as caught:
                shop.do(collector.mark_paid, "2024-06", "wire", dry_run=dry_run)
            assert (caught.value.code, shop.posts()) == ("already_paid", posts), learned
            assert learned == "now" or shop.state() == before
            assert local(shop)["reference"] is None


@pytest.mark.once
def test_a_card_that_pays_while_a_wire_is_noted_is_no_wire(shop: Shop) -> None:
    shop.close()
    there = remote(shop)["id"]

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if (
            when == "after"
            and entry["method"] == "POST"
            and entry["path"] == f"/v1/invoices/{there}"
        ):
            shop.double.double.hook = None
            shop.double.pay_hosted(there)

    shop.double.double.hook = meanwhile
    with pytest.raises(JpcliError):
        shop.do(collector.mark_paid, "2024-06", "wire")
    with pytest.raises(Refused) as caught:
        shop.do(collector.mark_paid, "2024-06", "wire")
    assert (caught.value.code, local(shop)["reference"]) == ("already_paid", None)


@pytest.mark.once
@pytest.mark.parametrize("then", ["card", "wire"])
def test_how_it_was_paid_is_told_of_what_was_paid_so(shop: Shop, then: str) -> None:
    """A try to note a wire leaves its reference at Stripe also where it gets no further."""
    shop.close()
    shop.double.fault("status", method="POST", path=".*/pay", times=0, status=500)
    with suppress(Busy):
        shop.do(collector.mark_paid, "2024-06", "wire")
    shop.double.clear_faults()
    shop.do(stripe_billing.sync)
    assert (local(shop)["status"], local(shop)["reference"]) == ("open", None)
    if then == "card":
        shop.attach()
        shop.close()
    else:
        shop.do(collector.mark_paid, "2024-06", "wire")
    paid = ("paid", None if then == "card" else "wire")
    for _ in range(2):
        assert (local(shop)["status"], local(shop)["reference"]) == paid
        shop.do(stripe_billing.sync)


@pytest.mark.once
@pytest.mark.parametrize("reference", [None, "wire"])
@pytest.mark.parametrize("paid", ["by wire", "by card"])
def test_a_dry_run_on_a_copy_that_only_read_of_it_says_what_the_real_one_does(
    shop: Shop, paid: str, reference: str | None
) -> None:
    STATES["open"](shop)
    copy = shop.called + ".copy"
    engines.copy(shop.called, copy)
    if paid == "by wire":
        shop.do(collector.mark_paid, "2024-06", reference)
    else:
        shop.double.pay_hosted(remote(shop)["id"])
    engines.copy(copy, shop.called)
    shop.do(stripe_billing.sync)
    before, posts = shop.state(), shop.posts()
    for dry_run in (True, False):
        if paid == "by wire":
            answer = shop.do(collector.mark_paid, "2024-06", reference, dry_run=dry_run)
            assert codes(answer)[0] == "already_paid"
        else:
            with pytest.raises(Refused) as caught:
                shop.do(collector.mark_paid, "2024-06", reference, dry_run=dry_run)
            assert caught.value.code == "already_paid"
    assert (shop.state(), shop.posts()) == (before, posts)


@pytest.mark.once
def test_a_dry_run_notes_nothing(shop: Shop) -> None:
    shop.close()
    before, posts = shop.state(), shop.posts()
    assert shop.do(collector.mark_paid, "2024-06", "wire", dry_run=True).data["dry_run"]
    assert (shop.state(), shop.posts()) == (before, posts)


# --- what the payer sees ---


def test_our_number_and_stripes_pages_are_shown(shop: Shop) -> None:
    shop.attach()
    answer = shop.close()
    found, there = local(shop), remote(shop)
    assert (found["number"], there["number"]) == ("INV-2024-06", "INV-2024-06")
    assert found["stripe_number"] == "INV-2024-06"
    assert found["hosted_url"] == found["page_url"] == there["hosted_invoice_url"]
    assert found["pdf_url"] == there["invoice_pdf"]
    for said in (answer, shop.do(invoices.show, "2024-06")):
        assert there["hosted_invoice_url"] in words(said)
        assert there["invoice_pdf"] in words(said)
        assert "other_number" not in codes(said)


def words(answer: Answer[Any]) -> str:
    return " ".join(note.message for note in answer.notes)


def test_a_number_that_another_ledger_of_the_account_uses_gets_a_tail(
    shop: Shop, tmp_path: Path
) -> None:
    shop.attach()
    shop.close()
    other = Shop(tmp_path / "other.db", JUNE_15)
    other.double = shop.double
    other.init(payments="stripe")
    other.attach()
    other.issue("jetpack-scan")
    other.now = JULY_2
    answer = other.close()
    with other.desk(writes=False) as desk:
        tail = desk.ledger.meta["ledger_id"][:4].upper()
    found = local(other)
    assert (found["status"], found["number"]) == ("paid", "INV-2024-06")
    assert found["stripe_number"] == f"INV-2024-06-{tail}"
    assert "other_number" in codes(answer)
    assert len(shop.double.objects("invoice")) == 2
    assert other.reconcile() == []
    assert other.problems() == []


def test_a_voided_month_has_the_next_number_there_too(shop: Shop) -> None:
    shop.close()
    shop.do(collector.void, "2024-06", None)
    shop.attach()
    shop.close()
    numbers = {item["number"]: item["status"] for item in shop.double.objects("invoice")}
    assert numbers == {"INV-2024-06": "void", "INV-2024-06-2": "paid"}


# --- the setting ---


@pytest.mark.parametrize(
    ("options", "stored"),
    [
        ({"payments": "stripe"}, "charge"),
        ({"payments": "stripe", "collect": "charge"}, "charge"),
        ({"payments": "stripe", "collect": "send"}, "send"),
        ({}, None),
    ],
)
def test_how_it_collects_is_a_setting(
    tmp_path: Path, options: dict[str, Any], stored: str | None
) -> None:
    agency = Agency(tmp_path / "new.db", JUNE_15).init(**options)
    with agency.desk(writes=False) as desk:
        assert desk.ledger.fact("collect") == stored


@pytest.mark.parametrize(
    "options",
    [{"collect": "send"}, {"collect": "charge"}, {"payments": "stripe", "collect": "mail"}],
)
def test_a_way_of_collecting_that_cannot_be_makes_no_ledger(
    tmp_path: Path, options: dict[str, Any]
) -> None:
    with pytest.raises(JpcliError) as caught:
        init.init(str(tmp_path / "new.db"), now_at=0, actor="ann", **options)
    assert (caught.value.code, caught.value.exit_code) == ("bad_collect", 2)
    assert list(tmp_path.iterdir()) == []


def test_changing_how_it_collects_counts_for_what_is_closed_from_then_on(shop: Shop) -> None:
    shop.attach()
    shop.close()
    answer = shop.do(set_one, "collect", "send")
    assert "jpcli stripe customer --email ADDRESS" in str(answer.notes[-1].hint)
    assert codes(shop.do(set_one, "collect", "send")) == ["unchanged"]
    address(shop)
    shop.now = "2024-08-02T09:00:00Z"
    assert_mailed(shop, shop.close("2024-07"))
    ways = {there["number"]: there["collection_method"] for there in shop.double.objects("invoice")}
    assert ways == {"INV-2024-06": "charge_automatically", "INV-2024-07": "send_invoice"}
    charges = len(shop.double.objects("charge"))
    shop.do(collector.mark_paid, "2024-07", "wire")
    shop.do(set_one, "collect", "charge")
    shop.now = "2024-09-02T09:00:00Z"
    assert "collected" in codes(shop.close("2024-08"))
    assert (mails(shop), len(shop.double.objects("charge"))) == (1, charges + 1)
    assert shop.reconcile() == []


@pytest.mark.once
@pytest.mark.parametrize("state", ["draft", "open"])
def test_how_it_collects_stays_while_something_is_collected_that_way(
    shop: Shop, state: str
) -> None:
    shop.attach()
    STATES[state](shop)
    before, asked = shop.state(), len(shop.double.requests())
    for options in ({}, {"dry_run": True}):
        with pytest.raises(Refused) as caught:
            shop.do(set_one, "collect", "send", **options)
        assert (caught.value.code, caught.value.exit_code) == ("not_collected", 3)
        assert "INV-2024-06" in caught.value.message
        for command in ("pay", "void"):
            assert f"jpcli invoice {command} INV-2024-06" in str(caught.value.hint)
        assert (shop.state(), len(shop.double.requests())) == (before, asked)
    shop.do(set_one, "name", "Another")


def test_where_nobody_collects_how_is_no_setting(tmp_path: Path) -> None:
    agency = Agency(tmp_path / "new.db", JUNE_15).init()
    before = agency.state()
    with pytest.raises(Refused) as caught:
        agency.do(set_one, "collect", "send")
    assert caught.value.code == "no_gateway"
    assert agency.state() == before


@pytest.mark.once
@pytest.mark.parametrize("value", ["mail", "", "SEND"])
def test_another_way_of_collecting_is_a_usage_error(shop: Shop, value: str) -> None:
    with pytest.raises(BadInput) as caught:
        shop.do(set_one, "collect", value)
    assert caught.value.code == "bad_collect"
