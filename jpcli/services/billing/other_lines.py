"""Whose corrections are, by what a preview is grouped by, with a markup and without (I3, M5)."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.columns import ManyShares
from jpcli.domain.money import markup_fraction
from jpcli.domain.shares import marked_up
from jpcli.ledger.queries.labels import CLIENT
from jpcli.services.billing.holder_days import by_client
from jpcli.services.billing.line_shares import marked_shares, other_holders, other_shares

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class OtherLines:
    """The parts of the corrections of one month; they are told once, and that when the first is
    asked for."""

    def __init__(self, desk: Desk, computed: Computed, by: str) -> None:
        self._desk = desk
        self._computed = computed
        self._by = by
        self._others: dict[int, Mapping[Any, Share]] | None = None
        self._holders: tuple[dict[int, Mapping[Holder, Share]], HolderNames] | None = None

    def shares(self, position: int, line: Line, markup_e6: int | None) -> Mapping[Any, Share]:
        """The parts of a line, which has that markup on its amounts if there is one."""
        whose = self._computed.whose
        if whose is not None:
            return whose.other(position, self._by, markup_e6)
        if self._by == CLIENT:
            # By site first, as statements are split, so that both come to the same.
            if self._holders is None:
                self._holders = other_holders(self._desk, self._computed)
            found, labels = self._holders
            shares = found[position]
            if markup_e6 is not None:
                shares = marked_shares(line, shares, labels, markup_e6)
            return by_client(shares, labels)
        if self._others is None:
            self._others = other_shares(self._desk, self._computed, self._by)
        return _marked(self._others[position], line, markup_e6)


def _marked(shares: Mapping[Any, Share], line: Line, markup_e6: int | None) -> Mapping[Any, Share]:
    if markup_e6 is None:
        return shares
    fraction = markup_fraction(markup_e6)
    if isinstance(shares, ManyShares):
        return shares.marked_up(*fraction, line.amount_minor)
    return marked_up(shares, *fraction, line.amount_minor)
