"""What the gateway sets up before it asks anything, and of whom it asks."""

from __future__ import annotations

import ssl
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
import requests
import stripe

from jpcli.payments.stripe_gateway import StripeGateway
from tests.stripe_double.fixtures import StripeDouble, stripe_double

__all__ = ["stripe_double"]


@pytest.mark.parametrize("zipped", [True, False])
def test_certificates_can_be_read_also_where_stripe_is_in_a_zip(
    zipped: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = stripe.ca_bundle_path
    missing = str(tmp_path / "jpcli.pyz" / "stripe" / "data" / "ca-certificates.crt")
    monkeypatch.setattr(stripe, "ca_bundle_path", missing if zipped else own)
    StripeGateway("sk_test_x")
    assert (stripe.ca_bundle_path == own) is not zipped
    assert ssl.create_default_context(cafile=stripe.ca_bundle_path).get_ca_certs()


@pytest.mark.parametrize(
    ("key", "live"),
    [("sk_test_x", False), ("rk_test_x", False), ("sk_live_x", True), ("rk_live_x", True)],
)
def test_a_key_says_whether_money_is_real(key: str, live: bool) -> None:
    assert StripeGateway(key).live is live


@pytest.mark.parametrize(
    ("base", "url"),
    [
        (None, "https://api.stripe.com/v1/balance"),
        ("http://127.0.0.1:9/x", "http://127.0.0.1:9/x/v1/balance"),
    ],
)
def test_requests_go_to_the_server_that_is_named_and_wait_so_long(
    monkeypatch: pytest.MonkeyPatch, base: str | None, url: str
) -> None:
    sent: list[tuple[str | None, Any, Any]] = []

    def send(_: Any, request: requests.PreparedRequest, **given: Any) -> requests.Response:
        sent.append((request.url, given["timeout"], given["stream"]))
        response = requests.Response()
        response.status_code, response.raw = 200, BytesIO(b'{"object": "balance"}')
        return response

    monkeypatch.setattr(requests.Session, "send", send)
    StripeGateway("sk_test_x", base).check()
    assert sent == [(url, (5.0, 30.0), True)]


@pytest.mark.parametrize("entry", ["machine 127.0.0.1", "default"])
def test_the_key_is_sent_whatever_netrc_has(
    stripe_double: StripeDouble, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, entry: str
) -> None:
    (tmp_path / "netrc").write_text(f"{entry} login me password secret\n")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    StripeGateway(stripe_double.api_key, stripe_double.url).check()
    (request,) = stripe_double.requests()
    assert request["headers"]["authorization"] == f"Bearer {stripe_double.api_key}"


def test_every_call_goes_by_the_proxy_of_the_environment(
    stripe_double: StripeDouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The double stands in for one: it is asked for a whole address."""
    for name in ("no_proxy", "NO_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", stripe_double.url)
    gateway = StripeGateway(stripe_double.api_key, "http://stripe.example")
    for _ in range(2):
        gateway.check()
    assert [call["path"] for call in stripe_double.requests()] == ["/v1/balance"] * 2
