"""For a conftest: `from tests.stripe_double.fixtures import stripe_client, stripe_double`."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import stripe

from tests.stripe_double import control_api, server
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.control import Control, taken
from tests.stripe_double.double import Double
from tests.stripe_double.wire import Request
from tests.stripe_double.world import Object

Clients = Callable[..., stripe.StripeClient]


class StripeDouble(Control):
    """A double in this process: what Control does, and its `double` (for `double.hook`)."""

    def __init__(self) -> None:
        self._server = server.start()
        self.double: Double = self._server.double
        self.api_key = TEST_KEY
        super().__init__(self._server.url)

    def stop(self) -> None:
        """Raises when the double itself broke on a request."""
        self._server.stop()
        if self._server.crashes:
            raise ExceptionGroup("the double broke", list(self._server.crashes))

    def _call(self, method: str, name: str, body: Object | None = None) -> Any:
        """As by HTTP, without it: JSON in and out, so that nobody holds what is stored."""
        given = json.dumps(body or {}).encode()
        path = f"{control_api.PREFIX}{name}"
        answer = control_api.answer(self.double, Request(method, path, "", {}, given))
        return taken(json.loads(answer.body), answer.status)


@pytest.fixture
def stripe_double() -> Iterator[StripeDouble]:
    double = StripeDouble()
    yield double
    double.stop()


@pytest.fixture
def stripe_clients(stripe_double: StripeDouble) -> Iterator[Clients]:
    """Makes clients of the official SDK that talk to the double; closes them."""
    opened: list[stripe.RequestsClient] = []

    def make(
        api_key: str = TEST_KEY, *, retries: int = 0, timeout: float = 30
    ) -> stripe.StripeClient:
        transport = stripe.RequestsClient(timeout=timeout)
        opened.append(transport)
        return stripe.StripeClient(
            api_key,
            base_addresses={"api": stripe_double.url},
            http_client=transport,
            max_network_retries=retries,
        )

    yield make
    for transport in opened:
        transport.close()  # type: ignore[no-untyped-call]


@pytest.fixture
def stripe_client(stripe_clients: Clients) -> stripe.StripeClient:
    """The official SDK with the test key."""
    return stripe_clients()
