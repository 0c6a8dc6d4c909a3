"""Dividing a month's lines among clients and their sites, so that every sum is exact (M5, W2).

Sites add up to clients, clients to lines, and lines to the bill. A closed invoice is divided as it
was when it was closed (I8).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.calculator import nobody_last
from jpcli.domain.money import day_price_with_markup
from jpcli.domain.shares import Share
from jpcli.ledger.queries.client_days import client_id_of, held_by
from jpcli.reports.statement.statement import ClientPart, SitePart, StatementLine
from jpcli.services.billing.groups import licenses_per_day
from jpcli.services.billing.holder_days import by_client
from jpcli.services.billing.line_shares import holder_shares, marked_shares
from jpcli.services.billing.period import marked_lines

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def divided(
    desk: Desk, computed: Computed, whose: Whose | None, markup_e6: int | None
) -> tuple[tuple[StatementLine, ...], tuple[ClientPart, ...]]:
    """The lines of a statement, and what each client and site has of them; of one client's
    statement, its part of the lines that it has a part of."""
    every_line, names = holder_shares(desk, computed)
    marked: Sequence[Line] = computed.lines
    if markup_e6 is not None:
        marked = marked_lines(marked, markup_e6, desk.ledger.currency)
    lines = []
    book = _Book(whose, names)
    for line, plain in zip(marked, every_line, strict=True):
        shares = plain if markup_e6 is None else marked_shares(line, plain, names, markup_e6)
        book.add(line, shares)
        if whose is None:
            lines.append(_whole_line(desk, line, markup_e6))
        elif (share := by_client(shares, names).get(whose.client)) is not None:
            lines.append(_part_line(desk, line, share, markup_e6))
    return tuple(lines), book.parts()


def days_of(desk: Desk, computed: Computed, whose: Whose | None) -> list[int]:
    """Active licenses on each day of the month: all of them, or one client's."""
    if whose is None:
        return licenses_per_day(desk, computed)
    client_id = None if whose.client is None else client_id_of(desk.ledger, whose.client)
    held = held_by(client_id, computed.period, computed.snapshot)
    return licenses_per_day(desk, computed._replace(snapshot=held))


class _Book:
    """What has been found of each client, site by site; None is nobody."""

    def __init__(self, whose: Whose | None, names: HolderNames) -> None:
        self._whose = whose
        self._names = names
        self._clients: dict[str | None, Share] = {}
        self._credit: dict[str | None, int] = {}
        self._sites: dict[str | None, dict[str | None, Share]] = {}

    def add(self, line: Line, shares: Mapping[Holder, Share]) -> None:
        """One line's parts."""
        for holder, share in shares.items():
            client = self._names.clients[holder.client_id]
            if self._whose is not None and self._whose.client != client:
                continue
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
