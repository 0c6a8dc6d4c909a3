"""What made the bill change between two months, closed or open.

Owns which lines are compared and the published object; what each part means is in
`domain.bill_change`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.adjustments import OfferKey
from jpcli.domain.answers import Answer
from jpcli.domain.bill_change import (
    CREDIT,
    Part,
    offer_parts,
    opposite,
    side_of,
    total_parts,
)
from jpcli.domain.calculator import totals
from jpcli.domain.change_sentence import Change, Moved, sentence
from jpcli.domain.errors import not_among
from jpcli.domain.money import money_json
from jpcli.domain.periods import month_label, month_of, parse_month, previous_month
from jpcli.ledger.queries.shared_days import MonthDays, moved_units, shared_units
from jpcli.services.billing.books import elsewhere_note, is_settled_elsewhere
from jpcli.services.billing.compute import Question, compute
from jpcli.services.billing.period import offer_part

BYS = ("client", "site")

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.calculator import Line
    from jpcli.domain.contract.bill_change import ChangePart, DiffAnswer, ProductChange
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


def diff(
    desk: Desk,
    from_month: str | None = None,
    to_month: str | None = None,
    by: str | None = None,
) -> Answer[DiffAnswer]:
    """The change from one month's bill (the last one's unless told) to another's (this one's), by
    product and reason, and `by` client or site if asked; every sum is exact.

    A month that is not over counts with what it comes to if nothing more changes. Raises BadInput
    `bad_month` or `bad_by`; Failed `no_price`.
    """
    if by is not None and by not in BYS:
        raise not_among("by", by, BYS)
    from_month, to_month = _months(desk, from_month, to_month)
    sides = [compute(desk, Question(month=month)) for month in (from_month, to_month)]
    swapped = sides[0].period.first_day > sides[1].period.first_day
    earlier, later = reversed(sides) if swapped else sides
    changes = {key: _change(desk, key, earlier, later) for key in _offers(earlier, later)}
    told = _sentence(desk, changes, earlier, later)
    if swapped:
        changes = {key: opposite(parts) for key, parts in changes.items()}
    currency = desk.ledger.currency
    from_total, to_total = (totals(side.lines)[1] for side in sides)
    data: DiffAnswer = {
        "agency": desk.ledger.name,
        "time_zone": desk.ledger.zone,
        "currency": currency,
        "from": sides[0].period.label,
        "to": sides[1].period.label,
        "from_invoice": _number(sides[0]),
        "to_invoice": _number(sides[1]),
        "from_settled_elsewhere": is_settled_elsewhere(desk.ledger, from_month),
        "to_settled_elsewhere": is_settled_elsewhere(desk.ledger, to_month),
        "from_open": sides[0].today < sides[0].period.last_day,
        "to_open": sides[1].today < sides[1].period.last_day,
        "from_total": money_json(from_total, currency),
        "to_total": money_json(to_total, currency),
        "difference": money_json(to_total - from_total, currency),
        "sentence": told,
        "parts": _parts(
            total_parts(part for parts in changes.values() for part in parts), currency
        ),
        "products": [
            _product(key, parts, sides[0], sides[1], currency) for key, parts in changes.items()
        ],
    }
    if by is not None:
        from jpcli.services.invoices.diff_groups import diff_groups

        data["by"] = by
        data["groups"] = diff_groups(desk, sides[0], sides[1], by)
    return Answer(data, elsewhere_note(desk, from_month, to_month))


def _months(desk: Desk, from_month: str | None, to_month: str | None) -> tuple[str, str]:
    this = month_of(desk.ledger.calendar, desk.today)
    last = month_label(*previous_month(*parse_month(this)))
    return last if from_month is None else from_month, this if to_month is None else to_month


def _sentence(
    desk: Desk, changes: Mapping[OfferKey, tuple[Part, ...]], earlier: Computed, later: Computed
) -> str:
    """The whole change in words, from the earlier month to the later one."""
    moved = Moved()
    for key in changes:
        if key != _NO_OFFER:
            moved = moved.plus(_moved(desk, key, earlier, later))
    before, after = totals(earlier.lines)[1], totals(later.lines)[1]
    change = Change(
        earlier=earlier.period.label,
        later=later.period.label,
        is_open=later.today < later.period.last_day,
        currency=desk.ledger.currency,
        difference_minor=after - before,
        total_minor=after,
        parts=total_parts(part for parts in changes.values() for part in parts),
        moved=moved,
        priced=[
            (*_lines(later, key), *_lines(earlier, key))[0].name
            for key in changes
            if key != _NO_OFFER and _is_priced_anew(earlier, later, key)
        ],
        longer_days=later.period.days - earlier.period.days,
    )
    return sentence(change)


def _moved(desk: Desk, key: OfferKey, earlier: Computed, later: Computed) -> Moved:
    came, went = moved_units(
        desk.ledger,
        offer_part(desk, key.product, key.bundle_size).offer_id,
        MonthDays(earlier.period, earlier.snapshot),
        MonthDays(later.period, later.snapshot),
    )
    is_bundle = key.bundle_size > 1
    return Moved(0, came, 0, went) if is_bundle else Moved(came, 0, went, 0)


def _is_priced_anew(earlier: Computed, later: Computed, key: OfferKey) -> bool:
    """Whether what is on both bills has another price a day."""
    before, after = (
        {line.day_price_e12 for line in _lines(side, key) if line.kind != "adjustment"}
        for side in (earlier, later)
    )
    return bool(before and after) and (before != after or len(after) > 1)


_NO_OFFER = OfferKey("", 1)


def _offers(*sides: Computed) -> list[OfferKey]:
    """Every offer on either bill, in order; credit, which has none, is last."""
    keys = {_key(line) for side in sides for line in side.lines}
    return sorted(keys, key=lambda key: (key == _NO_OFFER, key))


def _key(line: Line) -> OfferKey:
    return _NO_OFFER if line.kind == "credit" else OfferKey(line.product, line.bundle_size)


def _lines(side: Computed, key: OfferKey) -> list[Line]:
    return [line for line in side.lines if _key(line) == key]


def _change(desk: Desk, key: OfferKey, earlier: Computed, later: Computed) -> tuple[Part, ...]:
    before, after = _lines(earlier, key), _lines(later, key)
    if key == _NO_OFFER:
        return (Part(CREDIT, totals(after)[1] - totals(before)[1]),)
    offer_id = offer_part(desk, key.product, key.bundle_size).offer_id
    shared = shared_units(
        desk.ledger,
        offer_id,
        MonthDays(earlier.period, earlier.snapshot),
        MonthDays(later.period, later.snapshot),
    )
    return offer_parts(side_of(before), side_of(after), shared)


def _product(
    key: OfferKey, parts: tuple[Part, ...], from_side: Computed, to_side: Computed, currency: str
) -> ProductChange:
    before, after = _lines(from_side, key), _lines(to_side, key)
    from_minor, to_minor = totals(before)[1], totals(after)[1]
    is_credit = key == _NO_OFFER
    return {
        "product": None if is_credit else key.product,
        "name": "Credit" if is_credit else (*after, *before)[0].name,
        "bundle_size": key.bundle_size if key.bundle_size > 1 else None,
        "from_amount": money_json(from_minor, currency),
        "to_amount": money_json(to_minor, currency),
        "parts": _parts(parts, currency),
        "difference": money_json(to_minor - from_minor, currency),
    }


def _parts(parts: tuple[Part, ...], currency: str) -> list[ChangePart]:
    return [
        {
            "reason": part.reason,
            "amount": money_json(part.amount_minor, currency),
            "days": part.days,
        }
        for part in parts
    ]


def _number(side: Computed) -> str | None:
    return None if side.invoice is None else side.invoice.number
