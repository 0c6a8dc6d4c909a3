"""Whose part of the bill changed between two months: each client or site, what it had and has.

Owns that a client or site is one row whatever it was called when a month was closed, and how the
sums of very many sites are kept. Rows add up to the two totals (M5).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Rows
from jpcli.domain.columns import ManyShares
from jpcli.domain.money import money_json
from jpcli.domain.shares import NOBODY, Share
from jpcli.ledger.queries.days import site_names
from jpcli.ledger.queries.labels import SITE
from jpcli.ledger.queries.shares import names_at_closing, names_now
from jpcli.ledger.queries.sites import site_numbers
from jpcli.services.billing.holder_days import in_pieces, split_each
from jpcli.services.billing.line_shares import other_shares
from jpcli.services.billing.splitting import NOTHING, Row, Splitting

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.contract.bill_change import GroupChange
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    # What it is called, then the days and the amounts of both months.
    Change = tuple[str | None, int, int, int, int]


def diff_groups(desk: Desk, before: Computed, after: Computed, by: str) -> Rows[GroupChange]:
    """The largest change first, and those that are alike by name, nobody last."""
    found = (_sites if by == "site" else _clients)(desk, before, after)
    columns = (by, "from_days", "to_days", "from_amount", "to_amount", "difference")
    return Rows(columns, _Changes(desk.ledger.currency, found))


def _clients(desk: Desk, *sides: Computed) -> Sequence[Change]:
    before, after = (_by_client(desk, side) for side in sides)
    rows = []
    for name in dict.fromkeys([*before, *after]):
        had, has = before.get(name, NOTHING), after.get(name, NOTHING)
        rows.append((name, had[1], has[1], had[3], has[3]))
    return sorted(rows, key=_order)


def _by_client(desk: Desk, side: Computed) -> dict[Any, Row]:
    found = Splitting(desk, side, "client").sums(side.lines)
    if side.invoice is None:
        return found
    then = names_at_closing(desk.ledger, side.invoice.id).clients
    now = names_now(desk.ledger).clients
    called = {name: now.get(number, name) for number, name in then.items()}
    return {called.get(name, name): row for name, row in found.items()}


def _order(change: Change) -> tuple[int, bool, str]:
    name, _, _, before, after = change
    return -abs(after - before), name is None, name or ""


def _sites(desk: Desk, *sides: Computed) -> _Sites:
    found = _Sites(desk)
    for number, side in enumerate(sides):
        for is_own, shares in _site_shares(desk, side):
            found.add(number, shares, is_own)
    found.sort()
    return found


def _site_shares(desk: Desk, side: Computed) -> Iterator[tuple[bool, ManyShares]]:
    """(whether it is a line of licenses, what each site has of it), line by line."""
    for line, part in zip(side.lines, side.parts, strict=True):
        if part is not None:
            yield True, split_each(SITE, desk, side, line, part)
        elif line.kind == "credit":
            yield False, ManyShares([(NOBODY, Share(0, line.amount_minor))])
    for shares in other_shares(desk, side, SITE).values():
        yield False, ManyShares.of(shares)


class _Sites:
    """What each site had and has: columns in the order of row numbers, no site in the last place;
    a million sites are 40 megabytes, and their names as much again."""

    def __init__(self, desk: Desk) -> None:
        self._ledger = desk.ledger
        self._numbers = site_numbers(desk.ledger)
        count = len(self._numbers) + 1
        self._days, self._amounts = (
            [array("q", bytes(8 * count)) for _ in range(2)] for _ in range(2)
        )
        self._has_any = bytearray(count)
        self._places = array("q")

    def add(self, side: int, shares: ManyShares, is_own: bool) -> None:
        """What sites have of a line; what is nothing makes no row of a line of licenses."""
        days, amounts, last = self._days[side], self._amounts[side], len(self._numbers)
        for site_id, license_days, amount_minor in shares.sites(0, len(shares)):
            place = last if site_id is None else bisect_left(self._numbers, site_id)
            days[place] += license_days
            amounts[place] += amount_minor
            if license_days or amount_minor or not is_own:
                self._has_any[place] = 1

    def sort(self) -> None:
        """Put them into the order in which they are shown; before that none is."""
        self._names = site_names(self._ledger)
        found = array("q", (place for place, has in enumerate(self._has_any) if has))
        order = in_pieces(len(found), lambda number: _order(self._change(found[number])))
        self._places = array("q", map(found.__getitem__, order))

    def _change(self, place: int) -> Change:
        number = self._numbers[place] if place < len(self._numbers) else None
        (had_days, has_days), (had, has) = self._days, self._amounts
        return self._names[number], had_days[place], has_days[place], had[place], has[place]

    def __len__(self) -> int:
        return len(self._places)

    def __iter__(self) -> Iterator[Change]:
        return map(self._change, self._places)


class _Changes:
    """The rows, made as they are read; they can be counted."""

    def __init__(self, currency: str, found: Sequence[Change] | _Sites) -> None:
        self._currency, self._found = currency, found

    def __len__(self) -> int:
        return len(self._found)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for name, before_days, after_days, before, after in self._found:
            amounts = (before, after, after - before)
            yield (name, before_days, after_days, *(money_json(m, self._currency) for m in amounts))
