"""The log tells what happened in words, whatever kind of event it is."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.cli.views.events import described
from jpcli.domain import events, outside_events
from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

KINDS = sorted(
    value
    for module in (events, outside_events)
    for name, value in vars(module).items()
    if name.isupper() and isinstance(value, str) and re.fullmatch(r"[a-z]+\.[a-z_]+", value)
)
ALL: dict[str, Any] = {
    "action": "issue",
    "amount_minor": 16501,
    "answer": "{}",
    "attempt": 2,
    "blog_id": 5,
    "brand": "visa",
    "card_name": "visa ···· 4242",
    "cards": [["pm_1", "visa", "4242", 12, 2030, True]] * 2,
    "client": "Ann",
    "code": "card_declined",
    "content_hash": "5" * 64,
    "day_price_e12": 16 * 10**12,
    "from": "2026-11-01",
    "holders": [[None, None, None, None]],
    "last4": "4242",
    "lines": [["license", "jetpack-scan"]] * 3,
    "message": "It was declined",
    "outcome": "done",
    "owners": [{"client": name, "from": "x", "to": None} for name in (None, "Ann", "Bob")] * 3,
    "period": "2026-10",
    "promoted": "card_2",
    "reference": "bank",
    "request_hash": "7" * 64,
    "rows": [1],
    "shares": [[0, 0, 0, 0]],
    "site": "https://a.example",
    "status": "open",
    "undone": [[12, 15]],
    "by": [[16, 16], [18, 19]],
    "zone_data": "9" * 500,
}


def test_kinds_are_found() -> None:
    assert {"invoice.closed", "license.issued", "outbox.wished", "wish.made"} < set(KINDS)


@pytest.mark.no_ledger
@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_of_event_is_told_in_words(kind: str) -> None:
    data = {"name": "Acme"} if kind == events.LEDGER_SET else ALL  # it has one fact, in full
    told = described({"kind": kind, "data": data, "reason": "asked for"})
    assert told.endswith("asked for")
    assert len(told) < 600
    assert not re.search(r"[{\[]|\d{30}|None", told.replace("{}", "")), told


@pytest.mark.no_ledger
def test_a_setting_that_was_taken_away_is_told_as_it_was_typed() -> None:
    data = {"address": ""}
    assert described({"kind": events.LEDGER_SET, "data": data, "reason": None}) == "none"


@pytest.mark.alike("columns")
@pytest.mark.parametrize("columns", [80, 120, 200])
def test_a_closed_month_is_a_line_of_the_log(agency: Callable[..., Any], columns: int) -> None:
    assert agency("invoice", "close", "--due", now="2026-12-02T00:00:00Z").code == 0
    shown = run_on_terminal("log", "--limit", "1", columns=columns).out
    line = next(line for line in shown.splitlines() if "INV-2026-11" in line)
    assert line.rstrip().endswith("2026-11, 2 lines"), shown
    assert len(shown.splitlines()) < 6


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("products set-price jetpack-ai --price 0.125", "$0.125 a day from 2026-11-22 on"),
        (
            "products set-price jetpack-ai --price 2 --bundle 9 --from 2026-12-01",
            "$2.00 a day from 2026-12-01 on, bundle of 9",
        ),
        ("invoice mark-paid INV-2026-11 --reference bank", "$70.23, bank"),
        ("invoice mark-paid INV-2026-11", "$70.23"),
    ],
)
def test_the_log_says_how_much(agency: Callable[..., Any], line: str, told: str) -> None:
    if line.startswith("invoice"):
        assert agency("invoice", "close", "--due", now="2026-12-02T00:00:00Z").code == 0
    assert agency(*line.split()).code == 0
    (row,) = agency("log", "--limit", "1", "--format", "table").out.splitlines()[-1:]
    assert row.endswith(f"tester  {told}"), row
