from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.calculator import (
    Group,
    Line,
    LineDays,
    Offer,
    compute_groups,
    compute_lines,
    leaves_no_remainder,
    totals,
)
from jpcli.domain.errors import Failed
from jpcli.domain.money import parse_day_price
from jpcli.domain.prices import Segment
from jpcli.domain.split import largest_remainder

SCAN = Offer("jetpack-scan", "Scan Daily")
SPAM_20 = Offer("jetpack-anti-spam", "Anti-spam, bundle of 20", 20)


def counted(
    offer: Offer,
    price: str | None,
    days_to_date: int,
    days: int,
    currency: str = "usd",
    **more: int,
) -> LineDays:
    day_price_e12 = None if price is None else parse_day_price(price, currency)
    counts = {
        "licenses": 2,
        "assigned": 1,
        "unassigned": 1,
        "license_days": days,
    }
    return LineDays(
        offer=offer,
        segment=Segment(1, 31, day_price_e12),
        days_to_date=days_to_date,
        days=days,
        **{**counts, **more},
    )


def line(price: str, days_to_date: int, days: int, offer: Offer = SCAN) -> Line:
    return compute_lines([counted(offer, price, days_to_date, days)], "usd")[0]


@pytest.mark.parametrize(
    ("offer", "message", "option"),
    [
        (SCAN, "jetpack-scan has no price", "set-price jetpack-scan --price"),
        (
            SPAM_20,
            "A bundle of 20 jetpack-anti-spam has no price",
            "set-price jetpack-anti-spam --bundle 20 --price",
        ),
    ],
)
def test_m2_days_without_a_price_stop_the_bill(offer: Offer, message: str, option: str) -> None:
    with pytest.raises(Failed, match=message) as caught:
        compute_lines([counted(offer, None, 0, 1)], "usd")
    assert caught.value.code == "no_price"
    assert caught.value.subject == offer.product
    assert option in str(caught.value.hint)


def test_m2_a_stretch_without_a_price_and_without_days_is_no_line() -> None:
    assert compute_lines([counted(SCAN, None, 0, 0), counted(SCAN, "0.16", 0, 0)], "usd") == ()


def test_m4_a_line_is_days_times_day_price() -> None:
    assert line("0.27", 200, 301) == Line(
        kind="license",
        product="jetpack-scan",
        name="Scan Daily",
        bundle_size=1,
        day_price_e12=27 * 10**12,
        first_day=1,
        last_day=31,
        licenses=2,
        assigned=1,
        unassigned=1,
        days_to_date=200,
        days=301,
        license_days=301,
        to_date_minor=5400,
        amount_minor=8127,
        period=None,
    )


def test_b1_a_bundle_is_billed_by_its_own_days() -> None:
    found = compute_lines([counted(SPAM_20, "1.93", 20, 31, license_days=620)], "usd")[0]
    assert (found.kind, found.bundle_size) == ("bundle", 20)
    assert (found.days, found.license_days) == (31, 620)
    assert (found.to_date_minor, found.amount_minor) == (3860, 5983)


def test_m4_the_total_is_the_sum_of_rounded_lines() -> None:
    lines = [line("0.005", 0, 1), line("0.005", 1, 1), line("0.16", 3, 10)]
    assert totals(lines) == (1 + 48, 1 + 1 + 160)
    assert totals([]) == (0, 0)


def test_m4_a_price_of_nothing_is_a_line() -> None:
    assert line("0", 5, 31).amount_minor == 0


def groups(
    lines: list[Line], weights: list[dict[Any, tuple[int, int]]]
) -> list[tuple[Any, int, int, int, int]]:
    found = compute_groups(lines, weights, "usd")
    assert all(isinstance(group, Group) for group in found)
    return [tuple(group) for group in found]


def test_m5_weights_must_come_for_every_line() -> None:
    with pytest.raises(ValueError, match="shorter"):
        compute_groups([line("0.16", 1, 1)], [], "usd")


def test_m5_a_line_is_split_by_days_and_none_comes_last() -> None:
    # 100 days at 0.01: 1.00 in three parts
    weights: dict[Any, tuple[int, int]] = {None: (10, 30), "b": (0, 30), "a": (10, 40)}
    assert groups([line("0.01", 20, 100)], [weights]) == [
        ("a", 10, 40, 10, 40),
        ("b", 0, 30, 0, 30),
        (None, 10, 30, 10, 30),
    ]


