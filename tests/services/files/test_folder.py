"""A folder of files that are made again: nobody's work is lost, and a kill leaves nothing."""

from __future__ import annotations

import os
import stat
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from pathlib import Path

import pytest

from jpcli.domain.errors import BadInput, Failed
from jpcli.ledger.database.draft import alone_in, link_new
from jpcli.services.files import folder as folders
from jpcli.services.files.folder import SUMS, Folder


def write(path: Path, files: dict[str, str], *, replaces: bool = False) -> Folder:
    folder = Folder(str(path), replaces=replaces)
    folder.begin()
    for name, text in files.items():
        folder.put(name, [text[:2], text[2:].encode()])
    folder.end()
    return folder


def contents(path: Path) -> dict[str, str]:
    return {found.name: found.read_text() for found in sorted(path.iterdir())}


def test_what_was_written_is_written_down(tmp_path: Path) -> None:
    path = tmp_path / "a" / "bills"
    folder = write(path, {"two": "2222", "one": "1111"})
    sums = "".join(
        f"{sha256(text.encode()).hexdigest()}  {name}\n"
        for name, text in (("one", "1111"), ("two", "2222"))
    )
    assert contents(path) == {"one": "1111", "two": "2222", SUMS: sums}
    assert folder.files == [str(path / "two"), str(path / "one")]
    assert (folder.changes, folder.failures) == (2, [])
    assert stat.S_IMODE((path / "one").stat().st_mode) == 0o600


@pytest.mark.parametrize("umask", [0o000, 0o777], ids=oct)
def test_what_is_there_of_a_run_that_was_killed_is_nobody_elses(umask: int, tmp_path: Path) -> None:
    folder = Folder(str(tmp_path / "a" / "bills"))
    former = os.umask(umask)
    try:
        folder.begin()
        folder.put("one", ["1111"])  # and here it was killed
    finally:
        os.umask(former)
    made = {path: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.rglob("*")}
    assert set(made) == {
        tmp_path / name for name in ("a", "a/bills", "a/bills/one", f"a/bills/{SUMS}")
    }
    assert made == {path: 0o700 if path.is_dir() else 0o600 for path in made}


def test_the_same_again_touches_nothing(tmp_path: Path) -> None:
    write(tmp_path, {"one": "1111"})
    before = (tmp_path / "one").stat()
    again = write(tmp_path, {"one": "1111"})
    after = (tmp_path / "one").stat()
    assert (before.st_ino, before.st_mtime_ns) == (after.st_ino, after.st_mtime_ns)
    assert (again.changes, len(again.files)) == (0, 1)


def test_its_own_file_is_replaced(tmp_path: Path) -> None:
    write(tmp_path, {"one": "1111"})
    assert write(tmp_path, {"one": "new"}).changes == 1
    assert contents(tmp_path)["one"] == "new"


def test_what_was_changed_by_hand_stays_and_the_rest_is_written(tmp_path: Path) -> None:
    write(tmp_path, {"one": "1111", "two": "2222"})
    (tmp_path / "one").write_text("mine")
    folder = write(tmp_path, {"one": "new", "two": "new"})
    assert [(e.code, e.subject) for e in folder.failures] == [
        ("changed_by_hand", str(tmp_path / "one"))
    ]
    assert folder.files == [str(tmp_path / "two")]
    assert (contents(tmp_path)["one"], contents(tmp_path)["two"]) == ("mine", "new")
    # It is known still that this is not how it was written.
    assert write(tmp_path, {"one": "newer"}).failures[0].code == "changed_by_hand"
    assert write(tmp_path, {"one": "newer"}, replaces=True).failures == []
    assert contents(tmp_path)["one"] == "newer"


