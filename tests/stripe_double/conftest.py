"""The double for the tests of itself."""

from __future__ import annotations

import pytest
import stripe

from tests.stripe_double.fixtures import stripe_client, stripe_clients, stripe_double
from tests.stripe_double.shop import Shop

__all__ = ["shop", "stripe_client", "stripe_clients", "stripe_double"]


@pytest.fixture
def shop(stripe_client: stripe.StripeClient) -> Shop:
    return Shop(stripe_client)
