"""Which gateway a ledger has, and the key to it.

Owns where the secret key comes from (the environment, then the system's keyring, never a flag or
the ledger) and the refusal to mix test and live.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain.errors import AuthProblem, Failed, Refused

if TYPE_CHECKING:
    from jpcli.ledger.connection import Ledger
    from jpcli.payments.stripe_gateway import StripeGateway
    from jpcli.services.desk import Desk

KEY_VARIABLE = "STRIPE_API_KEY"
BASE_VARIABLE = "STRIPE_API_BASE"
KEYRING_SERVICE = "jpcli"
KEYRING_NAME = "stripe"


def uses_stripe(ledger: Ledger) -> bool:
    """Does this ledger collect through Stripe?"""
    return ledger.meta["payments"] == "stripe"


def stripe_gateway(desk: Desk) -> StripeGateway:
    """The gateway of a ledger that collects through Stripe.

    Raises Refused `offline_gateway` for any other ledger, AuthProblem `no_key`, or `wrong_mode` for
    a test key on a live ledger and the other way round. The first key decides which it is.
    """
    if not uses_stripe(desk.ledger):
        raise Refused(
            "offline_gateway",
            "This ledger collects by hand, not through Stripe",
            hint="Note what was paid:   jpcli invoice mark-paid NUMBER --reference TEXT",
        )
    gateway = open_gateway(secret_key())
    _check_mode(desk, gateway.live)
    return gateway


def open_gateway(key: str) -> StripeGateway:
    """A gateway for a key; `STRIPE_API_BASE` names another server."""
    from jpcli.payments.stripe_gateway import StripeGateway

    return StripeGateway(key, os.environ.get(BASE_VARIABLE) or None)


def secret_key() -> str:
    """The key, or AuthProblem `no_key` or `bad_key`."""
    key = os.environ.get(KEY_VARIABLE, "").strip() or _stored_key()
    if not key:
        raise AuthProblem(
            "no_key",
            "There is no secret key for Stripe",
            hint=f"Set {KEY_VARIABLE}, or store one:   jpcli stripe login",
            subject=KEY_VARIABLE,
        )
    check_form(key)
    return key


def check_form(key: str) -> None:
    """AuthProblem `bad_key` unless this can be a secret or restricted key. It is never repeated."""
    if not key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_")) or not key.isascii():
        raise AuthProblem(
            "bad_key",
            "This is no secret key of Stripe's: one begins with sk_test_, sk_live_ or rk_",
            hint="Copy it from Stripe's dashboard, Developers, API keys.",
            subject=KEY_VARIABLE,
        )


def store_key(key: str) -> None:
    """Put the key into the system's keyring; Failed `no_keyring` without one."""
    check_form(key)
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise _no_keyring("The extra that talks to it is not installed") from None
    try:
        keyring.set_password(KEYRING_SERVICE, KEYRING_NAME, key)
    except (KeyringError, RuntimeError):
        raise _no_keyring("It can't be used here") from None


def _stored_key() -> str:
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        return keyring.get_password(KEYRING_SERVICE, KEYRING_NAME) or ""
    except (KeyringError, RuntimeError):
        return ""


def _no_keyring(why: str) -> Failed:
    return Failed(
        "no_keyring",
        f"The key can't be stored in the system's keyring. {why}",
        hint=f"python -m pip install 'jpcli[keyring]'    or set {KEY_VARIABLE}",
    )


def _check_mode(desk: Desk, live: bool) -> None:
    """A ledger is for test money or for real money, as its first key was."""
    mode = "live" if live else "test"
    known = desk.ledger.fact("stripe_mode")
    if known is None:
        with desk.writing() as writer:
            writer.record("payments.set", "stripe", {"stripe_mode": mode})
        return
    if known != mode:
        raise AuthProblem(
            "wrong_mode",
            f"This is a {mode} key, and the ledger is a {known} one",
            hint=f"Use a {known} key, or a ledger of its own for {mode} money.",
            subject=KEY_VARIABLE,
        )
