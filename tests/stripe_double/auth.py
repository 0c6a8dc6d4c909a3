"""The keys of the account, and who may do what."""

from __future__ import annotations

import base64

from tests.stripe_double.errors import StripeFault
from tests.stripe_double.wire import Request

TEST_KEY = "sk_test_51DoubleOfStripe0000SecretTestKey"
LIVE_KEY = "sk_live_51DoubleOfStripe0000SecretLiveKey"
RESTRICTED_KEY = "rk_test_51DoubleOfStripe0000RestrictedKey"
READ_ONLY_KEY = "rk_test_51DoubleOfStripe0000ReadOnlyKey"
EXPIRED_KEY = "sk_test_51DoubleOfStripe0000ExpiredKey"
KEYS = frozenset({TEST_KEY, LIVE_KEY, RESTRICTED_KEY, READ_ONLY_KEY})


def secret(request: Request) -> str:
    """The API key. Raises the 401 of a missing or wrong one."""
    scheme, _, rest = request.headers.get("authorization", "").partition(" ")
    key = rest.strip()
    if scheme.lower() == "basic":
        try:
            key = base64.b64decode(key, validate=True).decode().removesuffix(":")
        except ValueError:
            key = ""
    elif scheme.lower() != "bearer":
        key = ""
    if not key:
        raise _unauthorized("You did not provide an API key.")
    if key == EXPIRED_KEY:
        raise _unauthorized(f"Expired API Key provided: {_masked(key)}", code="api_key_expired")
    if key not in KEYS:
        raise _unauthorized(f"Invalid API Key provided: {_masked(key)}")
    return key


def is_live(request: Request) -> bool:
    return "_live_" in secret(request)


def _masked(key: str) -> str:
    return key[:8] + "*" * max(0, len(key) - 12) + key[-4:]


def _unauthorized(message: str, code: str | None = None) -> StripeFault:
    return StripeFault(401, "invalid_request_error", message, code=code)
