"""`undo` on a terminal and elsewhere: it shows what it is about, and asks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tests.cli.conftest import run_on_terminal

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.cli.conftest import Run


def _begun(jpcli: Callable[..., Run], *lines: str) -> None:
    for line in (
        "init --quiet",
        "cards add --brand visa --last4 4242 --exp 12/2030",
        *lines,
    ):
        assert jpcli(*line.split()).code == 0


def test_it_shows_what_was_done_and_what_it_will_do_before_it_asks(
    jpcli: Callable[..., Run],
) -> None:
    _begun(jpcli, "issue jetpack-complete --site a.example")
    before = jpcli("log", "--json").data["total"]
    shown = run_on_terminal("undo", answer="n\n").out
    assert "Undo 3 events that " in shown
    assert "license.issued jetpack-complete_" in shown
    assert "Costs 1 day, $0.82: a day is billed even if revoked at once" in shown
    assert jpcli("log", "--json").data["total"] == before
    shown = run_on_terminal("undo", answer="y\n").out
    assert "Revoked 1 license" in shown
    assert jpcli("licenses", "count", "--json").data["revoked"] == 1


def test_without_a_terminal_it_wants_a_yes(jpcli: Callable[..., Run]) -> None:
    _begun(jpcli, "issue jetpack-scan")
    done = jpcli("undo", "--json")
    assert (done.code, done.error["code"]) == (2, "confirmation_required")
    assert jpcli("undo", "--json", "--yes").code == 0


def test_json_has_what_was_undone_and_what_did_it(jpcli: Callable[..., Run]) -> None:
    _begun(jpcli, "clients add Ann")
    data = jpcli("undo", "--json", "--yes").data
    (undone,), (event,) = data["undone"], data["events"]
    assert {name: undone[name] for name in ("seq", "kind", "subject")} == {
        "seq": event["seq"] - 1,
        "kind": "client.added",
        "subject": "Ann",
    }
    assert (event["kind"], event["subject"]) == ("client.archived", "Ann")


def test_very_much_is_cut_on_a_terminal(jpcli: Callable[..., Run]) -> None:
    _begun(jpcli, "issue jetpack-anti-spam --bundle 20", "issue jetpack-anti-spam --bundle 20")
    shown = run_on_terminal("undo", answer="y\n").out
    assert "and 11 more events" in shown
    assert "… and 2 more events" in shown
    assert len(shown.splitlines()) < 75
