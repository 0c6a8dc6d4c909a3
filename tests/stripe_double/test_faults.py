"""Each way to go wrong: what the client sees, and what was done."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import stripe

from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.fixtures import Clients, StripeDouble
from tests.stripe_double.wire import Gone
from tests.stripe_double.world import Object

CREATES = {"method": "POST", "path": "/v1/customers"}


def made(double: StripeDouble) -> int:
    return len(double.objects("customer"))


@pytest.mark.parametrize(
    ("kind", "more", "error", "done"),
    [
        ("lost", {}, stripe.APIConnectionError, 1),
        ("dropped", {}, stripe.APIConnectionError, 0),
        ("truncated", {}, stripe.APIConnectionError, 1),
        ("garbage", {}, stripe.APIError, 1),
        # The SDK fails to write its log line before it comes to an error of its own.
        ("binary", {}, (stripe.APIError, UnicodeDecodeError), 1),
        ("html", {}, stripe.APIError, 0),
        ("html", {"after": True}, stripe.APIError, 1),
        ("html", {"status": 502}, stripe.APIError, 0),
        ("status", {}, stripe.APIError, 0),
        ("status", {"after": True}, stripe.APIError, 1),
        ("status", {"status": 503}, stripe.APIError, 0),
        ("status", {"status": 409}, stripe.APIError, 0),
        ("rate_limited", {"retry_after": 1}, stripe.RateLimitError, 0),
        ("hang", {"seconds": 30}, stripe.APIConnectionError, 0),
        ("hang", {"seconds": 30, "after": True}, stripe.APIConnectionError, 1),
    ],
)
def test_a_fault_and_the_same_call_again(
    stripe_double: StripeDouble,
    stripe_clients: Clients,
    kind: str,
    more: Object,
    error: type[Exception] | tuple[type[Exception], ...],
    done: int,
) -> None:
    client = stripe_clients(timeout=0.5)
    stripe_double.fault(kind, **CREATES, **more)
    with pytest.raises(error):
        client.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    assert made(stripe_double) == done
    again = client.v1.customers.create({"name": "A"}, {"idempotency_key": "k"})
    assert [item["id"] for item in stripe_double.objects("customer")] == [again.id]
    [fault] = stripe_double.faults()
    assert (fault["seen"], fault["struck"]) == (2, 1)


def test_retry_after_is_sent(stripe_double: StripeDouble, stripe_clients: Clients) -> None:
    stripe_double.fault("rate_limited", retry_after=7)
    with pytest.raises(stripe.RateLimitError) as limited:
        stripe_clients().v1.balance.retrieve()
    assert (limited.value.headers or {})["Retry-After"] == "7"


@pytest.mark.parametrize("after", [False, True])
def test_a_failure_that_stripe_remembers(
    stripe_double: StripeDouble, stripe_client: stripe.StripeClient, after: bool
) -> None:
    stripe_double.fault("status", **CREATES, after=after, recorded=True)
    for _ in range(3):
        with pytest.raises(stripe.APIError):
            stripe_client.v1.customers.create({}, {"idempotency_key": "k"})
    assert made(stripe_double) == int(after)
    stripe_double.advance(days=1)
    stripe_client.v1.customers.create({}, {"idempotency_key": "k"})
    assert made(stripe_double) == int(after) + 1


def test_the_wrong_content(stripe_double: StripeDouble, stripe_client: stripe.StripeClient) -> None:
    stripe_double.fault("wrong", body='{"object": "customer", "id": 7}')
    assert stripe_client.v1.customers.create().to_dict() == {"object": "customer", "id": 7}
    stripe_double.fault("wrong", body="[]")
    found: Any = stripe_client.v1.customers.create()
    assert found == []  # the SDK does not mind


def test_the_nth_and_how_often(
    stripe_double: StripeDouble, stripe_client: stripe.StripeClient
) -> None:
    stripe_double.fault("status", **CREATES, nth=2, times=2)
    outcomes = []
    for _ in range(5):
        stripe_client.v1.balance.retrieve()  # not matched, not counted
        try:
            stripe_client.v1.customers.create()
            outcomes.append("ok")
        except stripe.APIError:
            outcomes.append("failed")
    assert outcomes == ["ok", "failed", "failed", "ok", "ok"]
    stripe_double.fault("dropped", times=0)
    for _ in range(3):
        with pytest.raises(stripe.APIConnectionError):
            stripe_client.v1.balance.retrieve()
    stripe_double.clear_faults()
    stripe_client.v1.balance.retrieve()


def test_slow(stripe_double: StripeDouble, stripe_client: stripe.StripeClient) -> None:
    stripe_double.fault("slow", seconds=0.3)
    begun = time.monotonic()
    stripe_client.v1.customers.create()
    assert time.monotonic() - begun >= 0.3


def test_two_at_once(stripe_double: StripeDouble, stripe_clients: Clients) -> None:
    stripe_double.fault("together", **CREATES, parties=2, seconds=20)

    def create(_: int) -> str:
        return stripe_clients().v1.customers.create({}, {"idempotency_key": "k"}).id

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(create, range(2))
    assert first == second
    assert made(stripe_double) == 1
    assert stripe_double.faults()[0]["struck"] == 2


CLIENT = """
import sys, stripe
client = stripe.StripeClient(sys.argv[1], base_addresses={"api": sys.argv[2]})
client.v1.customers.create({"name": "A"})
client.v1.customers.create({"name": "B"})
"""


@pytest.mark.parametrize(("after", "done"), [(False, 1), (True, 2)])
def test_the_client_is_killed(stripe_double: StripeDouble, after: bool, done: int) -> None:
    stripe_double.fault("kill", **CREATES, nth=2, after=after)
    run = subprocess.run(
        [sys.executable, "-c", CLIENT, TEST_KEY, stripe_double.url], check=False, timeout=60
    )
    assert run.returncode == -signal.SIGKILL
    assert made(stripe_double) == done


def test_a_hook_sees_each_request_before_and_after(
    stripe_double: StripeDouble, stripe_client: stripe.StripeClient
) -> None:
    seen: list[tuple[int, str, bool]] = []

    def hook(request: Object, stage: str) -> None:
        seen.append((request["n"], stage, request["worked"]))
        if request["n"] == 2 and stage == "after":
            raise Gone

    stripe_double.double.hook = hook
    stripe_client.v1.customers.create()
    with pytest.raises(stripe.APIConnectionError):
        stripe_client.v1.customers.create()
    assert seen == [
        (1, "before", False),
        (1, "after", True),
        (2, "before", False),
        (2, "after", True),
    ]
    assert made(stripe_double) == 2
