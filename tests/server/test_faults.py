"""What may be wrong with a server, an address or a right: one clear error each, and no password."""

from __future__ import annotations

import shlex
import socket
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.addresses import shown
from tests.server.running import Server, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

SECRET = "s3cret"
# (what takes the place of the address, exit code, code)
WRONG = {
    "nobody": ("postgresql://desk:s3cret@127.0.0.1:{free}/a", 75, "server_unreachable"),
    "silent": ("postgresql://desk:s3cret@127.0.0.1:{silent}/a", 75, "server_unreachable"),
    "password": ("postgresql://walled:s3cret-too@127.0.0.1:{port}/a", 4, "bad_login"),
    "no password": ("postgresql://walled@127.0.0.1:{port}/a", 4, "bad_login"),
    "user": ("postgresql://nix:s3cret@127.0.0.1:{port}/postgres", 4, "bad_login"),
    "database": ("postgresql://postgres:s3cret@127.0.0.1:{port}/nix", 2, "no_database"),
    "empty": ("postgresql://postgres:s3cret@127.0.0.1:{port}/postgres", 2, "no_ledger"),
    "option": ("postgresql://u:s3cret@127.0.0.1/a?passwort=s3cret", 2, "bad_address"),
    "query": ("postgresql://127.0.0.1:{free}/a?password=s3cret", 75, "server_unreachable"),
    "spelled": ("postgresql://127.0.0.1:{free}/a?pass%77ord=s3cret", 75, "server_unreachable"),
    "port": ("postgresql://u:s3cret@127.0.0.1:s3cret/a", 2, "bad_address"),
    "no host": ("postgresql://u:s3cret", 2, "bad_address"),
    "slash": ("postgresql://u:s3/cret@127.0.0.1/a", 2, "bad_address"),
    "at": ("postgresql://u:x@s3cret@127.0.0.1/a", 2, "bad_address"),
    "percent": ("postgresql://u:s3cret%zz@127.0.0.1/a", 2, "bad_address"),
    "mode": ("postgresql://u:s3cret@127.0.0.1/a?sslmode=s3cret", 2, "bad_address"),
}


FORM = "postgresql://USER@HOST:5432/DATABASE"


@pytest.mark.parametrize("words", [("status",), ("issue", "jetpack-scan")], ids=" ".join)
@pytest.mark.parametrize("by", ["option", "environment"])
@pytest.mark.parametrize("what", WRONG)
def test_what_is_wrong_is_told_without_the_password(
    what: str,
    by: str,
    words: tuple[str, ...],
    server: Server,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "0")
    monkeypatch.setenv("PGCONNECT_TIMEOUT", "2")
    with server.connect() as connection:
        connection.execute("DROP ROLE IF EXISTS walled")
        connection.execute("CREATE ROLE walled LOGIN PASSWORD 'another'")
    with socket.create_server(("127.0.0.1", 0)) as silent:
        template, code, name = WRONG[what]
        ports = {"free": free_port(), "port": server.port, "silent": silent.getsockname()[1]}
        address = template.format(**ports)
        monkeypatch.setenv("JPCLI_LEDGER", "x.db" if by == "option" else address)
        run = jpcli(*words, *(("--ledger", address) if by == "option" else ()), "--json")
    assert (run.code, run.error["code"]) == (code, name), run.err
    assert "cret" not in (run.out + run.err).replace("mode=s3cret", "")
    if name == "bad_address":  # where nothing is a secret, nothing is closed
        assert run.error["hint"].endswith("%2F.   The whole address: " + FORM)


def test_commands_that_are_told_work_where_the_password_is_known(
    server: Server, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not told, so whoever types them gives it by the environment; stars would be taken for
    it."""
    with server.connect() as connection:
        connection.execute("DROP DATABASE IF EXISTS walled")
        connection.execute("DROP ROLE IF EXISTS walled")
        connection.execute("CREATE ROLE walled LOGIN PASSWORD 'an0ther'")
        connection.execute("CREATE DATABASE walled OWNER walled")
    address = f"postgresql://walled:an0ther@127.0.0.1:{server.port}/walled"
    for line, code in (("status", 2), ("issue jetpack-scan", 3)):
        run = jpcli(*line.split(), "--ledger", address, "--json")
        assert run.code == code, run.err
        hint = run.error["hint"].partition("   ")[2]
        assert "an0ther" not in hint
        assert "***" not in hint
        monkeypatch.setenv("PGPASSWORD", "an0ther")
        again = jpcli(*shlex.split(hint)[1:])
        assert again.code == 0, again.err
        monkeypatch.delenv("PGPASSWORD")


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("ledger.db", "ledger.db"),
        ("postgresql://h/db", "postgresql://h/db"),
        ("postgres://u@h1:1,h2:2/db?host=x", "postgres://u@h1:1,h2:2/db?host=x"),
        ("postgresql://u:s3cret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p@s3cret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p/s3cret@h/db", "postgresql://u:***@h/db"),
        ("postgresql://u:p?s3cret@h/db", "postgresql://u:***@h/db"),
        ("postgresql:///db?user=u&password=s3cret", "postgresql:///db?user=u&password=***"),
        ("postgresql:///db?sslpassword=s3cret&port=1", "postgresql:///db?sslpassword=***&port=1"),
        ("postgresql:///db?x=s3cret", "postgresql:///db?x=***"),
        (
            "postgresql:///db?options=-csearch_path%3Da",
            "postgresql:///db?options=-csearch_path%3Da",
        ),
        (
            "postgresql:///db?options=-csearch_path%3Da%20-cx%3Ds3cret",
            "postgresql:///db?options=***",
        ),
        ("postgresql:///db?options=-cx.search_path%3Ds3cret", "postgresql:///db?options=***"),
        ("postgresql://u:s3cret", "postgresql://u:***"),
        ("postgresql://u:s3cret/db", "postgresql://u:***"),
        ("postgresql://[::1]:5432/db", "postgresql://[::1]:5432/db"),
    ],
)
def test_what_of_an_address_is_shown(address: str, expected: str) -> None:
    assert shown(address) == expected


def test_a_ledger_is_never_made_over_something(
    server: Server, address: str, jpcli: Callable[..., Any]
) -> None:
    with server.connect(address.rpartition("/")[2]) as connection:
        connection.execute("CREATE TABLE sites (id INTEGER)")
    run = jpcli("init", "--json")
    assert (run.code, run.error["code"]) == (3, "ledger_exists")
    run = jpcli("status", "--json")
    assert (run.code, run.error["code"]) == (2, "no_ledger")
    with server.connect(address.rpartition("/")[2]) as connection:
        connection.execute("DROP TABLE sites")
    assert jpcli("init").code == 0
    run = jpcli("init", "--json")
    assert (run.code, run.error["code"]) == (3, "ledger_exists")


def test_a_newer_ledger_is_left_alone(
    server: Server, address: str, jpcli: Callable[..., Any]
) -> None:
    assert jpcli("init").code == 0
    with server.connect(address.rpartition("/")[2]) as connection:
        connection.execute("COMMENT ON TABLE events IS 'jpcli ledger, schema 99'")
    run = jpcli("status", "--json")
    assert (run.code, run.error["code"]) == (2, "ledger_newer")
