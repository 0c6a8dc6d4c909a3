"""What the gateway sets up before it asks anything."""

from __future__ import annotations

import ssl
from pathlib import Path

import pytest
import stripe

from jpcli.payments.stripe_gateway import StripeGateway


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
