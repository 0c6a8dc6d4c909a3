"""Behind a pooler that gives each transaction a connection of its own choice."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from tests.server.running import Server, free_port, unprivileged
from tests.server.writing import Writer

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

POOLER = shutil.which("pgbouncer") or shutil.which("pgbouncer", path="/usr/sbin")
pytestmark = pytest.mark.skipif(
    POOLER is None, reason="pgbouncer is missing: a ledger behind a pooler is NOT tested"
)

WRITERS, EACH, CONNECTIONS = 4, 5, 2
_SETTINGS = """
[databases]
* = host=127.0.0.1 port={server}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = trust
auth_file = {folder}/users
pool_mode = transaction
default_pool_size = {connections}
logfile = {folder}/log
pidfile = {folder}/pid
"""


class Pooler(NamedTuple):
    """One that runs, and what it writes down."""

    port: int
    log: Path


@pytest.fixture
def pooler(server: Server) -> Iterator[Pooler]:
    folder = Path(mkdtemp(prefix="jpcli-pooler-"))
    port = free_port()
    (folder / "users").write_text('"postgres" ""\n')
    (folder / "settings").write_text(
        _SETTINGS.format(server=server.port, port=port, folder=folder, connections=CONNECTIONS)
    )
    with suppress(PermissionError, LookupError):
        shutil.chown(folder, "nobody", "nogroup")
    process = unprivileged(str(POOLER), folder / "settings", folder=folder)
    try:
        until = time.monotonic() + 30
        while "process up" not in (folder / "log").read_text() if (folder / "log").exists() else 1:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.05)
        yield Pooler(port, folder / "log")
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(folder, ignore_errors=True)


def test_nobody_leaves_in_the_middle_of_a_transaction(
    server: Server,
    pooler: Pooler,
    address: str,
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
) -> None:
    """More writers than connections, and readers between them."""
    monkeypatch.setenv("JPCLI_WAIT", "60")
    monkeypatch.setenv("JPCLI_LEDGER", address.replace(f":{server.port}/", f":{pooler.port}/"))
    assert jpcli("init").code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    assert jpcli("issue", "jetpack-scan", "--dry-run").code == 0
    assert jpcli("issue", "nothing").code == 2
    running = [Writer(tmp_path / f"writer-{number}", EACH) for number in range(WRITERS)]
    while any(writer.process.poll() is None for writer in running):
        assert jpcli("status", "--json").code == 0
        assert jpcli("licenses", "show", "nothing").code == 2
    keys = [key for writer in running for key in writer.finished()]
    assert len(set(keys)) == WRITERS * EACH
    assert jpcli("licenses", "list", "--json").data["total"] == WRITERS * EACH
    assert jpcli("ledger", "check").code == 0
    told = pooler.log.read_text()
    assert "server was not ready" not in told, told
    assert "unclean" not in told, told
    assert told.count("new connection to server") <= CONNECTIONS, told
