"""For a conftest: `from tests.stripe_double.fixtures import stripe_client, stripe_double`."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
import stripe

from tests.stripe_double import server
from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.control import Control
from tests.stripe_double.double import Double

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
