"""A month that stands at Stripe under a number that this ledger does not know, or has voided, while
nothing there has its number here, as a draft that was voided leaves no trace: it is not billed
twice."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress

import pytest
import stripe

from jpcli.domain.errors import JpcliError, Refused
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close, invoices
from tests import engines
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH, NUMBER, ROADS, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

AGAIN = f"{NUMBER}-2"
TOTAL = 512 + 800


def billed_again(shop: Shop, state: str) -> None:
    """Closed, voided while it was no more than a draft, and billed again."""
    STATES[state](shop)
    shop.do(collector.void, NUMBER, None)
    shop.close()


def put_back(shop: Shop, backup: str) -> None:
    engines.copy(backup, shop.called)
    shop.double.double.keys[False].entries.clear()


def kept(shop: Shop) -> str:
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    return backup


def paid_numbers(shop: Shop) -> list[str]:
    found = [i for i in shop.double.objects("invoice") if i["status"] == "paid"]
    return [i["metadata"]["jpcli_invoice"] for i in found]


def here(shop: Shop) -> dict[str, str]:
    found = shop.ask(invoices.list_invoices)["invoices"]
    return {invoice["number"]: invoice["status"] for invoice in found}


@pytest.mark.parametrize("state", ["draft", "draft not pushed"])
@pytest.mark.parametrize("road", ROADS)
def test_no_road_brings_it_there_once_more(shop: Shop, road: str, state: str) -> None:
    shop.attach()
    backup = kept(shop)
    billed_again(shop, state)
    put_back(shop, backup)
    if not road.startswith("close"):
        shop.do(close.close, MONTH)  # while Stripe could not be asked
    posts = shop.posts()
    with pytest.raises(Refused) as caught:
        ROADS[road](shop, NUMBER)
    assert (caught.value.code, caught.value.subject) == ("billed_before", NUMBER)
    assert f"{MONTH} was billed as {AGAIN} over $13.12" in caught.value.message
    assert shop.posts() == posts
    assert paid_numbers(shop) == [AGAIN]


@pytest.mark.parametrize("contents", ["the same", "others"])
def test_the_way_on_that_is_named_takes_over_what_was_billed(shop: Shop, contents: str) -> None:
    shop.attach()
    backup = kept(shop)
    billed_again(shop, "draft")
    put_back(shop, backup)
    if contents == "others":
        shop.issue("jetpack-ai", at="2024-06-20T00:00:00Z")
    with suppress(Refused):
        shop.close()
    found = {t["what"]: t for t in shop.do(account.status).data["troubles"]}
    assert found.keys() == {"billed_before", "unknown_here"}
    assert found["billed_before"]["command"] == f"jpcli invoice void {NUMBER}"
    shop.do(collector.void, NUMBER, None)
    if contents == "others":
        with pytest.raises(Refused) as caught:
            shop.close()
        assert (caught.value.code, here(shop)) == ("billed_before", {NUMBER: "void"})
    else:
        shop.close()
        assert here(shop) == {NUMBER: "void", AGAIN: "paid"}
        assert (shop.reconcile(), shop.do(account.status).data["troubles"]) == ([], [])
    assert paid_numbers(shop) == [AGAIN]


def test_it_is_found_also_where_the_clocks_disagree(shop: Shop) -> None:
    shop.attach()
    backup = kept(shop)
    billed_again(shop, "draft not pushed")
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], created=1_600_000_000)  # years before its month
    put_back(shop, backup)
    with pytest.raises(Refused) as caught:
        shop.close()
    assert (caught.value.code, paid_numbers(shop)) == ("billed_before", [AGAIN])


def test_it_is_found_also_where_its_customer_was_deleted(
    shop: Shop, stripe_clients: Clients
) -> None:
    shop.attach()
    backup = kept(shop)
    billed_again(shop, "draft not pushed")
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], created=1_719_910_800)  # on July 2, as it is here
    hand: stripe.StripeClient = stripe_clients()
    hand.v1.customers.delete(there["customer"])
    put_back(shop, backup)
    with pytest.raises(Refused) as caught:
        shop.close()
    assert caught.value.code == "billed_before"
    assert paid_numbers(shop) == [AGAIN]


def _void(shop: Shop) -> None:
    billed_again(shop, "draft not pushed")
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], status="void")


def _of_another_ledger(shop: Shop) -> None:
    billed_again(shop, "draft not pushed")
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], metadata={**there["metadata"], "jpcli_ledger": "another"})


def _of_another_month(shop: Shop) -> None:
    shop.close()
    (there,) = shop.double.objects("invoice")
    july = {**there["metadata"], "jpcli_invoice": "INV-2024-07"}
    shop.double.edit(there["id"], metadata=july)


def _without_a_number(shop: Shop) -> None:
    shop.close()
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], metadata={"jpcli_ledger": there["metadata"]["jpcli_ledger"]})


@pytest.mark.parametrize("there", [_void, _of_another_ledger, _of_another_month, _without_a_number])
def test_what_is_no_bill_of_that_month_holds_it_up_no_more(
    shop: Shop, there: Callable[[Shop], None]
) -> None:
    shop.attach()
    backup = kept(shop)
    there(shop)
    put_back(shop, backup)
    shop.close()
    assert here(shop) == {NUMBER: "paid"}
    ours = [i for i in shop.double.objects("invoice") if i["metadata"].get("jpcli_invoice")]
    assert [i["status"] for i in ours if i["metadata"]["jpcli_invoice"] == NUMBER] == ["paid"]


def brought_by_a_copy(shop: Shop, state: str, status: str) -> None:
    """Voided here while it was no more than a draft, and then brought there by a copy of this
    ledger that does not know."""
    STATES[state](shop)
    copy = kept(shop)
    shop.do(collector.void, NUMBER, None)
    own = shop.called + ".own"
    engines.copy(shop.called, own)
    put_back(shop, copy)
    if status == "draft":
        shop.double.fault("status", method="POST", path=".*/finalize", times=0, status=400)
    with suppress(JpcliError):
        ROADS["pay" if status == "paid" else "push"](shop, NUMBER)
    shop.double.clear_faults()
    (there,) = shop.double.objects("invoice")
    if status == "uncollectible":
        shop.double.edit(there["id"], status=status)
    put_back(shop, own)


STANDING = ("draft", "open", "paid", "uncollectible")


@pytest.mark.parametrize("state", ["draft", "draft not pushed"])
@pytest.mark.parametrize("status", STANDING)
@pytest.mark.parametrize("road", ["close", "close --due"])
def test_what_is_void_here_and_stands_there_is_not_closed_once_more(
    shop: Shop, road: str, status: str, state: str
) -> None:
    shop.attach()
    brought_by_a_copy(shop, state, status)
    before, posts = shop.state(), shop.posts()
    with pytest.raises(Refused) as caught:
        ROADS[road](shop, AGAIN)
    assert (caught.value.code, caught.value.subject) == ("billed_before", NUMBER)
    assert f"{NUMBER} over $13.12 is void here and {status} at Stripe" in caught.value.message
    assert (shop.state(), shop.posts()) == (before, posts)
    (hanging,) = shop.do(account.status).data["troubles"]
    assert (hanging["subject"], hanging["what"]) == (NUMBER, "status")
    assert hanging["command"] == "jpcli invoice sync"
    assert hanging["command"] in str(caught.value.hint)
    shop.do(stripe_billing.sync)
    assert here(shop) == {NUMBER: status}
    if status in ("draft", "open"):
        shop.close()
        assert here(shop) == {NUMBER: "paid"}
        assert paid_numbers(shop) == [NUMBER]
    assert (shop.reconcile(), shop.do(account.status).data["troubles"]) == ([], [])


@pytest.mark.parametrize("how", ["void there", "of another ledger", "without a number"])
def test_what_is_void_here_and_no_bill_of_ours_there_holds_nothing_up(shop: Shop, how: str) -> None:
    shop.attach()
    brought_by_a_copy(shop, "draft not pushed", "open")
    (there,) = shop.double.objects("invoice")
    marks = there["metadata"]
    if how == "void there":
        shop.double.edit(there["id"], status="void")
    elif how == "of another ledger":
        shop.double.edit(there["id"], metadata={**marks, "jpcli_ledger": "another"})
    else:
        shop.double.edit(there["id"], metadata={"jpcli_ledger": marks["jpcli_ledger"]})
    assert shop.do(account.status).data["troubles"] == []
    shop.close()
    assert here(shop) == {NUMBER: "void", AGAIN: "paid"}


def test_another_month_that_is_void_here_and_stands_there_holds_nothing_up(shop: Shop) -> None:
    shop.attach()
    shop.now = "2024-08-02T09:00:00Z"
    july = "INV-2024-07"
    shop.do(close.close_due)
    brought_by_a_copy(shop, "none", "open")
    shop.do(stripe_billing.pay, july)
    assert paid_numbers(shop) == [july]
