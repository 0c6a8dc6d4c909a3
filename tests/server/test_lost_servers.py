"""A server that is lost in the middle: what was done is done once, what was not is done then."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from tests.server.running import Server
from tests.server.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


# As it goes over the wire: READ COMMITTED is something else.
COMMIT = "COMMIT\0"


@pytest.fixture
def wire(
    server: Server, address: str, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Wire]:
    """The ledger, with a card, is at the other end of a wire."""
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    found = Wire(server.port)
    monkeypatch.setenv("JPCLI_LEDGER", address.replace(str(server.port), str(found.port)))
    monkeypatch.setenv("JPCLI_WAIT", "20")
    yield found
    found.close()


def licenses(jpcli: Callable[..., Any]) -> int:
    assert jpcli("ledger", "check").code == 0
    found: int = jpcli("licenses", "list", "--json").data["total"]
    return found


@pytest.mark.parametrize("key", [(), ("--idempotency-key", "k")], ids=["without", "with"])
@pytest.mark.parametrize("before", [True, False], ids=["before", "after"])
@pytest.mark.parametrize("statement", [COMMIT, "FOR UPDATE", "events (seq"])
def test_what_is_cut_off_is_done_once(
    statement: str, before: bool, key: tuple[str, ...], wire: Wire, jpcli: Callable[..., Any]
) -> None:
    wire.cut(statement, before=before)
    run = jpcli("issue", "jetpack-scan", "--json", *key)
    assert (run.code, wire.times) == (0, 0), run.err
    shown = [row["license_key"] for row in run.data["licenses"]]
    assert shown == [row[0] for row in jpcli("licenses", "list").rows[1:]]
    assert licenses(jpcli) == 1


def test_commits_that_are_cut_off_again_and_again(wire: Wire, jpcli: Callable[..., Any]) -> None:
    for before in (True, False):
        wire.cut(COMMIT, before=before, times=3)
        assert jpcli("issue", "jetpack-scan").code == 0
        wire.times = 0
    assert licenses(jpcli) == 2


@pytest.mark.parametrize("keep_going", [(), ("--keep-going",)], ids=["all", "keep-going"])
@pytest.mark.parametrize("statement", ["events (seq", "FROM sites", COMMIT])
def test_a_change_that_reads_a_file_is_kept_whole_or_not_at_all(
    statement: str,
    keep_going: tuple[str, ...],
    wire: Wire,
    jpcli: Callable[..., Any],
    tmp_path: Any,
) -> None:
    """Whoever catches errors row by row must not go on over another connection."""
    file = tmp_path / "orders.csv"
    file.write_text("product,site\n" + "jetpack-scan,a.example\njetpack-scan,b.example\n" * 20)
    wire.cut(statement, before=True)
    run = jpcli("issue", "--from", str(file), "--json", *keep_going)
    assert wire.times == 0
    assert run.error["code"] == "server_unreachable"
    assert run.code == 75
    assert licenses(jpcli) == 0
    assert jpcli("issue", "--from", str(file)).code == 0
    assert licenses(jpcli) == 40


def test_who_does_not_come_back_is_given_up(
    wire: Wire, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "0.5")
    wire.cut("FOR UPDATE", before=True, times=1000)
    run = jpcli("issue", "jetpack-scan", "--json")
    assert (run.code, run.error["code"]) == (75, "server_unreachable")
    wire.cut("FOR UPDATE", before=True, times=0)
    assert licenses(jpcli) == 0
