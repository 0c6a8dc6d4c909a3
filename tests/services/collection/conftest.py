"""An agency that collects through Stripe, which is the double in this process."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from jpcli.domain.answers import Answer
from jpcli.domain.errors import worst
from jpcli.payments import stripe_gateway
from jpcli.services.collection.stripe import collector, invoices
from tests import engines
from tests.services.agency import Agency
from tests.services.collection.replays import LIVES, ONCE, doubles, lived_twice
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.double import Double
from tests.stripe_double.fixtures import StripeDouble, stripe_double

__all__ = ["stripe_double"]

JUNE_15 = "2024-06-15T00:00:00Z"
JULY_2 = "2024-07-02T09:00:00Z"


class Shop(Agency):
    """The agency, with what Stripe has of it."""

    double: StripeDouble
    life = ONCE

    def do(self, use_case: Callable[..., Answer[Any]], *args: Any, **options: Any) -> Answer[Any]:
        def run() -> Answer[Any]:
            return super(Shop, self).do(use_case, *args, **options)

        return lived_twice(self.called, self.double.double, self.life, use_case, run)

    def attach(self, card: str = "pm_card_visa", **options: Any) -> str:
        """The id of a card that was put on file."""
        known = {item["id"] for item in self.cards()}
        # A name such as pm_card_visa is a new card each time that it is attached.
        primary = options.pop("primary", False)
        answer = Agency.do(self, collector.attach_card, card, primary=primary)
        (new,) = {item["id"] for item in answer.data["cards"]} - known
        return str(new)

    def cards(self) -> list[dict[str, Any]]:
        from jpcli.services.cards import list_cards

        found: list[dict[str, Any]] = self.ask(list_cards)["cards"]
        return found

    def close(self, month: str | None = "2024-06", **options: Any) -> Answer[Any]:
        """Raises the worst of what could not be collected; without a card nothing could."""
        answer = self.do(collector.close, month, **options)
        raised = [error for error in answer.failures if error.code != "no_card"]
        if raised:
            raise worst(raised)
        return answer

    def reconcile(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.do(invoices.reconcile).data["differences"]
        return found

    def posts(self) -> int:
        return sum(request["method"] == "POST" for request in self.double.requests())


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Each scenario three times: see `replays`. Marked `once` are those that count what one run
    does, or have their own way of running again."""
    if "life" in metafunc.fixturenames:
        once = any(True for _ in metafunc.definition.iter_markers("once"))
        metafunc.parametrize("life", (ONCE,) if once else LIVES, ids=lambda life: life)


class _Built(NamedTuple):
    """The shop as every scenario begins, and what the double has of it."""

    agency: Agency
    double: Double


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> _Built:
    with pytest.MonkeyPatch.context() as patch:
        double = StripeDouble()
        patch.setenv("STRIPE_API_KEY", TEST_KEY)
        patch.setenv("STRIPE_API_BASE", double.url)
        agency = Shop(tmp_path_factory.mktemp("built") / "ledger.db", JUNE_15)
        agency.double = double
        agency.init(payments="stripe")
        card = agency.attach()
        agency.issue("jetpack-scan", 2)
        agency.bundle()
        agency.do(collector.remove_card, card)
        double.stop()
        return _Built(agency, double.double)


@pytest.fixture
def shop(
    built: _Built,
    tmp_path: Path,
    stripe_double: StripeDouble,
    monkeypatch: pytest.MonkeyPatch,
    life: str,
) -> Iterator[Shop]:
    """Two scans and a bundle since June 15; it is July 2, and no card is on file. What is waited
    for is asked again at once."""
    monkeypatch.setenv("STRIPE_API_KEY", TEST_KEY)
    monkeypatch.setenv("STRIPE_API_BASE", stripe_double.url)
    monkeypatch.setattr(stripe_gateway, "FIRST_PAUSE_SECONDS", 0.01)
    agency = Shop(tmp_path / "ledger.db", JULY_2)
    engines.copy(built.agency.path, agency.path)
    stripe_double.double.take_over(built.double)
    agency.double, agency.life = stripe_double, life
    yield agency
    if life != ONCE:
        assert doubles(stripe_double) == []
    assert agency.problems() == []
