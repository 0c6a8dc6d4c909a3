"""The question before months are closed: asked of a person, never of a cron job."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.cli.conftest import Run, run_on_terminal, run_process

NOW = "2027-01-02T00:00:00Z"
CLOSE = ("invoice", "close", "--due")
MONTHS = ("2026-11", "2026-12")


@pytest.fixture
def waiting(agency: Callable[..., Run], monkeypatch: pytest.MonkeyPatch) -> Callable[..., Run]:
    """Two months wait to be closed."""
    monkeypatch.setenv("JPCLI_NOW", NOW)
    return agency


def closed(jpcli: Callable[..., Run]) -> list[str]:
    listed = jpcli("invoice", "list", "--json").data["invoices"]
    return [item["period"] for item in listed][::-1]


def test_it_names_the_months_and_the_sums(waiting: Callable[..., Run]) -> None:
    asked = run_on_terminal(*CLOSE, answer="y\n")
    assert asked.code == 0
    question, _, answer = asked.out.partition("[y/N] ")
    assert "Close 2 months?" in question
    listed = waiting("invoice", "list", "--json").data["invoices"]
    for item in listed:
        assert item["period"] in question
        assert f"${item['total']['amount']}" in question
    assert "No card is charged" in question
    assert "Closed 2026-12" in answer
    assert closed(waiting) == list(MONTHS)


@pytest.mark.parametrize("answer", ["n\n", "\n", "\x04", "ja\n"])
def test_anything_but_yes_closes_nothing(waiting: Callable[..., Run], answer: str) -> None:
    head = waiting("ledger", "check", "--json").data["head"]
    asked = run_on_terminal(*CLOSE, answer=answer)
    assert asked.code == 2
    assert "Nothing was changed" in asked.out
    assert closed(waiting) == []
    assert waiting("ledger", "check", "--json").data["head"] == head


@pytest.mark.parametrize(
    "more", [("--yes",), ("--dry-run",), ("--yes", "--json")], ids=lambda more: more[0]
)
def test_who_said_yes_or_only_tries_is_not_asked(
    waiting: Callable[..., Run], more: tuple[str, ...]
) -> None:
    asked = run_on_terminal(*CLOSE, *more)
    assert asked.code == 0
    assert "[y/N]" not in asked.out
    assert closed(waiting) == ([] if "--dry-run" in more else list(MONTHS))


def test_one_month_that_is_named_is_what_was_asked_for(waiting: Callable[..., Run]) -> None:
    asked = run_on_terminal("invoice", "close", "2026-11")
    assert (asked.code, "[y/N]" in asked.out) == (0, False)
    one = run_on_terminal(*CLOSE, answer="y\n")
    assert "Close 2026-12?" in one.out


def test_where_nothing_waits_nothing_is_asked(agency: Callable[..., Run]) -> None:
    asked = run_on_terminal(*CLOSE)
    assert (asked.code, "[y/N]" in asked.out) == (0, False)


def test_what_is_refused_is_refused_before_the_question(waiting: Callable[..., Run]) -> None:
    asked = run_on_terminal("invoice", "close", "2026-12")
    assert (asked.code, "[y/N]" in asked.out) == (3, False)
    assert closed(waiting) == []


def test_without_a_terminal_it_does_what_cron_needs(waiting: Callable[..., Run]) -> None:
    done = run_process(*CLOSE, "--json")
    assert done.returncode == 0
    assert [item["period"] for item in json.loads(done.stdout)["data"]["invoices"]] == list(MONTHS)


def test_the_same_idempotency_key_asks_only_once(waiting: Callable[..., Run]) -> None:
    keyed = (*CLOSE, "--idempotency-key", "year-end")
    assert "[y/N]" in run_on_terminal(*keyed, answer="y\n").out
    again = run_on_terminal(*keyed)
    assert (again.code, "[y/N]" in again.out) == (0, False)