def test_what_is_not_its_own_stays(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("mine")
    (tmp_path / "link").symlink_to(tmp_path / "one")
    (tmp_path / "dir").mkdir()
    files = {"one": "1111", "link": "1111", "dir": "1111"}
    folder = write(tmp_path, files)
    assert [e.code for e in folder.failures] == ["file_exists"] * 3
    assert (tmp_path / "one").read_text() == "mine"
    # A folder is not replaced whoever says so.
    again = write(tmp_path, files, replaces=True)
    assert [e.code for e in again.failures] == ["not_a_file"]
    assert (tmp_path / "one").read_text() == "1111"


def test_a_file_that_is_so_already_becomes_its_own(tmp_path: Path) -> None:
    (tmp_path / "one").write_text("1111")
    assert write(tmp_path, {"one": "1111"}).failures == []
    assert write(tmp_path, {"one": "new"}).failures == []


def test_others_files_in_the_folder_are_nobodys_business(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    write(tmp_path, {"one": "1111"})
    assert contents(tmp_path)["notes.txt"] == "mine"


def test_a_file_in_the_place_of_the_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "bills").write_text("mine")
    with pytest.raises(BadInput, match="is a file, not a folder") as error:
        Folder(str(tmp_path / "bills")).begin()
    assert error.value.code == "not_a_folder"


def test_a_folder_that_takes_no_files_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(os, "mkdir", refuse)
    with pytest.raises(Failed) as error:
        Folder(str(tmp_path / "bills")).begin()
    assert error.value.code == "folder_unwritable"


def test_sums_that_can_not_be_read_are_told_as_that(tmp_path: Path) -> None:
    (tmp_path / "bills" / SUMS).mkdir(parents=True)
    with pytest.raises(Failed) as error:
        Folder(str(tmp_path / "bills")).begin()
    assert error.value.code == "folder_unwritable"


class _Killed(BaseException):
    """As SIGKILL: nothing catches it."""


@pytest.mark.parametrize("step", range(14))
def test_killed_at_any_step_the_next_run_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    """The content of the next run is another one, as when an invoice was paid meanwhile."""
    write(tmp_path, {"one": "old1", "two": "old2"})
    left = [step]

    def maybe_dying(name: str) -> None:
        real = getattr(folders, name)

        def call(*args: object) -> object:
            for _ in range(2):  # before it, or after it
                left[0] -= 1
                if left[0] < 0:
                    raise _Killed
                if _ == 0:
                    found = real(*args)
            return found

        monkeypatch.setattr(folders, name, call)

    with monkeypatch.context() as patched:
        monkeypatch = patched
        for name in ("_written", "link_new", "replace_plain"):
            maybe_dying(name)
        try:
            write(tmp_path, {"one": "mid1", "two": "mid2", "three": "mid3"})
        except _Killed:
            pass
    for there in tmp_path.iterdir():
        assert there.name == SUMS or there.read_text()[:3] in ("old", "mid")
    folder = write(tmp_path, {"one": "new1", "two": "new2", "three": "new3"})
    assert folder.failures == []
    found = contents(tmp_path)
    assert [found[name] for name in ("one", "two", "three")] == ["new1", "new2", "new3"]
    assert len(found) == 4  # no draft is left either
    assert found[SUMS].count("\n") == 3


def test_half_a_line_of_a_killed_run_hides_no_other(tmp_path: Path) -> None:
    write(tmp_path, {"one": "1111"})
    with (tmp_path / SUMS).open("a") as sums:
        sums.write("abc")
    write(tmp_path, {"one": "1111", "two": "2222"})
    assert write(tmp_path, {"one": "new", "two": "new"}).failures == []


def test_the_names_in_it_are_looked_at_as_often_however_many_files_there_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A look is at all of them: with one for each file, twice the files take four times as long."""
    looks, listed, counts = [], os.listdir, []

    def look(path: str) -> list[str]:
        looks.append(path)
        return listed(path)

    monkeypatch.setattr(os, "listdir", look)
    for files in (1, 30):
        looks.clear()
        write(tmp_path / str(files), {f"file {number}": "1111" for number in range(files)})
        counts.append(len(looks))
    few, many = counts
    assert few == many < 5


def test_what_a_killed_run_left_goes_with_the_next(tmp_path: Path) -> None:
    (tmp_path / ".jpcli-0123456789abcdef.tmp").write_text("half a file")
    write(tmp_path, {"one": "1111"})
    assert sorted(contents(tmp_path)) == [SUMS, "one"]


def test_the_end_of_one_run_forgets_nothing_of_another(tmp_path: Path) -> None:
    """Also of a file that has not got its name yet."""
    first, second = (Folder(str(tmp_path)) for _ in range(2))
    first.begin()
    second.begin()
    second.put("two", ["2222"])
    second._note("three", sha256(b"3333").hexdigest())
    first.put("one", ["1111"])
    first.end()
    (tmp_path / "three").write_text("3333")
    assert write(tmp_path, {"one": "new", "two": "new", "three": "new"}).failures == []


@pytest.mark.parametrize(("other", "codes"), [("1111", []), ("mine", ["file_exists"])])
def test_what_another_run_has_just_written_is_no_failure(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, other: str, codes: list[str]
) -> None:
    def link(draft: str, path: str) -> None:
        if path == str(tmp_path / "one"):
            Path(path).write_text(other)
        link_new(draft, path)

    monkeypatch.setattr(folders, "link_new", link)
    folder = write(tmp_path, {"one": "1111"})
    assert [error.code for error in folder.failures] == codes
    assert contents(tmp_path)["one"] == other


def test_nothing_is_written_down_while_another_run_is_at_its_end(tmp_path: Path) -> None:
    """That puts another file in the place of the one with the sums."""
    folder = write(tmp_path, {"one": "1111"})
    before = (tmp_path / SUMS).read_text()
    with ThreadPoolExecutor(1) as pool:
        with alone_in(str(tmp_path)):
            waits = pool.submit(folder.put, "two", ["2222"])
            with pytest.raises(TimeoutError):
                waits.result(0.1)
            assert (tmp_path / SUMS).read_text() == before
        assert waits.result(60) == str(tmp_path / "two")


def test_two_runs_at_once_write_down_all(tmp_path: Path) -> None:
    """One is at its end while the other writes down its files."""

    def run(number: int) -> None:
        for turn in range(20):
            write(tmp_path, {f"{number} {turn}": "text"})

    with ThreadPoolExecutor(2) as pool:
        list(pool.map(run, range(2)))
    sums = (tmp_path / SUMS).read_text().splitlines()
    assert len(sums) == 40
