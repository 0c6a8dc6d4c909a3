"""Dividing a month's lines among clients and their sites, so that every sum is exact (M5, W2).

Sites add up to clients, clients to lines, and lines to the bill. A closed invoice is divided as it
was when it was closed (I8).
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from functools import cached_property
from heapq import merge
from itertools import chain, groupby
from operator import itemgetter
from typing import TYPE_CHECKING

from jpcli.domain.calculator import nobody_last
from jpcli.domain.money import day_price_with_markup
from jpcli.domain.shares import add_to, summed
from jpcli.ledger.queries.shares import labels_of
from jpcli.reports.statement.statement import ClientPart, SitePart, StatementLine
from jpcli.services.billing.holder_days import by_client, in_order
from jpcli.services.billing.line_shares import holder_shares, marked_shares
from jpcli.services.billing.marked_parts import MarkedParts
from jpcli.services.billing.period import marked_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.columns import ManyShares
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

# Parts of one client that are sorted in memory.
_AT_ONCE = 10_000


class Division:
    """The lines of one month, and whose part of each is what; read once, however many clients'
    statements are made of it. `every` has the parts of each line, and what holders are called."""

    def __init__(self, desk: Desk, computed: Computed) -> None:
        self._desk = desk
        self._computed = computed
        self.every = self._every, names = holder_shares(desk, computed)
        self._labels = labels_of(desk.ledger, names)
        self._names = names._replace(clients=dict(names.clients))  # asked for all the time
        clients = nobody_last(dict.fromkeys(self._names.clients.values()))
        self._numbers = {name: number for number, name in enumerate(clients)}
        self._marked_lines: tuple[int | None, Sequence[Line]] = (None, computed.lines)

    @cached_property
    def _plain(self) -> list[_Parts]:
        """The parts of each line as they are."""
        return [_Parts(shares, self._names, self._numbers) for shares in self._every]

    @cached_property
    def _marked(self) -> list[MarkedParts]:
        """Of each line, whence one client's part is with a markup."""
        every = zip(self._computed.lines, self._every, strict=True)
        return [MarkedParts(line, shares, self._labels) for line, shares in every]

    @cached_property
    def _ids(self) -> dict[str | None, list[int | None]]:
        """The row numbers of clients by name; the first ledgers kept no names, and two may have the
        same."""
        found: dict[str | None, list[int | None]] = {}
        for number, name in self._names.clients.items():
            found.setdefault(name, []).append(number)
        return found

    def clients(self) -> dict[str | None, int | None]:
        """Who has a part of it, by name, each with its row number; nobody is None."""
        found: dict[str | None, int | None] = {}
        for shares in self._every:
            for holder in shares:
                name = self._names.clients[holder.client_id]
                if holder.client_id is not None:
                    found[name] = min(holder.client_id, found.get(name) or holder.client_id)
                else:
                    found[name] = None
        return found

    def of(
        self, whose: Whose | None, markup_e6: int | None
    ) -> tuple[tuple[StatementLine, ...], tuple[ClientPart, ...]]:
        """The lines of a statement, and what each client and site has of them; of one client's
        statement, its part of the lines that it has a part of."""
        lines = []
        book = _Book(self._names)
        for line, parts in self._parts(whose, markup_e6):
            if whose is None:
                book.add(line, parts, parts.shares)
                lines.append(_whole_line(self._desk, line, markup_e6))
            elif mine := parts.of(whose.client):
                book.add(line, parts, mine)
                lines.append(_part_line(self._desk, line, summed(mine.values()), markup_e6))
        return tuple(lines), book.parts()

    def _parts(self, whose: Whose | None, markup_e6: int | None) -> Iterator[tuple[Line, _Parts]]:
        """Each line with a markup on it, and its parts: of one client's statement its own at
        least."""
        if markup_e6 is None:
            yield from zip(self._computed.lines, self._plain, strict=True)
            return
        for position, line in enumerate(self._with(markup_e6)):
            if whose is None:
                shares = marked_shares(line, self._every[position], self._labels, markup_e6)
            else:
                ids = self._ids.get(whose.client, [])
                shares = self._marked[position].of(ids, markup_e6, line.amount_minor)
            yield line, _Parts(shares, self._names, self._numbers)

    def _with(self, markup_e6: int) -> Sequence[Line]:
        """Each line with a markup on it; the last markup's are kept."""
        if self._marked_lines[0] != markup_e6:
            marked = marked_lines(self._computed.lines, markup_e6, self._desk.ledger.currency)
            self._marked_lines = markup_e6, marked
        return self._marked_lines[1]


