"""One screen: where the agency stands today, and what to do next."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer
from jpcli.ledger import licenses as queries
from jpcli.ledger.cards import cards
from jpcli.services.cards import expiry_notes, list_cards
from jpcli.services.preview import preview

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


def status(desk: Desk) -> Answer:
    """Cards, license counts, the month's bill so far and projected, warnings, next steps."""
    bill = preview(desk, details=True).data
    ((_, assigned, unassigned, revoked),) = queries.count_by_state(
        desk.ledger, queries.LicenseFilter()
    )
    counts = {
        "total": assigned + unassigned,
        "assigned": assigned,
        "unassigned": unassigned,
        "revoked": revoked,
    }
    data: dict[str, Any] = {
        "agency": desk.ledger.name,
        "ledger": desk.ledger.path,
        "currency": desk.ledger.currency,
        "time_zone": desk.ledger.zone,
        "as_of": bill["as_of"],
        "today": bill["as_of_day"],
        "cards": list_cards(desk).data["cards"],
        "licenses": counts,
        "bill": {
            "period": bill["period"],
            "to_date": bill["total_to_date"],
            "projected": bill["total"],
            "unassigned_to_date": bill["details"]["unassigned_to_date"],
            "unassigned_projected": bill["details"]["unassigned_amount"],
        },
        "next": _next_steps(desk, counts),
    }
    return Answer(data, tuple(expiry_notes(desk)))


def _next_steps(desk: Desk, counts: dict[str, int]) -> list[dict[str, str]]:
    """What would help most, with the command that does it."""
    steps = []
    found = cards(desk.ledger)
    if not any(card.primary for card in found):
        why = "Issuing is paused: there is no primary card"
        steps.append({"why": why, "command": "jpcli cards add --primary"})
    if not counts["total"]:
        steps.append({"why": "No license is active", "command": "jpcli issue PRODUCT"})
    if counts["unassigned"]:
        plural = "license is" if counts["unassigned"] == 1 else "licenses are"
        why = f"{counts['unassigned']:,} {plural} billed and on no site"
        steps.append({"why": why, "command": "jpcli licenses list --state unassigned"})
    if counts["total"]:
        steps.append({"why": "See the whole bill", "command": "jpcli invoice preview"})
    return steps
