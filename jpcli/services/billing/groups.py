"""Whose part of the bill: lines split by product, site, client, license or day (M5, W1, W2).

Owns which sums a grouping needs and what its keys are called. Groups add up to the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Rows
from jpcli.domain.calculator import compute_groups, nobody_last
from jpcli.domain.errors import not_among
from jpcli.domain.money import markup_fraction, money_json
from jpcli.domain.shares import marked_up
from jpcli.ledger.queries import days as day_queries
from jpcli.ledger.queries.labels import CLIENT, SITE, shown
from jpcli.ledger.queries.shares import labels_of
from jpcli.services.billing.holder_days import by_client
from jpcli.services.billing.line_shares import (
    holder_shares,
    marked_shares,
    other_holders,
    other_shares,
)
from jpcli.services.billing.owner_days import owner_days
from jpcli.services.billing.period import marked, window_of
from jpcli.services.billing.waste import waste_by_line
from jpcli.services.billing.weights import COUNTERS

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.billing import GroupObject, PreviewDetails
    from jpcli.domain.shares import Holder, Share
    from jpcli.ledger.queries.shares import HolderNames
    from jpcli.services.billing.period import Computed
    from jpcli.services.billing.weights import Weights
    from jpcli.services.desk import Desk

# License-days to date, license-days, amount to date and amount in minor units.
Row = tuple[int, int, int, int]
NOTHING: Row = (0, 0, 0, 0)

KEY_NAMES = {
    "product": "product",
    "site": "site",
    "client": "client",
    "license": "license_key",
    "day": "day",
}


def groups(
    desk: Desk, computed: Computed, by: str, markup_e6: int | None = None
) -> Rows[GroupObject]:
    """The month's lines split `by` something; the group without one has None as its key.

    They can be counted, and are made as they are read: an object takes four times its sums.
    Raises BadInput `bad_by` for something else than `KEY_NAMES` has.
    """
    if by not in KEY_NAMES:
        raise not_among("by", by, KEY_NAMES)
    split = Splitting(desk, computed, by)
    found = split.sums(computed.lines)
    columns: tuple[str, ...] = (KEY_NAMES[by], "days_to_date", "days", "to_date", "amount")
    with_markup: dict[Any, Row] = {}
    if markup_e6 is not None:
        columns += ("amount_with_markup",)
        with_markup = split.sums(marked(computed, markup_e6, desk.ledger.currency), markup_e6)
    return Rows(columns, _Groups(desk.ledger.currency, found, with_markup, len(columns)))


class _Groups:
    """The rows of the groups that have anything, by the sums of each with and without a markup."""

    def __init__(
        self, currency: str, found: dict[Any, Row], marked: dict[Any, Row], width: int
    ) -> None:
        self._currency, self._found, self._marked, self._width = currency, found, marked, width
        # Each side alone may come to nothing where the other does not.
        self._keys = [
            key
            for key in nobody_last(found if found.keys() >= marked.keys() else {**found, **marked})
            if any(found.get(key, NOTHING)) or any(marked.get(key, NOTHING))
        ]

    def __len__(self) -> int:
        return len(self._keys)

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        for key in self._keys:
            days_to_date, days, *amounts = self._found.get(key, NOTHING)
            amounts.append(self._marked.get(key, NOTHING)[3])
            money = (money_json(amount, self._currency) for amount in amounts)
            yield (key, days_to_date, days, *money)[: self._width]


def details(desk: Desk, computed: Computed) -> PreviewDetails:
    """What the terminal shows beside the table: licenses a day, and what unassigned ones cost."""
    currency = desk.ledger.currency
    # Credit and corrections are on no site either, but they are no licenses.
    if computed.invoice is None:
        waste = waste_by_line(computed, owner_days(desk, computed))
        to_date = sum(line.to_date_minor for line in waste)
        amount = sum(line.amount_minor for line in waste)
    else:  # by what was kept at closing
        by_site = Splitting(desk, computed, "site").own(computed.lines)
        _, _, to_date, amount = by_site.get(None, NOTHING)
    return {
        "licenses_per_day": licenses_per_day(desk, computed),
        "unassigned_to_date": money_json(to_date, currency),
        "unassigned_amount": money_json(amount, currency),
    }


def licenses_per_day(desk: Desk, computed: Computed) -> list[int]:
    """How many licenses were active on each day of the month, from its first to its last."""
    period = computed.period
    per_day = [0] * period.days
    for line, part in zip(computed.lines, computed.parts, strict=True):
        if part is None:
            continue
        window = window_of(computed, line)
        offset = line.first_day - period.first_day
        counts = day_queries.licenses_by_day(desk.ledger, part, window, computed.snapshot)
        for position, count in enumerate(counts):
            per_day[offset + position] += count
    return per_day


class Splitting:
    """How the lines of one month are split; days are counted once, amounts as often as asked.
    `weights` are those of an open month's own lines, where they were counted before."""

    def __init__(
        self, desk: Desk, computed: Computed, by: str, weights: list[Weights | None] | None = None
    ) -> None:
        self._desk = desk
        self._computed = computed
        self._by = by
        self._weights = self._own_weights() if weights is None else weights
        self._others: dict[int, Mapping[Any, Share]] | None = None
        self._holders: tuple[dict[int, Mapping[Holder, Share]], HolderNames] | None = None

    def sums(self, lines: Sequence[Line], markup_e6: int | None = None) -> dict[Any, Row]:
        """What each key has of lines that differ from the month's own in their amounts at most
        (M5), by a markup if there is one."""
        sums = self.own(lines)
        for position, line in enumerate(lines):
            if self._weights[position] is None:
                add_rows(sums, self._other(position, line, markup_e6))
        called = self._called()
        return {called.get(key, key): row for key, row in sums.items()} if called else sums

    def of_line(self, position: int, line: Line, markup_e6: int | None = None) -> dict[Any, Row]:
        """The same of one line alone."""
        weights = self._weights[position]
        if weights is None:
            return self._other(position, line, markup_e6)
        groups = compute_groups([line], [weights], self._desk.ledger.currency)
        return {group.key: group[1:] for group in groups}

    def own(self, lines: Sequence[Line]) -> dict[Any, Row]:
        """The same of the month's own licenses, without corrections and credit."""
        pairs = [
            (line, weights)
            for line, weights in zip(lines, self._weights, strict=True)
            if weights is not None
        ]
        groups = compute_groups(
            [line for line, _ in pairs],
            [weights for _, weights in pairs],
            self._desk.ledger.currency,
        )
        return {group.key: group[1:] for group in groups}

    def _called(self) -> Mapping[Any, str]:
        """What labels are called that are not called so: at the closing, or now."""
        invoice = self._computed.invoice
        if self._by not in (CLIENT, SITE):
            return {}
        return shown(self._desk.ledger, self._by, None if invoice is None else invoice.id)

    def _own_weights(self) -> list[Weights | None]:
        computed = self._computed
        if self._by == "client" and computed.invoice is not None:
            return self._kept_weights()
        count = COUNTERS[self._by](self._desk, computed)
        kept = computed.whose if self._by == "site" else None
        return [
            None
            if part is None
            else (None if kept is None else kept.days_by_site(position)) or count(line, part)
            for position, (line, part) in enumerate(
                zip(computed.lines, computed.parts, strict=True)
            )
        ]

    def _kept_weights(self) -> list[Weights | None]:
        """I8: the clients' days as they were kept at closing."""
        computed = self._computed
        lines, names = holder_shares(self._desk, computed)
        labels = labels_of(self._desk.ledger, names)
        return [
            None
            if part is None
            else {
                client: (share.license_days, share.license_days)
                for client, share in by_client(shares, labels).items()
            }
            for part, shares in zip(computed.parts, lines, strict=True)
        ]

    def _other(self, position: int, line: Line, markup_e6: int | None) -> dict[Any, Row]:
        """Each key's part of a correction or of credit."""
        if line.kind == "credit":
            return {None: (0, 0, line.to_date_minor, line.amount_minor)}
        shares = self._other_shares(position, line, markup_e6)
        return {key: (days, days, amount, amount) for key, (days, amount) in shares.items()}

    def _other_shares(
        self, position: int, line: Line, markup_e6: int | None
    ) -> Mapping[Any, Share]:
        whose = self._computed.whose
        if whose is not None:
            return whose.other(position, self._by, markup_e6)
        if self._by == "client":
            # By site first, as statements are split, so that both come to the same.
            if self._holders is None:
                self._holders = other_holders(self._desk, self._computed)
            found, labels = self._holders
            shares = found[position]
            if markup_e6 is not None:
                shares = marked_shares(line, shares, labels, markup_e6)
            return by_client(shares, labels)
        if self._others is None:
            self._others = other_shares(self._desk, self._computed, self._by)
        return _marked(self._others[position], line, markup_e6)


def _marked(shares: Mapping[Any, Share], line: Line, markup_e6: int | None) -> Mapping[Any, Share]:
    if markup_e6 is None:
        return shares
    return marked_up(shares, *markup_fraction(markup_e6), line.amount_minor)


def add_rows(sums: dict[Any, Row], more: Mapping[Any, Row]) -> None:
    """Add rows to sums, in place."""
    for key, row in more.items():
        known = sums.get(key, NOTHING)
        sums[key] = (known[0] + row[0], known[1] + row[1], known[2] + row[2], known[3] + row[3])
