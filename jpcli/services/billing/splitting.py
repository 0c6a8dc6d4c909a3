"""How the lines of a month are split where it is by few: by product, client or day (M5, W2).

Owns how the parts of several lines are added up, each under its label, and what labels are called.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.calculator import compute_groups
from jpcli.ledger.queries.labels import CLIENT, shown
from jpcli.ledger.queries.shares import labels_of
from jpcli.services.billing.holder_days import by_client
from jpcli.services.billing.line_shares import holder_shares
from jpcli.services.billing.other_lines import OtherLines
from jpcli.services.billing.weights import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.services.billing.period import Computed
    from jpcli.services.billing.weights import Weights
    from jpcli.services.desk import Desk

# License-days to date, license-days, amount to date and amount in minor units.
Row = tuple[int, int, int, int]
NOTHING: Row = (0, 0, 0, 0)


class Splitting:
    """How the lines of one month are split; days are counted once, amounts as often as asked.
    `weights` are those of an open month's own lines, where they were counted before."""

    def __init__(
        self, desk: Desk, computed: Computed, by: str, weights: list[Weights | None] | None = None
    ) -> None:
        self._desk = desk
        self._computed = computed
        self._by = by
        self._weights = self._own_weights() if weights is None else weights
        self._others = OtherLines(desk, computed, by)

    def sums(self, lines: Sequence[Line], markup_e6: int | None = None) -> dict[Any, Row]:
        """What each key has of lines that differ from the month's own in their amounts at most
        (M5), by a markup if there is one."""
        sums = self.own(lines)
        for position, line in enumerate(lines):
            if self._weights[position] is None:
                _add_rows(sums, self._other(position, line, markup_e6))
        called = self._called()
        return {called.get(key, key): row for key, row in sums.items()} if called else sums

    def of_line(self, position: int, line: Line, markup_e6: int | None = None) -> dict[Any, Row]:
        """The same of one line alone."""
        weights = self._weights[position]
        if weights is None:
            return self._other(position, line, markup_e6)
        groups = compute_groups([line], [weights], self._desk.ledger.currency)
        return {group.key: group[1:] for group in groups}

    def own(self, lines: Sequence[Line]) -> dict[Any, Row]:
        """The same of the month's own licenses, without corrections and credit."""
        pairs = [
            (line, weights)
            for line, weights in zip(lines, self._weights, strict=True)
            if weights is not None
        ]
        groups = compute_groups(
            [line for line, _ in pairs],
            [weights for _, weights in pairs],
            self._desk.ledger.currency,
        )
        return {group.key: group[1:] for group in groups}

    def _called(self) -> Mapping[Any, str]:
        """What labels are called that are not called so: at the closing, or now."""
        invoice = self._computed.invoice
        if self._by != CLIENT:
            return {}
        return shown(self._desk.ledger, CLIENT, None if invoice is None else invoice.id)

    def _own_weights(self) -> list[Weights | None]:
        computed = self._computed
        if self._by == CLIENT and computed.invoice is not None:
            return self._kept_weights()
        count = COUNTERS[self._by](self._desk, computed)
        return [
            None if part is None else count(line, part)
            for line, part in zip(computed.lines, computed.parts, strict=True)
        ]

    def _kept_weights(self) -> list[Weights | None]:
        """I8: the clients' days as they were kept at closing."""
        computed = self._computed
        lines, names = holder_shares(self._desk, computed)
        labels = labels_of(self._desk.ledger, names)
        return [
            None
            if part is None
            else {
                client: (share.license_days, share.license_days)
                for client, share in by_client(shares, labels).items()
            }
            for part, shares in zip(computed.parts, lines, strict=True)
        ]

    def _other(self, position: int, line: Line, markup_e6: int | None) -> dict[Any, Row]:
        """Each key's part of a correction or of credit."""
        if line.kind == "credit":
            return {None: (0, 0, line.to_date_minor, line.amount_minor)}
        shares = self._others.shares(position, line, markup_e6)
        return {key: (days, days, amount, amount) for key, (days, amount) in shares.items()}


def _add_rows(sums: dict[Any, Row], more: Mapping[Any, Row]) -> None:
    """Add rows to sums, in place."""
    for key, row in more.items():
        known = sums.get(key, NOTHING)
        sums[key] = (known[0] + row[0], known[1] + row[1], known[2] + row[2], known[3] + row[3])
