"""Whose part of each line of a month is what, open or closed (I8).

Owns where the parts come from: a closed invoice has kept them, an open month's are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.ledger.queries.shares import names_at_closing, names_now
from jpcli.services.billing.adjustment_shares import HOLDER, Corrected
from jpcli.services.billing.holder_days import HolderDays, by_client

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def holder_shares(
    desk: Desk, computed: Computed
) -> tuple[list[Mapping[Holder, Share]], HolderNames]:
    """The parts of each line by client and site, and what those are called (at the closing)."""
    if computed.invoice is None:
        found, names = open_shares(desk, computed)
        return list(found), names
    names = names_at_closing(desk.ledger, computed.invoice.id)
    if len(names.clients) == len(names.sites) == 1:
        names = names_now(desk.ledger)  # an invoice of the first ledgers, or all of it nobody's
    return list(Corrected(desk, HOLDER).of_invoice(computed.invoice)), names


def open_shares(
    desk: Desk, computed: Computed
) -> tuple[Iterator[Mapping[Holder, Share]], HolderNames]:
    """The same of a month without an invoice, one line after the other: a line may have a hundred
    thousand parts."""
    days = HolderDays(desk, computed)
    every = zip(computed.lines, computed.parts, computed.shares, strict=True)
    found = (
        days.shares(line, part) if part is not None else shares or {}
        for line, part, shares in every
    )
    return found, days.names


def other_shares(desk: Desk, computed: Computed, by: str) -> dict[int, Mapping[Any, Share]]:
    """The parts of corrections by what a preview is grouped by; credit is left out."""
    others = [
        (position, line)
        for position, (line, part) in enumerate(zip(computed.lines, computed.parts, strict=True))
        if part is None and line.kind != "credit"
    ]
    if computed.invoice is not None:
        if by == "client":
            found, names = holder_shares(desk, computed)
            return {position: by_client(found[position], names) for position, _ in others}
        stated = Corrected(desk, by).of_invoice(computed.invoice)
        return {position: stated[position] for position, _ in others}
    if by == "client":
        names = names_now(desk.ledger)
        return {
            position: by_client(computed.shares[position] or {}, names) for position, _ in others
        }
    corrected = Corrected(desk, by)
    return {position: corrected.of_open_line(line, computed) for position, line in others}
