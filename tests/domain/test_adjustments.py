"""What corrects closed months, and what credit does (I3)."""

from __future__ import annotations

import pytest

from jpcli.domain.adjustments import (
    OfferKey,
    Sum,
    adjustment_lines,
    credit_line,
    has_price,
    is_charged,
    sums_of,
)
from jpcli.domain.calculator import Line
from jpcli.domain.shares import Holder, Share

AI, SCAN, SCANS = OfferKey("ai", 1), OfferKey("scan", 1), OfferKey("scan", 3)


def line(
    key: OfferKey = AI,
    days: int = 0,
    amount_minor: int = 0,
    *,
    kind: str = "license",
    license_days: int | None = None,
    to_date_minor: int | None = None,
) -> Line:
    """A line whose other fields are all different, so that one can't stand for another."""
    return Line(
        kind=kind,
        product=key.product,
        name=f"{key.product} {key.bundle_size}",
        bundle_size=key.bundle_size,
        day_price_e12=17,
        first_day=101,
        last_day=130,
        licenses=7,
        assigned=5,
        unassigned=2,
        days_to_date=days - 1,
        days=days,
        license_days=days if license_days is None else license_days,
        to_date_minor=amount_minor if to_date_minor is None else to_date_minor,
        amount_minor=amount_minor,
    )


NAMES = {key: line(key, 99, 999) for key in (AI, SCAN, SCANS)}


def corrected(
    now: list[Line],
    billed: dict[OfferKey, Sum],
    shares: dict[OfferKey, dict[Holder, Share]] | None = None,
) -> list[tuple[OfferKey, Sum]]:
    """What each line corrects, once it is seen that it has all else from the offer's own."""
    found = []
    for made in adjustment_lines(now, billed, shares or {}, NAMES):
        key = OfferKey(made.product, made.bundle_size)
        assert made == NAMES[key]._replace(
            kind="adjustment",
            licenses=0,
            assigned=0,
            unassigned=0,
            days_to_date=made.days,
            days=made.days,
            license_days=made.license_days,
            to_date_minor=made.amount_minor,
            amount_minor=made.amount_minor,
        )
        found.append((key, Sum(made.days, made.license_days, made.amount_minor)))
    return found


def test_sums_are_added_and_taken_away_field_by_field() -> None:
    one, other = Sum(1, 20, 300), Sum(5, 70, 1100)
    assert one.plus(other) == other.plus(one) == Sum(6, 90, 1400)
    assert one.minus(other) == Sum(-4, -50, -800)
    assert Sum() == (0, 0, 0)
    assert one.minus(one) == Sum()


def test_lines_of_one_offer_are_one_sum_and_credit_is_no_offer_s() -> None:
    """A price change splits a line; a bundle is another offer than its product alone."""
    lines = [
        line(SCAN, 3, 48),
        line(AI, 10, 270),
        line(SCANS, 2, 100, license_days=6),
        line(SCAN, 5, 100),
        line(OfferKey("", 1), 0, -70, kind="credit"),
        line(AI, -4, -108, kind="adjustment"),
    ]
    assert sums_of(lines) == {
        SCAN: Sum(8, 8, 148),
        AI: Sum(6, 6, 162),
        SCANS: Sum(2, 6, 100),
    }
    assert sums_of([]) == {}


def test_i3_a_correction_is_what_it_comes_to_now_less_what_was_billed() -> None:
    """Also for what was not billed then, and for what is no more; in the order of the offers."""
    now = [line(SCANS, 4, 200, license_days=12), line(AI, 10, 270)]
    billed = {SCAN: Sum(3, 3, 48), AI: Sum(12, 12, 324)}
    assert corrected(now, billed) == [
        (AI, Sum(-2, -2, -54)),
        (SCAN, Sum(-3, -3, -48)),
        (SCANS, Sum(4, 12, 200)),
    ]


def test_i3_what_is_as_billed_is_corrected_no_more() -> None:
    now = [line(AI, 10, 270)]
    assert corrected(now, {AI: Sum(10, 10, 270)}) == []
    assert corrected([], {}) == []
    # One that is over nothing and was never billed is nothing, too.
    assert corrected([line(AI, 0, 0)], {SCAN: Sum()}) == []


