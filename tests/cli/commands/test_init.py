"""`init` on a terminal: what it asks, and that nothing is written before the last answer."""

from __future__ import annotations

import os
import pty
from typing import TYPE_CHECKING

import pytest

from jpcli.cli.app import questions
from tests.cli.conftest import Run, run_process, started

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    Jpcli = Callable[..., Run]

KEY = "jetpack-scan_xZjtE12WIVwBus4n2wbIrYcIM"
# What the questions end with when they wait for an answer.
WAITS = (": ", "where there are none\n")
# The first one.
QUESTION = "The agency's name"
ALL = ["Acme\n", "\n", "Europe/Vienna\n", "visa 4242 12/2030\n", "a.example: Scan, Boost\n\n", "\n"]


def talk(answers: list[str], *words: str, env: dict[str, str] | None = None) -> Run:
    """`jpcli init` on a terminal; each question gets the next answer, at last Ctrl-D."""
    screen, terminal = pty.openpty()
    own = {**os.environ, "NO_COLOR": "1", "COLUMNS": "200", "TZ": "UTC", **(env or {})}
    wait = started(("init", *words), own, terminal)
    os.close(terminal)
    left, seen = list(answers), ""
    while True:
        try:
            piece = os.read(screen, 65536).decode().replace("\r\n", "\n")
        except OSError:
            break
        seen += piece
        if seen.endswith(WAITS):
            os.write(screen, (left.pop(0) if left else "\x04").encode())
    os.close(screen)
    return Run(wait(), seen, "")


def test_all_of_it(jpcli: Jpcli) -> None:
    run = talk(ALL)
    assert run.code == 0, run.out
    assert "2 licenses on 1 site: 1 × jetpack-boost, 1 × jetpack-scan" in run.out
    assert "counted from now on" in run.out
    data = jpcli("--json").data
    assert (data["agency"], data["currency"], data["time_zone"]) == ("Acme", "usd", "Europe/Vienna")
    assert [card["last4"] for card in data["cards"]] == ["4242"]
    assert data["licenses"]["assigned"] == 2
    # It ends with where things stand.
    for words in ("Acme", "so far in November", "jpcli invoice preview", "Made a ledger"):
        assert words in run.out
    assert jpcli("ledger", "check").code == 0


def test_a_card_that_has_expired_is_warned_of_once(jpcli: Jpcli) -> None:
    run = talk([*ALL[:3], "visa 4242 12/2020\n", *ALL[4:]])
    assert run.code == 0, run.out
    assert run.out.count("The card visa ···· 4242 expired in 12/2020.") == 1
    assert jpcli("status").err.count("expired") == 1


def test_enter_takes_what_is_proposed(jpcli: Jpcli) -> None:
    run = talk(["\n"] * 5, env={"TZ": "Asia/Tokyo"})
    assert run.code == 0, run.out
    data = jpcli("--json").data
    assert (data["agency"], data["currency"], data["time_zone"]) == ("Agency", "usd", "Asia/Tokyo")
    assert not data["cards"]
    assert data["licenses"]["total"] == 0


def test_what_can_not_be_taken_is_asked_for_again(jpcli: Jpcli) -> None:
    wrong = [
        "zzz\n",
        "usd\n",
        "Nowhere\n",
        "UTC\n",
        "4242424242424242\n",
        "visa\n",
        "visa 42 1/30\n",
    ]
    again = ["none\n", "Scan\nfoo\n\n", "Scan\n\n", "n\n", "Boost\n\n", "y\n"]
    run = talk(["Acme\n", *wrong, *again])
    assert run.code == 0, run.out
    for code in ("unknown_currency", "unknown_time_zone", "card_number", "bad_card", "bad_last4"):
        assert code in run.out
    assert "line 2: 'foo' is no product, no site and no date" in run.out
    assert jpcli("licenses", "list", "--format", "csv").out.count("jetpack-boost,") == 1
    assert jpcli("licenses", "count", "--json").data["total"] == 1


def test_keys_and_dates_of_a_dashboard_are_kept(jpcli: Jpcli) -> None:
    pasted = f"Jetpack Scan\n{KEY}\na.example\nIssued on: Nov 3, 2026\n\nJetpack Boost\n\n"
    run = talk([*ALL[:4], pasted, "y\n"])
    assert run.code == 0, run.out
    (scan,) = jpcli("licenses", "show", KEY, "--json").data["licenses"]
    assert (scan["site"], scan["issued_at"]) == ("https://a.example", "2026-11-02T23:00:00Z")
    assert jpcli("licenses", "count", "--json").data["total"] == 2


