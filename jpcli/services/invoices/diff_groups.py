"""Whose part of the bill changed between two months: each client or site, what it had and has.

Owns that a client is one row whatever it was called when a month was closed. Rows add up to the
two totals (M5).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Rows
from jpcli.domain.money import money_json
from jpcli.ledger.queries.labels import SITE, called_then
from jpcli.ledger.queries.shares import names_at_closing, names_now
from jpcli.services.billing.groups import NOTHING, Row, Splitting

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.bill_change import GroupChange
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def diff_groups(desk: Desk, before: Computed, after: Computed, by: str) -> Rows[GroupChange]:
    """The largest change first, and those that are alike by name, nobody last."""
    sides = [_sums(desk, side, by) for side in (before, after)]
    keys = dict.fromkeys([*sides[0], *sides[1]])
    rows = [(key, sides[0].get(key, NOTHING), sides[1].get(key, NOTHING)) for key in keys]
    rows.sort(key=lambda row: (-abs(row[2][3] - row[1][3]), row[0] is None, row[0] or ""))
    columns = (by, "from_days", "to_days", "from_amount", "to_amount", "difference")
    return Rows(columns, _Changes(desk.ledger.currency, rows))


def _sums(desk: Desk, side: Computed, by: str) -> dict[Any, Row]:
    found = Splitting(desk, side, by).sums(side.lines)
    if by == "client" and side.invoice is not None:
        then = names_at_closing(desk.ledger, side.invoice.id).clients
        now = names_now(desk.ledger).clients
        called = {name: now.get(number, name) for number, name in then.items()}
        found = {called.get(name, name): row for name, row in found.items()}
    if by == "site" and side.invoice is not None:
        renamed = called_then(desk.ledger, SITE, side.invoice.id)
        since = {name: now for now, name in renamed.items()}
        found = {since.get(name, name): row for name, row in found.items()}
    return found


class _Changes:
    """The rows, made as they are read; they can be counted."""

    def __init__(self, currency: str, rows: list[tuple[Any, Row, Row]]) -> None:
        self._currency, self._rows = currency, rows

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for key, before, after in self._rows:
            amounts = (before[3], after[3], after[3] - before[3])
            yield (key, before[1], after[1], *(money_json(m, self._currency) for m in amounts))
