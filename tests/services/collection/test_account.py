"""Whose key it is: a ledger belongs to the mode and the account of the first key that was good."""

from __future__ import annotations

import sys
import types
from collections.abc import Callable
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.answers import Answer
from jpcli.domain.errors import AuthProblem, Busy, Refused
from jpcli.ledger.writer import Writer
from jpcli.payments.bounded_session import BoundedSession
from jpcli.services.collection.gateway import stripe_gateway
from jpcli.services.collection.stripe import account, collector, invoices
from jpcli.services.collection.stripe.customer import customer
from jpcli.services.desk import Desk, open_desk
from tests.services.agency import Agency
from tests.services.collection.conftest import JUNE_15, Shop
from tests.stripe_double.auth import EXPIRED_KEY, LIVE_KEY, RESTRICTED_KEY, TEST_KEY
from tests.stripe_double.fixtures import StripeDouble
from tests.stripe_double.world import ACCOUNT

WRONG_LIVE = "sk_live_" + "x" * 24


@pytest.fixture
def young(
    tmp_path: Path, stripe_double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> tuple[Agency, StripeDouble]:
    """A ledger that has never been at Stripe."""
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    return Agency(tmp_path / "young.db", JUNE_15).init(payments="stripe"), stripe_double


def facts(agency: Agency) -> tuple[str | None, str | None]:
    with agency.desk() as desk:
        return desk.ledger.fact("stripe_mode"), desk.ledger.fact("stripe_account")


@pytest.mark.parametrize("key", [EXPIRED_KEY, WRONG_LIVE])
def test_a_key_that_is_not_accepted_ties_the_ledger_to_nothing(
    young: tuple[Agency, StripeDouble], key: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, _ = young
    before = agency.state()
    monkeypatch.setenv("STRIPE_API_KEY", key)
    for use_case in (account.status, collector.sync_cards, invoices.sync):
        with pytest.raises(AuthProblem) as caught:
            agency.do(use_case)
        assert (caught.value.code, agency.state()) == ("wrong_key", before)
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    agency.do(account.status)
    assert facts(agency) == ("test", ACCOUNT)


def test_no_answer_ties_the_ledger_to_nothing(
    young: tuple[Agency, StripeDouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, double = young
    before = agency.state()
    monkeypatch.setenv("STRIPE_API_KEY", LIVE_KEY)
    double.fault("status", status=500, times=20)
    with pytest.raises(Busy):
        agency.do(collector.sync_cards)
    assert agency.state() == before


def test_a_restricted_key_is_a_key_of_its_account(
    young: tuple[Agency, StripeDouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, double = young
    monkeypatch.setenv("STRIPE_API_KEY", RESTRICTED_KEY)
    double.fault("status", path="/v1/account", status=403)
    agency.do(collector.sync_cards)
    assert facts(agency) == ("test", None)
    double.clear_faults()
    agency.do(collector.sync_cards)
    assert facts(agency) == ("test", ACCOUNT)

    # Nor is it refused where the ledger knows whose it is.
    double.fault("status", path="/v1/account", status=403)
    agency.do(collector.sync_cards)
    assert facts(agency) == ("test", ACCOUNT)


MEANWHILE: dict[str, tuple[dict[str, str], str | None]] = {
    "the same": ({"stripe_mode": "test", "stripe_account": ACCOUNT}, None),
    "a key that may not tell": ({"stripe_mode": "test"}, None),
    "a live key": ({"stripe_mode": "live"}, "wrong_mode"),
    "another account": ({"stripe_mode": "test", "stripe_account": "acct_2"}, "wrong_account"),
}


@pytest.mark.parametrize("first", MEANWHILE)
def test_a_ledger_belongs_to_the_key_of_the_process_that_was_first(
    young: tuple[Agency, StripeDouble], monkeypatch: pytest.MonkeyPatch, first: str
) -> None:
    agency, _ = young
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    told, code = MEANWHILE[first]

    begins = Desk.writing

    def writing(desk: Desk) -> AbstractContextManager[Writer]:
        """Another process comes between the question whose key it is and the lock."""
        patch.undo()
        with agency.desk() as other, other.writing() as writer:
            writer.record(*events.payments_set("stripe", told))
        return begins(desk)

    with monkeypatch.context() as patch:
        patch.setattr(Desk, "writing", writing)
        with agency.desk() as desk:
            if code is None:
                stripe_gateway(desk)
            else:
                with pytest.raises(AuthProblem) as refused:
                    stripe_gateway(desk)
                assert (refused.value.code, refused.value.subject) == (code, "STRIPE_API_KEY")
    kept = {"stripe_account": ACCOUNT, **told} if code is None else told
    assert facts(agency) == (kept["stripe_mode"], kept.get("stripe_account"))
    written = agency.stored("SELECT count(*) FROM events WHERE kind = 'payments.set'")
    assert written == [(1 + (kept != told),)]


def test_a_dry_run_asks_nothing_and_gets_a_gateway_that_changes_nothing(
    young: tuple[Agency, StripeDouble], monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, double = young
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    before = agency.state()
    with agency.desk(dry_run=True) as desk:
        gateway = stripe_gateway(desk)
        with pytest.raises(Refused, match="without doing it"):
            gateway.create_customer("L", "Acme", "key")
    assert (double.requests(), agency.state()) == ([], before)


@pytest.mark.once
def test_the_key_of_another_account_is_refused_on_every_road(shop: Shop) -> None:
    shop.attach()
    before = shop.state()
    shop.double.change_account("acct_1SomebodyElse")
    asked = shop.posts()
    roads: list[Callable[[Desk], Answer[Any]]] = [
        lambda desk: collector.close(desk, "2024-06"),
        lambda desk: collector.attach_card(desk, "pm_card_amex", primary=False),
        collector.sync_cards,
        invoices.sync,
        invoices.reconcile,
        account.status,
        lambda desk: customer(desk, {}),
        lambda desk: customer(desk, {"name": "Acme"}),
    ]
    # A dry run that asks Stripe at all.
    dry: list[dict[str, Any]] = [{}] * len(roads) + [{"dry_run": True}]
    for road, options in zip([*roads, roads[-1]], dry, strict=True):
        with pytest.raises(AuthProblem) as caught:
            shop.do(road, **options)
        assert (caught.value.code, caught.value.exit_code) == ("wrong_account", 4)
        assert caught.value.subject == "STRIPE_API_KEY"
        assert ACCOUNT in caught.value.message
    assert (shop.state(), shop.posts()) == (before, asked)


class Keyring:
    """A keyring that remembers, in place of the real package."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.entries: dict[tuple[str, str], str] = {}
        module, errors = types.ModuleType("keyring"), types.ModuleType("keyring.errors")
        errors.KeyringError = type("KeyringError", (Exception,), {})  # type: ignore[attr-defined]
        module.get_password = self.get  # type: ignore[attr-defined]
        module.set_password = self.put  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "keyring", module)
        monkeypatch.setitem(sys.modules, "keyring.errors", errors)

    def get(self, service: str, name: str) -> str | None:
        return self.entries.get((service, name))

    def put(self, service: str, name: str, value: str) -> None:
        self.entries[service, name] = value


def test_each_ledger_has_its_own_key_and_the_old_shared_one_still_works(
    young: tuple[Agency, StripeDouble], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, _ = young
    other = Agency(tmp_path / "live.db", JUNE_15).init(payments="stripe")
    monkeypatch.delenv("STRIPE_API_KEY", raising=False)
    ring = Keyring(monkeypatch)
    with pytest.raises(AuthProblem, match="no secret key"):
        agency.do(collector.sync_cards)
    account.login(TEST_KEY)
    assert list(ring.entries) == [("jpcli", "stripe")]
    agency.do(collector.sync_cards)
    with other.desk(writes=False) as desk:
        account.login(LIVE_KEY, desk.ledger)
    other.do(collector.sync_cards)
    assert facts(agency) == ("test", ACCOUNT)
    assert facts(other) == ("live", ACCOUNT)
    stored = dict(ring.entries)
    with other.desk(writes=False) as desk, pytest.raises(AuthProblem) as caught:
        account.login(TEST_KEY, desk.ledger)
    assert (caught.value.code, ring.entries) == ("wrong_mode", stored)


@pytest.mark.once
def test_a_key_of_another_account_is_not_stored_for_a_ledger(
    shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    ring = Keyring(monkeypatch)
    shop.double.change_account("acct_1SomebodyElse")
    desk = open_desk(shop.path, now_at=0, actor="ann")
    with pytest.raises(AuthProblem) as caught:
        account.login(TEST_KEY, desk.ledger)
    desk.close()
    assert (caught.value.code, ring.entries) == ("wrong_account", {})


def test_a_ledger_that_collects_by_hand_has_no_key_of_its_own(
    tmp_path: Path, stripe_double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    agency = Agency(tmp_path / "hand.db", JUNE_15).init()
    ring = Keyring(monkeypatch)
    with agency.desk(writes=False) as desk:
        answer = account.login(TEST_KEY, desk.ledger)
    assert list(ring.entries) == [("jpcli", "stripe")]
    assert answer.data["for_ledger"] is None


@pytest.mark.parametrize("key", [TEST_KEY, EXPIRED_KEY])
@pytest.mark.parametrize("way", ["status", "login"])
def test_nobody_is_kept_on_the_line(
    key: str,
    way: str,
    young: tuple[Agency, StripeDouble],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    agency, _ = young
    monkeypatch.setenv("STRIPE_API_KEY", key)
    Keyring(monkeypatch)
    ends: list[str] = []

    def noted(name: str) -> None:
        done = getattr(BoundedSession, name)

        def do(session: BoundedSession) -> None:
            ends.append(name)
            done(session)

        monkeypatch.setattr(BoundedSession, name, do)

    noted("__init__")
    noted("close")
    with suppress(AuthProblem):
        agency.do(account.status) if way == "status" else account.login(key)
    assert ends == ["__init__", "close"]
