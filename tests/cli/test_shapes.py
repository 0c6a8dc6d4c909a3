"""The checker of answers notices what it is there for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, NotRequired, TypedDict

import pytest

from jpcli.domain.contract.values import Count, Date, MoneyObject, OneOf
from tests.cli.shapes import Seen, faults

if TYPE_CHECKING:
    from collections.abc import Mapping

pytestmark = pytest.mark.no_ledger


class Part(TypedDict):
    day: Date | None
    count: Count


class Whole(TypedDict):
    name: str
    kind: Annotated[str, OneOf("a", "b")]
    total: MoneyObject
    parts: list[Part]
    more: dict[str, int]
    part: Part | MoneyObject
    sure: NotRequired[bool]


MONEY = {"amount_minor": 5, "currency": "usd", "amount": "0.05"}
GOOD: Mapping[str, Any] = {
    "name": "x",
    "kind": "a",
    "total": MONEY,
    "parts": [{"day": None, "count": 0}, {"day": "2026-11-22", "count": 2}],
    "more": {"x": 1},
    "part": MONEY,
}


def test_what_fits_has_no_faults() -> None:
    assert faults(GOOD, Whole) == []
    assert faults({**GOOD, "sure": True, "part": {"day": None, "count": 1}}, Whole) == []


@pytest.mark.parametrize(
    ("wrong", "where"),
    [
        ({"extra": 1}, ".extra: no such field"),
        ({"name": None}, ".name: None is no str"),
        ({"name": 5}, ".name: 5 is no str"),
        ({"kind": "c"}, ".kind: 'c' is none of"),
        ({"sure": None}, ".sure: None is no bool"),
        ({"sure": 1}, ".sure: 1 is no bool"),
        ({"parts": {}}, ".parts: {} is no list"),
        ({"parts": [{"day": "2026-11-22"}]}, ".parts[0].count: is missing"),
        ({"parts": [{"day": "Nov 22", "count": 1}]}, ".parts[0].day: 'Nov 22' is no date"),
        ({"parts": [{"day": None, "count": -1}]}, ".parts[0].count: -1 is no count"),
        ({"parts": [{"day": None, "count": True}]}, ".parts[0].count: True is no int"),
        ({"parts": [{"day": None, "count": 1.0}]}, ".parts[0].count: 1.0 is no int"),
        ({"more": {"x": "1"}}, ".more.x: '1' is no int"),
        ({"more": []}, ".more: [] is no object"),
        ({"total": {**MONEY, "amount_minor": 0.5}}, ".total.amount_minor: 0.5 is no int"),
        ({"total": "0.05"}, ".total: '0.05' is no MoneyObject"),
        ({"part": {"day": None}}, ".part.count: is missing in Part"),
        ({"part": None}, ".part: None is no Part"),
    ],
)
def test_a_fault_is_found_where_it_is(wrong: dict[str, Any], where: str) -> None:
    (fault,) = faults({**GOOD, **wrong}, Whole)
    assert fault.startswith(where)


def test_a_missing_field_is_a_fault() -> None:
    for name in GOOD:
        left = {key: value for key, value in GOOD.items() if key != name}
        assert faults(left, Whole) == [f".{name}: is missing in Whole"]


def test_what_only_ever_is_null_or_left_out_is_told() -> None:
    seen = Seen()
    faults({**GOOD, "parts": [{"day": None, "count": 0}]}, Whole, seen=seen)
    assert seen.one_sided() == {"Part.day": "null", "Whole.sure": "left out"}
    faults({**GOOD, "sure": True}, Whole, seen=seen)
    assert seen.one_sided() == {}
