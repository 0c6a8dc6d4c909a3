"""Wishes whose outcome is not known: which of them are still wanted, by which command, and what
becomes of the others when `sync` looks."""

from __future__ import annotations

from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import outside_events
from jpcli.ledger.queries.outbox import DONE, FAILED, WISHED, wish
from jpcli.ledger.writer import Writer
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import account
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.collection.stripe.troubles import settle
from jpcli.services.desk import Desk
from jpcli.services.invoices import invoices
from tests.services.collection.conftest import JULY_2, JUNE_15, Shop
from tests.services.collection.states import MONTH, NUMBER, STATES
from tests.stripe_double.fixtures import Clients, stripe_clients

__all__ = ["stripe_clients"]
pytestmark = pytest.mark.once

PUSH, PAY = f"jpcli invoice push {NUMBER}", f"jpcli invoice pay {NUMBER}"
MARK, VOID = f"jpcli invoice mark-paid {NUMBER}", f"jpcli invoice void {NUMBER}"
SEND = f"jpcli invoice close {MONTH}"
STEPS = (
    "create",
    "line",
    "lines",
    "finalize",
    "pay/pm_x",
    "paid-outside",
    "send",
    "void",
    "delete",
    "reference/ab12",
)

# What is still wanted of an invoice, and so proposed, in each state that it has at Stripe.
WANTED: dict[str, dict[str, str]] = {
    "draft not pushed": dict.fromkeys(("create", "line", "lines", "finalize"), PUSH),
    "draft": {"finalize": PUSH, "void": VOID},
    "draft without its lines": {"line": PUSH, "lines": PUSH, "finalize": PUSH, "void": VOID},
    "open": {"pay/pm_x": PAY, "paid-outside": MARK, "send": SEND, "void": VOID},
    "open and mailed": {"pay/pm_x": PAY, "paid-outside": MARK, "void": VOID},
    "paid there": {},
    "void there": dict.fromkeys(("create", "line", "lines", "finalize"), PUSH),  # which tells of it
    "paid": {},
    "void": {},
    "uncollectible": {},
}


def in_state(shop: Shop, state: str, clients: Clients) -> None:
    first = state.split(" and ")[0].split(" without ")[0].removesuffix(" there")
    STATES["open" if state.endswith(" there") else first](shop)
    found = shop.double.objects("invoice")
    if state == "draft without its lines":
        for line in shop.double.objects("invoiceitem"):
            clients().v1.invoice_items.delete(line["id"])
    elif state == "open and mailed":
        marks = {**found[0]["metadata"], "jpcli_sent": "yes"}
        shop.double.edit(found[0]["id"], metadata=marks)
    elif state == "paid there":
        shop.double.pay_hosted(found[0]["id"])
    elif state == "void there":
        clients().v1.invoices.void_invoice(found[0]["id"])


def wished(shop: Shop, *names: str) -> None:
    with shop.desk() as desk, desk.writing() as writer:
        for name in names:
            attempt = 1 if (known := wish(desk.ledger, name)) is None else known.attempt + 1
            entry = outside_events.outbox_wished(
                name, attempt=attempt, idempotency_key=f"{name}/{attempt}", request_hash="0"
            )
            writer.record(*entry)


def hanging(shop: Shop) -> dict[str, str]:
    """What is proposed for each wish that is still wanted."""
    answer = shop.do(account.status)
    found = [one for one in answer.data["troubles"] if one["what"] == "unfinished"]
    assert answer.data["unfinished"] == [one["subject"] for one in found]
    for one in found:
        assert one["message"] == f"It is not known whether this was done: {one['subject']}"
    return {one["subject"]: one["command"] for one in found}


def became(shop: Shop, name: str) -> tuple[str, Any]:
    with shop.desk() as desk:
        found = wish(desk.ledger, name)
    assert found is not None
    return found.state, found.result


