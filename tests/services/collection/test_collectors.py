"""Two collectors behind one protocol: each is whole, and each refuses what it can't do."""

from __future__ import annotations

from collections.abc import Callable
from inspect import signature
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import BadInput, JpcliError, Refused
from jpcli.payments.gateway import Checkout
from jpcli.services.collection import offline
from jpcli.services.collection.collector import Collector, collector_of
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import collector as at_stripe
from tests.services.agency import Agency, codes
from tests.services.collection.conftest import JUNE_15

MEMBERS = sorted(name for name in vars(Collector) if not name.startswith("_"))
PAGE = Checkout("cs_1", "https://stripe.example", "open", None)
BY_HAND = (
    Refused,
    "offline_gateway",
    "This ledger collects by hand, not through Stripe",
    "What was paid is noted by invoice mark-paid; see what is not:   jpcli invoice list",
)
NO_CARDS = (
    *BY_HAND[:3],
    "Write down a card:   jpcli cards add --brand visa --last4 4242 --exp 12/2030",
)
TYPED_IN = (
    BadInput,
    "usage",
    "Missing --brand, --last4, --exp",
    "jpcli cards add --brand visa --last4 4242 --exp 12/2030",
)


@pytest.fixture
def by_hand(tmp_path: Path) -> Agency:
    return Agency(tmp_path / "hand.db", JUNE_15).init()


@pytest.mark.parametrize("module", [offline, at_stripe])
def test_each_takes_what_the_protocol_says(module: ModuleType) -> None:
    assert len(MEMBERS) == 15
    for name in MEMBERS:
        there = signature(getattr(module, name)).parameters.values()
        if any(each.kind is each.VAR_KEYWORD for each in there):
            continue  # refuses whatever it is given
        _, *wanted = signature(getattr(Collector, name)).parameters.values()
        assert [(one.default, one.kind is one.KEYWORD_ONLY) for one in there] == [
            (one.default, one.kind is one.KEYWORD_ONLY) for one in wanted
        ], name


@pytest.mark.parametrize(("payments", "module"), [("offline", offline), ("stripe", at_stripe)])
def test_the_ledger_says_which_it_is(tmp_path: Path, payments: str, module: ModuleType) -> None:
    agency = Agency(tmp_path / "one.db", JUNE_15).init(payments=payments)
    with agency.desk() as desk:
        assert collector_of(desk) is module


@pytest.mark.parametrize("dry_run", [False, True])
@pytest.mark.parametrize(
    ("name", "arguments", "options", "refusal"),
    [
        ("open_checkout", (), {}, TYPED_IN),
        ("finish_checkout", (PAGE,), {"primary": False, "wait": lambda: None}, NO_CARDS),
        ("sync_cards", (), {}, NO_CARDS),
        ("push", ("2024-05",), {"replace": True}, BY_HAND),
        ("pay", ("2024-05",), {}, BY_HAND),
        ("sync", (), {}, BY_HAND),
        ("reconcile", (), {}, BY_HAND),
        ("reconcile", ("2024-05",), {}, BY_HAND),
    ],
)
def test_what_is_collected_by_hand_needs_no_gateway(
    by_hand: Agency,
    name: str,
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    refusal: tuple[type[JpcliError], str, str, str],
    dry_run: bool,
) -> None:
    call = getattr(offline, name)
    refused(by_hand, call, arguments, options, refusal, dry_run=dry_run)


ATTACHED: dict[str, tuple[dict[str, Any], tuple[type[JpcliError], str, str, str]]] = {
    "now": ({}, NO_CARDS),
    "dated": (
        {"at": "2024-06-01"},
        (BadInput, "usage", "Stripe's clock counts for what is done at Stripe", "Leave out --at."),
    ),
    "dry": (
        {"dry_run": True},
        (
            Refused,
            "no_dry_run",
            "What Stripe would do can't be tried without doing it",
            "Leave out --dry-run.",
        ),
    ),
}


@pytest.mark.parametrize("how", ATTACHED)
def test_no_provider_has_a_card_to_attach(by_hand: Agency, how: str) -> None:
    options, refusal = ATTACHED[how]
    error = refused(
        by_hand, offline.attach_card, ("pm_card_visa",), {"primary": True}, refusal, **options
    )
    assert error.subject == ("--at" if how == "dated" else None)


