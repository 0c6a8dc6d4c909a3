"""Whose part of a bill's lines is what, as a proof shows it (M5).

Owns what of other clients is needed to prove one client's part: how many license-days each of them
has of a line, without names, those that are served before it and those after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.money import parse_markup
from jpcli.ledger.queries.days import client_names
from jpcli.ledger.queries.shares import labels_of
from jpcli.services.billing.holder_days import by_client, in_order, kept
from jpcli.services.billing.line_shares import holder_shares, marked_shares
from jpcli.services.billing.period import marked_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.line_shares import HolderShares
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class SharedLine(NamedTuple):
    """A line that a client has a part of: `days` are the license-days of each client in the order
    in which equal remainders are served, `sites` what each of the client's own sites has."""

    line: Line
    days: list[tuple[str | None, int]]
    part: Share
    sites: list[tuple[str | None, Share]]


class Shared(NamedTuple):
    """The lines that a client has a part of, and what its parts come to."""

    client: str | None
    client_id: int | None
    lines: list[SharedLine]
    total_minor: int


def whole_shares(desk: Desk, computed: Computed) -> dict[str, Iterator[Any]]:
    """Holders and shares of a month that is not closed, in the form in which a closing keeps them;
    row numbers mean nothing without it."""
    shares, names = holder_shares(desk, computed)
    holders, rows = kept(shares, names)
    return {"holders": ([None, None, *holder[2:]] for holder in holders), "shares": iter(rows)}


def shared_lines(
    desk: Desk, computed: Computed, shares: HolderShares, whose: Whose, markup: str | None
) -> Shared:
    """One client's parts, with a markup if there is one; None is what is nobody's."""
    every_line, names = shares
    markup_e6 = None if markup is None else parse_markup(markup)
    marked: list[Line] = list(computed.lines)
    if markup_e6 is not None:
        marked = marked_lines(marked, markup_e6, desk.ledger.currency)
    found = []
    labels = labels_of(desk.ledger, names)
    pairs = zip(computed.lines, marked, every_line, strict=True)
    for line, with_markup, plain in pairs:
        mine = plain
        if markup_e6 is not None:
            mine = marked_shares(with_markup, plain, labels, markup_e6)
        part = by_client(mine, names).get(whose.client)
        if part is not None:
            days = _client_days(plain, names, labels)
            found.append(SharedLine(line, days, part, list(_sites(mine, names, labels, whose))))
    client_id = None
    if whose.client is not None:
        ids = {name: number for number, name in (client_names(desk.ledger) | names.clients).items()}
        client_id = ids.get(whose.client)
    total_minor = sum(item.part.amount_minor for item in found)
    return Shared(whose.client, client_id, found, total_minor)


def _client_days(
    shares: Mapping[Holder, Share], names: HolderNames, labels: HolderNames
) -> list[tuple[str | None, int]]:
    found = by_client(dict(in_order(shares, labels)), names)
    return [(client, share.license_days) for client, share in found.items()]


def _sites(
    shares: Mapping[Holder, Share], names: HolderNames, labels: HolderNames, whose: Whose
) -> Iterator[tuple[str | None, Share]]:
    for holder, share in in_order(shares, labels):
        if names.clients[holder.client_id] == whose.client:
            yield names.sites[holder.site_id], share


def client_lines(shared: Shared) -> Iterator[dict[str, Any]]:
    """The lines of one client's proof."""
    for line, days, part, sites in shared.lines:
        about: dict[str, Any] = {
            "kind": line.kind,
            "product": line.product,
            "name": line.name,
            "bundle_size": line.bundle_size,
        }
        own = {
            "part": {"license_days": part.license_days, "amount_minor": part.amount_minor},
            "sites": [[site, *share] for site, share in sites],
        }
        if line.kind not in ("license", "bundle"):
            yield {**about, "period": line.period, **own}
            continue
        clients = [client for client, _ in days]
        at = clients.index(shared.client)
        yield {
            **about,
            "day_price_e12": line.day_price_e12,
            "first_day": line.first_day,
            "last_day": line.last_day,
            "days": line.days,
            "license_days": line.license_days,
            "amount_minor": line.amount_minor,
            # In order of size: the order of others' names is nobody's business.
            "before": sorted(number for _, number in days[:at]),
            "after": sorted(number for _, number in days[at + 1 :]),
            **own,
        }
