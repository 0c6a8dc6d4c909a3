"""Which engine an address means. Nothing else asks, and an engine is imported for that alone."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.database.sqlite import open_file

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def open_ledger(address: str, *, writes: bool) -> Ledger:
    """Open the ledger at an address.

    Raises BadInput (`no_ledger`, `not_a_ledger`, `ledger_newer`), LedgerOlder, or Failed
    (`ledger_damaged`, `ledger_unreadable`). What can only be read can be read; a write then fails.
    """
    return open_file(address, writes=writes)
