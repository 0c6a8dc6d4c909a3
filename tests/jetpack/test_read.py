"""What is read of an answer's headers: how long to wait, and what Jetpack calls the request."""

from __future__ import annotations

import time

import pytest

from jpcli.jetpack import transport

NOW, THEN = "Mon, 30 Nov 2026 12:00:00 GMT", "Mon, 30 Nov 2026 12:00:07 GMT"
OURS = 1_796_040_000.0  # NOW, by our clock


@pytest.mark.parametrize(
    ("text", "date", "seconds"),
    [
        (None, NOW, None),
        ("", NOW, None),
        (" 7 ", None, 7),
        ("0", None, 0),
        ("1.5", NOW, 1.5),
        ("1.5.2", NOW, None),
        (".", NOW, None),
        ("-1", NOW, None),
        ("1e3", NOW, None),
        ("²", NOW, None),
        ("٣", NOW, None),
        ("soon", NOW, None),
        (THEN, NOW, 7),
        (NOW, THEN, 0),
        (NOW, NOW, 0),
        (THEN, "", 7),
        (THEN, None, 7),
        (THEN, "soon", None),
        ("Mon, 30 Nov 2026 12:00:07 +0001", NOW, 0),
        ("Mon, 30 Nov 2026 11:59:07 -0001", NOW, 7),
        ("Mon, 30 Nov 2026 25:00:00 GMT", NOW, None),
        ("Mon, 30 Nov 99999999999 12:00:00 GMT", NOW, None),
    ],
)
def test_how_long_to_wait(
    text: str | None, date: str | None, seconds: float | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("time.time", lambda: OURS)
    assert transport._wait_seconds(text, date) == seconds


@pytest.mark.parametrize(
    ("text", "name"),
    [
        (None, None),
        ("", None),
        ("  ", None),
        (" jp-1 ", "jp-1"),
        ("a\tb\x1b[31m", "a?b?[31m"),
        ("x" * 200, "x" * 200),
        ("x" * 201, "x" * 200),
        ("4242424242424242", None),
        ("my token-1 it is", None),
        ("token-", "token-"),
    ],
)
def test_what_a_request_is_called(text: str | None, name: str | None) -> None:
    assert transport._request_id(text, "token-1") == name


def test_what_ended_in_time_is_not_hung_up_later() -> None:
    line = transport._Line()
    with line.until(0.05):
        pass
    time.sleep(0.15)
    assert not line.is_late
    with line.until(0.05):
        time.sleep(0.3)
    assert line.is_late
