"""A server of Stripe's that is nothing but its answers."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

import pytest
import stripe

from jpcli.payments.stripe_gateway import StripeGateway


class Sent(NamedTuple):
    """One request; `key` is its idempotency key."""

    method: str
    path: str
    params: dict[str, str]
    key: str | None
    headers: dict[str, str]


class Wire:
    """What is sent, and the pauses between; each request gets the next answer, and every further
    one the last. An answer is a body, or a status with its body and its headers, or an error."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.pauses: list[float] = []
        self._answers: Iterator[Any] = iter(())
        self._last: Any = {}

    def answer(self, *answers: Any) -> StripeGateway:
        """A gateway to a server that answers so, and of which nothing was asked yet."""
        self.sent, self.pauses, self._answers = [], [], iter(answers)
        return StripeGateway("sk_test_x")

    def request(
        self, _client: Any, method: str, url: str, headers: Any, post_data: Any = None
    ) -> tuple[bytes, int, dict[str, str]]:
        parts = urlsplit(url)
        params = dict(parse_qsl(parts.query or post_data or "", keep_blank_values=True))
        key = headers.get("Idempotency-Key")
        self.sent.append(Sent(method.upper(), parts.path, params, key, dict(headers)))
        self._last = next(self._answers, self._last)
        if isinstance(self._last, Exception):
            raise self._last
        told = self._last if isinstance(self._last, tuple) else (200, self._last)
        status, body, *more = told
        # By the id of an answer the SDK would report how long it took.
        return json.dumps(body).encode(), status, {"Request-Id": "req_1", **dict(*more)}


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    made = Wire()

    def request(*given: Any) -> tuple[bytes, int, dict[str, str]]:
        return made.request(*given)

    monkeypatch.setattr(stripe.RequestsClient, "request", request)
    monkeypatch.setattr(time, "sleep", lambda seconds: made.pauses.append(seconds))
    return made
