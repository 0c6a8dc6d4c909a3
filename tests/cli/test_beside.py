"""What lies beside a ledger, behind a link to it, or under another name of it; and who may read
what is made: over every road that makes, replaces or writes a file."""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import pytest

from jpcli.ledger.database import schema
from tests.cli.lines import LINES, NOW, Line
from tests.cli.test_every_line import each, shared
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Callable

pytestmark = pytest.mark.file("what lies beside a file, and who may read it")

SUFFIXES = ("-wal", "-shm", "-journal")
# Roads that make a ledger at `{new}`.
MAKES = (
    "init --ledger {new}",
    "ledger backup {new}",
    "ledger restore {folder}/backup.db --ledger {new}",
    "demo --keep {new}",
)


def log_of(ledger: Path, folder: Path) -> bytes:
    """A write-ahead log with something in it, as a killed process leaves one."""
    copy = folder / "copied.db"
    shutil.copyfile(ledger, copy)
    connection = sqlite3.connect(copy)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE foreign_rows (x)")
    connection.commit()
    log = Path(f"{copy}-wal").read_bytes()
    connection.close()
    copy.unlink()
    assert log
    return log


KINDS: dict[str, Callable[[Path, bytes], object]] = {
    "a log": Path.write_bytes,
    "empty": lambda path, _: path.touch(),
    "a dangling link": lambda path, _: path.symlink_to("nowhere"),
    "a folder": lambda path, _: path.mkdir(),
}


@pytest.mark.parametrize("road", MAKES)
@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_new_ledger_takes_nothing_over(road: str, suffix: str, kind: str, world: World) -> None:
    folder = world.folder / "new folder"
    folder.mkdir()
    new = folder / "new.db"
    beside = Path(f"{new}{suffix}")
    KINDS[kind](beside, log_of(world.folder / "ledger.db", world.folder))
    words = [word.format(new=new, folder=world.folder) for word in road.split()]
    if kind != "empty" and (kind, suffix) != ("a log", "-shm"):
        run = world.jpcli(*words, "--json", now=NOW)
        assert (run.code, run.error["code"]) == (3, "left_beside"), run.error
        assert os.listdir(folder) == [beside.name]
        _, _, command = run.error["hint"].partition(":   ")
        subprocess.run(["sh", "-c", command], check=True)
        assert os.listdir(folder) == [f"{beside.name}.left-1"]
        if road.startswith("demo"):
            return  # it would tell its whole story
    else:
        beside.chmod(0o644)
    assert world.jpcli(*words, now=NOW).code == 0
    checked = world.jpcli("ledger", "check", "--ledger", str(new), "--json", now=NOW)
    assert checked.data["ok"]
    assert not beside.exists() or beside.stat().st_mode & 0o777 == 0o600, "it is the old one"


@pytest.mark.parametrize("suffix", SUFFIXES)
def test_a_kept_copy_takes_nothing_over(suffix: str, world: World) -> None:
    """What a restore keeps gets a name beside which there is nothing."""
    (world.folder / f"ledger.db.before-restore-1{suffix}").write_bytes(b"of another")
    words = ("ledger", "restore", str(world.folder / "backup.db"), "--yes", "--json")
    assert world.jpcli(*words).data["kept"] == f"{world.folder}/ledger.db.before-restore-2"


@pytest.mark.parametrize("suffix", ["-wal", "-journal"])
def test_a_restore_over_a_damaged_ledger_keeps_what_was_beside_it(
    suffix: str, world: World
) -> None:
    path = world.folder / "ledger.db"
    path.write_bytes(b"rubbish")
    Path(f"{path}{suffix}").write_bytes(b"of the rubbish")
    words = ("ledger", "restore", str(world.folder / "backup.db"), "--yes", "--json")
    kept = Path(world.jpcli(*words).data["kept"])
    assert (kept.read_bytes(), Path(f"{kept}{suffix}").read_bytes()) == (
        b"rubbish",
        b"of the rubbish",
    )
    assert world.jpcli("ledger", "check").code == 0
    assert not Path(f"{path}-journal").exists()


