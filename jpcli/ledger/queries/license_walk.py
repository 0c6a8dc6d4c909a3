"""Every license, one by one, for who asks somebody else about each of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger


def each_numbered(ledger: Ledger) -> Iterator[tuple[int, str]]:
    """Row number and key, the oldest first; no query is open while they are looked at."""
    after = 0
    while rows := ledger.all(
        "SELECT id, license_key FROM licenses WHERE id > :after ORDER BY id LIMIT 1000",
        after=after,
    ):
        yield from rows
        after = rows[-1][0]
