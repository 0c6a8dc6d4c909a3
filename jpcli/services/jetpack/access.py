"""The door to the Licensing API: whose licenses a ledger has, the token to it, and its address.

Owns where the token comes from (the environment, then the system's keyring, never a flag or the
ledger), and that nobody asks for one who does not act there.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain import licensing_token
from jpcli.domain.errors import AuthProblem, Refused
from jpcli.domain.licensing_token import TOKEN_VARIABLE
from jpcli.ledger.queries.wishes import JETPACK, at_jetpack
from jpcli.services.outside import base_in, store, stored

if TYPE_CHECKING:
    from jpcli.jetpack.licensing import Licensing
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.desk import Desk

__all__ = ["JETPACK", "LICENSINGS", "NONE", "TOKEN_VARIABLE", "at_jetpack"]

NONE = "none"
LICENSINGS = (NONE, JETPACK)
BASE_VARIABLE = "JPCLI_JETPACK_BASE"
PUBLIC_BASE = "https://public-api.wordpress.com/wpcom/v2/jetpack-licensing"
KEYRING_NAME = "jetpack"


def check_at_jetpack(ledger: Ledger) -> None:
    """Refused `not_at_jetpack` for a ledger whose licenses are here alone."""
    if not at_jetpack(ledger):
        raise Refused(
            "not_at_jetpack",
            "This ledger's licenses are here alone; Jetpack knows nothing of them",
            hint="Make one whose licenses are Jetpack's:   jpcli init --licensing jetpack"
            " --ledger FILE",
            subject="licensing",
        )


def licensing_of(desk: Desk, *, read_only: bool = False, patience_seconds: float = 60) -> Licensing:
    """The Licensing API of a ledger, asked as often as patience lasts; under `--dry-run` nothing
    that would change anything there goes out.

    Raises Refused `not_at_jetpack`, BadInput `bad_api_base`, AuthProblem `no_token`, `bad_token`.
    """
    check_at_jetpack(desk.ledger)
    address, secret = base(), token(desk.ledger)
    from jpcli.jetpack.licensing import Licensing

    read_only = read_only or desk.dry_run
    opened = Licensing(secret, address, read_only=read_only, patience_seconds=patience_seconds)
    desk.closes(opened.close)
    return opened


def base() -> str:
    """The address of the API; BadInput `bad_api_base` for what is none."""
    return base_in(BASE_VARIABLE, "Jetpack") or PUBLIC_BASE


def token(ledger: Ledger | None = None) -> str:
    """The token of a ledger; AuthProblem `no_token` or `bad_token`."""
    found = os.environ.get(TOKEN_VARIABLE, "").strip() or stored(KEYRING_NAME, ledger)
    if not found:
        raise AuthProblem(
            "no_token",
            "There is no token for the Jetpack Licensing API",
            hint=f"Set {TOKEN_VARIABLE}, or store one:   jpcli jetpack login",
            subject=TOKEN_VARIABLE,
        )
    check_form(found)
    return found


def token_source(ledger: Ledger | None = None) -> str:
    """Where the token is: `environment`, `keyring` or `missing`."""
    if os.environ.get(TOKEN_VARIABLE, "").strip():
        return "environment"
    return "keyring" if stored(KEYRING_NAME, ledger) else "missing"


def check_form(text: str) -> None:
    """AuthProblem `no_token` for none, `bad_token` for what no header can carry. It is never
    repeated."""
    if not text:
        raise AuthProblem(
            "no_token",
            "No token was given",
            hint="Copy it from the partner's page, and paste it or send it to standard input.",
            subject=TOKEN_VARIABLE,
        )
    licensing_token.check_form(text)


def store_token(text: str, ledger: Ledger | None = None) -> None:
    """Put it into the system's keyring, for one ledger or for all that have none of their own;
    Failed `no_keyring` without one."""
    check_form(text)
    store(KEYRING_NAME, ledger, text, "token", TOKEN_VARIABLE)