@pytest.mark.parametrize(
    ("given", "message", "subject"),
    [
        (("visa", None, None), "Missing --last4, --exp", "--last4"),
        ((None, "4242", "12/2030"), "Missing --brand", "--brand"),
        (("visa", None, "12/2030"), "Missing --last4", "--last4"),
        (("visa", "4242", None), "Missing --exp", "--exp"),
    ],
)
def test_a_card_that_is_typed_in_is_typed_in_whole(
    by_hand: Agency, given: tuple[str | None, ...], message: str, subject: str
) -> None:
    error = refused(by_hand, offline.add_card, given, {}, (BadInput, "usage", message, TYPED_IN[3]))
    assert error.subject == subject


def refused(
    agency: Agency,
    call: Callable[..., Any],
    arguments: tuple[Any, ...],
    options: dict[str, Any],
    refusal: tuple[type[JpcliError], str, str, str],
    **how: Any,
) -> JpcliError:
    """The error, after which nothing was written."""
    kind, code, message, hint = refusal
    before = agency.state()
    with pytest.raises(kind) as caught:
        agency.do(call, *arguments, **options, **how)
    assert (caught.value.code, caught.value.message, caught.value.hint) == (code, message, hint)
    assert agency.state() == before
    return caught.value


def test_what_is_said_of_an_invoice_by_hand_gets_there(by_hand: Agency) -> None:
    by_hand.card(now="2024-03-01T00:00:00Z")
    by_hand.issue("jetpack-scan", now="2024-03-01T00:00:00Z")
    closed = [
        [item["period"] for item in by_hand.do(offline.close, *what).data["invoices"]]
        for what in ((None, "2024-03"), ("2024-04",), (None,))
    ]
    assert closed == [["2024-03"], ["2024-04"], ["2024-05"]]
    paid = by_hand.do(offline.mark_paid, "2024-03", "wire of Nov 3").data["invoice"]
    assert (paid["status"], paid["reference"]) == ("paid", "wire of Nov 3")
    by_hand.do(offline.void, "2024-04", "wrong price")
    reasons = by_hand.stored("SELECT reason FROM events WHERE kind = 'invoice.voided'")
    assert reasons == [("wrong price",)]


@pytest.mark.parametrize("dry_run", [False, True])
def test_stripes_door_is_not_opened_for_it(by_hand: Agency, dry_run: bool) -> None:
    hint = "Make a ledger that does:   jpcli init --payments stripe --ledger FILE"
    refused(by_hand, stripe_gateway, (), {}, (*BY_HAND[:3], hint), dry_run=dry_run)


def test_a_card_that_is_only_there_may_not_go_unasked(by_hand: Agency) -> None:
    number = by_hand.card()
    with by_hand.desk() as desk:
        asked = [offline.is_only_card(desk, name) for name in (number, "4242", "1111")]
    assert asked == [True, True, False]


REQUESTS: dict[str, tuple[Callable[..., Answer[Any]], tuple[str, ...], dict[str, Any]]] = {
    "a card": (offline.add_card, ("visa", "0005", "12/2030"), {}),
    "another brand": (offline.add_card, ("amex", "0005", "12/2030"), {}),
    "other digits": (offline.add_card, ("visa", "0006", "12/2030"), {}),
    "another month": (offline.add_card, ("visa", "0005", "11/2030"), {}),
    "another year": (offline.add_card, ("visa", "0005", "12/2031"), {}),
    "as the primary one": (offline.add_card, ("visa", "0005", "12/2030"), {"primary": True}),
    "made primary": (offline.make_primary, ("4242",), {}),
    "another made primary": (offline.make_primary, ("1111",), {}),
    "removed": (offline.remove_card, ("4242",), {}),
    "another removed": (offline.remove_card, ("1111",), {}),
}


@pytest.mark.parametrize("first", REQUESTS)
def test_a_key_is_for_one_change_of_one_card(by_hand: Agency, first: str) -> None:
    by_hand.card()
    by_hand.card("1111")

    def do(name: str) -> Answer[Any]:
        change, given, options = REQUESTS[name]
        return by_hand.do(change, *given, key="once", **options)

    answer = do(first)
    kept = by_hand.state()
    again = do(first)
    assert (again.data, codes(again)) == (answer.data, [*codes(answer), "repeated"])
    for other in REQUESTS.keys() - {first}:
        with pytest.raises(Refused) as refused:
            do(other)
        assert refused.value.code == "idempotency_key_reused"
    assert by_hand.state() == kept
