"""Why a bill changed, in words."""

from __future__ import annotations

import pytest

from jpcli.domain.bill_change import Part
from jpcli.domain.change_sentence import Change, Moved, sentence

NONE = Moved()


def told(*parts: tuple[str, int], moved: Moved = NONE, **options: object) -> str:
    found = [Part(*part) for part in parts]
    change = Change(
        earlier="2026-10",
        later="2026-11",
        is_open=True,
        currency="usd",
        difference_minor=sum(part.amount_minor for part in found),
        total_minor=5000,
        parts=found,
        moved=moved,
        priced=["Scan", "AI"],
        longer_days=-1,
    )
    return sentence(change._replace(**options))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("parts", "moved", "expected"),
    [
        (
            [("issued", 1230)],
            Moved(licenses_came=3),
            "November will cost $12.30 more than October: 3 licenses were issued.",
        ),
        (
            [("issued", 100), ("price", 300), ("revoked", -50), ("month_length", -20)],
            Moved(1, 1, 0, 1),
            (
                "November will cost $3.30 more than October: prices changed and 1 license and"
                " 1 bundle were issued; against that, 1 bundle was revoked and the month is 1 day"
                " shorter."
            ),
        ),
        (
            [("issued", 100), ("adjustments", -300), ("credit", -1)],
            Moved(licenses_came=1),
            (
                "November will cost $2.01 less than October: earlier months were corrected and more"
                " credit is used; against that, 1 license was issued."
            ),
        ),
        (
            [("issued", 100), ("revoked", -100)],
            Moved(1, 0, 2),
            (
                "November will cost the same as October, $50.00: 1 license was issued; against"
                " that, 2 licenses were revoked."
            ),
        ),
        ([], NONE, "November will cost the same as October, $50.00: nothing changed."),
        ([("credit", 5)], NONE, "November will cost $0.05 more than October: less credit is used."),
    ],
)
def test_what_makes_the_change_stands_first(
    parts: list[tuple[str, int]], moved: Moved, expected: str
) -> None:
    assert told(*parts, moved=moved) == expected


def test_months_that_are_over_and_of_two_years() -> None:
    assert told(("issued", 1), moved=Moved(1), is_open=False).startswith("November cost $0.01 more")
    years = told(("issued", 1), moved=Moved(1), earlier="2025-12", later="2026-01")
    assert years.startswith("January 2026 will cost $0.01 more than December 2025: ")


def test_a_price_is_named_and_rounding_is_none() -> None:
    assert told(("price", -5), priced=["Scan"]).endswith("the price of Scan changed.")
    assert told(("price", 1), priced=[]).endswith("amounts are rounded.")


def test_a_month_beside_itself() -> None:
    assert told(later="2026-10") == "October will cost $50.00."
