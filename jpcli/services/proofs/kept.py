"""Whose part of each line is what: as a closing kept it, held against the split by days (M5).

Owns that split on the checker's side, of the whole bill's lines. A line may have a million parts:
they are looked at as they are read, and only their days are kept until licenses were counted.
"""

from __future__ import annotations

from array import array
from itertools import pairwise
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.columns import split_by_client
from jpcli.services.proofs import shape
from jpcli.services.proofs.lines import BILLED, subject_of
from jpcli.services.proofs.shape import Unfit

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jpcli.services.files.json_members import Members
    from jpcli.services.proofs.lines import Told
    from jpcli.services.proofs.part import Parts

_MOST_ROWS = 5_000_000


class _Rows(NamedTuple):
    """The parts of one line."""

    clients: array[int]
    sites: array[int]
    days: array[int]
    amounts: array[int]


class Kept:
    """The members `holders` and `shares`. Each row of them is given on as it was read, for the
    hash of the closing is made of them."""

    def __init__(self, members: Members, lines: Sequence[Told], parts: Parts) -> None:
        self._members, self._lines, self._findings = members, lines, parts.findings
        self._names, self._numbers, self._holdings = (
            parts.grounds.names,
            parts.numbers,
            parts.holdings,
        )
        self._clients, self._sites, self._used = array("i"), array("i"), bytearray()
        self._rows = _new_rows()
        self.has_any = False

    def holders(self, *, closed: bool) -> Iterator[Any] | None:
        """The rows of holders, or None where a closing kept none."""
        found = self._members.items("holders")
        if found is None:
            return None
        self.has_any = True
        return self._holders(found, closed=closed)

    def shares(self) -> Iterator[Any] | None:
        """The rows of shares, once those of holders were taken; None: there are none."""
        found = self._members.items("shares")
        return None if found is None else self._shares(found)

    def _holders(self, found: Iterator[Any], *, closed: bool) -> Iterator[Any]:
        for holder in found:
            shape.items(holder, "one of holders", 4)
            for number in holder[:2]:
                if number is not None:
                    shape.whole(number, "a holder's number", 1)
                    if not closed:
                        raise Unfit("holders of an open month have no numbers")
            client, site = (shape.name_or_none(name, "a holder's name") for name in holder[2:])
            if len(self._used) >= _MOST_ROWS:
                raise Unfit("too many holders")
            self._clients.append(0 if client is None else self._numbers.clients.of(client))
            self._sites.append(0 if site is None else self._numbers.sites.of(site))
            self._used.append(0)
            yield holder

    def _shares(self, found: Iterator[Any]) -> Iterator[Any]:
        last = 0
        for number, row in enumerate(found):
            position, holder, days, amount_minor = shape.items(row, "one of shares", 4)
            shape.whole(position, "a share's line", last, len(self._lines) - 1)
            shape.whole(holder, "a share's holder", 0, len(self._used) - 1)
            shape.whole(days, "a share's days")
            shape.whole(amount_minor, "a share's amount")
            if number >= _MOST_ROWS:
                raise Unfit("too many shares")
            self._pass(last, position)
            last = position
            self._used[holder] = 1
            self._rows.clients.append(self._clients[holder])
            self._rows.sites.append(self._sites[holder])
            self._rows.days.append(days)
            self._rows.amounts.append(amount_minor)
            yield row
        self._pass(last, len(self._lines))
        if not all(self._used):
            self._findings.add("holders_differ", "holders", "There are holders without a part")

    def _pass(self, begin: int, end: int) -> None:
        """The parts of these lines are complete: look at them."""
        for position in range(begin, end):
            line, rows = self._lines[position], self._rows
            self._rows = _new_rows()
            if line["kind"] in BILLED:
                self._check_split(position, line["amount_minor"], rows)
            elif (sum(rows.days), sum(rows.amounts)) != (
                line["license_days"],
                line["amount_minor"],
            ):
                self._differ(position, "the parts of its holders do not add up to it")

    def _check_split(self, position: int, amount_minor: int, rows: _Rows) -> None:
        for client, site, days in zip(rows.clients, rows.sites, rows.days, strict=True):
            if days < 0 or not self._holdings.add(position, client or None, site or None, days):
                self._differ(position, "it has a holder twice, or with fewer days than none")
                return
        if not any(rows.days):
            one = list(zip(rows.clients, rows.sites, rows.amounts, strict=True))
            fits = one == [(0, 0, amount_minor)]
        else:
            rows = self._in_order(rows)
            fits = rows.amounts == split_by_client(amount_minor, rows.clients, rows.days)
        if not fits:
            what = "the parts of its holders are not what their days come to (M5)"
            self._differ(position, what)

    def _in_order(self, rows: _Rows) -> _Rows:
        """Parts in the order in which equal remainders are served: most come in it."""
        names, numbers = self._names, self._numbers

        def place(number: int) -> Any:
            return (
                _place(rows.clients[number], numbers.clients.text, names.order_of_client),
                _place(rows.sites[number], numbers.sites.text, names.order_of_site),
            )

        every = range(len(rows.days))
        if all(a <= b for a, b in pairwise(map(place, every))):
            return rows
        order = sorted(every, key=place)
        return _Rows(*(array(c.typecode, (c[number] for number in order)) for c in rows))

    def _differ(self, position: int, what: str) -> None:
        subject = subject_of(position)
        self._findings.add("holders_differ", subject, f"{subject}: {what}")


def _new_rows() -> _Rows:
    return _Rows(array("i"), array("i"), array("q"), array("q"))


def _place(
    number: int, text: Callable[[int], str], order: Callable[[str], tuple[str, int]]
) -> tuple[bool, tuple[str, int]]:
    """Nobody comes last."""
    return (True, ("", 0)) if not number else (False, order(text(number)))