@pytest.mark.parametrize("suffix", SUFFIXES)
@pytest.mark.parametrize(
    "road",
    [
        *MAKES[:3],
        "invoice export 2026-09 --format csv --output {new}",
        "plan {folder}/sites.toml --out {new}",
        "plan --init {new}",
        "savings --output {new}",
        "audit --init {new}",
    ],
)
def test_nothing_is_made_under_a_name_of_sqlites(road: str, suffix: str, world: World) -> None:
    before = world.everything()
    new = f"{world.folder}/other.db{suffix}"
    words = [word.format(new=new, folder=world.folder) for word in road.split()]
    run = world.jpcli(*words, "--json", now=NOW)
    assert (run.code, run.error["code"]) == (2, "reserved_name")
    assert world.everything() == before


# --- through a link -------------------------------------------------------------------------------


def cut_with_a_log(path: Path) -> None:
    """Take the last page of a ledger away that its log has: a process was killed while it folded
    the log in. The ledger is whole."""
    connection = sqlite3.connect(path, isolation_level=None)
    (size,) = connection.execute("PRAGMA page_size").fetchone()
    connection.execute("PRAGMA wal_autocheckpoint = 0")
    reader = sqlite3.connect(path, isolation_level=None)
    connection.execute("CREATE TABLE more (x)")
    connection.execute("INSERT INTO more VALUES (zeroblob(20000))")
    connection.execute("DROP TABLE more")
    connection.execute("VACUUM")
    connection.execute("PRAGMA wal_checkpoint(PASSIVE)")
    content, log = path.read_bytes(), Path(f"{path}-wal").read_bytes()
    reader.close()
    connection.close()
    path.write_bytes(content[:-size])
    Path(f"{path}-wal").write_bytes(log)


@pytest.mark.parametrize("kind", ["the file", "a link", "a link to a link", "a linked folder"])
@pytest.mark.parametrize("line", ["ledger check", "issue jetpack-scan", "ledger backup {folder}/b"])
def test_a_whole_ledger_works_through_a_link(kind: str, line: str, world: World) -> None:
    path = world.folder / "ledger.db"
    cut_with_a_log(path)
    elsewhere = world.folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "one").symlink_to(path)
    (elsewhere / "two").symlink_to("one")
    (elsewhere / "all").symlink_to(world.folder)
    named = {
        "the file": path,
        "a link": elsewhere / "one",
        "a link to a link": elsewhere / "two",
        "a linked folder": elsewhere / "all" / "ledger.db",
    }[kind]
    words = line.format(**world.names).split()
    run = world.jpcli(*words, "--ledger", str(named), now=NOW)
    assert run.code == 0, run.err
    assert world.jpcli("ledger", "check").code == 0
    assert sorted(os.listdir(elsewhere)) == ["all", "one", "two"]


