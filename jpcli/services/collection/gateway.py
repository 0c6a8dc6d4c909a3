"""The door to Stripe: the gateway of a ledger that collects through it, and the key to it.

Owns where the secret key comes from (the environment, then the system's keyring, never a flag or
the ledger) and the refusal to mix test and live, or two accounts. A ledger belongs to the account
and the mode of the first key that Stripe accepted, not of the first that was tried.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.errors import AuthProblem
from jpcli.ledger.queries.collection import uses_stripe
from jpcli.services.outside import base_in, store, stored

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.payments.stripe_gateway import StripeGateway
    from jpcli.services.desk import Desk

KEY_VARIABLE = "STRIPE_API_KEY"
BASE_VARIABLE = "STRIPE_API_BASE"
KEYRING_NAME = "stripe"


def stripe_gateway(desk: Desk) -> StripeGateway:
    """The gateway of a ledger that collects through Stripe.

    Raises Refused `offline_gateway` for any other ledger, BadInput `bad_api_base`, AuthProblem
    `no_key`, `wrong_key`, `wrong_mode` for a test key on a live ledger and the other way round,
    `wrong_account` for the key of another account.
    """
    if not uses_stripe(desk.ledger):
        from jpcli.payments.gateway import NOTHING_BY_HAND, no_gateway

        raise no_gateway(NOTHING_BY_HAND)
    check_base()
    gateway = open_gateway(secret_key(desk.ledger), read_only=desk.dry_run)
    desk.closes(gateway.close)
    check_mode(desk.ledger, gateway)
    if not desk.dry_run:  # nothing is asked, and so nothing is learnt about the account
        _pin(desk, gateway)
    return gateway


def own_ledger(ledger: Ledger | None) -> Ledger | None:
    """The ledger that a key is for alone: one that collects through Stripe."""
    return ledger if ledger is not None and uses_stripe(ledger) else None


def open_gateway(key: str, *, read_only: bool = False) -> StripeGateway:
    """A gateway for a key; `STRIPE_API_BASE` names another server. With `read_only` it refuses
    whatever would change anything there."""
    base = check_base()
    from jpcli.payments.stripe_gateway import StripeGateway

    return StripeGateway(key, base, read_only=read_only)


def check_base() -> str | None:
    """The address of another server, or None for Stripe's own.

    Raises BadInput `bad_api_base` for what is no address, before anything is asked or written.
    """
    return base_in(BASE_VARIABLE, "Stripe")


def secret_key(ledger: Ledger | None = None) -> str:
    """The key to a ledger, or AuthProblem `no_key` or `bad_key`."""
    key = os.environ.get(KEY_VARIABLE, "").strip() or stored(KEYRING_NAME, ledger)
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
    begins = key.startswith(("sk_test_", "sk_live_", "rk_test_", "rk_live_"))
    if not begins or not key.isascii() or not key.isprintable() or " " in key:
        raise AuthProblem(
            "bad_key",
            "This is no secret key of Stripe's: one begins with sk_test_, sk_live_ or rk_",
            hint="Copy it from Stripe's dashboard, Developers, API keys.",
            subject=KEY_VARIABLE,
        )


def store_key(key: str, ledger: Ledger | None = None) -> None:
    """Put the key into the system's keyring, for one ledger or for all that have none of their
    own; Failed `no_keyring` without one."""
    check_form(key)
    store(KEYRING_NAME, ledger, key, "key", KEY_VARIABLE)


def check_mode(ledger: Ledger, gateway: StripeGateway) -> None:
    """A ledger is for test money or for real money (AuthProblem `wrong_mode`); nothing is asked."""
    mode = mode_of(gateway)
    known = ledger.fact("stripe_mode")
    if known not in (None, mode):
        raise AuthProblem(
            "wrong_mode",
            f"This is a {mode} key, and the ledger is a {known} one",
            hint=f"Use a {known} key, or a ledger of its own for {mode} money.",
            subject=KEY_VARIABLE,
        )


def check_account(ledger: Ledger, account: str | None) -> None:
    """A ledger stays with one account (AuthProblem `wrong_account`); None is an account that the
    key may not tell, and then its customer will not be found."""
    known = ledger.fact("stripe_account")
    if account is not None and known not in (None, account):
        raise AuthProblem(
            "wrong_account",
            f"This key belongs to the Stripe account {account}, and the ledger to {known}",
            hint=f"Use a key of {known}, or a ledger of its own for the other account.",
            subject=KEY_VARIABLE,
        )


def mode_of(gateway: StripeGateway) -> str:
    """`test` or `live`."""
    return "live" if gateway.live else "test"


def _pin(desk: Desk, gateway: StripeGateway) -> None:
    """Ask whose key it is, and tie the ledger to what a good key was the first to say."""
    account = gateway.account_id()
    found = {"stripe_mode": mode_of(gateway)}
    if account is not None:
        found["stripe_account"] = account
    if all(desk.ledger.fact(name) == value for name, value in found.items()):
        return
    with desk.writing() as writer:
        # Inside the transaction: another process may have been first with another key.
        check_mode(desk.ledger, gateway)
        check_account(desk.ledger, account)
        new = {name: value for name, value in found.items() if desk.ledger.fact(name) is None}
        if new:
            writer.record(*events.payments_set("stripe", new))
