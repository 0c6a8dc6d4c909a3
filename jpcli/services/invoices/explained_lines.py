"""What stands behind each line of a month: which licenses, in which days, as of which events.

Owns the scopes that a line is explained from: what was known when it was billed, and for an
adjustment also what had been billed before (I2, I3). Nothing is read before it is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Rows
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.instants import format_instant
from jpcli.domain.money import format_day_price
from jpcli.domain.periods import month_period, parse_month
from jpcli.ledger.queries import explanation, invoices
from jpcli.ledger.queries.days import OfferPart
from jpcli.ledger.queries.explanation import Scope
from jpcli.ledger.snapshots.overlay import as_recorded
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.period import offer_part
from jpcli.services.invoices.explained_licenses import (
    ADJUSTED_FIELDS,
    LICENSE_FIELDS,
    Month,
    changed_licenses,
    licenses_of,
    remaining,
)
from jpcli.services.meant import known_license, known_product

if TYPE_CHECKING:
    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.billing import AdjustedLicense, ExplainedLicense, PriceEvent
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.ledger.snapshots.snapshot import Snapshot
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class Explained(NamedTuple):
    """A line with what stands behind it: `bundles` are billed, `licenses` are used (B1). Their
    days add up to the line's `days` and to its `license_days`, unless filtered."""

    line: Line
    why: str
    bundles: Rows[ExplainedLicense] | Rows[AdjustedLicense]
    licenses: Rows[ExplainedLicense] | Rows[AdjustedLicense]
    price_events: list[PriceEvent]


class Asked(NamedTuple):
    """What alone is to be explained: a product by its slug, a license; None for all."""

    product: str | None
    license: LicenseFacts | None


def explained_lines(desk: Desk, month: str, asked: Asked) -> tuple[Computed, list[Explained]]:
    """The month and its lines, those that have nothing of what is asked for left out."""
    computed = compute(desk, Question(month=month))
    explaining_line = _Explaining(desk, computed, asked.license)
    found = [
        explaining_line.explained(line, part)
        for line, part in zip(computed.lines, computed.parts, strict=True)
        if asked.product in (None, line.product)
    ]
    return computed, [item for item in found if item is not None]


def named_in_full(desk: Desk, product: str | None, license_key: str | None) -> Asked:
    """The product and the license that are meant; errors as `known_product` and `known_license`."""
    return Asked(
        None if product is None else known_product(desk.ledger, product),
        None if license_key is None else known_license(desk.ledger, license_key),
    )