@pytest.mark.parametrize("billed", [Sum(9, 10, 270), Sum(10, 9, 270), Sum(10, 10, 269)], ids=str)
def test_i3_any_one_field_that_differs_is_corrected(billed: Sum) -> None:
    now = [line(AI, 10, 270)]
    assert corrected(now, {AI: billed}) == [(AI, Sum(10, 10, 270).minus(billed))]


def test_i3_a_line_over_nothing_where_only_holders_differ() -> None:
    moved = {Holder(1, 2): Share(3, 50), Holder(1, 3): Share(-3, -50)}
    now, billed = [line(AI, 10, 270)], {AI: Sum(10, 10, 270)}
    assert corrected(now, billed, {AI: moved}) == [(AI, Sum())]
    assert corrected(now, billed, {AI: {}, SCAN: moved}) == []


def test_only_a_correction_between_holders_is_not_charged() -> None:
    """A line of the month that comes to nothing is on the bill."""
    assert not is_charged(line(AI, 0, 0, kind="adjustment"))
    for amount_minor in (-1, 1):
        assert is_charged(line(AI, 0, amount_minor, kind="adjustment"))
    for kind in ("license", "bundle", "credit"):
        assert is_charged(line(AI, 0, 0, kind=kind))


FORWARD, USED = "Credit carried forward", "Credit from earlier months"


@pytest.mark.parametrize(
    ("to_date", "total", "credit", "expected"),
    [
        (0, 0, 0, None),
        (100, 300, 0, None),
        # There is credit, and nothing that it could pay.
        (0, 0, 500, None),
        # As much is used as is owed, of each.
        (100, 300, 50, (-50, -50, USED)),
        (100, 300, 200, (-100, -200, USED)),
        (100, 300, 300, (-100, -300, USED)),
        (100, 300, 301, (-100, -300, USED)),
        (0, 300, 200, (0, -200, USED)),
        # Less than nothing is carried forward, beside what there is already.
        (-80, -200, 0, (80, 200, FORWARD)),
        (-80, -200, 70, (80, 200, FORWARD)),
        (-80, -1, 0, (80, 1, FORWARD)),
        # So far it is less than nothing; in the end it is not.
        (-80, 0, 0, (80, 0, FORWARD)),
        (-1, 0, 0, (1, 0, FORWARD)),
        (-80, 300, 0, (80, 0, FORWARD)),
        (-80, 300, 50, (80, -50, USED)),
        # And the other way round.
        (40, -200, 0, (0, 200, FORWARD)),
        (40, -200, 100, (-40, 200, FORWARD)),
        (40, 0, 100, (-40, 0, USED)),
    ],
)
def test_i3_credit_leaves_no_total_below_nothing(
    to_date: int, total: int, credit: int, expected: tuple[int, int, str] | None
) -> None:
    # In two lines, because it is their sum that counts.
    lines = [line(AI, 1, 7, to_date_minor=5)]
    lines.append(line(SCAN, 1, total - 7, to_date_minor=to_date - 5))
    found = credit_line(lines, credit)
    if expected is None:
        assert found is None
        return
    to_date_minor, amount_minor, name = expected
    assert found is not None
    assert (found.kind, found.product, found.name, found.period) == ("credit", "", name, None)
    assert (found.to_date_minor, found.amount_minor) == (to_date_minor, amount_minor)
    # It is of one, and of no days, licenses or price.
    assert found.bundle_size == 1
    numbers = [found.day_price_e12, found.first_day, found.last_day, *found[7:13]]
    assert numbers == [0] * 9
    # What is used was there, and the credit that is left is not negative.
    assert total + amount_minor >= 0 <= to_date + to_date_minor
    assert credit + amount_minor >= 0


@pytest.mark.parametrize(
    ("kind", "days", "amount_minor", "expected"),
    [
        ("license", 30, 810, True),
        ("bundle", 0, 0, True),
        ("credit", 0, -500, False),
        ("adjustment", -5, -135, True),
        ("adjustment", 3, 81, True),
        ("adjustment", 0, -480, False),  # a price that came late
        ("adjustment", 0, 0, False),  # between holders
        ("adjustment", -5, -80, False),  # days of an earlier price than the one it has
        ("adjustment", -5, 135, False),
    ],
)
def test_a_line_has_a_price_where_its_amount_is_days_times_that(
    kind: str, days: int, amount_minor: int, expected: bool
) -> None:
    found = line(AI, days, amount_minor, kind=kind)._replace(day_price_e12=27 * 10**12)
    assert has_price(found, "usd") is expected
