"""How often a change goes to the server and back: while it holds the head, nobody else writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.database.postgres import open_server
from jpcli.ledger.database.server_link import Link

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

SETTINGS = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")

# Five steps: to move one license, to put two on sites, to issue one, and to enter a client.
_FIVE = """
[sites."a.example"]
client = "Cem"
products = ["jetpack-scan"]
[sites."c.example"]
client = "Eve"
products = ["jetpack-scan"]
[sites."d.example"]
products = ["jetpack-scan"]
[sites."e.example"]
products = ["jetpack-backup-t1"]
"""

# (what, in all, after the head was locked), in this order; no more than these, and fewer is better.
MOST = (
    ("cards add --brand visa --last4 4242 --exp 12/2030", 6, 3),
    ("issue jetpack-scan", 5, 2),
    ("issue jetpack-scan --idempotency-key k", 5, 2),
    ("issue jetpack-scan --site new.example --client Cem", 6, 3),
    ("issue jetpack-scan -n 100", 5, 2),
    ("assign {0} --site a.example --client Cem", 7, 4),
    ("assign {1} --site a.example", 6, 3),
    ("transfer {0} --to b.example", 6, 3),
    ("unassign {0}", 5, 2),
    ("revoke {0} --yes", 5, 2),
    ("products set-price jetpack-scan --price 0.30", 10, 5),
    ("apply five.toml --yes", 26, 21),
    ("invoice close 2026-09", 14, 11),
)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What goes to the server in one go."""
    found: list[str] = []
    real = Link.send_all

    def send_all(link: Link, statements: Any) -> Any:
        found.append(" | ".join(text for text, _ in statements))
        return real(link, statements)

    monkeypatch.setattr(Link, "send_all", send_all)
    return found


def test_a_change_goes_there_and_back_a_few_times(
    address: str,
    jpcli: Callable[..., Any],
    sent: list[str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JPCLI_NOW", "2026-09-03T10:00:00Z")
    monkeypatch.chdir(tmp_path)
    (tmp_path / "five.toml").write_text(_FIVE)
    assert jpcli("init").code == 0
    keys: list[str] = []
    too_many = []
    for words, most, most_locked in MOST:
        if words.startswith("invoice"):
            monkeypatch.setenv("JPCLI_NOW", "2026-10-02T10:00:00Z")
        sent.clear()
        run = jpcli(*words.format(*keys).split(), "--json")
        assert run.code == 0, run.err
        (locked,) = [number for number, text in enumerate(sent) if "FOR UPDATE" in text]
        found = len(sent), len(sent) - locked - 1
        if found[0] > most or found[1] > most_locked:
            too_many.append("\n".join([f"{words}: {found}", *sent]))
        if words.startswith("issue"):
            keys += [row["license_key"] for row in run.data["licenses"]]
    assert not too_many, "\n\n".join(too_many)
    assert address


def test_who_is_gone_without_a_word_is_given_up_soon(
    address: str, jpcli: Callable[..., Any]
) -> None:
    """The server does so in a change, which holds the head; and we do where it is the server."""
    assert jpcli("init").code == 0
    ledger = open_server(address, writes=True)
    asked = "SELECT " + ", ".join(f"current_setting('{name}')" for name in SETTINGS)
    before = ledger.one(asked)
    with ledger.transaction():
        assert ledger.one(asked) == ("10", "5", "3")
    assert ledger.one(asked) == before  # a pooler gives the connection to somebody else
    ours = ledger._link.connection.info.get_parameters()
    ledger.close()
    assert (ours["keepalives_idle"], ours["tcp_user_timeout"]) == ("10", "25000")
    own = Link(f"{address}?keepalives_idle=99", 0)
    assert own.connection.info.get_parameters()["keepalives_idle"] == "99"
    own.close()