class _Explaining:
    """What the lines of one month share: the events that were known, and earlier states."""

    def __init__(self, desk: Desk, computed: Computed, only: LicenseFacts | None) -> None:
        self._desk = desk
        self._ledger = desk.ledger
        self._computed = computed
        self._only = only
        self._closing_id = None if computed.invoice is None else computed.invoice.id
        self._seq = LATEST_SEQ if self._closing_id is None else self._closing_id
        self._settled = invoices.settled_before(self._ledger, self._seq)
        self._states: dict[tuple[int, str], Snapshot] = {}

    def explained(self, line: Line, part: OfferPart | None) -> Explained | None:
        """One line; None when it has nothing of the license asked for."""
        if self._only is not None and not self._concerns(line):
            return None
        if line.kind == "credit":
            return Explained(line, _credit(line), _no_rows(), _no_rows(), [])
        if part is not None:
            return self._billed(line, part)
        if line.period in (None, self._computed.period.label):
            return self._taken_back(line)
        return self._adjusted(line)

    def _concerns(self, line: Line) -> bool:
        """Whether the line is of the license's offer, and the license has days in it."""
        only = self._only
        assert only is not None
        if (line.product, line.bundle_size) != (only.product, only.bundle_size):
            return False
        if line.kind == "adjustment":
            if line.period in (None, self._computed.period.label):
                return False
            scopes = self._adjusted_scopes(line, int(only.child))
            return any(row for row in changed_licenses(self._ledger, *scopes, self._month(line), 0))
        scope = self._scope(line, int(only.child))
        return any(True for _ in explanation.day_counts(self._ledger, scope))

    def _billed(self, line: Line, part: OfferPart) -> Explained:
        month = Month(self._computed.period, self._computed.today)

        def rows(child: int) -> Rows[ExplainedLicense]:
            return Rows(LICENSE_FIELDS, licenses_of(self._ledger, self._scope(line, child), month))

        price = format_day_price(line.day_price_e12, self._ledger.currency)
        noun = "bundle-days" if part.child else "license-days"
        why = f"{line.days:,} {noun} at {price} each"
        if not part.child:
            return Explained(line, why, _no_rows(), rows(0), [])
        why += f"; the {line.license_days:,} days of the licenses in them cost nothing more"
        return Explained(line, why, rows(0), rows(1), [])

    def _adjusted(self, line: Line) -> Explained:
        """I3: what the earlier month comes to now, or came to at this closing, less what was
        billed for it until then."""
        month = self._month(line)

        def rows(child: int, days: int) -> Rows[AdjustedLicense]:
            scopes = self._adjusted_scopes(line, child)
            return Rows(ADJUSTED_FIELDS, changed_licenses(self._ledger, *scopes, month, days))

        prices = self._price_events(line)
        why = f"{line.period} was closed; {_cause(line, prices)} changed afterwards"
        if line.bundle_size == 1:
            return Explained(line, why, _no_rows(), rows(0, line.days), prices)
        return Explained(line, why, rows(0, line.days), rows(1, line.license_days), prices)

    def _taken_back(self, line: Line) -> Explained:
        """A month billed again after its invoice was voided: its own lines have all of it."""
        why = "The month is billed in full again; this takes back what was corrected meanwhile"
        bundled = line.bundle_size > 1
        bundles = [remaining(line.days)] if bundled and line.days else []
        licenses = [remaining(line.license_days)] if line.license_days else []
        return Explained(
            line, why, Rows(ADJUSTED_FIELDS, bundles), Rows(ADJUSTED_FIELDS, licenses), []
        )

    def _month(self, line: Line) -> Month:
        assert line.period is not None
        period = month_period(self._ledger.calendar, *parse_month(line.period))
        return Month(period, max(self._computed.today, period.last_day))

    def _scope(self, line: Line, child: int) -> Scope:
        offer_id = offer_part(self._desk, line.product, line.bundle_size).offer_id
        return Scope(
            OfferPart(offer_id, child),
            line.first_day,
            line.last_day,
            self._computed.snapshot,
            self._seq,
            None if self._only is None else self._only.id,
        )

    def _adjusted_scopes(self, line: Line, child: int) -> tuple[Scope, Scope]:
        """The month as it is (or was at this closing), and as it had been billed."""
        period = self._month(line).period
        now = self._scope(line, child)._replace(
            first_day=period.first_day,
            last_day=period.last_day,
            changed_after=self._settled,
        )
        if self._closing_id is not None:
            now = now._replace(snapshot=self._state(self._closing_id, period.label))
        return now, now._replace(snapshot=self._state(self._settled, period.label))

    def _state(self, seq: int, label: str) -> Snapshot:
        """What to read for a month as the first `seq` events have it; made once."""
        if (seq, label) not in self._states:
            calendar = self._ledger.calendar
            end_at = calendar.end_of(month_period(calendar, *parse_month(label)).last_day)
            self._states[seq, label] = as_recorded(self._ledger, seq, end_at)
        return self._states[seq, label]

    def _price_events(self, line: Line) -> list[PriceEvent]:
        found = explanation.price_changes(
            self._ledger, line.product, line.bundle_size, self._settled, self._seq
        )
        return [
            {
                "seq": seq,
                "kind": kind,
                "at": format_instant(at),
                "recorded_at": format_instant(recorded_at),
                "actor": actor,
                "from": from_date,
                "day_price": format_day_price(day_price_e12, self._ledger.currency),
            }
            for seq, kind, at, recorded_at, actor, from_date, day_price_e12 in found
            if from_date[:7] <= str(line.period)
        ]


def _cause(line: Line, prices: list[PriceEvent]) -> str:
    if line.days or line.license_days:
        return "days and prices in it" if prices else "days in it"
    return "prices in it" if prices or line.amount_minor else "the holders of its days"


def _credit(line: Line) -> str:
    if line.amount_minor > 0:
        return "The invoice would be negative: this is carried forward to the next one"
    return "What earlier corrections left over is used here"


def _no_rows() -> Rows[ExplainedLicense]:
    return Rows(LICENSE_FIELDS, ())
