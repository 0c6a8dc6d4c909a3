"""Whose a correction is: what a closed month comes to now for each key, less what was stated (I3).

Owns what was stated: the parts of the lines of invoices, as they were when they were closed,
told from the events up to there and nothing later (I8). A correction is split by its month's own
lines, each at its price (M2), so nobody gets what is not theirs, and parts add up to the line.
"""

from __future__ import annotations

from functools import partial
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

from jpcli.domain.adjustments import OfferKey
from jpcli.domain.calculator import compute_groups
from jpcli.domain.columns import ManyShares
from jpcli.domain.periods import month_period, parse_month
from jpcli.domain.shares import NOBODY, Share, add_to, difference, summed
from jpcli.ledger.queries import invoice_lines
from jpcli.ledger.queries.labels import SITE
from jpcli.ledger.queries.names_in_order import LICENSE
from jpcli.ledger.queries.shares import shares_of
from jpcli.services.billing.holder_days import split_days, split_each
from jpcli.services.billing.period import (
    as_closed,
    offer_part,
    recorded_month,
    sum_period,
    unsummed,
)
from jpcli.services.billing.weights import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.periods import Period
    from jpcli.ledger.queries.days import OfferPart
    from jpcli.ledger.queries.invoices import Invoice
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    Shares = Mapping[Any, Share]
    OfferShares = dict[OfferKey, Shares]

# The split that is kept with an invoice: by client and site.
HOLDER = "holder"
_SPLITS: dict[str, Callable[..., ManyShares]] = {
    HOLDER: split_days,
    SITE: partial(split_each, SITE),
    LICENSE: partial(split_each, LICENSE),
}


