"""What licenses cost that are issued: a day, and to the end of the month it is.

Owns that the amounts are the difference between two previews. Where the prices alone say it, no
bill is summed: `issue` is to be quick. It asks no more of the ledger than it has asked already.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import costs as rules
from jpcli.domain.answers import Note
from jpcli.domain.errors import Failed
from jpcli.domain.money import display_amount, display_day_price, line_amount, money_json
from jpcli.domain.periods import month_of, month_period, months_between, parse_month
from jpcli.domain.prices import segments
from jpcli.domain.words import month_of as month_word
from jpcli.ledger.queries.products import priced_offers
from jpcli.services.billing.books import first_day_billed, is_settled_elsewhere
from jpcli.services.said import AT_ONCE, settled

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.licenses import CostsObject, SavesObject
    from jpcli.domain.prices import PricePoint
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

    # A product and its bundle size.
    Offer = tuple[str, int]


class Saving:
    """What the bills come to before some licenses end, and after: that of this month, and of those
    before it from the day on that the end is dated back to."""

    def __init__(self, desk: Desk, writer: Writer) -> None:
        self._desk = desk
        self._writer = writer
        calendar = desk.ledger.calendar
        self._label = month_of(calendar, desk.today)
        self._first_day = calendar.day_of(desk.effective_at(end_of_day=True))
        try:
            self._before: tuple[int, int] | None = self._amounts()
        except Failed:  # some product has no price
            self._before = None

    def told(self) -> tuple[SavesObject, Note] | None:
        """What is saved, and the remark that says so; None where a month can't be summed."""
        if self._before is None:
            return None
        ledger, currency = self._desk.ledger, self._desk.ledger.currency
        rest, earlier = (was - now for was, now in zip(self._before, self._amounts(), strict=True))
        elsewhere = is_settled_elsewhere(ledger, self._label)
        found: SavesObject = {
            "period": self._label,
            "rest_of_month": money_json(rest, currency),
            "earlier_months": money_json(earlier, currency),
            "settled_elsewhere": elsewhere,
        }
        month = month_word(self._label)
        more = f", {display_amount(earlier, currency)} for earlier months" if earlier else ""
        saved = f"Saves {display_amount(rest, currency)} of {month}'s bill{more}"
        return found, Note("saves", saved + settled(self._label, elsewhere=elsewhere))

    def _amounts(self) -> tuple[int, int]:
        self._writer.flush()
        rest = earlier = 0
        for label, line in _billed(self._desk, self._first_day):
            if label == self._label:
                rest += line.amount_minor
            else:
                earlier += line.amount_minor
        return rest, earlier


class _Ordered(NamedTuple):
    points: Sequence[PricePoint]
    number: int
    exact: bool


