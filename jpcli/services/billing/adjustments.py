"""What the next invoice carries for earlier months: adjustments and credit (I3).

Owns which closed months may have changed, and what each of them comes to now. A month that nothing
reached since the last closing is not summed again.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.adjustments import OfferKey, adjustment_lines, credit_line, sums_of
from jpcli.domain.shares import NOBODY, Share
from jpcli.ledger.queries import invoice_lines, invoices
from jpcli.ledger.snapshots.snapshot import NOW
from jpcli.services.billing.period import sum_period
from jpcli.services.billing.waiting import AsOf, next_to_close

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.periods import Period
    from jpcli.domain.shares import Holder
    from jpcli.services.billing.adjustment_shares import Corrected
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def with_corrections(desk: Desk, computed: Computed) -> Computed:
    """A month with adjustment lines, then a credit line, where it is the next to be closed; as it
    is where it is not. What is supposed is so for closed months, too."""
    ledger, before_seq = desk.ledger, computed.before_seq
    as_of = AsOf(computed.today, before_seq)
    if not invoices.any_invoice(ledger, before_seq):
        return computed
    if computed.period.label != next_to_close(desk, as_of):
        return computed
    from jpcli.services.billing.adjustment_shares import HOLDER, Corrected

    first_day = invoices.unsettled_day(ledger) if computed.snapshot is NOW else 0
    corrected = Corrected(desk, HOLDER)
    lines, shares = list(computed.lines), list(computed.shares)
    for invoice in invoices.closed_reaching(ledger, first_day, before_seq):
        month = sum_period(desk, invoice.billing_period, computed.today, computed.snapshot)
        _adjust(desk, corrected, before_seq, month, month.period, lines, shares)
    # A month that is billed again, after its invoice was voided, takes back what later invoices
    # had adjusted for it: its own lines have all of it now.
    _adjust(desk, corrected, before_seq, None, computed.period, lines, shares)
    credit = credit_line(lines, invoices.credit_minor(ledger, before_seq))
    if credit is not None:
        lines.append(credit)
        shares.append({NOBODY: Share(0, credit.amount_minor)} if credit.amount_minor else {})
    parts = (*computed.parts, *(None for _ in range(len(lines) - len(computed.lines))))
    return computed._replace(lines=tuple(lines), parts=parts, shares=tuple(shares))


def _adjust(
    desk: Desk,
    corrected: Corrected,
    before_seq: int,
    month: Computed | None,
    period: Period,
    lines: list[Line],
    shares: list[Mapping[Holder, Share] | None],
) -> None:
    """Add what corrects one month to `lines` and `shares`."""
    ledger, label = desk.ledger, period.label
    billed = [line for _, _, line in invoice_lines.lines_about(ledger, label, before_seq)]
    now = () if month is None else month.lines
    if not billed and not now:
        return
    from jpcli.services.billing.adjustment_shares import with_rest

    by_holder = corrected.of_month(month, label, before_seq)
    # The latest price of the month stands on the line; what is now goes before what was.
    names = {
        OfferKey(line.product, line.bundle_size): line._replace(
            first_day=period.first_day, last_day=period.last_day, period=label
        )
        for line in (*billed, *now)
    }
    for line in adjustment_lines(now, sums_of(billed), by_holder, names):
        whole = Share(line.license_days, line.amount_minor)
        found = by_holder.get(OfferKey(line.product, line.bundle_size), {})
        lines.append(line)
        shares.append(with_rest(found, whole, NOBODY))
