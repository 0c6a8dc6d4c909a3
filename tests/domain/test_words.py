from __future__ import annotations

from jpcli.domain.words import long_day, month_name, month_of, short_day


def test_months_and_days_are_written_in_english() -> None:
    assert month_name("2026-11") == "November 2026"
    assert month_of("2026-11") == "November"
    assert long_day("2026-11-02") == "November 2, 2026"
    assert short_day("2024-02-09") == "Feb 9"