class Costs:
    """What one command issues, by offer; `at` is the instant from which it counts."""

    def __init__(self, desk: Desk, writer: Writer, at: int) -> None:
        self._desk = desk
        self._writer = writer
        calendar = desk.ledger.calendar
        self._label = month_of(calendar, desk.today)
        self._month = month_period(calendar, *parse_month(self._label))
        self._first_day = calendar.day_of(at)
        self._ordered: dict[Offer, _Ordered] = {}
        self._before: dict[Offer, tuple[int, int]] | None = None

    def expect(self, product: str, size: int) -> None:
        """Some of this are going to be issued; the first time none are yet."""
        if (product, size) in self._ordered:
            return  # by another name of it
        found = priced_offers(self._desk.ledger, product)
        points = next(item.points for item in found if item.offer.bundle_size == size)
        currency = self._desk.ledger.currency
        exact = rules.is_exact(points, self._first_day, self._month.last_day, currency)
        if not exact and self._before is None:
            try:
                self._before = self._summed()
            except Failed:  # another product has no price, so there is no preview to differ from
                exact = True
        self._ordered[product, size] = _Ordered(points, 0, exact)

    def add(self, product: str, size: int, number: int) -> None:
        """So many licenses or bundles were recorded."""
        known = self._ordered[product, size]
        self._ordered[product, size] = known._replace(number=known.number + number)

    def told(self, licenses: int) -> tuple[CostsObject, Note]:
        """The costs, and the remark that says so; all is in the tables."""
        ledger, currency = self._desk.ledger, self._desk.ledger.currency
        rest, earlier = self._amounts()
        day = sum(
            line_amount(one.number, rules.price_on(one.points, self._first_day), currency)
            for one in self._ordered.values()
        )
        elsewhere = is_settled_elsewhere(ledger, self._label)
        begun = max(self._first_day, self._month.first_day)
        found: CostsObject = {
            "licenses": licenses,
            "day": money_json(day, currency),
            "period": self._label,
            "first_day": ledger.calendar.iso(begun),
            "last_day": ledger.calendar.iso(self._month.last_day),
            "rest_of_month": money_json(rest, currency),
            "earlier_months": money_json(earlier, currency),
            "settled_elsewhere": elsewhere,
        }
        parts = [f"Costs {display_amount(day, currency)} a day{self._later_prices()}"]
        parts.append(f"{display_amount(rest, currency)} to the end of {month_word(self._label)}")
        if earlier:
            parts.append(f"{display_amount(earlier, currency)} for earlier months")
        end = settled(self._label, elsewhere=elsewhere)
        return found, Note("costs", f"{', '.join(parts)}{end}; {AT_ONCE}")

    def _later_prices(self) -> str:
        """M2: what a day costs later in the month, where that is another price of one product."""
        if len(self._ordered) != 1:
            return ""
        (one,) = self._ordered.values()
        begun = max(self._first_day, self._month.first_day)
        later = segments(one.points, begun, self._month.last_day)[1:]
        currency, iso = self._desk.ledger.currency, self._desk.ledger.calendar.iso
        each = "each " if one.number > 1 else ""
        return "".join(
            f", {each}{display_day_price(price or 0, currency)} from {iso(first)} on"
            for first, _, price in later
        )

    def _amounts(self) -> tuple[int, int]:
        """Minor units of the month it is, and of those before it that are billed here (I7)."""
        summed = {} if self._before is None else self._summed()
        before = self._before or {}
        rest = earlier = 0
        for offer, one in self._ordered.items():
            if one.exact:
                rest += self._from_prices(one, self._month.first_day, self._month.last_day)
                first_day = first_day_billed(self._desk.ledger)
                earlier += self._from_prices(one, first_day, self._month.first_day - 1)
            else:
                now, was = summed.get(offer, (0, 0)), before.get(offer, (0, 0))
                rest, earlier = rest + now[0] - was[0], earlier + now[1] - was[1]
        return rest, earlier

    def _from_prices(self, one: _Ordered, first_day: int, last_day: int) -> int:
        begun = max(first_day, self._first_day)
        currency = self._desk.ledger.currency
        return rules.amount_minor(one.points, one.number, begun, last_day, currency)

    def _summed(self) -> dict[Offer, tuple[int, int]]:
        """What each offer comes to, this month and in those before it, as previews have it."""
        self._writer.flush()
        found: dict[Offer, tuple[int, int]] = {}
        for label, line in _billed(self._desk, self._first_day):
            rest, earlier = found.get((line.product, line.bundle_size), (0, 0))
            if label == self._label:
                rest += line.amount_minor
            else:
                earlier += line.amount_minor
            found[line.product, line.bundle_size] = (rest, earlier)
        return found


def _billed(desk: Desk, first_day: int) -> Iterator[tuple[str, Line]]:
    """The lines of the month it is, and of those before it that are billed here (I7), from that of
    a billing day on; each with its month."""
    from jpcli.ledger.snapshots.snapshot import NOW
    from jpcli.services.billing.period import sum_period

    calendar = desk.ledger.calendar
    this_month = month_of(calendar, desk.today)
    begin = max(first_day, first_day_billed(desk.ledger))
    for label in months_between(min(month_of(calendar, begin), this_month), this_month):
        period = month_period(calendar, *parse_month(label))
        for line in sum_period(desk, period, desk.today, NOW).lines:
            yield label, line
