"""What any door to the outside needs: another server's address, and a secret in the keyring.

Owns how both are read and refused. A secret is never repeated, in an error neither.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Failed

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

KEYRING_SERVICE = "jpcli"


def base_in(variable: str, whose: str) -> str | None:
    """The address of another server in an environment variable, or None for the real one.

    Raises BadInput `bad_api_base` for what is no address, before anything is asked or written.
    """
    given = os.environ.get(variable, "")
    if not given:
        return None
    if not _is_address(given):
        raise BadInput(
            "bad_api_base",
            # What has an @ may have a password before it.
            f"{variable} is no address of a server" + ("" if "@" in given else f": {given!r}"),
            hint=f"Write it as http://HOST:PORT, or leave it out for {whose} itself.",
            subject=variable,
        )
    return given.rstrip("/")


def _is_address(text: str) -> bool:
    """`http` or `https`, a host, and nothing behind the path or before the host."""
    from urllib.parse import urlsplit

    if not text.isascii() or not text.isprintable() or " " in text:
        return False
    try:
        parts = urlsplit(text)
        port = parts.port
    except ValueError:
        return False
    plain = not (parts.query or parts.fragment or "@" in parts.netloc or text.endswith(("?", "#")))
    return parts.scheme in ("http", "https") and bool(parts.hostname) and plain and port != 0


def store(name: str, ledger: Ledger | None, secret: str, what: str, variable: str) -> None:
    """Put a secret into the system's keyring, for one ledger or for all that have none of their
    own; Failed `no_keyring` without one. `what` it is called, and the `variable` that it may come
    from instead, are for the error."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        from jpcli.domain.extras import install_command

        command = install_command("keyring", sys.executable)
        why, hint = "What talks to it is not installed", f"{command}    or set {variable}"
        raise _no_keyring(what, why, hint) from None
    try:
        keyring.set_password(KEYRING_SERVICE, _entry(name, ledger), secret)
    except (KeyringError, RuntimeError):
        raise _no_keyring(what, "It can't be used here", f"Set {variable}.") from None


def stored(name: str, ledger: Ledger | None) -> str:
    """The secret of that name: the ledger's own, else the one that all share; empty without."""
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        return ""
    try:
        for entry in dict.fromkeys((_entry(name, ledger), name)):
            if secret := keyring.get_password(KEYRING_SERVICE, entry):
                return secret
    except (KeyringError, RuntimeError):
        pass
    return ""


def _entry(name: str, ledger: Ledger | None) -> str:
    """By the ledger's id, which a copy and a restored backup share."""
    return name if ledger is None else f"{name}/{ledger.meta['ledger_id']}"


def _no_keyring(what: str, why: str, hint: str) -> Failed:
    message = f"The {what} can't be stored in the system's keyring. {why}"
    return Failed("no_keyring", message, hint=hint)
