"""What the clients are billed for the lines of one month, each with its own markup (M4, M5).

Owns that it is what their statements come to: the markup goes onto the whole line, which is then
split as the line itself was. Clients may have as many different markups as there are clients.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.money import parse_markup, with_markup
from jpcli.domain.shares import summed
from jpcli.domain.split import Parts
from jpcli.services.billing.marked_parts import MarkedParts

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder, Share
    from jpcli.domain.split import OnePart
    from jpcli.ledger.queries.shares import HolderNames


class Billed:
    """`sums` has of each client, by row number, `(cost, billed)` in minor units; what is nobody's
    is billed to nobody. `markups` are percents as they were typed, None for none."""

    def __init__(
        self, currency: str, labels: HolderNames, markups: Mapping[int, str | None]
    ) -> None:
        self._currency = currency
        self._labels = labels
        self._markups_e6 = {
            number: parse_markup(markup) for number, markup in markups.items() if markup is not None
        }
        self.sums: dict[int | None, tuple[int, int]] = {}

    def add(self, line: Line, shares: Mapping[Holder, Share]) -> None:
        """One line, and what each holder has of it."""
        days: dict[int | None, int] = {}
        costs: dict[int | None, int] = {}
        for holder, share in shares.items():
            number = holder.client_id
            days[number] = days.get(number, 0) + share.license_days
            costs[number] = costs.get(number, 0) + share.amount_minor
        is_own = line.kind in ("license", "bundle")
        billed = self._own(line, days) if is_own else self._other(line, shares, costs)
        for number, cost in costs.items():
            known = self.sums.get(number, (0, 0))
            charged = 0 if number is None else billed.get(number, cost)
            self.sums[number] = (known[0] + cost, known[1] + charged)

    def _own(self, line: Line, days: Mapping[int | None, int]) -> dict[int | None, int]:
        """What those who have a markup are billed for licenses: their part of the line with it."""
        if not any(days.values()):
            return {}
        order = sorted(days, key=self._place)
        parts = Parts([days[number] for number in order])
        splits: dict[int, OnePart] = {}
        found: dict[int | None, int] = {}
        for place, number in enumerate(order):
            markup_e6 = None if number is None else self._markups_e6.get(number)
            if markup_e6 is None:
                continue
            if markup_e6 not in splits:
                splits[markup_e6] = parts.of(self._marked(line, markup_e6))
            found[number] = splits[markup_e6](place)
        return found

    def _other(
        self, line: Line, shares: Mapping[Holder, Share], costs: Mapping[int | None, int]
    ) -> dict[int | None, int]:
        """The same of a correction; of credit nobody has a part but nobody."""
        known = self._markups_e6
        marked = [number for number in costs if number is not None and number in known]
        if not marked:
            return {}
        parts = MarkedParts(line, shares, self._labels)
        found: dict[int | None, int] = {}
        for number in sorted(marked, key=known.__getitem__):
            markup_e6 = known[number]
            mine = parts.of((number,), markup_e6, self._marked(line, markup_e6))
            found[number] = summed(mine.values()).amount_minor
        return found

    def _marked(self, line: Line, markup_e6: int) -> int:
        return with_markup(line.amount_minor, markup_e6, self._currency)

    def _place(self, number: int | None) -> tuple[bool, str]:
        """As `holder_days` has them: by label, nobody last."""
        label = self._labels.clients[number]
        return label is None, label or ""
