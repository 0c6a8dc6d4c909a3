"""The settings of a ledger, one a line."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.cli.views.screen import facts, text
from jpcli.domain.words import count, month_name

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.cli.views.screen import Screen

_TITLES = {
    "name": "Name",
    "address": "Address",
    "tax_id": "Tax ID",
    "payment_note": "Payment note",
    "currency": "Currency",
    "time_zone": "Time zone",
    "zone_data": "Zone data",
    "bill_from": "Billed from",
    "payment_terms_days": "Payment terms",
    "payments": "Payments",
    "collect": "Collected by",
    "licensing": "Licensing",
}


def draw(data: Mapping[str, Any], screen: Screen) -> None:
    """What has a value, in words."""
    found = data["settings"]
    rows = [(title, _shown(name, found[name])) for name, title in _TITLES.items()]
    facts(screen, [(title, text(value, "not dim")) for title, value in rows if value])


def _shown(name: str, value: Any) -> str | None:
    if name == "bill_from" and value is not None:
        return f"{month_name(value)} on"
    if name == "payment_terms_days":
        return count(value, "day")
    if name == "zone_data" and value is not None:
        return str(value)[:12]
    if name == "currency":
        return str(value).upper()
    return None if value is None else str(value)
