"""The groups of a bill where there may be a million: by site and by license (M5, W1).

Owns how they are kept, by row number in columns, and the names that put them into order at the end:
sites are served by label, and shown by what they are called then.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any, Protocol

from jpcli.domain.calculator import leaves_no_remainder
from jpcli.domain.columns import NO_NUMBER, ManyShares
from jpcli.domain.day_columns import GroupSums, NumberedDays, all_numbers
from jpcli.ledger.queries.labels import SITE, renamed_since
from jpcli.ledger.queries.names_in_order import LICENSE, names_in_order
from jpcli.services.billing.holder_days import each_days
from jpcli.services.billing.other_lines import OtherLines
from jpcli.services.billing.period import marked

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    # A key, its days to date, days, amount to date, amount, and amount with the markup.
    Group = tuple[Any, int, int, int, int, int]

MANY = (SITE, LICENSE)


class Groups(Protocol):
    """What can be counted, and read again and again."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Group]: ...


class ManyGroups:
    """A month's lines by site or license; days are counted once, amounts as often as asked."""

    def __init__(
        self, desk: Desk, computed: Computed, by: str, markup_e6: int | None = None
    ) -> None:
        self._desk, self._computed, self._by, self._markup_e6 = desk, computed, by, markup_e6
        self._own = list(self._own_days())
        self._others = OtherLines(desk, computed, by)
        self._numbers = array("q")

    def _own_days(self) -> Iterator[NumberedDays | None]:
        computed = self._computed
        kept = computed.whose if self._by == SITE else None
        for position, (line, part) in enumerate(zip(computed.lines, computed.parts, strict=True)):
            if part is None:
                yield None
                continue
            rows = None if kept is None else kept.days_by_site(position)
            if rows is None:
                # What comes out even without a markup may not with one.
                as_served = self._markup_e6 is not None or not leaves_no_remainder(line)
                rows = each_days(self._by, self._desk, computed, line, part, as_served=as_served)
            yield NumberedDays(rows)

    def own(self) -> GroupSums:
        """What the month's own licenses come to, without corrections and credit."""
        return self._sums(self._computed.lines, all_numbers(self._columns()))

    def sums(self) -> GroupSums:
        """What all lines come to."""
        return self._all_sums(None)

    def marked_sums(self) -> GroupSums:
        """The same with the markup, if there is one."""
        return self._all_sums(self._markup_e6)

    def _all_sums(self, markup_e6: int | None) -> GroupSums:
        computed = self._computed
        lines: Sequence[Line] = computed.lines
        if markup_e6 is not None:
            lines = marked(computed, markup_e6, self._desk.ledger.currency)
        others = [
            ManyShares.of(self._others.shares(position, line, markup_e6))
            for position, line in enumerate(lines)
            if self._own[position] is None and line.kind != "credit"
        ]
        if not self._numbers:
            of_others = (shares.columns()[0] for shares in others)
            self._numbers = all_numbers((*self._columns(), *of_others))
        found = self._sums(lines, self._numbers)
        for shares in others:
            found.add_shares(shares)
        for line in lines:
            if line.kind == "credit":
                found.add_line(NumberedDays(()), line.to_date_minor, line.amount_minor)
        return found

    def _columns(self) -> Iterator[array[int]]:
        return (days.numbers for days in self._own if days is not None)

    def _sums(self, lines: Sequence[Line], numbers: array[int]) -> GroupSums:
        found = GroupSums(numbers)
        for line, days in zip(lines, self._own, strict=True):
            if days is not None:
                found.add_line(days, line.to_date_minor, line.amount_minor)
        return found


def many_rows(desk: Desk, computed: Computed, by: str, markup_e6: int | None) -> Groups:
    """What each site or license has of the month that has anything, by name, nobody last."""
    split = ManyGroups(desk, computed, by, markup_e6)
    found = split.sums()
    with_markup = found if markup_e6 is None else split.marked_sums()
    # At the closing sites may have been called otherwise, and what is supposed is in no table.
    otherwise = computed.snapshot.supposed
    if by == SITE:
        invoice = computed.invoice
        otherwise = {} if invoice is None else renamed_since(desk.ledger, SITE, invoice.id)
    return _Rows(
        partial(names_in_order, desk.ledger, by, found.numbers, otherwise), found, with_markup
    )


class _Rows:
    """Sums by name, each a row when it is read."""

    def __init__(
        self, names: Callable[[], Iterator[tuple[int, str]]], sums: GroupSums, marked: GroupSums
    ) -> None:
        self._names, self._sums, self._marked = names, sums, marked.columns[-1]
        # Each side alone may come to nothing where the other does not.
        columns = sums.columns if marked is sums else sums.columns + marked.columns
        self._has_any = bytearray(map(any, zip(*columns, strict=True)))

    def __len__(self) -> int:
        return sum(self._has_any)

    def __iter__(self) -> Iterator[Group]:
        place_of, has_any, marked = self._sums.place_of, self._has_any, self._marked
        to_date, days, to_date_minor, minor = self._sums.columns
        unnamed = len(self)
        for number, name in chain(self._names(), ((NO_NUMBER, None),)):
            place = place_of(number)
            if place is not None and has_any[place]:
                unnamed -= 1
                yield (
                    *(name, to_date[place], days[place]),
                    *(to_date_minor[place], minor[place], marked[place]),
                )
        if unnamed:  # only where a row is gone: they would add up to less than the bill
            raise LookupError(f"{unnamed} of the groups have no name")
