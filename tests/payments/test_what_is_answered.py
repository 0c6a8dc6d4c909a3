"""What comes of answers: pages put together, what is not there, and which call is made again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import stripe

from jpcli.domain.errors import AuthProblem, Busy, JpcliError
from jpcli.payments.gateway import RemoteMoney
from jpcli.payments.stripe_gateway import StripeGateway
from tests.payments.conftest import Wire
from tests.payments.test_what_is_read import CARD, INVOICE

Call = Callable[[StripeGateway], Any]


def listed(*items: dict[str, Any], more: bool = False) -> dict[str, Any]:
    return {"object": "list", "data": list(items), "has_more": more}


def failed(status: int, **error: Any) -> tuple[int, dict[str, Any]]:
    return status, {"error": {"message": "no", **error}}


def invoice(name: str, **fields: Any) -> dict[str, Any]:
    return {**INVOICE, "id": name, **fields}


# --- lists ---

ITEMS: dict[str, tuple[Call, dict[str, Any], bool]] = {
    "customers": (lambda gateway: gateway.find_customers("L"), {}, True),
    "cards": (lambda gateway: [c.id for c in gateway.cards("cus_1")], {"card": CARD}, True),
    "invoices": (lambda gateway: [i.id for i in gateway.invoices_of("cus_1")], INVOICE, False),
    "since": (lambda gateway: [i.id for i in gateway.invoices_since(0)], INVOICE, False),
}


@pytest.mark.parametrize("name", ITEMS)
def test_lists_come_the_newest_first_and_are_told_the_oldest_first(wire: Wire, name: str) -> None:
    call, fields, by_date = ITEMS[name]
    pages = [
        listed(_at("x_4", 6, fields), _at("x_3", 5, fields), more=True),
        listed(_at("x_2", 5, fields), more=True),
        listed(_at("x_1", 4, fields)),
    ]
    assert call(wire.answer(*pages)) == ["x_1", "x_2", "x_3", "x_4"]
    first = wire.sent[0].params
    assert [sent.params for sent in wire.sent] == [
        first,
        {**first, "starting_after": "x_3"},
        {**first, "starting_after": "x_2"},
    ]
    # A clock that went back: what is older by its own word is so.
    again = call(wire.answer(listed(_at("x_2", 4, fields), _at("x_1", 5, fields))))
    assert again == (["x_2", "x_1"] if by_date else ["x_1", "x_2"])


def _at(name: str, created: int, fields: dict[str, Any]) -> dict[str, Any]:
    return {**fields, "id": name, "created": created, "metadata": {"jpcli_ledger": "L"}}


def test_a_list_ends_where_it_says_so_or_is_empty_and_must_go_on(wire: Wire) -> None:
    def call(*pages: dict[str, Any]) -> list[str]:
        return [one.id for one in wire.answer(*pages).invoices_of("cus_1")]

    assert call(listed(invoice("in_1")), listed(invoice("in_0"))) == ["in_1"]
    assert call(listed(more=True), listed(invoice("in_0"))) == []
    with pytest.raises(Busy, match="understood"):
        call(listed(invoice("in_1"), more=True))  # the same page for ever
    assert len(wire.sent) == 2


def test_events_are_read_forward_from_the_last_one_that_was_seen(wire: Wire) -> None:
    pages = [
        listed({"id": "e_2", "type": "invoice.paid"}, {"id": "e_1", "type": "invoice.sent"}),
        listed({"id": "e_3", "type": "invoice.voided"}),
        listed(),
        listed({"id": "e_4", "type": "charge.refunded"}),
        listed(),
    ]
    found = wire.answer(*pages).events_since("e_0")
    assert found is not None
    assert [event.id for event in found] == ["e_1", "e_2", "e_3", "e_4"]
    asked = [(sent.params["type"], sent.params["ending_before"]) for sent in wire.sent]
    assert asked == [
        *(("invoice.*", name) for name in ("e_0", "e_2", "e_3")),
        *(("charge.*", name) for name in ("e_0", "e_4")),
        ("credit_note.*", "e_0"),
        ("customer.*", "e_0"),
    ]


def test_an_event_that_stripe_has_forgotten_tells_nothing(wire: Wire) -> None:
    assert wire.answer(failed(400, param="ending_before")).events_since("e_0") is None
    assert len(wire.sent) == 1
    later = [listed(), failed(404)]
    assert wire.answer(*later).events_since("e_0") is None
    with pytest.raises(Busy):
        wire.answer(failed(500)).events_since("e_0")


def test_the_newest_event_is_where_the_next_reading_begins(wire: Wire) -> None:
    assert wire.answer(listed({"id": "e_9", "type": "x"})).newest_event() == "e_9"
    assert wire.answer(listed()).newest_event() is None


# --- one of several, or none ---

FOUND: dict[str, tuple[Callable[[Any], Any], tuple[Any, ...], Any]] = {
    "a customer": (lambda g: g.has_customer("c"), ({"id": "c"},), True),
    "a deleted one": (lambda g: g.has_customer("c"), ({"id": "c", "deleted": True},), False),
    "none": (lambda g: g.has_customer("c"), (failed(404),), False),
    "of another ledger": (
        lambda g: g.find_customers("L"),
        (listed({"id": "c", "metadata": {"jpcli_ledger": "M"}}, {"id": "d"}),),
        [],
    ),
    "an invoice": (lambda g: g.known_invoice("in_1").id, (INVOICE,), "in_1"),
    "a deleted draft": (lambda g: g.known_invoice("in_1"), ({**INVOICE, "deleted": True},), None),
    "no invoice": (lambda g: g.known_invoice("in_1"), (failed(404),), None),
    "whose key": (lambda g: g.account_id(), ({"id": "acct_1"},), "acct_1"),
    "who may not tell": (lambda g: g.account_id(), (failed(403),), None),
    "a payment's invoice": (
        lambda g: g.invoice_of_payment("pi_1"),
        (listed({"id": "p", "invoice": "in_7"}, {"id": "q", "invoice": "in_8"}),),
        "in_7",
    ),
    "a payment without one": (lambda g: g.invoice_of_payment("pi_1"), (listed(),), None),
    "mailed": (
        lambda g: g.was_sent("in_1"),
        (
            listed(
                *(
                    {"id": one, "type": "x", "data": {"object": {"object": "invoice", "id": one}}}
                    for one in ("in_0", "in_1")
                )
            ),
        ),
        True,
    ),
    "not mailed": (
        lambda g: g.was_sent("in_1"),
        (
            listed(
                {"id": "e", "type": "x", "data": {"object": {"object": "invoice", "id": "in_0"}}}
            ),
        ),
        False,
    ),
}


@pytest.mark.parametrize("what", FOUND)
def test_what_is_there_and_what_is_not(wire: Wire, what: str) -> None:
    call, answers, found = FOUND[what]
    assert call(wire.answer(*answers)) == found
    assert len(wire.sent) == 1


@pytest.mark.parametrize("name", ["has_customer", "known_invoice"])
@pytest.mark.parametrize("status", [400, 401, 403])
def test_only_what_stripe_does_not_know_is_not_there(wire: Wire, name: str, status: int) -> None:
    with pytest.raises(JpcliError):
        getattr(wire.answer(failed(status)), name)("x")


def test_a_key_that_is_not_accepted_is_not_one_that_may_not_tell(wire: Wire) -> None:
    with pytest.raises(AuthProblem) as refused:
        wire.answer(failed(401)).account_id()
    assert refused.value.code == "wrong_key"


def test_our_number_is_that_of_the_oldest_invoice_that_stands(wire: Wire) -> None:
    def numbered(name: str, number: str, status: str = "open") -> dict[str, Any]:
        return invoice(name, status=status, metadata={"jpcli_invoice": number})

    page = listed(
        numbered("in_5", "N"), numbered("in_4", "N"), numbered("in_3", "N", "void"),
        numbered("in_2", "M"),
    )  # fmt: skip
    for number, found in (("N", "in_4"), ("M", "in_2"), ("O", None)):
        one = wire.answer(page).find_invoice("cus_1", number)
        assert (None if one is None else one.id) == found


# --- money ---


def payment(**fields: Any) -> dict[str, Any]:
    return {"id": "p", "payment": {"payment_intent": {"id": "pi", "latest_charge": fields}}}


def test_what_went_back_is_the_sum_of_all_that_tells_it(wire: Wire) -> None:
    paid = listed(
        payment(id="ch_1", amount_refunded=3),
        {"id": "p", "payment": {"type": "payment_record"}},
        payment(id="ch_2", amount_refunded=4, disputed=True),
        payment(id="ch_3", disputed=True),
    )
    first = listed({"id": "d", "status": "lost", "amount": 20}, {"id": "e", "status": "won"})
    second = listed({"id": "d", "status": "under_review", "amount": 300})
    notes = listed(
        {"id": "n", "status": "issued", "amount": 5_000},
        {"id": "m", "status": "issued", "amount": 60_000, "out_of_band_amount": 60_000},
    )
    answers = (paid, first, second, notes)
    money = wire.answer(*answers).money("in_1", has_credit_notes=True)
    assert money == RemoteMoney(60_007, 320, 5_000)
    asked = [(sent.path, sent.params.get("charge")) for sent in wire.sent]
    assert asked[1:3] == [("/v1/disputes", "ch_2"), ("/v1/disputes", "ch_3")]
    assert all(sent.params["limit"] == "100" for sent in wire.sent)
    money = wire.answer(*answers).money("in_1", has_credit_notes=False)
    assert (money, len(wire.sent)) == (RemoteMoney(7, 320, 0), 3)
    assert wire.answer(listed()).money("in_1", has_credit_notes=False) == RemoteMoney(0, 0, 0)


def test_attempts_are_told_in_their_order_without_what_has_no_end(wire: Wire) -> None:
    def charge(name: str, created: int, **fields: Any) -> dict[str, Any]:
        return {"id": name, "created": created, **fields}

    payments = listed(
        {"id": "p2", "payment": {"payment_intent": "pi_2"}},
        {"id": "p0", "payment": {"type": "payment_record"}},
        {"id": "p1", "payment": {"payment_intent": "pi_1"}},
    )
    of_second = listed(
        charge("ch_5", 9, status="pending"), charge("ch_4", 7, status="failed"), charge("ch_3", 7)
    )
    of_first = listed(charge("ch_2", 7), charge("ch_1", 3, paid=True, status="succeeded"))
    found = wire.answer(payments, of_second, of_first).charges("in_1")
    assert [one.id for one in found] == ["ch_1", "ch_2", "ch_3", "ch_4"]
    asked = [sent.params.get("payment_intent") for sent in wire.sent]
    assert (asked, wire.sent[-1].params["limit"]) == ([None, "pi_2", "pi_1"], "100")


# --- again ---

NOT_REACHED: Any = stripe.APIConnectionError
LOST, FOR_GOOD = (NOT_REACHED("no answer", should_retry=again) for again in (True, False))
LIMIT, FAULT, BUSY = failed(429), failed(500), failed(409)
NO, DECLINED = failed(400), failed(402, type="card_error", code="card_declined")
OK = {"object": "invoice", **INVOICE}
AGAIN: list[tuple[tuple[Any, ...], list[float], tuple[str, bool] | None]] = [
    ((OK,), [], None),
    ((LIMIT, OK), [0.5], None),
    ((LIMIT, LIMIT, LIMIT, LIMIT, OK), [0.5, 1, 2, 4], None),
    ((LIMIT,), [0.5, 1, 2, 4], ("rate_limited", False)),
    ((FAULT, OK), [0.5], None),
    ((FAULT, FAULT, OK), [0.5, 1], None),
    ((FAULT,), [0.5, 1], ("gateway_server_error", True)),
    ((BUSY,), [0.5, 1], ("in_progress", True)),
    ((LOST, OK), [0.5], None),
    ((LOST,), [0.5, 1], ("network", True)),
    ((FOR_GOOD,), [], ("network", False)),
    ((FAULT, LIMIT), [0.5, 0.5, 1, 2, 4], ("rate_limited", True)),
    ((LIMIT, FAULT), [0.5, 0.5, 1], ("gateway_server_error", True)),
    ((FAULT, LIMIT, LIMIT, OK), [0.5, 0.5, 1], None),
    ((DECLINED,), [], ("card_declined", False)),
    ((LOST, DECLINED), [0.5], ("card_declined", True)),
    ((NO,), [], ("stripe_refused", False)),
    ((FAULT, NO), [0.5], ("stripe_refused", True)),
    ((failed(401),), [], ("wrong_key", False)),
    ((FAULT, failed(401)), [0.5], ("wrong_key", True)),
    (((*FAULT, {"stripe-should-retry": "false"}),), [], ("gateway_server_error", False)),
    (((*NO, {"stripe-should-retry": "true"}), OK), [0.5], None),
    (((*LIMIT, {"retry-after": "7"}), OK), [7], None),
    (((*FAULT, {"retry-after": "99"}), OK), [30], None),
    (((*LIMIT, {"retry-after": "0"}),), [0.5, 1, 2, 4], ("rate_limited", False)),
    (([],), [], ("gateway_server_error", False)),
]


@pytest.mark.parametrize(("answers", "pauses", "error"), AGAIN)
def test_a_call_is_made_again_under_its_key_and_an_error_says_whether_that_was_so(
    wire: Wire, answers: tuple[Any, ...], pauses: list[float], error: tuple[str, bool] | None
) -> None:
    gateway = wire.answer(*answers)
    if error is None:
        assert gateway.pay("in_1", "pm_1", "k").id == "in_1"
    else:
        with pytest.raises(JpcliError) as caught:
            gateway.pay("in_1", "pm_1", "k")
        assert (caught.value.code, caught.value.unsure) == error
    assert wire.pauses == pauses
    assert len(wire.sent) == len(pauses) + 1
    assert {(sent.path, sent.key) for sent in wire.sent} == {("/v1/invoices/in_1/pay", "k")}


GONE: list[tuple[tuple[Any, ...], tuple[str, bool] | None]] = [
    (({"id": "x", "deleted": True},), None),
    ((failed(404),), None),
    ((LOST, failed(404)), None),
    ((FAULT, failed(404)), None),
    ((NO,), ("stripe_refused", False)),
    ((LOST, NO), ("stripe_refused", True)),
    ((failed(403),), ("key_not_allowed", False)),
    ((LOST,), ("network", True)),
]


@pytest.mark.parametrize(("answers", "error"), GONE)
@pytest.mark.parametrize("name", ["delete_draft", "remove_tax_id"])
def test_what_is_gone_has_been_taken_away(
    wire: Wire, name: str, answers: tuple[Any, ...], error: tuple[str, bool] | None
) -> None:
    """Stripe keeps no answers to DELETE: one that is made again finds nothing there."""
    gateway = wire.answer(*answers)
    named = ("cus_1", "txi_1") if name == "remove_tax_id" else ("in_1",)
    if error is None:
        getattr(gateway, name)(*named, "k")
    else:
        with pytest.raises(JpcliError) as caught:
            getattr(gateway, name)(*named, "k")
        assert (caught.value.code, caught.value.unsure) == error
    assert {sent.method for sent in wire.sent} == {"DELETE"}
