"""Whose part of the bill: lines split by product, site, client, license or day (M5, W1, W2).

Owns which sums a grouping needs and what its keys are called. Groups add up to the lines.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput
from jpcli.domain.invoice import compute_groups
from jpcli.domain.money import money_json, with_markup
from jpcli.ledger import billing
from jpcli.ledger.owners import OWNERS
from jpcli.services.computing import window_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from jpcli.domain.invoice import Group, Line
    from jpcli.ledger.billing import OfferPart
    from jpcli.services.computing import Computed
    from jpcli.services.desk import Desk

    Weights = dict[Any, tuple[int, int]]
    Counter = Callable[[Line, OfferPart], Weights]

KEY_NAMES = {
    "product": "product",
    "site": "site",
    "client": "client",
    "license": "license_key",
    "day": "day",
}


def groups(
    desk: Desk, computed: Computed, by: str, markup_e6: int | None = None
) -> list[dict[str, Any]]:
    """The month's lines split `by` something; the group without one has None as its key.

    Raises BadInput `bad_by` for something else than `KEY_NAMES` has.
    """
    if by not in KEY_NAMES:
        message = f"by must be one of {', '.join(KEY_NAMES)}, not {by}"
        raise BadInput("bad_by", message, subject=by)
    currency = desk.ledger.currency
    split = Splitting(desk, computed, by)
    found = [
        {
            KEY_NAMES[by]: group.key,
            "days_to_date": group.days_to_date,
            "days": group.days,
            "to_date": money_json(group.to_date_minor, currency),
            "amount": money_json(group.amount_minor, currency),
        }
        for group in split.groups(computed.lines)
    ]
    if markup_e6 is not None:
        marked_lines = [
            line._replace(amount_minor=with_markup(line.amount_minor, markup_e6, currency))
            for line in computed.lines
        ]
        marked = split.groups(marked_lines, markup_e6)
        amounts = {group.key: group.amount_minor for group in marked}
        for item in found:
            amount_minor = amounts[item[KEY_NAMES[by]]]
            item["amount_with_markup"] = money_json(amount_minor, currency)
    return found


def details(desk: Desk, computed: Computed) -> dict[str, Any]:
    """What the terminal shows beside the table: licenses a day, and what unassigned ones cost."""
    ledger = desk.ledger
    by_site = Splitting(desk, computed, "site").groups(computed.lines)
    unassigned = next((group for group in by_site if group.key is None), None)
    amount = 0 if unassigned is None else unassigned.amount_minor
    to_date = 0 if unassigned is None else unassigned.to_date_minor
    return {
        "licenses_per_day": licenses_per_day(desk, computed),
        "unassigned_to_date": money_json(to_date, ledger.currency),
        "unassigned_amount": money_json(amount, ledger.currency),
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
        counts = billing.licenses_by_day(desk.ledger, part, window, computed.source)
        for position, count in enumerate(counts):
            per_day[offset + position] += count
    return per_day


class Splitting:
    """How the lines of one month are split; days are counted once, amounts as often as asked."""

    def __init__(self, desk: Desk, computed: Computed, by: str) -> None:
        self._desk = desk
        self._computed = computed
        self._by = by
        count = COUNTERS[by](desk, computed)
        self._weights = [
            None if part is None else count(line, part)
            for line, part in zip(computed.lines, computed.parts, strict=True)
        ]

    def groups(self, lines: Sequence[Line], markup_e6: int | None = None) -> tuple[Group, ...]:
        """The groups of lines that differ from the month's own in their amounts at most (M5), by a
        markup if there is one."""
        billed = [line for line, w in zip(lines, self._weights, strict=True) if w is not None]
        weights = [w for w in self._weights if w is not None]
        found = compute_groups(billed, weights, self._desk.ledger.currency)
        others = [line for line, w in zip(lines, self._weights, strict=True) if w is None]
        if not others:
            return found
        from jpcli.services.adjusted_groups import with_corrections

        return with_corrections(self._desk, self._computed, self._by, found, others, markup_e6)

    def by_line(
        self, lines: Sequence[Line], markup_e6: int | None = None
    ) -> Iterator[tuple[Group, ...]]:
        """The groups of each line by itself, in the order of the lines."""
        from jpcli.services.adjusted_groups import with_corrections

        desk, computed = self._desk, self._computed
        for line, weights in zip(lines, self._weights, strict=True):
            if weights is None:
                yield with_corrections(desk, computed, self._by, (), [line], markup_e6)
            else:
                yield compute_groups([line], [weights], desk.ledger.currency)


def _by_product(desk: Desk, computed: Computed) -> Counter:
    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        to_date = days = 0
        for _, row_to_date, row_days in billing.days_by_site(
            desk.ledger, part, window, computed.source
        ):
            to_date += row_to_date
            days += row_days
        return {line.product: (to_date, days)}

    return count


def _by_site(desk: Desk, computed: Computed) -> Counter:
    names = billing.site_names(desk.ledger)

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        rows = billing.days_by_site(desk.ledger, part, window, computed.source)
        return {names[site_id]: (to_date, days) for site_id, to_date, days in rows}

    return count


def _by_client(desk: Desk, computed: Computed) -> Counter:
    names = billing.client_names(desk.ledger)
    owners = OWNERS if computed.overlay is None else computed.overlay.owners

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        rows = billing.days_by_client(desk.ledger, part, window, computed.source, owners)
        return {names[client_id]: (to_date, days) for client_id, to_date, days in rows}

    return count


def _by_owner(desk: Desk, computed: Computed) -> Counter:
    """Client and site together, "" for none, so that keys have an order."""
    clients, sites = billing.client_names(desk.ledger), billing.site_names(desk.ledger)
    owners = OWNERS if computed.overlay is None else computed.overlay.owners

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        rows = billing.days_by_owner(desk.ledger, part, window, computed.source, owners)
        return {
            (clients[client_id] or "", sites[site_id] or ""): (to_date, days)
            for client_id, site_id, to_date, days in rows
        }

    return count


def _by_license(desk: Desk, computed: Computed) -> Counter:
    supposed = {} if computed.overlay is None else computed.overlay.names

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        names = billing.license_names(desk.ledger, part, window, computed.source)
        rows = billing.days_by_license(desk.ledger, part, window, computed.source)
        return {
            supposed[number] if number < 0 else names[number]: (to_date, days)
            for number, to_date, days in rows
        }

    return count


def _by_day(desk: Desk, computed: Computed) -> Counter:
    iso = desk.ledger.calendar.iso

    def count(line: Line, part: OfferPart) -> Weights:
        window = window_of(computed, line)
        counts = billing.licenses_by_day(desk.ledger, part, window, computed.source)
        days = range(line.first_day, line.last_day + 1)
        return {
            iso(day): (number if day <= computed.today else 0, number)
            for day, number in zip(days, counts, strict=True)
            if number
        }

    return count


COUNTERS: dict[str, Callable[[Desk, Computed], Counter]] = {
    "product": _by_product,
    "site": _by_site,
    "client": _by_client,
    "owner": _by_owner,
    "license": _by_license,
    "day": _by_day,
}