def test_clients_are_taken_over_where_the_list_says_so(jpcli: Jpcli) -> None:
    run = talk([*ALL[:4], "a.example: Scan, client: Ada Ltd\nb.example: Boost\n\n", "y\n"])
    assert run.code == 0, run.out
    found = jpcli("licenses", "list", "--json").data["licenses"]
    assert {row["site"]: row["client"] for row in found} == {
        "https://a.example": "Ada Ltd",
        "https://b.example": None,
    }


def test_another_currency_has_another_price_list(jpcli: Jpcli, tmp_path: Path) -> None:
    prices = tmp_path / "prices.csv"
    prices.write_text("product,name,amount,currency\nvat,Tax Helper,1.50,eur\n")
    run = talk(["\n", "eur\n", "nowhere.csv\n", f"{prices}\n", "\n", "\n", "tax helper\n\n", "\n"])
    assert run.code == 0, run.out
    assert jpcli("products", "list", "--json").data["products"][0]["product"] == "vat"
    assert jpcli("licenses", "count", "--json").data["total"] == 1


def test_without_prices_there_is_no_list_to_take_over(jpcli: Jpcli) -> None:
    run = talk(["\n", "eur\n", "\n", "\n", "\n"])
    assert run.code == 0, run.out
    assert "paste the list" not in run.out
    assert jpcli("--json").data["currency"] == "eur"


@pytest.mark.alike("leaves")
@pytest.mark.parametrize("answered", range(len(ALL)))
@pytest.mark.parametrize("leaves", ["\x03", "\x04"], ids=["Ctrl-C", "Ctrl-D"])
def test_who_leaves_in_the_middle_leaves_nothing(
    answered: int, leaves: str, jpcli: Jpcli, tmp_path: Path
) -> None:
    before = sorted(tmp_path.rglob("*"))
    run = talk([*ALL[:answered], leaves])
    assert run.code == (130 if leaves == "\x03" else 2), run.out
    assert sorted(tmp_path.rglob("*")) == before
    assert jpcli("status", "--json").error["code"] == "no_ledger"


@pytest.mark.parametrize(
    "words",
    [
        ["--yes"],
        ["--json"],
        ["--format", "tsv"],
        ["--name", "Acme"],
        ["--currency", "usd"],
        ["--prices", "none"],
        ["--payments", "stripe"],
        ["--idempotency-key", "k"],
    ],
    ids=" ".join,
)
def test_whoever_said_what_it_is_to_be_is_not_asked(words: list[str], jpcli: Jpcli) -> None:
    run = talk([], *words)
    assert run.code == 0, run.out
    assert QUESTION not in run.out
    assert jpcli("status", "--json").code == 0


def test_without_a_terminal_nothing_is_asked(jpcli: Jpcli) -> None:
    run = run_process("init")
    assert run.returncode == 0
    assert QUESTION not in run.stderr.decode()
    assert jpcli("status", "--json").data["agency"] == "Agency"


def test_a_ledger_that_is_there_is_said_before_anything_is_asked(ledger: Jpcli) -> None:
    run = talk([])
    assert run.code == 3
    assert "ledger_exists" in run.out
    assert QUESTION not in run.out
    assert ledger("status", "--json").data["agency"] == "Acme Agency"


@pytest.mark.parametrize(
    ("variable", "file", "zone"),
    [
        (":Europe/Vienna", "", "Europe/Vienna"),
        ("", "Asia/Tokyo", "Asia/Tokyo"),
        ("CET-1CEST", "America/New_York", "America/New_York"),
        ("Etc/UTC", "Asia/Tokyo", "UTC"),
    ],
)
def test_the_zone_of_the_machine(
    variable: str, file: str, zone: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TZ", variable)
    monkeypatch.setattr(questions, "_zone_file", lambda: file)
    assert questions.system_zone() == zone


def test_a_machine_without_a_zone_is_in_utc(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("TZ", raising=False)
    monkeypatch.setattr(questions, "_zone_file", lambda: "")
    monkeypatch.setattr(os.path, "realpath", lambda path: path)
    assert questions.system_zone() == "UTC"
