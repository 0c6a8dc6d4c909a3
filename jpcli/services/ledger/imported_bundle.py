"""A bundle that a history file names, and what its children have to fit into (B1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant
from jpcli.domain.words import count
from jpcli.ledger.queries.licenses import each_active_child, find

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.ledger.history_rows import HistoryRow


class ImportedBundle(NamedTuple):
    """One that is in the file, or in the ledger."""

    product: str
    size: int
    issued_at: int
    revoked_at: int | None


def check_child(parsed: HistoryRow, bundle: ImportedBundle) -> None:
    """A child runs within its bundle's life and has its product. Raises BadInput `bad_bundle`."""
    product, _, issued_at, revoked_at = bundle
    ended = revoked_at is not None and (
        parsed.history.revoked_at is None or parsed.history.revoked_at > revoked_at
    )
    if parsed.product != product or parsed.history.issued_at < issued_at or ended:
        raise BadInput(
            "bad_bundle",
            f"{parsed.license_key} does not fit into its bundle {parsed.bundle_key}:"
            f" {product}, issued {format_instant(issued_at)}"
            + (f", revoked {format_instant(revoked_at)}" if revoked_at is not None else ""),
            subject=parsed.license_key,
        )


class Room:
    """How many active children each bundle can still take: its price is for no more than its size
    (B1), and one too many would be billed to nobody."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._left: dict[str, int] = {}

    def forget(self) -> None:
        """The tables are up to date."""
        self._left.clear()

    def of_new(self, key: str, size: int) -> None:
        """A bundle that is recorded now has all of it; nothing need be asked."""
        self._left[key] = size

    def take(self, parsed: HistoryRow, bundle: ImportedBundle) -> None:
        """Put a new child into its bundle; BadInput `bundle_full`."""
        if parsed.history.revoked_at is not None:
            return
        key = str(parsed.bundle_key)
        left = self._left.get(key)
        if left is None:
            facts = find(self._ledger, key)
            inside = () if facts is None else each_active_child(self._ledger, facts.id)
            left = bundle.size - sum(1 for _ in inside)
        if left <= 0:
            raise BadInput(
                "bundle_full",
                f"{parsed.license_key} does not fit into its bundle {key}, which has"
                f" {count(bundle.size, 'active license')} without it",
                subject=parsed.license_key,
            )
        self._left[key] = left - 1
