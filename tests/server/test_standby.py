"""A hot standby answers the same questions, and takes no changes."""

from __future__ import annotations

import shutil
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.server.conftest import Server, free_port, programs, unprivileged

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def standby(server: Server, played: dict[str, str]) -> Iterator[Server]:
    """A copy of the server that follows it."""
    import psycopg

    data, port = server.folder / "standby", free_port()
    copied = unprivileged(
        *(programs() / "pg_basebackup", "-D", data, "-R", "-X", "stream", "-c", "fast"),
        *("-h", "127.0.0.1", "-p", server.port, "-U", "postgres"),
        folder=server.folder,
    )
    assert copied.wait(120) == 0
    process = unprivileged(
        *(programs() / "postgres", "-D", data, "-c", f"port={port}", "-c", "fsync=off"),
        *("-c", "listen_addresses=127.0.0.1", "-c", f"unix_socket_directories={server.folder}"),
        *("-c", "max_connections=60"),
        folder=server.folder,
    )
    try:
        until = time.monotonic() + 60
        while True:
            try:
                psycopg.connect(f"postgresql://postgres@127.0.0.1:{port}/postgres").close()
                break
            except psycopg.OperationalError:
                assert time.monotonic() < until
                time.sleep(0.1)
        yield Server(port, Path(data))
    finally:
        process.terminate()
        process.wait(30)
        shutil.rmtree(data, ignore_errors=True)


def test_it_answers_the_same_and_takes_nothing(
    standby: Server,
    server: Server,
    address: str,
    played: dict[str, str],
    jpcli: Callable[..., Any],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    there = standby.address(address.rpartition("/")[2])
    for words in (
        "invoice preview --revoke {placed}@2026-11-25 --issue jetpack-scan:3@2026-11-25 --by site",
        "invoice preview 2026-10 --as-of 2026-10-02 --by client",
        "invoice explain 2026-10",
        "licenses list --search É",
        "plan {folder}/sites.toml",
        "ledger check",
    ):
        argv = words.format(**played).split()
        assert jpcli(*argv, "--ledger", there).out == jpcli(*argv).out, words
        assert jpcli(*argv, "--ledger", there).code == 0
    run = jpcli("issue", "jetpack-scan", "--ledger", there, "--json")
    assert (run.code, run.error["code"]) == (3, "read_only")
    both = f"postgresql://postgres@127.0.0.1:{standby.port},127.0.0.1:{server.port}/"
    monkeypatch.setenv("JPCLI_LEDGER", both + address.rpartition("/")[2])
    run = jpcli("issue", "jetpack-scan", "--json")
    assert (run.code, run.error["code"]) == (3, "read_only")
    first = both + address.rpartition("/")[2] + "?target_session_attrs=read-write"
    assert jpcli("issue", "jetpack-scan", "--ledger", first).code == 0
