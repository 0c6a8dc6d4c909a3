from __future__ import annotations

import pytest

from jpcli.domain.words import (
    and_more,
    closest,
    count,
    from_to,
    long_day,
    month_name,
    month_of,
    path_text,
    quoted,
    short_day,
    written_out,
)


def test_months_and_days_are_written_in_english() -> None:
    assert month_name("2026-11") == "November 2026"
    assert month_of("2026-11") == "November"
    assert long_day("2026-11-02") == "November 2, 2026"
    assert short_day("2024-02-09") == "Feb 9"


@pytest.mark.parametrize(
    ("said", "text"),
    [
        (count(0, "license"), "0 licenses"),
        (count(1, "license"), "1 license"),
        (count(2000, "license"), "2,000 licenses"),
        (count(1, "site has", "sites have"), "1 site has"),
        (count(2, "site has", "sites have"), "2 sites have"),
        (and_more(0), ""),
        (and_more(2), " (and 2 more)"),
        (from_to(["2026-10"]), "2026-10"),
        (from_to(["2026-08", "2026-09", "2026-10"]), "2026-08 to 2026-10"),
        (path_text(()), ""),
        (path_text(("licenses", 1, "at_most")), "licenses[2].at_most"),
        (quoted("a b"), "'a b'"),
        (quoted("plain"), "plain"),
        (written_out("\x1b"), r"\x1b"),
        (written_out("\xff"), r"\xff"),
        (written_out("\u0100"), r"\u0100"),
        (written_out("\u202e"), r"\u202e"),
    ],
)
def test_what_is_said(said: str, text: str) -> None:
    assert said == text


def test_the_name_that_was_meant() -> None:
    known = ["jetpack-scan", "jetpack-backup-t1"]
    assert closest("jetpack-scam", known, 0.6) == "jetpack-scan"
    assert closest("zebra", known, 0.4) is None
    assert closest("jetpack-scan", [], 0.4) is None