def test_what_is_kept_of_an_older_ledger_lies_beside_the_file_not_the_link(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    link = world.folder / "elsewhere" / "link.db"
    link.parent.mkdir()
    link.symlink_to(world.folder / "ledger.db")
    version = schema.SCHEMA_VERSION
    monkeypatch.setattr(schema, "SCHEMA_VERSION", version + 1)
    assert world.jpcli("status", "--ledger", str(link)).code == 0
    assert (world.folder / f"ledger.db.schema-{version}").exists()
    assert os.listdir(link.parent) == ["link.db"]


# --- under another name ---------------------------------------------------------------------------


@each([line for line in LINES if "dry_run" in shared(line) and line.code == 0])
def test_a_ledger_with_two_names_is_not_written(line: Line, world: World) -> None:
    before = world.everything()
    other = world.folder.parent / "other.db"
    other.hardlink_to(world.folder / "ledger.db")
    run = world(line, "--json")
    assert (run.code, run.error["code"]) == (1, "ledger_hard_linked"), run.error
    assert world.everything() == before
    other.unlink()
    assert world(line).code == 0


@pytest.mark.parametrize("whole", [True, False])
def test_a_ledger_with_two_names_is_not_restored(whole: bool, world: World) -> None:
    path, other = world.folder / "ledger.db", world.folder.parent / "other.db"
    if not whole:
        path.write_bytes(b"rubbish")
    content = path.read_bytes()
    other.hardlink_to(path)
    names = sorted(os.listdir(world.folder))
    run = world.jpcli("ledger", "restore", f"{world.folder}/backup.db", "--yes", "--json")
    assert (run.code, run.error["code"]) == (1, "ledger_hard_linked")
    assert path.read_bytes() == other.read_bytes() == content
    assert sorted(os.listdir(world.folder)) == names


def test_a_ledger_with_two_names_is_read_and_both_are_found(world: World) -> None:
    other = world.folder.parent / "other.db"
    other.hardlink_to(world.folder / "ledger.db")
    for words in ("status", "licenses list", "ledger check", f"ledger backup {world.folder}/b.db"):
        assert world.jpcli(*words.split(), now=NOW).code == 0
    assert (world.folder / "b.db").stat().st_nlink == 1
    run = world.jpcli("issue", "jetpack-scan", "--json", now=NOW)
    assert "find " in run.error["hint"]
    assert f"-samefile {world.folder}/ledger.db" in run.error["hint"]


def test_a_draft_is_no_second_name(world: World) -> None:
    """`init` was killed after its ledger had got its name, before the draft was gone."""
    draft = world.folder / ".jpcli-0123456789abcdef.tmp"
    draft.hardlink_to(world.folder / "ledger.db")
    assert world.jpcli("issue", "jetpack-scan", now=NOW).code == 0
    assert not draft.exists()


# --- who may read it ------------------------------------------------------------------------------


class Road(NamedTuple):
    """A call that makes files; `before` makes the ledger what it has to be."""

    words: str
    before: Callable[[Path], object] = lambda _: None


def damaged(ledger: Path) -> None:
    ledger.write_bytes(b"rubbish")
    for suffix in ("-wal", "-journal"):
        Path(f"{ledger}{suffix}").write_bytes(b"rubbish")


ROADS = (
    *(Road(words.replace("{new}", "{folder}/a/b/new.db")) for words in (MAKES[0], MAKES[2])),
    Road("ledger backup {folder}/new.db"),
    Road("demo --keep {folder}/new.db"),
    Road("ledger restore {folder}/backup.db --yes"),
    Road("ledger restore {folder}/backup.db --yes", damaged),
    Road("issue jetpack-scan"),
    Road("plan --init {folder}/new.toml"),
    Road("plan {folder}/sites.toml --out {folder}/new.plan"),
    Road("audit --init {folder}/new.toml"),
    Road("invoice export 2026-09 --format html --output {folder}/new.html"),
    Road("invoice export 2026-09 --format csv --output {folder}/orders.csv --yes"),
    Road("invoice export 2026-09 --format proof --output {folder}/new.json"),
    Road("invoice export 2026-09 --each-client {folder}/a/b --as html --as csv"),
    Road("month-end 2026-09 --output {folder}/a/b --yes"),
    Road("report --html {folder}/new.html"),
    Road("savings --output {folder}/new.toml"),
    Road("clients report --output {folder}/new.csv"),
    Road("clients report --output {folder}/new.html"),
    Road("audit --policy {folder}/audit.toml --output junit:{folder}/new.xml"),
)


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777], ids=oct)
@pytest.mark.parametrize("road", ROADS, ids=lambda road: f"{road.words} {road.before.__name__}")
def test_what_is_made_is_nobody_elses(road: Road, umask: int, world: World) -> None:
    road.before(world.folder / "ledger.db")
    before = {path: path.stat().st_ino for path in world.folder.rglob("*")}
    ledger = sqlite3.connect(world.folder / "backup.db")  # its log and index stay in sight
    ledger.execute("PRAGMA user_version").fetchone()
    former = os.umask(umask)
    try:
        run = world.jpcli(*road.words.format(**world.names).split(), now=NOW)
    finally:
        os.umask(former)
        ledger.close()
    assert run.code == 0, run.err
    made = [path for path in world.folder.rglob("*") if before.get(path) != path.stat().st_ino]
    assert made or road.words.startswith("issue")
    modes = {path.name: path.stat().st_mode & 0o777 for path in made}
    assert modes == {path.name: 0o700 if path.is_dir() else 0o600 for path in made}
