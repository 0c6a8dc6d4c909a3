"""Which products have all of another one's work in them, so that a site needs only the larger.

Owns the table, which is what the vendor lists as parts of its plans, in the open source of its own
shop (Automattic/wp-calypso, packages/calypso-products, `plans-list`, the included features of
Security T1, Security T2 and Complete; a storage tier has the smaller one in it). What is not listed
there by name is not taken for a part: a site must never lose anything. A name that is unknown here
contains nothing and is a part of nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_PARTS: Mapping[str, tuple[str, ...]] = {
    "jetpack-backup-t2": ("jetpack-backup-t1",),
    "jetpack-security-t1": ("jetpack-anti-spam", "jetpack-backup-t1", "jetpack-scan"),
    "jetpack-security-t2": ("jetpack-backup-t2", "jetpack-security-t1"),
    "jetpack-complete": (
        "jetpack-boost",
        "jetpack-crm",
        "jetpack-search",
        "jetpack-security-t2",
        "jetpack-videopress",
    ),
}


def _closed(parts: Mapping[str, tuple[str, ...]]) -> dict[str, frozenset[str]]:
    """The parts of parts, too; raises RecursionError for a product that would contain itself."""

    def every(product: str) -> frozenset[str]:
        direct = parts.get(product, ())
        return frozenset(direct).union(*map(every, direct))

    return {product: every(product) for product in parts}


CONTENTS: Mapping[str, frozenset[str]] = _closed(_PARTS)
"""By product: everything that it contains, never itself."""


def container_of(product: str, others: Mapping[str, object]) -> str | None:
    """The one of these products that contains it and is in none of the others; None where none
    does. Of several the first by name."""
    found = sorted(other for other in others if product in CONTENTS.get(other, ()))
    outer = (name for name in found if not any(name in CONTENTS.get(other, ()) for other in others))
    return next(outer, None)
