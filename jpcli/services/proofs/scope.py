"""What a bill rests on: which months of which offers, and which earlier invoices (I3).

Owns that choice for who writes a proof: its own month for the lines that are days times a price,
and for each correction the month that it corrects, with the invoices that had billed that before.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.periods import month_period, parse_month
from jpcli.ledger.queries import invoice_lines
from jpcli.ledger.queries.proofs import Part
from jpcli.ledger.snapshots.overlay import as_recorded
from jpcli.ledger.snapshots.snapshot import NOW
from jpcli.services.billing.period import offer_part

if TYPE_CHECKING:
    from jpcli.domain.periods import Period
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.ledger.snapshots.snapshot import Snapshot
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    Offers = set[tuple[str, int]]


class Scope(NamedTuple):
    """`months` are (month, offers that it is needed of), the earliest first; `parts` the same as
    queries take it; `earlier` the invoices that had billed corrected months."""

    months: list[tuple[Period, Offers]]
    parts: list[Part]
    earlier: list[Invoice]

    @property
    def offers(self) -> Offers:
        """Every offer of a line."""
        return {offer for _, offers in self.months for offer in offers}

    def months_of(self, product: str, bundle_size: int) -> list[Period]:
        """The months in which the days of an offer's licenses count."""
        return [month for month, offers in self.months if (product, bundle_size) in offers]


def scope_of(desk: Desk, computed: Computed, *, whole: bool) -> Scope:
    """What a bill rests on; corrections are proved on the whole one alone."""
    own = computed.period.label
    wanted: dict[str, Offers] = {own: set()}
    corrected: set[str] = set()
    for line in computed.lines:
        offer = (line.product, line.bundle_size)
        if line.kind in ("license", "bundle"):
            wanted[own].add(offer)
        elif line.period is not None and whole:
            corrected.add(line.period)
            if line.period != own:
                wanted.setdefault(line.period, set()).add(offer)
    months, parts = [], []
    for label in sorted(wanted):
        period = month_period(desk.ledger.calendar, *parse_month(label))
        months.append((period, wanted[label]))
        numbers = [offer_part(desk, *offer).offer_id for offer in sorted(wanted[label])]
        stretch = period.first_day, period.last_day
        parts.append(Part(tuple(numbers), *stretch, _snapshot(desk, computed, period)))
    return Scope(months, parts, _earlier(desk, computed, corrected))


def _snapshot(desk: Desk, computed: Computed, period: Period) -> Snapshot:
    if period.label == computed.period.label:
        return computed.snapshot
    if computed.invoice is None:
        return NOW
    end_at = desk.ledger.calendar.end_of(period.last_day)
    return as_recorded(desk.ledger, computed.invoice.id, end_at)


def _earlier(desk: Desk, computed: Computed, labels: set[str]) -> list[Invoice]:
    found: dict[int, Invoice] = {}
    for label in labels:
        for invoice, _, _ in invoice_lines.lines_about(desk.ledger, label, computed.before_seq):
            found[invoice.id] = invoice
    return [found[number] for number in sorted(found)]