class Corrected:
    """The corrections of one bill, `by` holder or by what a preview is grouped by.

    Months and invoices are read once, however many lines ask for them; what is kept of holders, of
    whom there are very many, is in columns.
    """

    def __init__(self, desk: Desk, by: str) -> None:
        self._desk = desk
        self._by = by
        self._stated: dict[tuple[str, int], OfferShares] = {}
        self._invoices: dict[int, list[Shares]] = {}
        self._recorded: dict[tuple[str, int], OfferShares] = {}
        self._open: dict[str, OfferShares] = {}

    def of_month(self, month: Computed | None, label: str, before_seq: int) -> OfferShares:
        """What a month comes to now (None: nothing, its bill has its own lines again), less what
        the invoices that stood before an event had stated for it; offer by offer."""
        now = {} if month is None else self.month(month)
        stated = self.stated(label, before_seq)
        return {
            key: self._less(now.get(key, {}), stated.get(key, {}))
            for key in now.keys() | stated.keys()
        }

    def month(self, month: Computed) -> OfferShares:
        """What the days of a month come to, offer by offer."""
        found: OfferShares = {}
        split = self._splitter(month)
        for line, part in zip(month.lines, month.parts, strict=True):
            assert part is not None
            self._add(found, line, split(line, part))
        return found

    def stated(self, label: str, before_seq: int) -> OfferShares:
        """What was stated for a month by the invoices that stood before an event."""
        known = self._stated.get((label, before_seq))
        if known is None:
            known = self._stated[label, before_seq] = {}
            lines = invoice_lines.lines_about(self._desk.ledger, label, before_seq)
            for invoice, position, line in lines:
                self._add(known, line, self.of_invoice(invoice)[position])
        return known

    def of_invoice(self, invoice: Invoice) -> list[Shares]:
        """What each line of an invoice was stated as."""
        if invoice.id not in self._invoices:
            lines = invoice_lines.lines_of(self._desk.ledger, invoice.id)
            self._invoices[invoice.id] = self._kept(invoice, lines) or self._told(invoice, lines)
        return self._invoices[invoice.id]

    def _kept(self, invoice: Invoice, lines: tuple[Line, ...]) -> list[Shares]:
        """What was kept at the closing; nothing of an invoice of the first ledgers."""
        if self._by != HOLDER:
            return []
        found: list[Shares] = [ManyShares() for _ in lines]
        rows = shares_of(self._desk.ledger, invoice.id)
        for position, of_line in groupby(rows, key=itemgetter(0)):
            found[position] = ManyShares((holder, share) for _, holder, share in of_line)
        return found if any(found) else []

    def _told(self, invoice: Invoice, lines: tuple[Line, ...]) -> list[Shares]:
        """The same from the events up to the closing."""
        desk = self._desk
        period = invoice.billing_period
        split = self._splitter(unsummed(desk, period, as_closed(desk, invoice, period)))
        found = []
        for line in lines:
            if line.kind in ("license", "bundle"):
                part = offer_part(desk, line.product, line.bundle_size)
                found.append(split(line, part))
            else:
                found.append(self.of_other_line(line, period, invoice.id))
        return found

    def of_other_line(self, line: Line, period: Period, before_seq: int) -> Shares:
        """An adjustment of an invoice that was closed by the event `before_seq`, or its credit."""
        whole = Share(line.license_days, line.amount_minor)
        if line.kind == "credit" or line.period is None:
            return {self._nobody: whole}
        now = {} if line.period == period.label else self._at(line.period, before_seq)
        before = self.stated(line.period, before_seq)
        shares = self._less(now.get(_offer(line), {}), before.get(_offer(line), {}))
        return with_rest(shares, whole, self._nobody)

    def of_open_line(self, line: Line, bill: Computed) -> Shares:
        """An adjustment of a month that is not closed."""
        assert line.period is not None
        if line.period not in self._open:
            month = None
            if line.period != bill.period.label:
                period = month_period(self._desk.ledger.calendar, *parse_month(line.period))
                month = sum_period(self._desk, period, bill.today, bill.snapshot)
            self._open[line.period] = self.of_month(month, line.period, bill.before_seq)
        whole = Share(line.license_days, line.amount_minor)
        return with_rest(self._open[line.period].get(_offer(line), {}), whole, self._nobody)

    def _at(self, label: str, seq: int) -> OfferShares:
        if (label, seq) not in self._recorded:
            self._recorded[label, seq] = self.month(recorded_month(self._desk, label, seq))
        return self._recorded[label, seq]

    def _add(self, sums: OfferShares, line: Line, shares: Shares) -> None:
        """Add the parts of a line to those of its offer."""
        key = _offer(line)
        if key not in sums:
            sums[key] = shares
        elif self._by in _SPLITS:
            sums[key] = ManyShares.of(sums[key]).plus(shares)
        else:
            found = dict(sums[key])
            add_to(found, shares)
            sums[key] = found

    def _less(self, now: Shares, before: Shares) -> Shares:
        if self._by in _SPLITS:
            return ManyShares.of(now).minus(before)
        return difference(now, before)

    @property
    def _nobody(self) -> Any:
        return NOBODY if self._by in _SPLITS else None

    def _splitter(self, month: Computed) -> Callable[[Line, OfferPart], Shares]:
        if self._by in _SPLITS:
            return partial(_SPLITS[self._by], self._desk, month)
        count = COUNTERS[self._by](self._desk, month)
        currency = self._desk.ledger.currency

        def split(line: Line, part: OfferPart) -> Shares:
            groups = compute_groups([line], [count(line, part)], currency)
            return {group.key: Share(group.days, group.amount_minor) for group in groups}

        return split


def with_rest(shares: Shares, whole: Share, nobody: Any) -> Shares:
    """Parts that add up to the whole: what is left over, if anything is, is nobody's."""
    rest = whole.minus(summed(shares.values()))
    if not any(rest):
        return shares
    if isinstance(shares, ManyShares):
        return shares.plus({nobody: rest})
    found = dict(shares)
    found[nobody] = found.get(nobody, Share()).plus(rest)
    return found


def _offer(line: Line) -> OfferKey:
    return OfferKey(line.product, line.bundle_size)
