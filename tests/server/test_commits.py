"""A COMMIT that the server refuses, with the connection left: the change is done again, once."""

from __future__ import annotations

import subprocess
import sys
import time
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import Failed
from jpcli.ledger.database.server_link import Link
from jpcli.ledger.database.server_outcome import was_kept
from tests.server.running import Server, free_port

if TYPE_CHECKING:
    from collections.abc import Callable

# Refuses the first COMMIT that has an event, as a server does that has chosen this transaction to
# give way to another; a sequence does not go back with it.
_REFUSES = """
CREATE SEQUENCE commits;
CREATE FUNCTION refuse_once() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
    IF nextval('commits') <= {times} THEN
        RAISE EXCEPTION 'try again' USING ERRCODE = '{code}';
    END IF;
    RETURN NEW;
END $$;
CREATE CONSTRAINT TRIGGER refused_once AFTER INSERT ON events DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION refuse_once()
"""

# A connection that is gone before several statements go over it.
_LOSES = """
import sys
import psycopg
from jpcli.ledger.database.server_link import Link
link = Link(sys.argv[1], 0)
number = link.send([("SELECT pg_backend_pid()", ())]).fetchone()[0]
with psycopg.connect(sys.argv[1], autocommit=True) as other:
    other.execute("SELECT pg_terminate_backend(%s, 5000)", (number,))
try:
    link.send([("SELECT 1", ()), ("SELECT 2", ())])
except psycopg.OperationalError:
    print("lost")
"""


def test_the_library_says_nothing_of_what_was_lost(address: str) -> None:
    """It has notes of its own on lost connections, which would stand between our lines."""
    command = [sys.executable, "-c", _LOSES, address]
    done = subprocess.run(command, capture_output=True, check=True)
    assert (done.stdout, done.stderr) == (b"lost\n", b"")


@pytest.mark.parametrize("code", ["40001", "40P01", "53300"])
@pytest.mark.parametrize("key", [(), ("--idempotency-key", "k")], ids=["without", "with"])
def test_a_refused_commit_is_done_again(
    key: tuple[str, ...],
    code: str,
    server: Server,
    address: str,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "10")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    with server.connect(address.rpartition("/")[2]) as connection:
        connection.execute(_REFUSES.format(code=code, times=2))
    run = jpcli("issue", "jetpack-scan", "--json", *key)
    assert run.code == 0, run.err
    shown = [row["license_key"] for row in run.data["licenses"]]
    assert shown == [row[0] for row in jpcli("licenses", "list").rows[1:]]


def test_a_commit_that_is_always_refused_is_given_up(
    server: Server, address: str, jpcli: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JPCLI_WAIT", "1")
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    with server.connect(address.rpartition("/")[2]) as connection:
        connection.execute(_REFUSES.format(code="40001", times=1_000_000))
    run = jpcli("issue", "jetpack-scan", "--json")
    assert (run.code, run.error["code"]) == (75, "ledger_busy")
    assert jpcli("licenses", "list", "--json").data["total"] == 0


@pytest.mark.parametrize("wait", [0.2, 2.5])
@pytest.mark.parametrize("how", ["held", "gone"])
def test_an_outcome_that_nobody_can_tell_is_not_waited_for_for_ever(
    how: str,
    wait: float,
    server: Server,
    address: str,
    jpcli: Callable[..., Any],
) -> None:
    """Whoever holds the head may be our own change, still to be kept: neither done nor undone. Nor
    is that known of a server that does not come back. To be told takes as long as `--wait`, and a
    second for who is next in line."""
    import psycopg

    assert jpcli("init").code == 0
    port = server.port if how == "held" else free_port()
    link = Link(address.replace(f":{server.port}/", f":{port}/"), wait)
    with psycopg.connect(address) as other:
        other.execute("SELECT seq FROM chain WHERE id = 1 FOR UPDATE")
        begun = time.monotonic()
        with pytest.raises(Failed) as caught:
            was_kept(link, 99, b"hash")
        assert wait * 0.9 < time.monotonic() - begun < wait + 2.5
    assert caught.value.code == "outcome_unknown"
    if how == "held":
        assert not was_kept(link, 99, b"hash")
    link.close()
