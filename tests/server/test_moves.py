"""A ledger is moved whole or not at all, from any engine to any."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.errors import Busy
from jpcli.ledger.upkeep import server as upkeep
from tests.server.running import Server
from tests.server.wire import Wire

if TYPE_CHECKING:
    from collections.abc import Callable

DATA = Path(__file__).parents[1] / "data"


@pytest.fixture
def file(
    server: Server, jpcli: Callable[..., Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> str:
    """The ledger of `lines`, in a file."""
    from tests.cli.lines import build

    build(jpcli, tmp_path)
    monkeypatch.setenv("JPCLI_WAIT", "1")
    return str(tmp_path / "ledger.db")


def head(jpcli: Callable[..., Any], address: str) -> tuple[Any, Any]:
    run = jpcli("ledger", "check", "--ledger", address, "--json")
    assert run.code == 0, run.err
    return run.data["events"], run.data["head"]


def test_there_and_back_and_again(
    file: str, server: Server, jpcli: Callable[..., Any], tmp_path: Path
) -> None:
    first, second = (server.address(server.database()) for _ in range(2))
    back = str(tmp_path / "back.db")
    for here, there in ((file, first), (first, second), (second, back)):
        before = jpcli("ledger", "export", "--ledger", here, "--format", "ndjson").out
        for code in ("moved", "moved_before"):
            run = jpcli("ledger", "move", here, there, "--json")
            assert run.code == 0, run.err
            assert run.json["notes"][0]["code"] == code
            assert (run.data["events"], run.data["head"]) == head(jpcli, file)
        assert head(jpcli, there) == head(jpcli, file)
        assert jpcli("ledger", "export", "--ledger", there, "--format", "ndjson").out == before


def test_another_ledger_is_never_replaced(
    file: str, server: Server, jpcli: Callable[..., Any]
) -> None:
    there = server.address(server.database())
    assert jpcli("init", "--ledger", there).code == 0
    before = head(jpcli, there)
    for words in (
        ("ledger", "move", file, there),
        ("ledger", "restore", file, "--yes", "--ledger", there),
    ):
        run = jpcli(*words, "--json")
        assert (run.code, run.error["code"]) == (3, "ledger_exists"), run.err
    assert head(jpcli, there) == before
    run = jpcli("ledger", "move", there, file, "--json")
    assert run.code == 3


@pytest.mark.parametrize("there", ["no ledger", "an older one"])
def test_what_can_not_be_read_is_not_replaced_either(
    there: str, file: str, server: Server, jpcli: Callable[..., Any]
) -> None:
    database = server.database()
    address = server.address(database)
    if there == "an older one":
        assert jpcli("init", "--ledger", address).code == 0
    with server.connect(database) as connection:
        if there == "no ledger":
            connection.execute("CREATE TABLE events (seq bigint)")
        else:
            asked = connection.execute("SELECT obj_description(CAST('events' AS regclass))")
            ((mark,),) = asked.fetchall()
            connection.execute(f"COMMENT ON TABLE events IS '{mark[:-1]}1'")
    run = jpcli("ledger", "restore", file, "--yes", "--ledger", address, "--json")
    assert (run.code, run.error["code"]) == (3, "ledger_exists"), run.err


def test_backups_and_what_they_are_restored_to(
    file: str, server: Server, jpcli: Callable[..., Any], tmp_path: Path
) -> None:
    first, second = (server.address(server.database()) for _ in range(2))
    backup = str(tmp_path / "from-server.db")
    assert jpcli("ledger", "restore", file, "--ledger", first).code == 0
    assert jpcli("ledger", "backup", backup, "--ledger", first).code == 0
    assert jpcli("ledger", "restore", backup, "--ledger", second).code == 0
    assert head(jpcli, second) == head(jpcli, backup) == head(jpcli, file)


def _older(_file: str, backup: Path) -> None:
    backup.write_bytes(gzip.decompress((DATA / "ledger-1-offline.db.gz").read_bytes()))


def _damaged(file: str, backup: Path) -> None:
    shutil.copyfile(file, backup)
    with closing(sqlite3.connect(backup)) as connection, connection:
        connection.execute("UPDATE licenses SET license_key = 'x_1234' WHERE id = 20")


def _text(_file: str, backup: Path) -> None:
    backup.write_text("no ledger")


def _nothing(_file: str, backup: Path) -> None:
    assert not backup.exists()


@pytest.mark.parametrize(("make", "code"), [(_older, 0), (_damaged, 1), (_text, 2), (_nothing, 2)])
def test_any_backup_is_taken_or_refused_as_in_a_file(
    make: Callable[[str, Path], None],
    code: int,
    file: str,
    server: Server,
    jpcli: Callable[..., Any],
    tmp_path: Path,
) -> None:
    """And it stays as it is."""
    backup = tmp_path / "a backup.db"
    make(file, backup)
    content = backup.read_bytes() if backup.exists() else None
    there, answers = (server.address(server.database()), str(tmp_path / "new.db")), []
    for address in there:
        run = jpcli("ledger", "restore", str(backup), "--ledger", address, "--json")
        answers.append((run.code, run.error if run.code else run.data["head"]))
        if run.code == 0:
            assert head(jpcli, address) == (run.data["events"], run.data["head"])
            again = jpcli("ledger", "restore", str(backup), "--ledger", there[0], "--json")
            assert (again.code, again.data["head"]) == (0, run.data["head"])
    assert answers[0] == answers[1]
    assert answers[0][0] == code
    if make is _damaged:
        hint = f"jpcli ledger check --ledger '{backup}'"
        assert answers[0][1]["hint"] == f"See them all:   {hint}"
    assert (backup.read_bytes() if backup.exists() else None) == content


@pytest.mark.parametrize("statement", ["events (seq", "INTO chain", "FROM licenses", "COMMIT\0"])
def test_what_is_cut_off_leaves_nothing_and_is_done_the_next_time(
    statement: str, file: str, server: Server, jpcli: Callable[..., Any]
) -> None:
    wire = Wire(server.port)
    database = server.database()
    there = server.address(database)
    wire.cut(statement, before=True, times=1)
    run = jpcli("ledger", "move", file, there.replace(str(server.port), str(wire.port)), "--json")
    assert (run.code, run.error["code"]) == (75, "server_unreachable"), run.err
    with server.connect(database) as connection:
        assert connection.execute("SELECT to_regclass('events')").fetchone() == (None,)
    assert jpcli("ledger", "move", file, there).code == 0
    assert head(jpcli, there) == head(jpcli, file)
    wire.close()


@pytest.mark.parametrize("key", [None, "k1"])
def test_a_restore_whose_end_was_not_seen_is_done_once(
    key: str | None, file: str, server: Server, jpcli: Callable[..., Any]
) -> None:
    """As where it is killed when the ledger has just been made."""
    there = server.address(server.database())
    keyed = () if key is None else ("--idempotency-key", key)
    restore = ("ledger", "restore", file, *keyed, "--json", "--ledger")

    def killed(*words: Any) -> None:
        make(*words)
        raise Busy("killed", "This process is no more")

    make = upkeep.make
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(upkeep, "make", killed)
        assert jpcli(*restore, there).code == 75
    whole = head(jpcli, there)
    assert whole[0] == head(jpcli, file)[0] + len(keyed) // 2
    for _ in range(2):
        again = jpcli(*restore, there)
        assert (again.code, again.json["notes"][0]["code"]) == (0, "restored"), again.err
        assert ("repeated" in [note["code"] for note in again.json["notes"]]) is (key is not None)
        assert head(jpcli, there) == whole
    assert jpcli("issue", "jetpack-scan", "--ledger", there).code == 0
    assert jpcli(*restore, there).code == (3 if key is None else 0)  # it is another one now


def test_a_damaged_ledger_is_not_moved(
    file: str, server: Server, jpcli: Callable[..., Any]
) -> None:
    import sqlite3

    connection = sqlite3.connect(file)
    connection.execute("UPDATE licenses SET issued_at = issued_at - 1")
    connection.commit()
    connection.close()
    database = server.database()
    run = jpcli("ledger", "move", file, server.address(database), "--json")
    assert (run.code, run.error["code"]) == (1, "ledger_damaged")
    with server.connect(database) as held:
        assert held.execute("SELECT to_regclass('events')").fetchone() == (None,)
