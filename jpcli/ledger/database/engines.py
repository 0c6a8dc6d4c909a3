"""Which engine an address means. Only this and `upkeep.places` choose one, and import it then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.addresses import is_server
from jpcli.domain.errors import BadInput
from jpcli.ledger.database.sqlite import open_file

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def open_ledger(address: str, *, writes: bool) -> Ledger:
    """Open the ledger at an address.

    Raises BadInput (`no_ledger`, `not_a_ledger`, `ledger_newer`), LedgerOlder, or Failed
    (`ledger_damaged`, `ledger_unreadable`); of a server also what `open_server` does. What can only
    be read can be read; a write then fails.
    """
    if not on_server(address):
        return open_file(address, writes=writes)
    from jpcli.ledger.database.postgres import open_server

    return open_server(address, writes=writes)


def on_server(address: str) -> bool:
    """Is it a ledger on a server, and no file? Raises BadInput `no_postgres` where what speaks to
    one is not installed."""
    if not is_server(address):
        return False
    try:
        import psycopg  # noqa: F401
    except ImportError:
        import sys

        from jpcli.domain.extras import install_command

        raise BadInput(
            "no_postgres",
            "A ledger on a server needs psycopg, which is not installed",
            hint=install_command("postgres", sys.executable),
            subject="--ledger",
        ) from None
    return True
