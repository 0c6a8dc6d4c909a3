"""One client's part of a month (M5, W2): its days of each line, and what they come to.

Owns that the part is the client's group of the whole bill, line by line, so that all clients'
parts add up to it; also with a markup, which goes onto the bill's lines before they are split.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.columns import ManyShares
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.shares import NOBODY, Holder, summed
from jpcli.ledger.queries.client_days import count_held, held_by
from jpcli.ledger.queries.labels import CLIENT, SITE, labels
from jpcli.ledger.queries.names_in_order import LICENSE
from jpcli.ledger.queries.shares import labels_of
from jpcli.ledger.snapshots.details import clients_then
from jpcli.ledger.state.lookups import number_of_client
from jpcli.services.billing.holder_days import in_order
from jpcli.services.billing.line_shares import holder_shares, marked_shares, other_holders
from jpcli.services.billing.period import marked, window_of
from jpcli.services.billing.splitting import NOTHING, Splitting
from jpcli.services.meant import check_client_known

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.shares import Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.ledger.snapshots.snapshot import Snapshot
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class Whose(NamedTuple):
    """A client by its row number, and what it is called now; None twice is nobody."""

    client_id: int | None
    name: str | None


def known_whose(desk: Desk, client: str) -> Whose:
    """A client by its name, `""` for nobody. Raises BadInput `unknown_client`."""
    if not client:
        return Whose(None, None)
    check_client_known(desk.ledger, client)
    return Whose(number_of_client(desk.ledger, client), client)


def part_of(desk: Desk, whole: Computed, whose: Whose) -> Computed:
    """A month with nothing but what one client has of it. Days are license-days throughout: of a
    bundle it has those of its licenses (B1)."""
    part = _Part(desk, whole, whose)
    held = held_by(whose.client_id, whole.period, whole.snapshot)
    offers = [whole.parts[position] for position in part.positions]
    used = dict.fromkeys(offer for offer in offers if offer is not None)
    licenses, unassigned = count_held(desk.ledger, used, whole.period, held)
    return whole._replace(
        lines=tuple(part.line(position, held) for position in part.positions),
        parts=tuple(offers),
        licenses=licenses,
        unassigned=unassigned,
        snapshot=held,
        shares=(None,) * len(offers),
        whose=part,
    )


class _Part:
    """What one client has of the lines of a month; `positions` are those it has a part of."""

    def __init__(self, desk: Desk, whole: Computed, whose: Whose) -> None:
        self._desk = desk
        self._whole = whole
        self._whose = whose
        self._key = labels(desk.ledger, CLIENT)[whose.client_id]
        self._kept: tuple[list[Mapping[Holder, Share]], HolderNames] | None = None
        if whole.invoice is not None:
            shares, names = holder_shares(desk, whole)
            self._kept = shares, labels_of(desk.ledger, names)
        self._split = Splitting(desk, whole, "client")
        self._others: tuple[Mapping[int, Mapping[Holder, Share]], HolderNames] | None = None
        rows = [
            self._split.of_line(position, line).get(self._key, NOTHING)
            for position, line in enumerate(whole.lines)
        ]
        self.positions = [position for position, row in enumerate(rows) if any(row)]
        self._rows = rows

    def own_markup(self) -> str:
        """The percent that is put on top of this client's bills; of a closed month as it was at its
        closing (I8), 0 where there is none."""
        if self._whose.client_id is None:
            return "0"
        invoice = self._whole.invoice
        then = clients_then(self._desk.ledger, LATEST_SEQ if invoice is None else invoice.id)
        known = then.get(self._whose.client_id)
        return "0" if known is None or known.markup is None else known.markup

    def line(self, position: int, held: Snapshot) -> Line:
        """The client's part of a line of the whole month."""
        line, offer = self._whole.lines[position], self._whole.parts[position]
        days_to_date, days, to_date_minor, amount_minor = self._rows[position]
        licenses = unassigned = 0
        if offer is not None:
            window = window_of(self._whole, line)
            licenses, unassigned = count_held(self._desk.ledger, [offer], window, held)
        return line._replace(
            licenses=licenses,
            assigned=licenses - unassigned,
            unassigned=unassigned,
            days_to_date=days_to_date,
            days=days,
            license_days=days,
            to_date_minor=to_date_minor,
            amount_minor=amount_minor,
        )

    def marked(self, markup_e6: int) -> list[Line]:
        """The same lines with a markup on the whole bill's, split as those are."""
        with_markup = marked(self._whole, markup_e6, self._desk.ledger.currency)
        found = []
        for position in self.positions:
            line = with_markup[position]
            row = self._split.of_line(position, line, markup_e6).get(self._key, NOTHING)
            found.append(line._replace(to_date_minor=row[2], amount_minor=row[3]))
        return found

    def days_by_site(self, position: int) -> Iterable[tuple[int | None, int, int]] | None:
        """The days of a line by site as they were kept at closing (I8), in the order in which equal
        remainders are served; None of an open month."""
        if self._kept is None:
            return None
        shares, by_label = self._kept
        return (
            (holder.site_id, share.license_days, share.license_days)
            for holder, share in self._mine(in_order(shares[self.positions[position]], by_label))
        )

    def _mine(self, shares: Mapping[Holder, Share]) -> Iterator[tuple[Holder, Share]]:
        mine = self._whose.client_id
        return ((holder, share) for holder, share in shares.items() if holder.client_id == mine)

    def other(self, position: int, by: str, markup_e6: int | None) -> Mapping[Any, Share]:
        """The parts of a correction by what a preview is grouped by: its product, its sites, and
        by license or day nobody's, as a correction is of neither alone."""
        position = self.positions[position]
        if self._others is None:
            self._others = other_holders(self._desk, self._whole)
        shares, by_label = self._others[0][position], self._others[1]
        line = self._whole.lines[position]
        if markup_e6 is not None:
            line = marked(self._whole, markup_e6, self._desk.ledger.currency)[position]
            shares = marked_shares(line, shares, by_label, markup_e6)
        mine = self._mine(shares)
        if by == SITE:
            return ManyShares((Holder(None, holder.site_id), share) for holder, share in mine)
        nobody = NOBODY if by == LICENSE else None
        return {line.product if by == "product" else nobody: summed(share for _, share in mine)}