class _Parts:
    """The parts of a line by the names of clients and sites, of whom there are very many: in
    columns. `numbers` has a number for each name of a client, in the same order."""

    def __init__(
        self,
        shares: Mapping[Holder, Share],
        names: HolderNames,
        numbers: Mapping[str | None, int],
    ) -> None:
        self._names, self._numbers = names, numbers
        self.shares = in_order(shares, names)
        self._clients = array(
            "q", (numbers[names.clients[holder.client_id]] for holder in self.shares)
        )

    def of(self, client: str | None) -> ManyShares:
        """What one client has; nothing where it has no part."""
        places = self.places(client)
        return self.shares.between(places.start, places.stop)

    def places(self, client: str | None) -> range:
        """Where those of one client stand."""
        number = self._numbers.get(client, -1)
        first = bisect_left(self._clients, number)
        return range(first, bisect_right(self._clients, number, lo=first))

    def sites(self, places: range) -> Iterator[tuple[bool, str | None, int, int]]:
        """(whether it is no site, its name, license-days, amount), in that order."""
        names = self._names.sites
        for site_id, days, amount_minor in self.shares.sites(places.start, places.stop):
            name = names[site_id]
            yield name is None, name, days, amount_minor


class _Book:
    """What has been found of each client; None is nobody."""

    def __init__(self, names: HolderNames) -> None:
        self._names = names
        self._clients: dict[str | None, Share] = {}
        self._credit: dict[str | None, int] = {}
        self._lines: list[_Parts] = []

    def add(self, line: Line, parts: _Parts, added: Mapping[Holder, Share]) -> None:
        """Those of the parts of one line that are on the statement."""
        found = by_client(added, self._names)
        add_to(self._clients, found)
        if line.kind != "credit":
            self._lines.append(parts)
            return
        for client, share in found.items():
            self._credit[client] = self._credit.get(client, 0) + share.amount_minor

    def parts(self) -> tuple[ClientPart, ...]:
        """By name, nobody's part last."""
        return tuple(
            ClientPart(
                client,
                *self._clients[client],
                _Sites(client, self._lines),
                self._credit.get(client, 0),
            )
            for client in nobody_last(self._clients)
        )


class _Sites:
    """What each site of a client has of some lines, by name; that of no site last."""

    def __init__(self, client: str | None, lines: list[_Parts]) -> None:
        self._client, self._lines = client, lines

    def __iter__(self) -> Iterator[SitePart]:
        places = [parts.places(self._client) for parts in self._lines]
        rows = [parts.sites(mine) for parts, mine in zip(self._lines, places, strict=True)]
        is_short = sum(map(len, places)) <= _AT_ONCE
        # Some ten times as fast where they need not be read one by one.
        every = sorted(chain.from_iterable(rows)) if is_short else merge(*rows)
        for site, several in groupby(every, key=itemgetter(1)):
            license_days = amount_minor = 0
            for _, _, days, part_minor in several:
                license_days += days
                amount_minor += part_minor
            yield SitePart(site, license_days, amount_minor)


def _whole_line(desk: Desk, line: Line, markup_e6: int | None) -> StatementLine:
    """A line as it is billed. An adjustment is a difference, not days times a price."""
    price = line.day_price_e12 if line.kind in ("license", "bundle") else None
    if price is not None and markup_e6 is not None:
        price = day_price_with_markup(price, markup_e6)
    iso, is_credit = desk.ledger.calendar.iso, line.kind == "credit"
    return StatementLine(
        kind=line.kind,
        product=None if is_credit else line.product,
        name=line.name,
        bundle_size=line.bundle_size,
        first_day=None if is_credit else iso(line.first_day),
        last_day=None if is_credit else iso(line.last_day),
        days=line.days,
        license_days=line.license_days,
        day_price_e12=price,
        amount_minor=line.amount_minor,
        period=line.period,
    )


def _part_line(desk: Desk, line: Line, share: Share, markup_e6: int | None) -> StatementLine:
    """One client's part of a line; of a bundle it has license-days, which have no price."""
    whole = _whole_line(desk, line, markup_e6)
    return whole._replace(
        days=share.license_days,
        license_days=share.license_days,
        day_price_e12=None if line.kind == "bundle" else whole.day_price_e12,
        amount_minor=share.amount_minor,
    )
