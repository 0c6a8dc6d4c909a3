"""Addresses of servers in other texts; those by themselves are in `tests/server/test_faults.py`."""

from __future__ import annotations

import pytest

from jpcli.domain.addresses import masked, shown, typed


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


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("a ledger.db", "a ledger.db"),
        ("postgresql://u@h:1,h2/db?sslmode=require", "postgresql://u@h:1,h2/db?sslmode=require"),
        ("postgresql://u:s3cret@h:1/db", "postgresql://u@h:1/db"),
        ("postgresql://u:@h/db", "postgresql://u@h/db"),
        ("postgresql://u:x@s3cret@[::1]:1/db", "postgresql://u@[::1]:1/db"),
        ("postgresql:///db?user=u&password=s3cret", "postgresql:///db?user=u"),
        ("postgresql://h/db?password=s3cret", "postgresql://h/db"),
        ("postgresql://h/db?passw%6Frd=s3cret&port=1", "postgresql://h/db?port=1"),
        (
            "postgresql://h/db?sslcert=c.pem&sslkey=k.pem&sslpassword=s3cret&keepalives_idle=9",
            "postgresql://h/db?sslcert=c.pem&sslkey=k.pem&keepalives_idle=9",
        ),
    ],
)
def test_what_is_to_be_typed_has_no_stars_for_a_password(address: str, expected: str) -> None:
    assert typed(address) == expected
    assert typed(shown(address)) == expected
    assert "s3cret" not in typed(address)
