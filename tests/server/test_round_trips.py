"""How often a change goes to the server and back: while it holds the head, nobody else writes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.ledger.database.postgres import open_server
from jpcli.ledger.database.server_link import Link

if TYPE_CHECKING:
    from collections.abc import Callable

SETTINGS = ("tcp_keepalives_idle", "tcp_keepalives_interval", "tcp_keepalives_count")

# (what, in all, after the head was locked); no more than these, and fewer is better.
MOST = (
    ("issue jetpack-scan", 18, 15),
    ("issue jetpack-scan --idempotency-key k", 19, 16),
    ("issue jetpack-scan --site new.example --client Cem", 24, 21),
    ("issue jetpack-scan -n 100", 22, 19),
)


@pytest.mark.parametrize(("words", "most", "most_locked"), MOST)
def test_an_issue_goes_there_and_back_a_few_times(
    words: str,
    most: int,
    most_locked: int,
    address: str,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    assert jpcli("issue", "jetpack-scan").code == 0
    sent: list[str] = []
    real = Link.send

    def send(link: Link, statements: Any) -> Any:
        sent.append(" | ".join(text for text, _ in statements))
        return real(link, statements)

    monkeypatch.setattr(Link, "send", send)
    assert jpcli(*words.split()).code == 0
    (locked,) = [number for number, text in enumerate(sent) if "FOR UPDATE" in text]
    told = "\n".join(sent)
    assert len(sent) <= most, told
    assert len(sent) - locked - 1 <= most_locked, told
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