def test_m5_lines_without_license_days_are_added_up_where_they_belong() -> None:
    """Bundles without children: nobody's, or the only key's."""
    bundles = [line("0.50", 2, 3, SPAM_20), line("0.20", 1, 4, SPAM_20)]
    assert groups(bundles, [{}, {}]) == [(None, 0, 0, 120, 230)]
    assert groups(bundles, [{"a": (0, 0)}, {"a": (0, 0)}]) == [("a", 0, 0, 120, 230)]
    several: dict[Any, tuple[int, int]] = {"a": (0, 0), "b": (0, 0)}
    assert groups(bundles, [several, several]) == [(None, 0, 0, 120, 230)]


def test_m5_ties_go_by_key_and_not_by_the_order_of_counting() -> None:
    bundle = line("0.02", 1, 1, SPAM_20)
    one_way = groups([bundle], [{None: (1, 1), "b": (1, 1), "a": (1, 1)}])
    other_way = groups([bundle], [{"a": (1, 1), "b": (1, 1), None: (1, 1)}])
    assert one_way == other_way
    assert one_way == [("a", 1, 1, 1, 1), ("b", 1, 1, 1, 1), (None, 1, 1, 0, 0)]


@pytest.mark.parametrize(
    ("price", "currency", "offer", "even"),
    [
        ("0.27", "usd", SCAN, True),
        ("0", "usd", SCAN, True),
        ("0.275", "usd", SCAN, False),
        ("0.0027", "usd", SCAN, False),
        # By bundle-days, while it is split by those of its children.
        ("1.93", "usd", SPAM_20, False),
        ("30", "jpy", SCAN, True),
        ("0.5", "jpy", SCAN, False),
        # Three-decimal amounts go by steps of ten.
        ("0.120", "kwd", SCAN, True),
        ("0.123", "kwd", SCAN, False),
    ],
)
def test_m5_a_whole_price_leaves_no_remainder_in_any_order(
    price: str, currency: str, offer: Offer, even: bool
) -> None:
    days = {"a": (1, 3), "b": (2, 2), "c": (0, 5), None: (4, 4)}
    to_date, whole = (sum(column) for column in zip(*days.values(), strict=True))
    (of_days,) = compute_lines([counted(offer, price, to_date, whole, currency)], currency)
    assert leaves_no_remainder(of_days) is even
    if even:
        for column, amount in enumerate((of_days.to_date_minor, of_days.amount_minor)):
            weights = [of_key[column] for of_key in days.values()]
            backwards = largest_remainder(amount, weights[::-1])[::-1]
            assert largest_remainder(amount, weights) == backwards
            assert [part * sum(weights) for part in backwards] == [
                amount * weight for weight in weights
            ]


@pytest.mark.parametrize("changed", [{"amount_minor": 1}, {"to_date_minor": 1}])
def test_m5_a_line_that_is_not_its_days_by_its_price_may_leave_one(changed: dict[str, int]) -> None:
    whole = line("0.27", 20, 30)
    more = {name: getattr(whole, name) + number for name, number in changed.items()}
    assert leaves_no_remainder(whole)
    assert not leaves_no_remainder(whole._replace(**more))
    assert not leaves_no_remainder(whole._replace(kind="adjustment"))


def test_m5_each_line_is_split_by_itself() -> None:
    found = groups(
        [line("0.01", 0, 3), line("0.16", 0, 2)], [{"a": (0, 1), "b": (0, 2)}, {"b": (0, 2)}]
    )
    assert found == [("a", 0, 1, 0, 1), ("b", 0, 4, 0, 34)]


def test_m5_a_bundle_without_children_is_nobodys() -> None:
    bundle = line("1.93", 10, 31, SPAM_20)
    assert groups([bundle], [{}]) == [(None, 0, 0, 1930, 5983)]
    assert groups([bundle], [{"a": (0, 0), "b": (0, 0)}]) == [(None, 0, 0, 1930, 5983)]
    # by product there is just one place for it
    assert groups([bundle], [{"jetpack-anti-spam": (0, 0)}]) == [
        ("jetpack-anti-spam", 0, 0, 1930, 5983)
    ]


def test_m5_a_key_without_days_and_amounts_is_no_group() -> None:
    lines = [line("0.16", 0, 2)]
    assert groups(lines, [{"a": (0, 2), "b": (0, 0)}]) == [("a", 0, 2, 0, 32)]


def test_m5_keys_may_be_days() -> None:
    weights: dict[Any, tuple[int, int]] = {20: (1, 1), 3: (1, 1)}
    assert [group[0] for group in groups([line("0.16", 2, 2)], [weights])] == [3, 20]
