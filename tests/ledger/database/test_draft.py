"""A file is there whole or not at all, and nothing is left beside it."""

from __future__ import annotations

import errno
import fcntl
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jpcli.domain.errors import BadInput, Refused
from jpcli.ledger.database.draft import (
    draft_beside,
    folder_unwritable,
    link_new,
    replace_plain,
)

pytestmark = pytest.mark.file("files that are there whole or not at all")


def test_nothing_is_left_of_a_draft_however_the_block_ends(tmp_path: Path) -> None:
    def broken_off() -> None:
        with draft_beside(str(tmp_path / "ledger.db")) as draft:
            for suffix in ("-wal", "-shm", "-journal"):
                Path(draft + suffix).touch()
            assert os.stat(draft).st_mode & 0o777 == 0o600
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        broken_off()
    assert list(tmp_path.iterdir()) == []


def test_a_draft_gets_its_name_once(tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    for content in ("first", "second"):
        with draft_beside(str(target)) as draft:
            with open(draft, "w", encoding="utf-8") as stream:
                stream.write(content)
            assert os.path.dirname(draft) == str(tmp_path)
            if content == "first":
                link_new(draft, str(target))
            else:
                with pytest.raises(Refused) as caught:
                    link_new(draft, str(target))
                assert (caught.value.code, caught.value.exit_code) == ("file_exists", 3)
    assert [(path.name, path.read_text()) for path in tmp_path.iterdir()] == [("copy.db", "first")]


def test_the_refusal_names_the_folder(tmp_path: Path) -> None:
    error = OSError(13, "Permission denied")
    found = folder_unwritable(str(tmp_path / "a.txt"), error, "file", "Name another file.")
    assert found.message == f"No file can be made in {tmp_path} (Permission denied)"
    assert (found.code, found.subject) == ("folder_unwritable", str(tmp_path))


# --- what killed runs left, and what others are at work on ----------------------------------------

WORKER = """
import sys
from pathlib import Path
from jpcli.ledger.database.draft import draft_beside, link_new
with draft_beside({path!r}) as draft:
    for suffix in ("-wal", "-shm", "-journal"):
        Path(draft + suffix).touch()
    if {linked!r}:
        link_new(draft, {path!r})
    print(draft, flush=True)
    sys.stdin.read()
"""


def at_work(path: Path, *, linked: bool = False) -> tuple[subprocess.Popen[str], Path]:
    """A process that is in the middle of making `path`, and its draft."""
    process = subprocess.Popen(
        [sys.executable, "-c", WORKER.format(path=str(path), linked=linked)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout
    return process, Path(process.stdout.readline().strip())


def test_the_draft_of_a_killed_run_goes_with_the_next_and_a_living_one_stays(
    tmp_path: Path,
) -> None:
    process, draft = at_work(tmp_path / "first.db")
    with draft_beside(str(tmp_path / "second.db")):
        assert draft.exists()
        assert Path(f"{draft}-wal").exists()
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert draft.exists(), "it was not killed in the middle: the test proves nothing"
    with draft_beside(str(tmp_path / "second.db")) as other:
        assert [path.name for path in tmp_path.iterdir()] == [os.path.basename(other)]
    assert list(tmp_path.iterdir()) == []


def test_a_draft_that_has_its_name_is_only_a_second_one(tmp_path: Path) -> None:
    path = tmp_path / "first.db"
    process, draft = at_work(path, linked=True)
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert (draft.exists(), path.stat().st_nlink) == (True, 2)
    with draft_beside(str(tmp_path / "second.db")):
        pass
    assert [each.name for each in tmp_path.iterdir()] == ["first.db"]
    assert path.stat().st_nlink == 1


def test_drafts_of_one_process_leave_each_other_alone(tmp_path: Path) -> None:
    with draft_beside(str(tmp_path / "a")) as one, draft_beside(str(tmp_path / "b")) as other:
        assert Path(one).exists()
        assert Path(other).exists()


@pytest.mark.parametrize("fault", [errno.ENOLCK, errno.EOPNOTSUPP, errno.ENOSYS, errno.EWOULDBLOCK])
def test_without_locks_only_a_draft_of_yesterday_is_abandoned(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: int
) -> None:
    """EWOULDBLOCK is a lock that another process has: that one is at work, however long."""

    def refuse(_descriptor: int, _operation: int) -> None:
        raise OSError(fault, os.strerror(fault))

    monkeypatch.setattr(fcntl, "flock", refuse)
    old, young = tmp_path / f".jpcli-{1:016x}.tmp", tmp_path / f".jpcli-{2:016x}.tmp"
    for path, hours in ((old, 25), (young, 23)):
        path.touch()
        os.utime(path, (time.time() - hours * 3600,) * 2)
    with draft_beside(str(tmp_path / "a")) as draft:
        link_new(draft, str(tmp_path / "a"))
    assert old.exists() == (fault == errno.EWOULDBLOCK)
    assert young.exists()
    assert (tmp_path / "a").exists()


@pytest.mark.parametrize("give_name", [link_new, replace_plain])
def test_who_loses_a_draft_has_an_error_and_no_half_of_a_file(
    tmp_path: Path, give_name: Callable[[str, str], None]
) -> None:
    with draft_beside(str(tmp_path / "a")) as draft:
        os.unlink(draft)
        with pytest.raises(FileNotFoundError):
            give_name(draft, str(tmp_path / "a"))
    assert list(tmp_path.iterdir()) == []


def test_only_plain_files_are_taken_for_drafts(tmp_path: Path) -> None:
    kept = tmp_path / "kept"
    kept.write_text("mine")
    os.mkfifo(tmp_path / ".jpcli-0000000000000001.tmp")
    (tmp_path / ".jpcli-0000000000000002.tmp").symlink_to(kept)
    (tmp_path / ".jpcli-0000000000000003.tmp").mkdir()
    (tmp_path / "jpcli-0000000000000004.tmp").write_text("mine")
    before = sorted(tmp_path.iterdir())
    with draft_beside(str(tmp_path / "a")):
        pass
    assert sorted(tmp_path.iterdir()) == before
    assert kept.read_text() == "mine"


def test_a_clean_up_that_fails_does_not_hide_the_outcome(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(_path: str) -> None:
        raise PermissionError

    with draft_beside(str(tmp_path / "a")) as draft:
        link_new(draft, str(tmp_path / "a"))
        monkeypatch.setattr(os, "unlink", refuse)
    assert (tmp_path / "a").exists()


# --- names and kinds ------------------------------------------------------------------------------


@pytest.mark.parametrize("suffix", ["-wal", "-shm", "-journal"])
def test_no_file_gets_a_name_that_sqlite_takes_for_its_own(tmp_path: Path, suffix: str) -> None:
    with pytest.raises(BadInput) as caught, draft_beside(str(tmp_path / f"ledger.db{suffix}")):
        pass
    assert caught.value.code == "reserved_name"
    assert list(tmp_path.iterdir()) == []


def test_only_a_plain_file_is_replaced_and_links_to_one_are_followed(tmp_path: Path) -> None:
    plain, link = tmp_path / "plain", tmp_path / "link"
    plain.write_text("old")
    link.symlink_to(plain)
    with draft_beside(str(link)) as draft:
        Path(draft).write_text("new")
        replace_plain(draft, str(link))
    assert (link.is_symlink(), plain.read_text()) == (True, "new")
    os.mkfifo(tmp_path / "pipe")
    (tmp_path / "to-pipe").symlink_to(tmp_path / "pipe")
    (tmp_path / "to-null").symlink_to("/dev/null")
    for name in ("pipe", "to-pipe", "to-null", "."):
        with draft_beside(str(plain)) as draft, pytest.raises(BadInput) as caught:
            replace_plain(draft, str(tmp_path / name))
        assert caught.value.code == "not_a_file"
    assert Path("/dev/null").is_char_device()
