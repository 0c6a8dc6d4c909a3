"""Whatever a hand did at Stripe: no command charges what was not closed, `stripe status` names the
command that gets on, and that command does."""

from __future__ import annotations

import shlex
from collections.abc import Callable
from contextlib import suppress
from typing import Any

import pytest
import stripe

from jpcli.cli.app.root import run
from jpcli.domain.errors import Busy, Failed, JpcliError, Refused
from jpcli.ledger.queries.outbox import open_wishes
from jpcli.services.collection.stripe import account, collector
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.invoices import close, invoices
from tests import engines
from tests.services.agency import codes, minor
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

TOTAL = 512 + 800


@pytest.fixture
def hand(stripe_clients: Clients) -> stripe.StripeClient:
    """Somebody in Stripe's dashboard."""
    return stripe_clients()


def there(shop: Shop) -> dict[str, Any]:
    (found,) = [i for i in shop.double.objects("invoice") if i["status"] != "void"]
    return dict(found)


def item(shop: Shop) -> str:
    return str(shop.double.objects("invoiceitem")[0]["id"])


def _delete_draft(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.delete(there(shop)["id"])


def _delete_item(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoice_items.delete(item(shop))


def _delete_all_items(shop: Shop, hand: stripe.StripeClient) -> None:
    for found in shop.double.objects("invoiceitem"):
        hand.v1.invoice_items.delete(found["id"])


def _add_item(shop: Shop, hand: stripe.StripeClient) -> None:
    found = there(shop)
    hand.v1.invoice_items.create(
        {
            "customer": found["customer"],
            "invoice": found["id"],
            "amount": 500,
            "currency": "usd",
            "description": "a hand's",
        }
    )


def _edit_item(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoice_items.update(item(shop), {"amount": 1})


def _reword_item(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoice_items.update(item(shop), {"description": "worded by an older version"})


def _drop_hash(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.update(there(shop)["id"], {"metadata": {"jpcli_content_hash": ""}})


def _delete_customer(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.customers.delete(there(shop)["customer"])


def _finalize(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.finalize_invoice(there(shop)["id"])


def _edit_and_finalize(shop: Shop, hand: stripe.StripeClient) -> None:
    _add_item(shop, hand)
    _finalize(shop, hand)


def _void(shop: Shop, hand: stripe.StripeClient) -> None:
    hand.v1.invoices.void_invoice(there(shop)["id"])


def _twin(shop: Shop, hand: stripe.StripeClient) -> None:
    """What another copy of the ledger made."""
    found = there(shop)
    hand.v1.invoices.create({"customer": found["customer"], "metadata": found["metadata"]})


def _pay(shop: Shop, _: stripe.StripeClient) -> None:
    shop.double.pay_hosted(there(shop)["id"])


# The state it is in, what the hand does, what `stripe status` says of it (None: nothing).
Hand = Callable[[Shop, stripe.StripeClient], None]
CASES: dict[str, tuple[str, Hand, str | None]] = {
    "draft deleted": ("draft", _delete_draft, "not_pushed"),
    "item deleted": ("draft", _delete_item, "incomplete"),
    "all items deleted": ("draft", _delete_all_items, "incomplete"),
    "item added": ("draft", _add_item, "total_mismatch"),
    "item edited": ("draft", _edit_item, "total_mismatch"),
    "item reworded": ("draft", _reword_item, "not_finalized"),
    "hash dropped from a draft": ("draft", _drop_hash, "other_contents"),
    "customer of a draft deleted": ("draft", _delete_customer, "customer_deleted"),
    "draft finalized": ("draft", _finalize, "status"),
    "draft edited and finalized": ("draft", _edit_and_finalize, "status"),
    "twin of a draft": ("draft", _twin, "two_at_stripe"),
    "hash dropped from an open one": ("open", _drop_hash, "other_contents"),
    "customer of an open one deleted": ("open", _delete_customer, "customer_deleted"),
    "open one voided": ("open", _void, "status"),
    "open one paid": ("open", _pay, "status"),
    "twin of an open one": ("open", _twin, "two_at_stripe"),
}


def paid_sums(shop: Shop) -> list[int]:
    return [charge["amount"] for charge in shop.double.objects("charge") if charge["paid"]]


def troubles(shop: Shop) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = shop.do(account.status).data["troubles"]
    return [one for one in found if one["what"] != "unfinished"]


def typed(shop: Shop, monkeypatch: pytest.MonkeyPatch, command: str) -> int:
    """Run what a hint says."""
    monkeypatch.setenv("JPCLI_LEDGER", shop.path)
    monkeypatch.setenv("JPCLI_NOW", shop.now)
    return run([*shlex.split(command)[1:], *(["--yes"] if " void " in command else [])])


COMMANDS: dict[str, Callable[[Shop], Any]] = {
    "push": lambda shop: shop.do(stripe_billing.push, NUMBER),
    "pay": lambda shop: shop.do(stripe_billing.pay, NUMBER),
    "close": lambda shop: shop.close("2024-06"),
    "close --due": lambda shop: shop.close(None),
    "void": lambda shop: shop.do(collector.void, NUMBER, None),
    "sync": lambda shop: shop.do(stripe_billing.sync),
    "reconcile": lambda shop: shop.do(stripe_billing.reconcile),
    "cards sync": lambda shop: shop.do(collector.sync_cards),
    "stripe status": lambda shop: shop.do(account.status),
}


@pytest.mark.parametrize("case", CASES)
def test_stripe_status_says_what_a_hand_did(
    shop: Shop, hand: stripe.StripeClient, case: str
) -> None:
    state, change, what = CASES[case]
    shop.attach()
    STATES[state](shop)
    change(shop, hand)
    found = troubles(shop)
    assert [one["what"] for one in found][:1] == [what]
    assert NUMBER in [one["subject"] for one in found if one["what"] == what]
    assert all(one["message"] and one["command"] for one in found)


@pytest.mark.crossed("command")
@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("case", CASES)
def test_nothing_but_the_right_sum_is_ever_charged_and_a_way_on_is_named(
    shop: Shop,
    hand: stripe.StripeClient,
    monkeypatch: pytest.MonkeyPatch,
    case: str,
    command: str,
) -> None:
    state, change, _ = CASES[case]
    shop.attach()
    STATES[state](shop)
    change(shop, hand)
    with suppress(JpcliError):
        COMMANDS[command](shop)
    assert set(paid_sums(shop)) <= {TOTAL}
    follow(shop, monkeypatch)
    assert paid_sums(shop) == [TOTAL], case
    assert minor(standing(shop)["amount_paid"]) == TOTAL
    assert [d for d in shop.reconcile() if "worded" not in str(d["stripe"])] == []


def standing(shop: Shop) -> dict[str, Any]:
    found = [i for i in shop.ask(invoices.list_invoices)["invoices"] if i["status"] != "void"]
    assert len(found) == 1, found
    return dict(found[0])


def follow(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    """Do what `stripe status` says until it says nothing, then what anybody would."""
    for _ in range(5):
        found = troubles(shop)
        if not found:
            break
        command = found[0]["command"]
        assert command is not None, found
        if command == "jpcli cards add":
            shop.attach()
        else:
            typed(shop, monkeypatch, command)
    if not shop.cards():
        shop.attach()
    for _ in range(2):
        with suppress(Refused):
            shop.close()
    assert troubles(shop) == []


@pytest.mark.parametrize("road", ["push", "push --replace", "pay", "mark-paid", "close --due"])
@pytest.mark.parametrize("state", ["open", "paid", "uncollectible"])
def test_what_is_settled_here_is_not_asked_for_anew_because_it_is_gone_there(
    shop: Shop, state: str, road: str
) -> None:
    """As test data is when it is deleted, all at once."""
    shop.attach()
    STATES[state](shop)
    shop.double.double.worlds[False].objects["invoice"].clear()
    (told,) = [n for n in shop.do(stripe_billing.sync).notes if n.kind == "warning"]
    assert told.code == "not_at_stripe"
    assert (f"jpcli invoice push {NUMBER}" in str(told.hint)) == (state == "open")
    roads: dict[str, Callable[[], Any]] = {
        "push": lambda: shop.do(stripe_billing.push, NUMBER),
        "push --replace": lambda: shop.do(stripe_billing.push, NUMBER, replace=True),
        "pay": lambda: shop.do(stripe_billing.pay, NUMBER),
        "mark-paid": lambda: shop.do(collector.mark_paid, NUMBER, "wire"),
        "close --due": lambda: shop.close(None),
    }
    if state == "open":
        roads[road]()
        assert len(shop.double.objects("invoice")) == 1
        return
    before, posts = shop.state(), shop.posts()
    if road == "close --due":
        assert codes(roads[road]()) == ["nothing_to_close"]
    else:
        with pytest.raises(Refused) as caught:
            roads[road]()
        assert caught.value.code == {"paid": "already_paid"}.get(state, "invoice_uncollectible")
    assert (shop.state(), shop.posts(), shop.double.objects("invoice")) == (before, posts, [])


def test_a_deleted_card_is_not_charged_and_the_next_one_is(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    first = shop.attach()
    second = shop.attach("pm_card_mastercard")
    STATES["open"](shop)
    hand.v1.payment_methods.detach(first)
    shop.do(stripe_billing.pay, NUMBER)
    charges = [c["payment_method"] for c in shop.double.objects("charge") if c["paid"]]
    assert charges == [second]


def test_a_customer_that_was_deleted_is_made_again_and_its_cards_are_gone(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    shop.attach()
    (before,) = shop.double.objects("customer")
    hand.v1.customers.delete(before["id"])
    assert [one["what"] for one in troubles(shop)] == ["customer_deleted"]
    assert troubles(shop)[0]["command"] == "jpcli cards add"
    shop.do(collector.sync_cards)
    assert shop.cards() == []
    shop.attach()
    shop.close()
    assert paid_sums(shop) == [TOTAL]


def test_the_oldest_of_two_customers_is_taken_and_the_other_named(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    shop.attach()
    (before,) = shop.double.objects("customer")
    second = hand.v1.customers.create({"metadata": before["metadata"]}).id
    shop.sql("UPDATE outbox SET state = 'failed' WHERE name = 'customer'")
    assert [(t["subject"], t["what"]) for t in troubles(shop)] == [(second, "second_customer")]
    assert [d["stripe"] for d in shop.reconcile()] == [second]
    shop.close()
    assert there(shop)["customer"] == before["id"]
    hand.v1.customers.delete(second)
    shop.sql("UPDATE outbox SET state = 'done' WHERE name = 'customer'")


def test_voiding_a_draft_deletes_it(shop: Shop) -> None:
    STATES["draft"](shop)
    shop.do(collector.void, NUMBER, "wrong price list")
    assert shop.double.objects("invoice") == []
    assert shop.double.objects("invoiceitem") == []
    assert shop.ask(invoices.show, NUMBER)["invoice"]["status"] == "void"
    shop.attach()
    shop.close()
    assert paid_sums(shop) == [TOTAL]


def test_voiding_what_never_got_to_stripe_asks_nothing_of_it(shop: Shop) -> None:
    STATES["draft not pushed"](shop)
    posts = shop.posts()
    shop.do(collector.void, NUMBER, None)
    assert shop.posts() == posts
    assert shop.ask(invoices.show, NUMBER)["invoice"]["status"] == "void"


def test_what_was_paid_meanwhile_is_not_voided(shop: Shop) -> None:
    STATES["open"](shop)
    shop.double.pay_hosted(there(shop)["id"])
    with pytest.raises(Refused) as caught:
        shop.do(collector.void, NUMBER, None)
    assert caught.value.code == "invoice_paid"
    assert there(shop)["status"] == "paid"
    assert shop.ask(invoices.show, NUMBER)["invoice"]["status"] == "paid"


def test_a_draft_that_was_edited_and_finalized_by_hand_is_not_charged(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    """Closed at 13.12, and the card was charged 18.12."""
    shop.attach()
    STATES["draft"](shop)
    _edit_and_finalize(shop, hand)
    for command in ("pay", "close", "close --due", "push"):
        with suppress(JpcliError):
            COMMANDS[command](shop)
    assert paid_sums(shop) == []
    assert "total_mismatch" in codes(shop.do(stripe_billing.sync))
    with pytest.raises(Failed) as caught:
        shop.do(stripe_billing.push, NUMBER)
    assert caught.value.code == "total_mismatch"
    assert f"jpcli invoice void {NUMBER}" in str(caught.value.hint)


def test_replacing_keeps_what_is_as_closed_and_refuses_what_was_paid(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    shop.attach()
    STATES["open"](shop)
    right = there(shop)["id"]
    _twin(shop, hand)
    shop.do(stripe_billing.push, NUMBER, replace=True)
    assert there(shop)["id"] == right
    # A second one that was paid can't be taken away: only a refund is left.
    twin = hand.v1.invoices.create({"customer": there(shop)["customer"]}).id
    hand.v1.invoices.update(twin, {"metadata": there_metadata(shop, right)})
    hand.v1.invoices.add_lines(twin, {"lines": [{"amount": 700}]})
    hand.v1.invoices.finalize_invoice(twin)
    shop.double.pay_hosted(twin)
    with pytest.raises(Failed) as caught:
        shop.do(stripe_billing.push, NUMBER, replace=True)
    assert (caught.value.code, caught.value.subject) == ("paid_twice", NUMBER)
    assert f"jpcli invoice reconcile {NUMBER}" in str(caught.value.hint)
    assert paid_sums(shop) == [700]
    with pytest.raises(JpcliError):
        shop.do(stripe_billing.pay, NUMBER)
    assert paid_sums(shop) == [700]


def _true_twin(shop: Shop, hand: stripe.StripeClient) -> str:
    """An open one that is as closed, as another copy of the ledger makes it."""
    found = there(shop)
    items = shop.double.objects("invoiceitem")
    twin = hand.v1.invoices.create({"customer": found["customer"]}).id
    hand.v1.invoices.update(twin, {"metadata": found["metadata"]})
    lines: Any = [{"amount": i["amount"], "metadata": i["metadata"]} for i in items]
    hand.v1.invoices.add_lines(twin, {"lines": lines})
    hand.v1.invoices.finalize_invoice(twin)
    return twin


@pytest.mark.parametrize("state", ["draft", "open", "paid"])
def test_of_two_that_are_as_closed_replacing_keeps_the_one_that_is_further(
    shop: Shop, hand: stripe.StripeClient, state: str
) -> None:
    """A paid one before an open one, an open one before a draft: nobody is charged twice."""
    shop.attach()
    STATES["draft" if state == "draft" else "open"](shop)
    ours = there(shop)["id"]
    twin = _true_twin(shop, hand)
    if state == "paid":
        shop.double.pay_hosted(twin)
    shop.do(stripe_billing.push, NUMBER, replace=True)
    kept = ours if state == "open" else twin
    assert there(shop)["id"] == kept
    with suppress(Refused):  # what is paid is closed already
        shop.close()
    assert standing(shop)["stripe_invoice_id"] == kept
    assert paid_sums(shop) == [TOTAL]


@pytest.mark.parametrize(
    "changed", [{"total": TOTAL + 1}, {"total": TOTAL - 1}, {"currency": "eur"}], ids=str
)
def test_another_total_over_the_same_lines_is_not_charged(
    shop: Shop, changed: dict[str, Any]
) -> None:
    """As a tax or a discount makes it that was put on in the dashboard."""
    shop.attach()
    STATES["open"](shop)
    shop.double.edit(there(shop)["id"], **changed)
    for command in ("push", "pay", "close", "close --due"):
        posts = shop.posts()
        with pytest.raises(Failed) as caught:
            COMMANDS[command](shop)
        assert (caught.value.code, caught.value.subject) == ("total_mismatch", NUMBER)
        assert shop.posts() == posts
    assert paid_sums(shop) == []


@pytest.mark.parametrize("contents", ["the same", "others"])
def test_what_was_billed_to_a_customer_that_was_deleted_is_not_billed_again(
    shop: Shop, hand: stripe.StripeClient, contents: str
) -> None:
    """Also where the ledger was put back, and nothing here knows of it."""
    shop.attach()
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.close()
    shop.double.edit(there(shop)["id"], created=1_719_910_800)  # on July 2, as it is here
    _delete_customer(shop, hand)
    engines.copy(backup, shop.called)
    shop.double.double.keys[False].entries.clear()
    if contents == "others":
        shop.issue("jetpack-ai", at="2024-06-20T00:00:00Z")
        with pytest.raises(Failed) as caught:
            shop.close()
        assert (caught.value.code, caught.value.subject) == ("other_contents", NUMBER)
    else:
        shop.close()
        assert standing(shop)["status"] == "paid"
        assert shop.reconcile() == []
    assert paid_sums(shop) == [TOTAL]
    assert len(shop.double.objects("invoice")) == 1


def _finalized_twin(shop: Shop, hand: stripe.StripeClient) -> None:
    found = there(shop)
    twin = hand.v1.invoices.create({"customer": found["customer"]}).id
    hand.v1.invoices.update(twin, {"metadata": found["metadata"]})
    hand.v1.invoices.add_lines(twin, {"lines": [{"amount": 700}]})
    hand.v1.invoices.finalize_invoice(twin)


@pytest.mark.parametrize(("twin", "done"), [(_twin, "deleted"), (_finalized_twin, "voided")])
def test_replacing_tells_what_became_of_each(
    shop: Shop, hand: stripe.StripeClient, twin: Hand, done: str
) -> None:
    STATES["open"](shop)
    twin(shop, hand)
    (remark,) = [note for note in shop.do(stripe_billing.sync).notes if note.code != "synced"]
    assert (remark.code, remark.kind, remark.subject) == ("two_at_stripe", "warning", NUMBER)
    assert "There are 2 invoices" in remark.message
    with pytest.raises(Failed) as caught:
        shop.do(stripe_billing.push, NUMBER)
    assert (caught.value.code, caught.value.subject) == ("two_at_stripe", NUMBER)
    answer = shop.do(stripe_billing.push, NUMBER, replace=True)
    (told,) = [note for note in answer.notes if note.code == "taken_away"]
    assert (told.kind, told.subject) == ("info", NUMBER)
    assert f"was {done} at Stripe: {NUMBER} is billed once" in told.message
    gone = [i for i in shop.double.objects("invoice") if i["status"] == "void"]
    reasons = [i["metadata"]["jpcli_void_reason"] for i in gone]
    assert reasons == (["not as closed"] if done == "voided" else [])


def _given_up_twin(shop: Shop, hand: stripe.StripeClient) -> None:
    ours = there(shop)["id"]
    _finalized_twin(shop, hand)
    (twin,) = [i["id"] for i in shop.double.objects("invoice") if i["id"] != ours]
    hand.v1.invoices.mark_uncollectible(twin)


@pytest.mark.parametrize("twin", [_twin, _finalized_twin, _given_up_twin])
def test_voiding_takes_away_all_that_stands_under_the_number(
    shop: Shop, hand: stripe.StripeClient, twin: Hand
) -> None:
    STATES["open"](shop)
    ours = there(shop)["id"]
    twin(shop, hand)
    shop.do(collector.void, NUMBER, "billed twice")
    found = shop.double.objects("invoice")
    assert {one["status"] for one in found} == {"void"}
    assert {one["metadata"].get("jpcli_void_reason") for one in found} == {"billed twice"}
    shown = shop.ask(invoices.show, NUMBER)["invoice"]
    assert (shown["status"], shown["stripe_invoice_id"]) == ("void", ours)


def test_nothing_is_voided_where_another_one_under_the_number_was_paid(
    shop: Shop, hand: stripe.StripeClient
) -> None:
    STATES["open"](shop)
    ours = there(shop)["id"]
    _finalized_twin(shop, hand)
    (twin,) = [i["id"] for i in shop.double.objects("invoice") if i["id"] != ours]
    shop.double.pay_hosted(twin)
    before = shop.state()
    with pytest.raises(Refused) as caught:
        shop.do(collector.void, NUMBER, None)
    assert caught.value.code == "invoice_paid"
    found = {i["id"]: i["status"] for i in shop.double.objects("invoice")}
    assert found == {ours: "open", twin: "paid"}
    assert shop.state() == before


def test_what_was_given_up_is_not_voided_whether_that_is_known_here_or_not(shop: Shop) -> None:
    STATES["open"](shop)
    shop.double.edit(there(shop)["id"], status="uncollectible")
    posts = shop.posts()
    for _ in ("learned now", "known"):
        with pytest.raises(Refused) as caught:
            shop.do(collector.void, NUMBER, None)
        assert (caught.value.code, shop.posts()) == ("invoice_uncollectible", posts)
        assert shop.ask(invoices.show, NUMBER)["invoice"]["status"] == "uncollectible"
    assert there(shop)["status"] == "uncollectible"


@pytest.mark.parametrize("state", ["draft", "open"])
@pytest.mark.parametrize("path", ["/v1/invoices", "/v1/invoices/.*/lines"])
def test_what_stripe_would_not_tell_of_an_invoice_is_no_reason_to_take_it_away(
    shop: Shop, state: str, path: str
) -> None:
    STATES[state](shop)
    shop.double.fault("status", method="GET", path=path, times=0, status=400)
    with pytest.raises(Failed) as caught:
        shop.do(account.status)
    assert (caught.value.code, caught.value.hint) == ("stripe_refused", None)


@pytest.mark.parametrize("paid", [False, True])
def test_what_was_finalized_with_other_contents_is_not_replaced(
    shop: Shop, hand: stripe.StripeClient, paid: bool
) -> None:
    STATES["draft"](shop)
    _edit_and_finalize(shop, hand)
    if paid:
        _pay(shop, hand)
    before, posts = shop.state(), shop.posts()
    with pytest.raises(JpcliError) as caught:
        shop.do(stripe_billing.push, NUMBER, replace=True)
    code, further = ("paid_twice", "reconcile") if paid else ("finalized", "void")
    assert (caught.value.code, caught.value.subject) == (code, NUMBER)
    assert str(caught.value.hint).endswith(f"jpcli invoice {further} {NUMBER}")
    assert (shop.state(), shop.posts()) == (before, posts)
    assert there(shop)["status"] == ("paid" if paid else "open")


@pytest.mark.parametrize("state", ["open", "paid", "uncollectible", "void"])
def test_pushing_again_changes_nothing(shop: Shop, state: str) -> None:
    shop.attach()
    STATES[state](shop)
    before, posts = shop.state(), shop.posts()
    if state == "void":
        with pytest.raises(Refused) as caught:
            shop.do(stripe_billing.push, NUMBER)
        assert caught.value.code == "invoice_void"
    else:
        (told,) = shop.do(stripe_billing.push, NUMBER).notes
        said = f"{NUMBER} is at Stripe: {state}"
        assert (told.code, told.message, told.subject) == ("pushed", said, NUMBER)
    assert (shop.state(), shop.posts()) == (before, posts)


def there_metadata(shop: Shop, invoice_id: str) -> Any:
    return next(i["metadata"] for i in shop.double.objects("invoice") if i["id"] == invoice_id)


def test_a_wish_that_came_true_by_another_road_is_not_listed(shop: Shop) -> None:
    shop.attach("pm_card_chargeCustomerFail")
    good = shop.attach()
    STATES["open"](shop)
    shop.double.fault("status", method="POST", path=".*/pay", times=0, status=500)
    with suppress(Busy, JpcliError):
        shop.do(stripe_billing.pay, NUMBER)
    shop.double.clear_faults()
    hanging = shop.do(account.status).data["troubles"]
    assert [t["command"] for t in hanging if t["what"] == "unfinished"] == [
        f"jpcli invoice pay {NUMBER}"
    ]
    shop.double.pay_hosted(there(shop)["id"])
    assert shop.do(account.status).data["unfinished"] == []
    # Also for whoever does not ask Stripe, as an audit.
    shop.do(stripe_billing.sync)
    with shop.desk() as desk:
        assert open_wishes(desk.ledger) == []
    assert good


def test_a_restored_ledger_takes_over_what_was_voided_and_billed_again(shop: Shop) -> None:
    shop.attach()
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    STATES["void"](shop)
    shop.close()
    assert paid_sums(shop) == [TOTAL]
    engines.copy(backup, shop.called)
    shop.double.double.keys[False].entries.clear()
    for _ in range(3):
        with suppress(Refused):
            shop.close()
    found = {i["number"]: i["status"] for i in shop.ask(invoices.list_invoices)["invoices"]}
    assert found == {NUMBER: "void", f"{NUMBER}-2": "paid"}
    assert paid_sums(shop) == [TOTAL]
    assert shop.reconcile() == []


def test_a_line_that_is_worded_otherwise_after_an_upgrade_is_no_conflict(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.attach()
    shop.double.fault("lost", method="POST", path=".*/add_lines", times=9)
    with suppress(JpcliError):
        shop.close()
    shop.double.clear_faults()
    from jpcli.services.collection.stripe import push

    right = push.line_items  # type: ignore[attr-defined]
    monkeypatch.setattr(
        push,
        "line_items",
        lambda *args: [i._replace(description="other words") for i in right(*args)],
    )
    shop.close()
    assert paid_sums(shop) == [TOTAL]


def test_a_restored_ledger_does_not_bill_a_month_again_with_other_contents(shop: Shop) -> None:
    shop.attach()
    backup = shop.called + ".backup"
    engines.copy(shop.called, backup)
    shop.close()
    engines.copy(backup, shop.called)
    shop.double.double.keys[False].entries.clear()
    shop.issue("jetpack-ai", at="2024-06-20T00:00:00Z")
    before, posts = shop.state(), shop.posts()
    assert "unknown_here" in codes(shop.do(stripe_billing.sync))
    assert [d["invoice"] for d in shop.reconcile()] == [NUMBER]
    assert [t["what"] for t in troubles(shop)] == ["unknown_here"]
    for month in ("2024-06", None):
        before, posts = shop.state(), shop.posts()
        with pytest.raises(Refused) as caught:
            shop.close(month)
        assert caught.value.code == "billed_before"
        assert "ledger restore" in str(caught.value.hint)
        assert (shop.state(), shop.posts()) == (before, posts)
    # Closed all the same, while Stripe could not be asked: then it stops before Stripe.
    shop.do(close.close, "2024-06")
    for command in ("push", "pay", "close", "close --due"):
        posts = shop.posts()
        with pytest.raises(Failed) as failed:
            COMMANDS[command](shop)
        assert failed.value.code == "other_contents", command
        assert shop.posts() == posts, command
    assert paid_sums(shop) == [TOTAL]


def test_a_key_that_was_spent_on_another_request_is_no_proof_and_no_dead_end(shop: Shop) -> None:
    """The ledger was put back, and another customer was there then."""
    shop.attach()
    keys = shop.double.double.keys[False]
    shop.do(close.close, "2024-06")
    with shop.desk() as desk:
        from jpcli.services.collection.stripe.outbox import _key

        spent = _key(desk, f"invoice/{NUMBER}/create", 1)
    assert keys.begin(spent, "POST", "/v1/invoices", {"customer": "cus_other"}, "req_1") is None
    keys.finish(spent, 200, b"{}")
    shop.close()
    assert paid_sums(shop) == [TOTAL]


def test_a_401_on_a_repetition_leaves_the_outcome_open(shop: Shop) -> None:
    shop.attach()
    shop.double.fault("lost", method="POST", path=".*/pay")
    shop.double.fault("status", method="POST", path=".*/pay", nth=2, status=401)
    with pytest.raises(JpcliError) as caught:
        shop.close()
    assert caught.value.exit_code == 4
    (row,) = [w for w in shop.state().tables.splitlines() if 'INTO "outbox"' in w and "/pay/" in w]
    assert "'wished'" in row
    shop.close() if standing(shop)["status"] != "paid" else None
    assert paid_sums(shop) == [TOTAL]
