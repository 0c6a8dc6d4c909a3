"""What made a bill change: each part alone, then together; see tests/property for random ones."""

from __future__ import annotations

from typing import Any

from jpcli.domain.bill_change import (
    ADJUSTMENTS,
    CREDIT,
    ISSUED,
    MONTH_LENGTH,
    PRICE,
    REASONS,
    REVOKED,
    Part,
    Shared,
    Side,
    offer_parts,
    opposite,
    side_of,
    total_parts,
)
from jpcli.domain.calculator import Line
from jpcli.domain.money import E12

JUNE, JULY = 30, 31


def side(days: int, price_minor: int, **more: int) -> Side:
    return Side(days, days * price_minor * E12, days * price_minor, **more)


def parts(earlier: Side, later: Side, shared: Shared) -> dict[str, tuple[int, int | None]]:
    """Amount and days of each part that is not nothing."""
    found = offer_parts(earlier, later, shared)
    assert sum(part.amount_minor for part in found) == (
        later.amount_minor + later.adjusted_minor - earlier.amount_minor - earlier.adjusted_minor
    )
    return {
        part.reason: (part.amount_minor, part.days)
        for part in found
        if part.amount_minor or part.days
    }


def test_a_longer_month_alone() -> None:
    shared = Shared(2, 2 * JUNE, 2 * JULY)
    assert parts(side(60, 10), side(62, 10), shared) == {MONTH_LENGTH: (20, 2)}


def test_a_license_that_came_has_all_its_days_as_issued() -> None:
    assert parts(Side(), side(7, 10), Shared()) == {ISSUED: (70, 7)}


def test_a_license_issued_within_the_earlier_month_lacked_its_first_days_there() -> None:
    shared = Shared(1, 6, JULY, from_before=24)
    assert parts(side(6, 10), side(JULY, 10), shared) == {
        ISSUED: (240, 24),
        MONTH_LENGTH: (10, 1),
    }


def test_a_license_that_went_has_all_its_days_as_revoked() -> None:
    assert parts(side(12, 10), Side(), Shared()) == {REVOKED: (-120, -12)}


def test_a_license_revoked_within_the_later_month_lacks_its_last_days_there() -> None:
    shared = Shared(1, JUNE, 10, to_after=21)
    assert parts(side(JUNE, 10), side(10, 10), shared) == {
        REVOKED: (-210, -21),
        MONTH_LENGTH: (10, 1),
    }


def test_a_price_counts_on_the_later_months_days() -> None:
    shared = Shared(1, JUNE, JULY)
    assert parts(side(JUNE, 10), side(JULY, 12), shared) == {
        MONTH_LENGTH: (10, 1),
        PRICE: (62, None),
    }


def test_adjustments_are_apart() -> None:
    earlier = side(JUNE, 10, adjusted_days=-2, adjusted_minor=-20)
    later = side(JULY, 10, adjusted_days=3, adjusted_minor=30)
    assert parts(earlier, later, Shared(1, JUNE, JULY)) == {
        MONTH_LENGTH: (10, 1),
        ADJUSTMENTS: (50, 5),
    }


def test_m5_rounding_goes_to_the_largest_remainders() -> None:
    # Half a minor unit a day: 0.5 x (3 - 1) came and went, and lines are rounded up.
    earlier = Side(1, E12 // 2, 1)
    later = Side(3, 3 * E12 // 2, 2)
    assert parts(earlier, later, Shared()) == {ISSUED: (2, 3), REVOKED: (-1, -1)}


def test_m5_what_is_missing_goes_to_the_largest_remainder_and_comes_from_the_smallest() -> None:
    """One day came and the month is two longer, at 1.3 a day: 1.3 and 2.6, which may be 4 in all,
    5 or, where lines were rounded one by one, 2 or 0."""

    def split(amount_minor: int) -> dict[str, tuple[int, int | None]]:
        earlier, later = Side(10, 13 * E12, 13), Side(13, 169 * E12 // 10, 13 + amount_minor)
        return parts(earlier, later, Shared(1, 10, 12))

    assert split(4) == {ISSUED: (1, 1), MONTH_LENGTH: (3, 2)}
    assert split(5) == {ISSUED: (2, 1), MONTH_LENGTH: (3, 2)}
    assert split(3) == {ISSUED: (1, 1), MONTH_LENGTH: (2, 2)}
    assert split(2) == {ISSUED: (0, 1), MONTH_LENGTH: (2, 2)}
    assert split(0) == {ISSUED: (-1, 1), MONTH_LENGTH: (1, 2)}
    # At 1.6 it is 1.6 and 3.2: the smaller part has the larger remainder.
    earlier, later = Side(10, 16 * E12, 16), Side(13, 208 * E12 // 10, 21)
    assert parts(earlier, later, Shared(1, 10, 12)) == {ISSUED: (2, 1), MONTH_LENGTH: (3, 2)}


def test_a_unit_that_lacks_days_at_every_end_lacks_them_for_its_own_reason() -> None:
    """June: the 5th to the 10th; July: the 15th to the 21st. It came back, as it were."""
    shared = Shared(1, 6, 7, from_before=4, from_after=20, to_before=14, to_after=10)
    assert parts(side(6, 10), side(7, 10), shared) == {
        ISSUED: (-100, -10),
        REVOKED: (100, 10),
        MONTH_LENGTH: (10, 1),
    }


def test_rounding_that_no_part_explains_is_the_prices() -> None:
    # The same days at the same price, once in two lines that were rounded one by one.
    earlier, later = Side(2, E12, 1), Side(2, E12, 2)
    assert parts(earlier, later, Shared(2, 2, 2)) == {PRICE: (1, None)}


def test_lines_are_added_up_adjustments_apart() -> None:
    def line(kind: str, days: int, price: int, amount: int, period: str | None = None) -> Line:
        fields: dict[str, Any] = dict.fromkeys(Line._fields, 0)
        fields |= {"kind": kind, "days": days, "day_price_e12": price * E12}
        return Line(**{**fields, "amount_minor": amount, "period": period})

    lines = [
        line("license", 10, 3, 30),
        line("license", 5, 4, 20),
        line("adjustment", -2, 3, -6, "2024-06"),
    ]
    assert side_of(lines) == Side(15, 50 * E12, 50, -2, -6)


def test_totals_have_every_reason_in_order() -> None:
    total = total_parts([Part(ISSUED, 5, 1), Part(CREDIT, -3), Part(ISSUED, 2, 4)])
    assert [part.reason for part in total] == list(REASONS)
    assert total[0] == Part(ISSUED, 7, 5)
    assert (total[2], total[-1]) == (Part(PRICE, 0), Part(CREDIT, -3))


def test_the_other_way_round_is_the_opposite() -> None:
    assert opposite([Part(ISSUED, 5, 1), Part(PRICE, -3)]) == (
        Part(ISSUED, -5, -1),
        Part(PRICE, 3),
    )
