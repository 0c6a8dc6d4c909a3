"""The customer at Stripe, and the link to its own page there."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.cli.shared.escape import visible
from jpcli.cli.views.screen import facts, text
from jpcli.cli.views.words import money

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.cli.views.screen import Screen
    from jpcli.domain.contract.collection import CustomerAnswer, PortalAnswer


def draw(data: CustomerAnswer, screen: Screen) -> None:
    """What Stripe prints on the invoices to come; what is missing is said."""
    if data["customer"] is not None:
        facts(screen, _facts(data["customer"]))


def draw_portal(data: PortalAnswer, screen: Screen) -> None:
    """The link alone, whole, so that it can be copied."""
    screen.write(text(data["portal"]["url"]))


def _facts(found: Mapping[str, Any]) -> Iterator[tuple[str, Any]]:
    yield "Customer", visible(found["id"])
    for title, name in (("Name", "name"), ("E-mail", "email"), ("Phone", "phone")):
        value = found[name]
        if value or name != "phone":
            yield title, text(value, "not dim") if value else text("none", "yellow")
    parts = found["address"]
    town = " ".join(part for part in (parts["postal_code"], parts["city"]) if part)
    lines = [parts["line1"], parts["line2"], town, parts["state"], parts["country"]]
    address = ", ".join(line for line in lines if line)
    yield "Address", text(address, "not dim") if address else text("none", "yellow")
    for tax_id in found["tax_ids"]:
        yield "Tax id", text(f"{tax_id['type']}:{tax_id['value']} ({tax_id['status']})", "not dim")
    if found["balance"]["amount_minor"]:
        yield "Balance", text(money(found["balance"]), "not dim")
