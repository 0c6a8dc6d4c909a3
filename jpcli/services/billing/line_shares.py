"""Whose part of each line of a month is what, open or closed (I8).

Owns where the parts come from: a closed invoice has kept them, an open month's are counted.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.columns import split_by_holder
from jpcli.domain.money import markup_fraction
from jpcli.ledger.queries.shares import (
    labels_of,
    labels_of_all,
    names_at_closing,
    names_now,
    names_then,
)
from jpcli.services.billing.adjustment_shares import HOLDER, Corrected
from jpcli.services.billing.holder_days import in_order, split_days

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    # The parts of each line, and what holders are called.
    HolderShares = tuple[list[Mapping[Holder, Share]], HolderNames]


def holder_shares(desk: Desk, computed: Computed) -> HolderShares:
    """The parts of each line by client and site, and what those are called (at the closing)."""
    if computed.invoice is None:
        return list(open_shares(desk, computed)), names_now(desk.ledger)
    return invoice_shares(desk, computed.invoice)


def invoice_shares(desk: Desk, invoice: Invoice) -> HolderShares:
    """The same of a closed invoice."""
    return Corrected(desk, HOLDER).of_invoice(invoice), holder_names(desk, invoice)


def holder_names(desk: Desk, invoice: Invoice | None) -> HolderNames:
    """What clients and sites are called now, or were called when an invoice was closed."""
    if invoice is None:
        return names_now(desk.ledger)
    names = names_at_closing(desk.ledger, invoice.id)
    if len(names.clients) == len(names.sites) == 1:
        # Of the first ledgers, or all of it nobody's.
        return names_then(desk.ledger, invoice.id)
    return names


def open_shares(desk: Desk, computed: Computed) -> Iterator[Mapping[Holder, Share]]:
    """The parts of each line of a month without an invoice, one line after the other."""
    every = zip(computed.lines, computed.parts, computed.shares, strict=True)
    for line, part, shares in every:
        yield shares or {} if part is None else split_days(desk, computed, line, part)


def other_holders(
    desk: Desk, computed: Computed
) -> tuple[dict[int, Mapping[Holder, Share]], HolderNames]:
    """The parts of corrections by client and site, and the labels of those; credit is left out."""
    others = [position for position, _ in _corrections(computed)]
    if computed.invoice is not None:
        found, names = holder_shares(desk, computed)
        return {position: found[position] for position in others}, labels_of(desk.ledger, names)
    open_ones = {position: computed.shares[position] or {} for position in others}
    return open_ones, labels_of_all(desk.ledger)


def other_shares(desk: Desk, computed: Computed, by: str) -> dict[int, Mapping[Any, Share]]:
    """The parts of corrections by what a preview is grouped by (for clients: `other_holders`)."""
    others = _corrections(computed)
    if computed.invoice is not None:
        stated = Corrected(desk, by).of_invoice(computed.invoice)
        return {position: stated[position] for position, _ in others}
    corrected = Corrected(desk, by)
    return {position: corrected.of_open_line(line, computed) for position, line in others}


def _corrections(computed: Computed) -> list[tuple[int, Line]]:
    """(position, line) of each adjustment."""
    return [
        (position, line)
        for position, (line, part) in enumerate(zip(computed.lines, computed.parts, strict=True))
        if part is None and line.kind != "credit"
    ]


def marked_shares(
    line: Line, shares: Mapping[Holder, Share], labels: HolderNames, markup_e6: int
) -> Mapping[Holder, Share]:
    """The parts of a line that has a markup on it: licenses by their days, the rest as it is. Equal
    remainders are served as without a markup, whatever anybody is called now or at the closing."""
    ordered = in_order(shares, labels)
    if line.kind in ("license", "bundle"):
        days = ((holder, share.license_days) for holder, share in ordered.items())
        return split_by_holder(line.amount_minor, days)
    return ordered.marked_up(*markup_fraction(markup_e6), line.amount_minor)
