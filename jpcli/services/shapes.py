"""JSON shapes that more than one use case gives back.

Owns the step from ledger rows to the published objects; field names here are a contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.instants import format_instant
from jpcli.ledger.queries.licenses import LICENSE_COLUMNS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from jpcli.domain.cards import Card


def license_tuples(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """License rows with their instants as text, in the order of `LICENSE_COLUMNS`."""
    text = format_instant
    for key, product, state, site, client, issued, assigned, revoked, bundle, size in rows:
        yield (
            key,
            product,
            state,
            site,
            client,
            text(issued),
            None if assigned is None else text(assigned),
            None if revoked is None else text(revoked),
            bundle,
            size,
        )


def license_objects(rows: Iterable[tuple[Any, ...]]) -> list[dict[str, Any]]:
    """License rows as LICENSE objects."""
    return [dict(zip(LICENSE_COLUMNS, row, strict=True)) for row in license_tuples(rows)]


def card_object(card: Card, today: date) -> dict[str, Any]:
    """One card as the JSON contract has it."""
    from jpcli.domain.cards import is_expired

    return {
        "id": card.id,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "primary": card.primary,
        "expired": is_expired(card, today),
    }
