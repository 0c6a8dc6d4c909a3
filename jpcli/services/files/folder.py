"""A folder of files that are made again and again: each whole or not at all, nobody's work lost.

Owns how jpcli knows its own files there: their sums are written down in `SUMS` before a file gets
its name, so a run that is killed anywhere is gone on with by the next. What it did not write, or
what somebody has changed since, it leaves alone unless told otherwise; and a folder is one
ledger's, because two give the same names to other files.
"""

from __future__ import annotations

import os
import re
from contextlib import suppress
from hashlib import sha256
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.ledger.database.draft import (
    alone_in,
    draft_beside,
    folder_unwritable,
    link_new,
    make_folders,
    replace_plain,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.errors import JpcliError

# As `sha256sum --check` reads it, which passes over the remarks: whose the folder is, and what was
# begun and not ended. While a run is under way a file may have more than one line.
SUMS = "jpcli-files.sha256"
_LINE = re.compile(r"([0-9a-f]{64})  ([^/\n]+)\n")
_REMARK = re.compile(r"# (ledger|unfinished) (\S+)\n")
_BLOCK = 1 << 20


class Folder:
    """The files of one run in a folder at `path`; with `replaces` also over somebody's, which is
    what the option called `by` is for. `owner` is the id of the ledger that they are of. `heard` is
    told how many files there are so far.

    `files` are the paths that are there now as this run has them, `changes` counts those that were
    not so before, `failures` are why others are not. `unfinished` is what earlier runs have
    begun and not ended.
    """

    def __init__(
        self,
        path: str,
        *,
        replaces: bool = False,
        by: str = "--replace",
        owner: str | None = None,
        heard: Callable[[int], None] = lambda _number: None,
    ) -> None:
        self.path = path
        self.files: list[str] = []
        self.changes = 0
        self.failures: list[JpcliError] = []
        self._replaces = replaces
        self._by = by
        self._owner = owner
        self._heard = heard
        self.unfinished: set[str] = set()
        self._ends: set[str] = set()
        self._known: dict[str, set[str]] = {}
        self._made: dict[str, str] = {}

    def look(self) -> None:
        """See what is there, and write nothing.

        Raises BadInput `not_a_folder`, Refused `another_ledgers_folder`, Failed
        `folder_unwritable`.
        """
        if os.path.lexists(self.path) and not os.path.isdir(self.path):
            message = f"{self.path} is a file, not a folder"
            hint = "Name a folder; it is made where it is missing."
            raise BadInput("not_a_folder", message, hint=hint, subject=self.path)
        try:
            self._known, remarks = self._read_sums()
        except OSError as error:
            raise self._unwritable(error) from None
        self.unfinished = {what for kind, what in remarks if kind == "unfinished"}
        others = {what for kind, what in remarks if kind == "ledger"} - {self._owner}
        if others and not self._replaces:
            raise Refused(
                "another_ledgers_folder",
                f"The files in {self.path} are of another ledger, and those of this one have the"
                " same names",
                hint=f"Name another folder, or write over them:   {self._by}",
                subject=self.path,
            )

    def begin(self, unfinished: Iterable[str] = ()) -> None:
        """Make the folder where it is missing, see that it takes files, and write down what is
        `unfinished` until the end of this run. Errors as `look`, and Failed `disk_full`."""
        self.look()
        self._ends = {*unfinished}
        try:
            make_folders(os.path.abspath(self.path))
            with draft_beside(self.at(SUMS)):
                pass
            self._end_line()
            for what in sorted(self._ends - self.unfinished):
                self._append(f"# unfinished {what}\n")
        except OSError as error:
            raise self._unwritable(error) from None

    def wrote(self, prefix: str) -> bool:
        """Whether some earlier run has written a file here whose name begins so."""
        return any(name.startswith(prefix) for name in self._known)

    def put(self, name: str, pieces: Iterable[str | bytes]) -> str | None:
        """A file with this content, and its path. What can't go there is one of the `failures`
        (Refused `changed_by_hand`, `file_exists`), and None; errors of the disk are raised."""
        path = self.at(name)
        try:
            with draft_beside(path, looks=False) as draft:  # `begin` and `end` look
                made = _written(draft, pieces)
                self._put(draft, path, name, made)
        except (Refused, BadInput) as error:
            self.failures.append(error)
            return None
        except OSError as error:
            raise self._unwritable(error) from None
        self._made[name] = made
        self.files.append(path)
        self._heard(len(self.files))
        return path

    def foresee(self, name: str) -> str | None:
        """The path of a file that `put` would write; what is there and not known is one of the
        `failures`, and None."""
        path = self.at(name)
        try:
            there = _sum_of(path)
            if there is not None and not self._replaces:
                self._check_ours(path, name, there)
        except Refused as error:
            self.failures.append(error)
            return None
        except OSError as error:
            raise self._unwritable(error) from None
        return path

    def end(self) -> None:
        """Write down the sums of what is there, each file once."""
        try:
            with alone_in(self.path), draft_beside(self.at(SUMS)) as draft:
                sums = self._read_sums()[0] | {name: {made} for name, made in self._made.items()}
                lines = [
                    f"{known}  {name}\n"
                    for name in sorted(sums)
                    for known in sorted(sums[name])
                    # What is not known is of another run, which may be about to give it its name.
                    if name not in self._known or os.path.lexists(self.at(name))
                ]
                left = [f"# unfinished {what}\n" for what in sorted(self.unfinished - self._ends)]
                _written(draft, [*self._whose(), *left, *lines])
                replace_plain(draft, self.at(SUMS))
        except OSError as error:
            raise self._unwritable(error) from None

    def _put(self, draft: str, path: str, name: str, made: str) -> None:
        there = _sum_of(path)
        if there is not None and there != made and not self._replaces:
            self._check_ours(path, name, there)
        if made not in self._known.get(name, ()):
            self._note(name, made)
        self.changes += there != made
        if there is None:
            try:
                link_new(draft, path)
            except Refused:
                if _sum_of(path) != made:  # else another run has just written the same
                    raise
        elif there != made:
            replace_plain(draft, path)

    def _check_ours(self, path: str, name: str, there: str) -> None:
        known = self._known.get(name, set())
        if there in known:
            return
        hint = f"Put it elsewhere and run this again, or write over it:   {self._by}"
        if known:
            message = f"{path} was changed since jpcli wrote it, and stays as it is"
            raise Refused("changed_by_hand", message, hint=hint, subject=path)
        message = f"There is a file at {path} that jpcli did not write, and it stays as it is"
        raise Refused("file_exists", message, hint=hint, subject=path)

    def _note(self, name: str, made: str) -> None:
        """Before the file has its name: who is killed after this knows it again."""
        self._append(f"{made}  {name}\n")
        self._known.setdefault(name, set()).add(made)

    def _append(self, line: str) -> None:
        if not os.path.lexists(self.at(SUMS)):
            with draft_beside(self.at(SUMS)) as draft, suppress(Refused):  # another run was first
                _written(draft, self._whose())
                link_new(draft, self.at(SUMS))
        # Alone: who is at its end puts another file in the place of this one.
        with (
            alone_in(self.path),
            open(self.at(SUMS), "a", encoding="utf-8", newline="\n") as stream,
        ):
            stream.write(line)
            stream.flush()
            os.fsync(stream.fileno())

    def _whose(self) -> list[str]:
        return [] if self._owner is None else [f"# ledger {self._owner}\n"]

    def _end_line(self) -> None:
        """What a run that was killed has left of a line must not begin the next one."""
        try:
            with alone_in(self.path), open(self.at(SUMS), "rb+") as stream:
                if stream.seek(0, os.SEEK_END):
                    stream.seek(-1, os.SEEK_END)
                    if stream.read(1) != b"\n":
                        stream.write(b"\n")
        except FileNotFoundError:
            pass

    def _read_sums(self) -> tuple[dict[str, set[str]], set[tuple[str, str]]]:
        """The sums and the remarks that were written down; half a line, of a run that was killed,
        is none."""
        sums: dict[str, set[str]] = {}
        remarks: set[tuple[str, str]] = set()
        try:
            with open(self.at(SUMS), encoding="utf-8", errors="replace", newline="\n") as stream:
                for line in stream:
                    if (match := _LINE.fullmatch(line)) is not None:
                        sums.setdefault(match[2], set()).add(match[1])
                    elif (match := _REMARK.fullmatch(line)) is not None:
                        remarks.add((match[1], match[2]))
        except FileNotFoundError:
            pass
        return sums, remarks

    def at(self, name: str) -> str:
        """The path of a file in it."""
        return os.path.join(self.path, name)

    def _unwritable(self, error: OSError) -> JpcliError:
        return folder_unwritable(self.at(SUMS), error, "file", "Name another folder.")


def _written(draft: str, pieces: Iterable[str | bytes]) -> str:
    """The sum of what was written."""
    made = sha256()
    with open(draft, "wb") as stream:
        for piece in pieces:
            block = piece.encode() if isinstance(piece, str) else piece
            made.update(block)
            stream.write(block)
        stream.flush()
        os.fsync(stream.fileno())
    return made.hexdigest()


def _sum_of(path: str) -> str | None:
    """The sum of a file that is there; None where nothing is, and "" of what is no plain file."""
    if not os.path.lexists(path):
        return None
    if os.path.islink(path) or not os.path.isfile(path):
        return ""
    found = sha256()
    with open(path, "rb") as stream:
        while block := stream.read(_BLOCK):
            found.update(block)
    return found.hexdigest()
