"""The double as a process of its own, which can be stopped and started again."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import stripe

from tests.stripe_double.auth import TEST_KEY
from tests.stripe_double.control import Control

ROOT = Path(__file__).parents[2]


@contextmanager
def running(state: Path) -> Iterator[str]:
    command = [sys.executable, "-m", "tests.stripe_double", "--port", "0", "--state", str(state)]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        yield process.stdout.readline().strip()
        process.terminate()
        assert process.wait(20) == 0


def create(url: str, key: str) -> str:
    transport = stripe.RequestsClient()
    client = stripe.StripeClient(TEST_KEY, base_addresses={"api": url}, http_client=transport)
    try:
        return client.v1.customers.create({"name": "A"}, {"idempotency_key": key}).id
    finally:
        transport.close()  # type: ignore[no-untyped-call]


def test_it_goes_on_where_it_stopped(tmp_path: Path) -> None:
    state = tmp_path / "stripe.json"
    with running(state) as url:
        first = create(url, "k")
        Control(url).advance(hours=1)
        Control(url).fault("status", path="/v1/balance")
        at = Control(url).now()
    with running(state) as url:
        assert create(url, "k") == first
        assert create(url, "k2") != first
        assert len(Control(url).objects("customer")) == 2
        assert Control(url).now() >= at
        assert Control(url).faults() == []
        Control(url).reset()
        assert Control(url).dump() == {}