@pytest.mark.parametrize("state", WANTED)
def test_what_is_still_wanted_of_an_invoice_is_proposed_and_the_rest_settled(
    shop: Shop, stripe_clients: Clients, state: str
) -> None:
    shop.attach()
    in_state(shop, state, stripe_clients)
    names = {step: f"invoice/{NUMBER}/{step}" for step in STEPS}
    wished(shop, *names.values())
    wanted = {names[step]: command for step, command in WANTED[state].items()}
    assert hanging(shop) == wanted
    shop.do(stripe_billing.sync)
    if state.endswith(" there"):
        wanted = {}  # which is known here by now
    shown = shop.ask(invoices.show, NUMBER)["invoice"]
    for name in names.values():
        found = {"id": shown["stripe_invoice_id"] or NUMBER}
        assert became(shop, name) == ((WISHED, None) if name in wanted else (DONE, found)), name
    assert hanging(shop) == wanted


def test_a_wish_about_an_invoice_that_the_ledger_does_not_know_is_left_alone(shop: Shop) -> None:
    name = "invoice/INV-2024-05/create"
    wished(shop, name)
    assert hanging(shop) == {}
    shop.do(stripe_billing.sync)
    assert became(shop, name) == (WISHED, None)


def test_what_is_still_wanted_of_a_card_is_proposed_and_the_rest_settled(shop: Shop) -> None:
    primary, other = shop.attach(), shop.attach("pm_card_mastercard")
    gone = "pm_gone"
    wanted = {
        f"card/{other}/detach": f"jpcli cards remove {other}",
        f"card/{primary}/detach": f"jpcli cards remove {primary}",
        f"card/{other}/primary": f"jpcli cards primary {other}",
        f"card/{gone}/attach": f"jpcli cards add {gone}",
    }
    settled = {
        f"card/{other}/attach": other,
        f"card/{primary}/primary": primary,
        f"card/{gone}/detach": gone,
        f"card/{gone}/primary": gone,
    }
    (customer,) = [c["id"] for c in shop.double.objects("customer")]
    details = {"customer/details/0123": customer, "customer/tax-id/0123": customer}
    wished(shop, *wanted, *settled, *details)
    assert hanging(shop) == wanted
    shop.do(stripe_billing.sync)
    assert hanging(shop) == wanted
    for name in wanted:
        assert became(shop, name) == (WISHED, None)
    for name, about in {**settled, **details}.items():
        assert became(shop, name) == (DONE, {"id": about}), name


def test_without_a_customer_there_is_one_to_be_made_and_no_card_to_be_taken_off(
    shop: Shop, tmp_path: Path
) -> None:
    agency = Shop(tmp_path / "new.db", JUNE_15)
    agency.double = shop.double
    agency.init(payments="stripe")
    agency.now = JULY_2
    wished(agency, "customer", "card/pm_x/attach", "card/pm_x/detach", "card/pm_x/primary")
    assert hanging(agency) == {
        "customer": "jpcli cards sync",
        "card/pm_x/attach": "jpcli cards add pm_x",
    }


@pytest.mark.parametrize("both", [True, False])
def test_a_wish_that_another_process_settles_meanwhile_stays_as_that_left_it(
    shop: Shop, monkeypatch: pytest.MonkeyPatch, both: bool
) -> None:
    """It comes between the look at Stripe and the lock."""
    names = ("customer/details/0123", "customer/details/4567")
    wished(shop, *names)
    left = names if both else names[:1]
    begins = Desk.writing

    def writing(desk: Desk) -> AbstractContextManager[Writer]:
        patch.undo()
        with shop.desk() as other, other.writing() as writer:
            for name in left:
                writer.record(*outside_events.outbox_failed(name, "bad_request", ""))
        return begins(desk)

    with shop.desk() as desk:
        gateway = stripe_gateway(desk)
        with monkeypatch.context() as patch:
            patch.setattr(Desk, "writing", writing)
            settle(desk, gateway)
    assert [became(shop, name)[0] for name in names] == [FAILED, FAILED if both else DONE]
