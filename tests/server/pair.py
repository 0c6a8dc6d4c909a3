"""A primary and a standby that it waits for, to be killed and promoted."""

from __future__ import annotations

import os
import shutil
import signal
import time
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.server.running import free_port, programs, unprivileged

if TYPE_CHECKING:
    import subprocess
    from collections.abc import Iterator

    import psycopg

    from tests.server.running import Server

_LETS_ALL_IN = "host all all all trust\nlocal all all trust\nhost replication all all trust\n"


class Node(NamedTuple):
    """A server of a pair, or one that follows another."""

    port: int
    process: subprocess.Popen[bytes]

    def ask(self, sql: str, database: str = "postgres") -> Any:
        with self.connect(database) as connection:
            row = connection.execute(sql).fetchone()
        return row and row[0]

    def wait_for(self, other: Server) -> None:
        """Until it has all that another server has."""
        with other.connect() as connection:
            (written,) = connection.execute("SELECT pg_current_wal_lsn()::text").fetchall()[0]
        wait_until(lambda: self.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'"))

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        import psycopg

        address = f"postgresql://postgres@127.0.0.1:{self.port}/{database}"
        return psycopg.connect(address, autocommit=True)

    def kill(self) -> None:
        """End it and all its processes at once. Each of those leads a group of its own."""
        number = self.process.pid
        children = []
        with suppress(OSError):
            children = Path(f"/proc/{number}/task/{number}/children").read_text().split()
        for process in (number, *map(int, children)):
            with suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)
        self.process.wait()


class Pair(NamedTuple):
    """Two servers, and the address of a database of theirs."""

    primary: Node
    standby: Node

    def address(self, database: str) -> str:
        hosts = ",".join(f"127.0.0.1:{node.port}" for node in self)
        return f"postgresql://postgres@{hosts}/{database}?target_session_attrs=read-write"


def wait_until(what: Any, seconds: float = 60) -> None:
    """Until it is true; what it raises is no."""
    until = time.monotonic() + seconds
    while True:
        with suppress(Exception):
            if what():
                return
        assert time.monotonic() < until
        time.sleep(0.05)


@contextmanager
def servers() -> Iterator[Pair]:
    """A primary, and a standby that each COMMIT waits for."""
    found = programs()
    folder = Path(mkdtemp(prefix="jpcli-pair-"))  # a socket's path must be short
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    started: list[Node] = []

    def start(name: str, *more: str) -> Node:
        port = free_port()
        options = (f"port={port}", "listen_addresses=127.0.0.1", "fsync=off", *more)
        settings = [part for option in options for part in ("-c", option)]
        settings += ["-c", f"unix_socket_directories={folder}"]
        command = [str(found / "postgres"), "-D", str(folder / name), *settings]
        node = Node(port, unprivileged(*command, folder=folder))
        started.append(node)
        wait_until(lambda: node.ask("SELECT 1"))
        return node

    def run(program: str, *arguments: str | Path) -> None:
        process = unprivileged(found / program, *arguments, folder=folder)
        assert process.wait(120) == 0, program

    try:
        first = folder / "first"
        made = ("-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        run("initdb", "-D", first, *made)
        (first / "pg_hba.conf").write_text(_LETS_ALL_IN)
        primary = start("first", "synchronous_standby_names=second")
        place = f"host=127.0.0.1 port={primary.port} user=postgres application_name=second"
        run("pg_basebackup", "-D", folder / "second", "-R", "-d", place, "-c", "fast", "--no-sync")
        standby = start("second")
        state = "SELECT sync_state FROM pg_stat_replication"
        wait_until(lambda: primary.ask(state) == "sync")
        yield Pair(primary, standby)
    finally:
        for node in started:
            node.kill()
        shutil.rmtree(folder, ignore_errors=True)
