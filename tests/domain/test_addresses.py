"""Addresses of servers in other texts; those by themselves are in `tests/server/test_faults.py`."""

from __future__ import annotations

import pytest

from jpcli.domain.addresses import masked


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("There is no license x", "There is no license x"),
        ("postgres is a program", "postgres is a program"),
        ("'postgresql://u:s3cret@h/db' is no month", "'postgresql://u:***@h/db' is no month"),
        ("no postgres://u:s3 cr@et@h:1/db here", "no postgres://u:***@h:1/db here"),
        ("no postgresql://u:s3cret@h/db?x=s3cret", "no postgresql://u:***@h/db?x=***"),
        ("at postgresql://u:***@h/db already", "at postgresql://u:***@h/db already"),
    ],
)
def test_no_text_has_a_password(text: str, expected: str) -> None:
    assert masked(text) == expected
