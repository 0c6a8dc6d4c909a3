"""An invoice that is void here and stands at Stripe: a hand made it again there, or another process
voided it while it was on its way. Its month is not asked for twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import Failed, JpcliError, Refused
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.collection.stripe.remote_invoice import IN_DASHBOARD
from jpcli.services.invoices import close, invoices
from tests import engines
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH, NUMBER, ROADS, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

AGAIN = f"{NUMBER}-2"


Road = Callable[[Shop, str], Any]


def here(shop: Shop) -> dict[str, str]:
    found = shop.ask(invoices.list_invoices)["invoices"]
    return {invoice["number"]: invoice["status"] for invoice in found}


def made_again(shop: Shop, stripe_clients: Clients, status: str) -> str:
    """A copy of the voided invoice, as the dashboard makes one."""
    (void,) = [i for i in shop.double.objects("invoice") if i["status"] == "void"]
    hand = stripe_clients()
    copy = hand.v1.invoices.create({"customer": void["customer"]}).id
    hand.v1.invoices.update(copy, {"metadata": void["metadata"]})
    hand.v1.invoices.add_lines(copy, {"lines": [{"amount": 700}]})
    if status != "draft":
        hand.v1.invoices.finalize_invoice(copy)
    if status == "paid":
        shop.double.pay_hosted(copy)
    return copy


@pytest.mark.parametrize("status", ["draft", "open", "paid"])
def test_what_a_hand_made_again_of_a_month_that_is_billed_again_is_told_and_not_taken_over(
    shop: Shop, stripe_clients: Clients, status: str
) -> None:
    STATES["void"](shop)
    shop.do(close.close, MONTH)
    shop.do(stripe_billing.push, AGAIN)
    copy = made_again(shop, stripe_clients, status)
    answer = shop.do(stripe_billing.sync)
    (told,) = [note for note in answer.notes if note.code != "synced"]
    assert (told.code, told.kind, told.subject) == ("void_here", "warning", NUMBER)
    for part in (NUMBER, AGAIN, copy, status, "7.00"):
        assert part in told.message
    assert here(shop) == {NUMBER: "void", AGAIN: "open"}
    (hanging,) = shop.do(account.status).data["troubles"]
    assert (hanging["what"], hanging["message"]) == ("void_here", told.message)
    assert hanging["command"] == f"jpcli invoice reconcile {NUMBER}"
    assert {found["what"] for found in shop.reconcile()} >= {"status", "total"}
    shop.double.edit(copy, status="void")
    assert shop.do(account.status).data["troubles"] == []
    assert [note.code for note in shop.do(stripe_billing.sync).notes] == ["synced"]


def test_where_its_month_waits_it_is_taken_over_as_it_is_there(
    shop: Shop, stripe_clients: Clients
) -> None:
    STATES["void"](shop)
    made_again(shop, stripe_clients, "open")
    assert "total_mismatch" in [note.code for note in shop.do(stripe_billing.sync).notes]
    assert here(shop) == {NUMBER: "open"}
    shop.do(collector.void, NUMBER, None)
    assert here(shop) == {NUMBER: "void"}


@pytest.mark.parametrize("state", ["draft not pushed", "draft", "open"])
def test_what_is_void_is_told_and_not_voided_again(shop: Shop, state: str) -> None:
    STATES[state](shop)
    answer = shop.do(collector.void, NUMBER, "wrong")
    (told,) = answer.data["invoices"]
    assert (told["number"], told["status"]) == (NUMBER, "void")
    (note,) = answer.notes
    assert (note.code, note.kind, note.subject) == ("voided", "ok", NUMBER)
    assert note.hint == f"jpcli invoice close {MONTH}"
    before, posts = shop.state(), shop.posts()
    for dry_run in (False, True):
        with pytest.raises(Refused) as caught:
            shop.do(collector.void, NUMBER, "wrong", dry_run=dry_run)
        assert (caught.value.code, shop.state(), shop.posts()) == ("invoice_void", before, posts)


def test_a_draft_of_a_hand_beside_the_voided_one_is_taken_away(
    shop: Shop, stripe_clients: Clients
) -> None:
    """What stands under the number then is void."""
    STATES["void"](shop)
    copy = made_again(shop, stripe_clients, "draft")
    shop.do(stripe_billing.sync)
    notes = shop.do(stripe_billing.push, NUMBER, replace=True).notes
    assert [note.code for note in notes] == ["taken_away", "pushed"]
    assert copy in notes[0].message
    assert [i["status"] for i in shop.double.objects("invoice")] == ["void"]
    assert (here(shop), shop.reconcile()) == ({NUMBER: "void"}, [])


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("billed_again", [False, True])
def test_what_is_voided_while_it_is_on_its_way_is_not_finalized(
    shop: Shop, road: str, billed_again: bool
) -> None:
    """Whoever voided it found nothing there yet."""
    shop.attach()
    shop.do(close.close, MONTH)

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "after" and entry["path"].endswith("/add_lines"):
            shop.double.double.hook = None
            with shop.desk() as desk, desk.writing() as writer:
                writer.record(*events.invoice_voided(NUMBER))
            if billed_again:
                shop.do(close.close, MONTH)

    shop.double.double.hook = meanwhile
    with pytest.raises(Refused) as caught:
        ROADS[road](shop, NUMBER)
    assert (caught.value.code, caught.value.subject) == ("invoice_void", NUMBER)
    assert shop.double.objects("invoice") == []
    assert here(shop) == ({NUMBER: "void", AGAIN: "draft"} if billed_again else {NUMBER: "void"})
    shop.close()
    assert here(shop) == {NUMBER: "void", AGAIN: "paid"}


def test_what_was_finalized_when_its_month_was_billed_again_is_not_charged(shop: Shop) -> None:
    shop.attach()
    shop.do(close.close, MONTH)

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "after" and entry["path"].endswith("/finalize"):
            shop.double.double.hook = None
            with shop.desk() as desk, desk.writing() as writer:
                writer.record(*events.invoice_voided(NUMBER))
            shop.do(close.close, MONTH)

    shop.double.double.hook = meanwhile
    with pytest.raises(Failed) as caught:
        shop.do(stripe_billing.pay, NUMBER)
    assert (caught.value.code, caught.value.subject) == ("void_here", NUMBER)
    assert here(shop) == {NUMBER: "void", AGAIN: "draft"}
    assert [i["status"] for i in shop.double.objects("invoice")] == ["open"]
    assert shop.double.objects("charge") == []


def test_what_another_ledger_made_under_that_number_is_its_own(
    shop: Shop, stripe_clients: Clients
) -> None:
    STATES["void"](shop)
    shop.do(close.close, MONTH)
    shop.do(stripe_billing.push, AGAIN)
    copy = made_again(shop, stripe_clients, "open")
    found = next(i for i in shop.double.objects("invoice") if i["id"] == copy)
    shop.double.edit(copy, metadata={**found["metadata"], "jpcli_ledger": "another"})
    assert shop.do(account.status).data["troubles"] == []
    assert [note.code for note in shop.do(stripe_billing.sync).notes] == ["synced"]


@pytest.mark.parametrize("road", ROADS)
@pytest.mark.parametrize("card", [True, False])
def test_what_is_brought_there_while_it_is_voided_is_looked_for_once_more(
    shop: Shop, road: str, card: bool
) -> None:
    """It was looked for when nothing stood there yet."""
    if card:
        shop.attach()
    shop.do(close.close, MONTH)

    looked: list[str] = []

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "after" and "created" in str(entry["params"]):  # the last look
            shop.double.double.hook = None
            looked.append(entry["path"])
            with suppress(JpcliError):
                ROADS[road](shop, NUMBER)

    shop.double.double.hook = meanwhile
    is_paid = road == "mark-paid" or (card and not road.startswith("push"))
    if is_paid:
        with pytest.raises(Refused) as caught:
            shop.do(collector.void, NUMBER, "wrong")
        assert (caught.value.code, caught.value.subject) == ("invoice_paid", NUMBER)
    else:
        shop.do(collector.void, NUMBER, "wrong")
    assert looked == ["/v1/invoices"]
    status = "paid" if is_paid else "void"
    assert here(shop) == {NUMBER: status}
    assert [i["status"] for i in shop.double.objects("invoice")] == [status]
    assert shop.reconcile() == []


@pytest.mark.parametrize("status", ["draft", "open", "paid"])
@pytest.mark.parametrize("road", ROADS)
def test_no_road_bills_a_month_again_that_stands_there_under_its_voided_number(
    shop: Shop, stripe_clients: Clients, road: str, status: str
) -> None:
    STATES["void"](shop)
    shop.attach()
    copy = made_again(shop, stripe_clients, status)
    is_closed = not road.startswith("close")
    if is_closed:
        shop.do(close.close, MONTH)  # while Stripe could not be asked
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        ROADS[road](shop, AGAIN)
    assert caught.value.code == "billed_before"
    assert caught.value.subject == (AGAIN if is_closed else NUMBER)
    for part in (NUMBER, MONTH, status, "$7.00"):
        assert part in caught.value.message
    ways = [f"jpcli invoice void {AGAIN}", "jpcli invoice sync"][not is_closed :]
    assert [way for way in ways if way in str(caught.value.hint)] == ways
    assert "backup" not in str(caught.value.hint)
    assert (shop.state(), shop.posts()) == (before, posts)
    if is_closed:
        shop.do(collector.void, AGAIN, None)
    shop.do(stripe_billing.sync)
    assert here(shop)[NUMBER] == status
    if status != "paid":
        if status == "draft":
            hand = stripe_clients()
            hand.v1.invoices.delete(copy)
        shop.do(collector.void, NUMBER, None)
        shop.close()
        assert "paid" in here(shop).values()
    assert [i["status"] for i in shop.double.objects("invoice")].count("paid") == 1


@pytest.mark.parametrize("billed_again", [False, True])
@pytest.mark.parametrize("status", ["draft", "open"])
def test_of_two_that_a_hand_made_again_none_is_to_be_pushed(
    shop: Shop, stripe_clients: Clients, status: str, billed_again: bool
) -> None:
    """Nor voided by us: both commands refuse what is void here."""
    STATES["void"](shop)
    copies = [made_again(shop, stripe_clients, status) for _ in range(2)]
    if billed_again:
        shop.do(close.close, MONTH)
    before = shop.state()
    (told,) = [note for note in shop.do(stripe_billing.sync).notes if note.code != "synced"]
    assert (told.code, told.subject, shop.state()) == ("two_at_stripe", NUMBER, before)
    assert told.hint == IN_DASHBOARD
    found = [t for t in shop.do(account.status).data["troubles"] if t["subject"] == NUMBER]
    assert {one["what"] for one in found} == ({"void_here"} if billed_again else {"status"})
    assert len(found) == (2 if billed_again else 1)
    for copy in copies:
        shop.double.edit(copy, status="void")
    shop.close()
    assert here(shop) == {NUMBER: "void", AGAIN: "open"}


@pytest.mark.parametrize("status", ["draft", "open", "paid"])
def test_of_what_has_other_contents_and_is_void_here_none_is_to_be_pushed_or_voided(
    shop: Shop, stripe_clients: Clients, status: str
) -> None:
    STATES["void"](shop)
    copy = made_again(shop, stripe_clients, status)
    found = next(i for i in shop.double.objects("invoice") if i["id"] == copy)
    shop.double.edit(copy, metadata={**found["metadata"], "jpcli_content_hash": "x"})
    before = shop.state()
    (told,) = [note for note in shop.do(stripe_billing.sync).notes if note.code != "synced"]
    assert (told.code, told.subject, shop.state()) == ("other_contents", NUMBER, before)
    assert "invoice" not in str(told.hint)


@pytest.mark.parametrize(("gateway_id", "by_hand"), [("NULL", True), ("'in_gone'", False)])
def test_two_of_one_that_was_paid_by_hand_are_not_to_be_pushed(
    shop: Shop, stripe_clients: Clients, gateway_id: str, by_hand: bool
) -> None:
    STATES["void"](shop)
    for _ in range(2):
        made_again(shop, stripe_clients, "open")
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.sql(f"UPDATE invoices SET status = 'paid', voided_seq = NULL, gateway_id = {gateway_id}")
    (told,) = [note for note in shop.do(stripe_billing.sync).notes if note.code != "synced"]
    hint = IN_DASHBOARD if by_hand else f"jpcli invoice push {NUMBER} --replace"
    assert (told.code, told.hint) == ("two_at_stripe", hint)
    engines.copy(backup, shop.called)
