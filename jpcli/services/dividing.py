"""Dividing a month's lines among clients and their sites, so that every sum is exact (M5, W2).

A line is split over the clients as `invoice preview --by client` splits it; each client's part is
then split over its sites. So sites add up to clients, clients to lines, and lines to the bill.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.money import day_price_with_markup, with_markup
from jpcli.domain.split import largest_remainder
from jpcli.ledger.client_days import client_licenses_by_day
from jpcli.ledger.owners import OWNERS
from jpcli.reports.statement import ClientPart, SitePart, StatementLine
from jpcli.services.computing import window_of
from jpcli.services.grouping import Splitting, licenses_per_day

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.domain.invoice import Group, Line
    from jpcli.reports.statement import Whose
    from jpcli.services.computing import Computed
    from jpcli.services.desk import Desk


class _Share(NamedTuple):
    """License-days and money."""

    days: int = 0
    amount_minor: int = 0

    def plus(self, other: _Share) -> _Share:
        return _Share(self.days + other.days, self.amount_minor + other.amount_minor)


def divided(
    desk: Desk, computed: Computed, whose: Whose | None, markup_e6: int | None
) -> tuple[tuple[StatementLine, ...], tuple[ClientPart, ...]]:
    """The lines of a statement, and what each client and site has of them; of one client's
    statement, its part of the lines that it has a part of."""
    marked = [_marked(line, markup_e6, desk.ledger.currency) for line in computed.lines]
    by_client = Splitting(desk, computed, "client").by_line(marked, markup_e6)
    by_owner = Splitting(desk, computed, "owner").by_line(marked, markup_e6)
    lines = []
    book = _Book(whose)
    for line, clients, owners in zip(marked, by_client, by_owner, strict=True):
        shares = {group.key or "": _Share(group.days, group.amount_minor) for group in clients}
        book.add(line, shares, owners)
        if whose is None:
            lines.append(_whole_line(desk, line, markup_e6))
        elif (share := shares.get(whose.client or "")) is not None:
            lines.append(_part_line(desk, line, share, markup_e6))
    return tuple(lines), book.parts()


def days_of(desk: Desk, computed: Computed, whose: Whose | None) -> list[int]:
    """Active licenses on each day of the month: all of them, or one client's."""
    if whose is None:
        return licenses_per_day(desk, computed)
    owners = OWNERS if computed.overlay is None else computed.overlay.owners
    counts = [0] * computed.period.days
    for line, part in zip(computed.lines, computed.parts, strict=True):
        if part is None:
            continue
        window, offset = window_of(computed, line), line.first_day - computed.period.first_day
        found = client_licenses_by_day(
            desk.ledger, part, window, whose.client, computed.source, owners
        )
        for position, count in enumerate(found, offset):
            counts[position] += count
    return counts


class _Book:
    """What has been found of each client, site by site; "" is nobody."""

    def __init__(self, whose: Whose | None) -> None:
        self._only = None if whose is None else (whose.client or "")
        self._clients: dict[str, _Share] = {}
        self._credit: dict[str, int] = {}
        self._sites: dict[str, dict[str, _Share]] = {}

    def add(self, line: Line, shares: dict[str, _Share], owners: Iterable[Group]) -> None:
        """One line's parts by client, and by client and site."""
        pairs: dict[str, dict[str, _Share]] = {}
        for key, _, days, _, amount_minor in owners:
            client, site = key or ("", "")
            pairs.setdefault(client, {})[site] = _Share(days, amount_minor)
        for client, share in shares.items():
            if self._only not in (None, client):
                continue
            self._clients[client] = self._clients.get(client, _Share()).plus(share)
            if line.kind == "credit":
                self._credit[client] = self._credit.get(client, 0) + share.amount_minor
                continue
            sites = self._sites.setdefault(client, {})
            for site, part in _within(line, share, pairs.get(client, {})).items():
                sites[site] = sites.get(site, _Share()).plus(part)

    def parts(self) -> tuple[ClientPart, ...]:
        """By name; nobody's part, and within one client that of no site, last."""
        return tuple(
            ClientPart(
                client or None,
                self._clients[client].days,
                self._clients[client].amount_minor,
                tuple(
                    SitePart(site or None, *self._sites[client][site])
                    for site in _nobody_last(self._sites.get(client, {}))
                ),
                self._credit.get(client, 0),
            )
            for client in _nobody_last(self._clients)
        )


def _within(line: Line, share: _Share, pairs: dict[str, _Share]) -> dict[str, _Share]:
    """One client's part of a line, split over its sites.

    A correction may give to one site and take from another, so it has no weights to be split by:
    what rounding left over there goes to the site with most of it.
    """
    if not pairs:
        return {"": share}
    sites = sorted(pairs)
    days = [pairs[site].days for site in sites]
    if line.kind in ("license", "bundle") and any(days):
        amounts = largest_remainder(share.amount_minor, days)
    else:
        amounts = [pairs[site].amount_minor for site in sites]
        most = max(range(len(sites)), key=lambda index: abs(amounts[index]))
        amounts[most] += share.amount_minor - sum(amounts)
    return {
        site: _Share(number, amount_minor)
        for site, number, amount_minor in zip(sites, days, amounts, strict=True)
    }


def _nobody_last(names: Iterable[str]) -> Sequence[str]:
    return sorted(names, key=lambda name: (not name, name))


def _marked(line: Line, markup_e6: int | None, currency: str) -> Line:
    if markup_e6 is None:
        return line
    return line._replace(
        to_date_minor=with_markup(line.to_date_minor, markup_e6, currency),
        amount_minor=with_markup(line.amount_minor, markup_e6, currency),
    )


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


def _part_line(desk: Desk, line: Line, share: _Share, markup_e6: int | None) -> StatementLine:
    """One client's part of a line; of a bundle it has license-days, which have no price."""
    whole = _whole_line(desk, line, markup_e6)
    return whole._replace(
        days=share.days,
        license_days=share.days,
        day_price_e12=None if line.kind == "bundle" else whole.day_price_e12,
        amount_minor=share.amount_minor,
    )
