"""The words for why days are billed."""

from __future__ import annotations

from typing import Any

import pytest

from jpcli.domain.day_reasons import Stay, why


@pytest.mark.parametrize(
    ("stay", "words"),
    [
        (("25", "31", True, False), "issued Jul 25 (the issue day counts), active to the end"),
        (("01", "10", False, True), "active before the month began, revoked Jul 10 (the revoke"),
        (("01", "31", False, False), "active all month"),
        (("01", "31", True, False), "issued Jul 1 (the issue day counts), active to the end"),
        (("25", "25", True, True), "issued and revoked on Jul 25 (that is one day)"),
        (("03", "07", True, True), "issued Jul 3 (the issue day counts), revoked Jul 7 (the"),
    ],
)
def test_d2_issue_day_and_revoke_day_count(stay: Any, words: str) -> None:
    first, last, begins, ends = stay
    said = why(Stay(f"2024-07-{first}", f"2024-07-{last}", begins, ends))
    assert said.startswith(words)
    assert "if nothing changes" not in said


def test_d2_a_revocation_at_midnight_does_not_bill_the_day_that_begins() -> None:
    said = why(Stay("2024-07-01", "2024-07-09", False, True, midnight=True))
    assert said.endswith("revoked at the end of Jul 9 (at midnight: the next day does not count)")


def test_m2_a_price_change_begins_and_ends_a_line() -> None:
    before = why(Stay("2024-07-01", "2024-07-10", False, False, closes=False))
    assert before == "active before the month began, to Jul 10, when that price ended"
    after = why(Stay("2024-07-11", "2024-07-31", False, False, opens=False))
    assert after == "at the price from Jul 11 on, active to the end of the month"


def test_i1_days_to_come_are_only_expected() -> None:
    said = why(Stay("2024-07-01", "2024-07-31", False, False, expected=True))
    assert said == "active all month if nothing changes"
