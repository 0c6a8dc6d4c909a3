"""Dividing a month's lines among clients and their sites, so that every sum is exact (M5, W2).

Sites add up to clients, clients to lines, and lines to the bill. A closed invoice is divided as it
was when it was closed (I8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.calculator import nobody_last
from jpcli.domain.money import day_price_with_markup
from jpcli.domain.shares import Share
from jpcli.ledger.queries.client_days import held_by
from jpcli.ledger.queries.shares import labels_of
from jpcli.reports.statement.statement import ClientPart, SitePart, StatementLine
from jpcli.services.billing.groups import licenses_per_day
from jpcli.services.billing.holder_days import by_client
from jpcli.services.billing.line_shares import holder_shares, marked_shares
from jpcli.services.billing.period import marked_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk

    # A line, and who has which part of it, client by client.
    _LineParts = tuple[Line, dict[str | None, dict[Holder, Share]]]


class Division:
    """The lines of one month, and whose part of each is what; read once, however many clients'
    statements are made of it. `every` has the parts of each line, and what holders are called."""

    def __init__(self, desk: Desk, computed: Computed) -> None:
        self._desk = desk
        self._computed = computed
        self.every = self._every, self._names = holder_shares(desk, computed)
        self._labels = labels_of(desk.ledger, self._names)
        self._marked: tuple[int | None, list[_LineParts]] | None = None

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
        # The whole is made once; it would take the memory of all its parts to keep them.
        every = self._parts(markup_e6) if whose is None else self._with(markup_e6)
        for line, parts in every:
            if whose is None:
                for client, shares in parts.items():
                    book.add(line, client, shares)
                lines.append(_whole_line(self._desk, line, markup_e6))
            elif (mine := parts.get(whose.client)) is not None:
                book.add(line, whose.client, mine)
                share = by_client(mine, self._names)[whose.client]
                lines.append(_part_line(self._desk, line, share, markup_e6))
        return tuple(lines), book.parts()

    def _with(self, markup_e6: int | None) -> list[_LineParts]:
        """Each line with a markup on it, and its parts by client; the last markup's are kept."""
        if self._marked is None or self._marked[0] != markup_e6:
            self._marked = (markup_e6, list(self._parts(markup_e6)))
        return self._marked[1]

    def _parts(self, markup_e6: int | None) -> Iterator[_LineParts]:
        marked: Sequence[Line] = self._computed.lines
        if markup_e6 is not None:
            marked = marked_lines(marked, markup_e6, self._desk.ledger.currency)
        for line, plain in zip(marked, self._every, strict=True):
            shares = plain
            if markup_e6 is not None:
                shares = marked_shares(line, plain, self._labels, markup_e6)
            found: dict[str | None, dict[Holder, Share]] = {}
            for holder, share in shares.items():
                found.setdefault(self._names.clients[holder.client_id], {})[holder] = share
            yield line, found


def days_of(desk: Desk, computed: Computed, client_id: int | None) -> list[int]:
    """Active licenses on each day of the month that were a client's; for None, nobody's."""
    held = held_by(client_id, computed.period, computed.snapshot)
    return licenses_per_day(desk, computed._replace(snapshot=held))


class _Book:
    """What has been found of each client, site by site; None is nobody."""

    def __init__(self, names: HolderNames) -> None:
        self._names = names
        self._clients: dict[str | None, Share] = {}
        self._credit: dict[str | None, int] = {}
        self._sites: dict[str | None, dict[str | None, Share]] = {}

    def add(self, line: Line, client: str | None, shares: Mapping[Holder, Share]) -> None:
        """One line's parts that are one client's."""
        for holder, share in shares.items():
            _add(self._clients, client, share)
            if line.kind == "credit":
                self._credit[client] = self._credit.get(client, 0) + share.amount_minor
            else:
                sites = self._sites.setdefault(client, {})
                _add(sites, self._names.sites[holder.site_id], share)

    def parts(self) -> tuple[ClientPart, ...]:
        """By name; nobody's part, and within one client that of no site, last."""
        return tuple(
            ClientPart(
                client,
                *self._clients[client],
                tuple(
                    SitePart(site, *self._sites[client][site])
                    for site in nobody_last(self._sites.get(client, {}))
                ),
                self._credit.get(client, 0),
            )
            for client in nobody_last(self._clients)
        )


def _add(sums: dict[str | None, Share], name: str | None, share: Share) -> None:
    sums[name] = sums.get(name, Share()).plus(share)


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
