"""Whose part of a bill's lines is what, as a proof shows it (M5).

Owns what of other clients is needed to prove one client's part: how many license-days each of them
has of a line, without names, those that are served before it and those after.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.columns import ManyShares
from jpcli.domain.money import parse_markup
from jpcli.domain.shares import summed
from jpcli.ledger.queries.days import client_names
from jpcli.ledger.queries.shares import labels_of
from jpcli.services.billing.holder_days import in_order
from jpcli.services.billing.kept_shares import KeptShares
from jpcli.services.billing.line_shares import marked_shares, open_shares
from jpcli.services.billing.period import marked_lines
from jpcli.services.proofs.form import compact

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
    """A line that a client has a part of, and what the proof says of it, as text: there may be a
    hundred thousand sites in it."""

    line: Line
    sites: int
    text: str


class Shared(NamedTuple):
    """The lines that a client has a part of, and what its parts come to."""

    client: str | None
    client_id: int | None
    lines: list[SharedLine]
    total_minor: int


def whole_shares(desk: Desk, computed: Computed) -> dict[str, Iterator[Any]]:
    """Holders and shares of a month that is not closed, in the form in which a closing keeps them;
    row numbers mean nothing without it."""
    kept = KeptShares(open_shares(desk, computed))
    holders = ([None, None, *names] for _, _, *names in kept.holders(desk.ledger))
    return {"holders": holders, "shares": kept.shares()}


def shared_lines(
    desk: Desk, computed: Computed, shares: HolderShares, whose: Whose, markup: str | None
) -> Shared:
    """One client's parts, with a markup if there is one; None is what is nobody's."""
    every_line, names = shares
    markup_e6 = None if markup is None else parse_markup(markup)
    marked: list[Line] = list(computed.lines)
    if markup_e6 is not None:
        marked = marked_lines(marked, markup_e6, desk.ledger.currency)
    found, total_minor = [], 0
    labels = labels_of(desk.ledger, names)
    for line, with_markup, plain in zip(computed.lines, marked, every_line, strict=True):
        mine = plain
        if markup_e6 is not None:
            mine = marked_shares(with_markup, plain, labels, markup_e6)
        own = ManyShares(
            (holder, share)
            for holder, share in mine.items()
            if names.clients[holder.client_id] == whose.client
        )
        if own:
            part = summed(own.values())
            total_minor += part.amount_minor
            days = _client_days(plain, names, labels)
            ordered = in_order(own, labels).items()
            sites = [[names.sites[held.site_id], *share] for held, share in ordered]
            text = compact(_told(line, whose.client, days, part, sites))
            found.append(SharedLine(line, len(sites), text))
    return Shared(whose.client, _number(desk, names, whose.client), found, total_minor)


def _number(desk: Desk, names: HolderNames, client: str | None) -> int | None:
    """The row number of who was called so at the closing, or is now."""
    if client is None:
        return None
    for known in (names.clients, client_names(desk.ledger)):
        for number, name in known.items():
            if name == client:
                return number
    return None


def _client_days(
    shares: Mapping[Holder, Share], names: HolderNames, labels: HolderNames
) -> list[tuple[str | None, int]]:
    """The license-days of each client, in the order in which equal remainders are served."""
    found: dict[int | None, int] = {}
    for holder, share in shares.items():
        found[holder.client_id] = found.get(holder.client_id, 0) + share.license_days
    served = sorted(found, key=lambda number: (number is None, labels.clients[number] or ""))
    return [(names.clients[number], found[number]) for number in served]


def _told(
    line: Line,
    client: str | None,
    days: list[tuple[str | None, int]],
    part: Share,
    sites: list[list[Any]],
) -> dict[str, Any]:
    about: dict[str, Any] = {
        "kind": line.kind,
        "product": line.product,
        "name": line.name,
        "bundle_size": line.bundle_size,
    }
    own = {"part": part._asdict(), "sites": sites}
    if line.kind not in ("license", "bundle"):
        return {**about, "period": line.period, **own}
    at = [name for name, _ in days].index(client)
    return {
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
