"""A bundle that a history file names, and what its children have to fit into (B1)."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant

if TYPE_CHECKING:
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
