"""A ledger in a folder of its own, and a command run on it that is judged, whatever it was told.

Owns the oracle: what an answer may be, how long it may take, and that a refusal wrote nothing.
"""

from __future__ import annotations

import json
import os
import re
import resource
import shutil
import sqlite3
import sys
import time
from contextlib import contextmanager
from io import BytesIO, TextIOWrapper
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple
from unittest.mock import patch

from jpcli.cli.app.root import run as run_jpcli
from tests.cli.lines import NOW, build

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

MOST_SECONDS = 2.0
MOST_KIB = 300 * 1024
CODES = (0, 1, 2, 3, 4, 10)
NOTHING_WRITTEN = (2, 3, 4)
# What would act on a terminal or a log: no answer has it, whatever it repeats.
ACTING = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069]")
# A path out of the folder: nothing there is an input's to name.
_ELSEWHERE = re.compile(r"(^|=|^-\w)/|\.\.")


class Fault(AssertionError):
    """What no input may bring about."""


class Run(NamedTuple):
    """How one call ended and what it wrote."""

    code: int
    out: str
    err: str

    @property
    def data(self) -> Any:
        return json.loads(self.out)["data"]


def check(holds: object, fault: str, *about: object) -> None:
    """Raise Fault unless it holds; what it is `about` comes after a line feed."""
    if not holds:
        raise Fault("\n".join([fault, *map(repr, about)]))


@contextmanager
def limits() -> Iterator[None]:
    """Neither two seconds nor 300 MiB."""
    begun, before = time.process_time(), _most_kib()
    yield
    took = time.process_time() - begun
    check(took < MOST_SECONDS, "too slow", f"{took:.1f} s")
    check(_most_kib() - before < MOST_KIB, "too much memory")


def _most_kib() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss


class Place:
    """The ledger of `tests.cli.lines` at `folder/ledger.db`, the same in every process."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.path = folder / "ledger.db"
        os.environ.pop("STRIPE_API_KEY", None)
        self.env = {
            "HOME": str(folder),
            "JPCLI_LEDGER": str(self.path),
            "JPCLI_ACTOR": "fuzz",
            "JPCLI_NOW": NOW,
            "PYTHON_KEYRING_BACKEND": "keyring.backends.null.Keyring",
        }
        with patch("os.urandom", Random(1).randbytes):  # never the same again, so no key is
            self.names = build(lambda *line, now: self.call(line, {"JPCLI_NOW": now}), folder)
        self.pristine = self.path.read_bytes()
        self._pristine_rows = self._rows()
        self._files = {each.name for each in folder.iterdir()}

    def call(self, argv: Sequence[str], env: Mapping[str, str] | None = None) -> Run:
        """One command line in this process, unjudged."""
        streams = [TextIOWrapper(BytesIO(), encoding="utf-8", newline="") for _ in range(3)]
        here = Path.cwd()
        os.chdir(self.folder)
        try:
            with (
                patch.dict(os.environ, {**self.env, **(env or {})}),
                patch.multiple(sys, stdin=streams[0], stdout=streams[1], stderr=streams[2]),
            ):
                code = run_jpcli(list(argv))
        finally:
            os.chdir(here)
        for stream in streams[1:]:
            stream.flush()
        out, err = (stream.buffer.getvalue() for stream in streams[1:])
        return Run(code, out.decode("utf-8", "replace"), err.decode())

    def judged(self, *argv: str, env: Mapping[str, str] | None = None) -> Run:
        """The same, held to what holds for every command; the ledger may have changed."""
        with limits():
            run = self.call(argv, env)
        check(run.code in CODES, f"exit {run.code}", run.err)
        told = run.err if run.out.startswith("%PDF") else run.out + run.err
        check("internal_error" not in told and "Traceback" not in told, "mistake of ours", run.err)
        check(not ACTING.search(told), "a control character", told)
        if "--json" in argv and run.out:
            document = json.loads(run.out)
            check("data" in document or "error" in document, "no answer", run.out)
        if run.code in NOTHING_WRITTEN:
            check(not self.changed(), "written and refused", run.err)
        elif self.changed():
            whole = self.call(("ledger", "check"))
            check(whole.code == 0, "the ledger is no longer whole", whole.out, run.err)
        return run

    def changed(self) -> bool:
        """Whether the ledger has other rows than at first."""
        log = self.path.with_name("ledger.db-wal")
        logged = log.exists() and log.stat().st_size > 0
        if not logged and self.path.read_bytes() == self.pristine:
            return False
        return self._rows() != self._pristine_rows

    def put_back(self) -> None:
        """Everything as it was at first."""
        for each in self.folder.iterdir():
            if each.name not in self._files:
                shutil.rmtree(each) if each.is_dir() else each.unlink()
        self.path.unlink(missing_ok=True)  # another file, for an input may have left it open
        self.path.write_bytes(self.pristine)

    def filled(self, words: Sequence[str]) -> list[str] | None:
        """Words with `{names}` filled in; None where one names a file elsewhere."""
        if any(_ELSEWHERE.search(word) for word in words):
            return None
        for name, text in self.names.items():
            words = [word.replace(f"{{{name}}}", text) for word in words]
        return list(words)

    def _rows(self) -> list[str]:
        connection = sqlite3.connect(self.path)
        try:
            return list(connection.iterdump())
        finally:
            connection.close()
