"""Plays the terminal sessions of a Markdown file, to check them or to write them anew.

    python tests/docs/sessions.py FILE…

writes what the commands print now into the files. A session is a fenced block `console`; a comment
`<!-- at 2026-11-03T09:00:00Z -->` above it sets the clock. All sessions of a file share one ledger,
and each command sees a terminal 100 columns wide. After `, Jetpack` behind the time a double of the
Licensing API stands in for it; with a word of `_HAPPENS` something happens there first. License
keys are made at random, so the keys in the text stand for those of the run.
"""

from __future__ import annotations

import os
import pty
import re
import subprocess
import sys
import tempfile
import threading
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from tests.jetpack_double.double import JetpackDouble

ROOT = Path(__file__).parents[2]
_BLOCK = re.compile(
    r"(?:<!-- at (?P<at>[^\s,]+)(?P<jetpack>, Jetpack(?: (?P<happens>\w+))?)? -->\n)?"
    r"```console\n(?P<text>.*?)```\n",
    re.DOTALL,
)
_KEY = re.compile(r"\b[a-z][a-z0-9-]*_[0-9A-Za-z]{25}\b")
_ESCAPE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)")
# How far a command is, until its answer takes the place of that.
_TAKEN_AWAY = re.compile(r"[^\n]*\r\x1b\[K")
COLUMNS = 100
# The double listens on another port each time.
PUBLIC_BASE = "https://public-api.wordpress.com/wpcom/v2/jetpack-licensing"
# Whoever shows a command in a document means it.
_QUESTION = b"[y/N] "


class Step(NamedTuple):
    """A command and what it prints. `at` fixes the clock; `jetpack` is None where Jetpack has no
    part in it, else what happens there before, or nothing."""

    at: str | None
    command: str
    output: str
    jetpack: str | None = None


def steps_of(text: str) -> list[Step]:
    """Every command in the sessions of a Markdown text, in order."""
    found = []
    for block in _BLOCK.finditer(text):
        for part in re.split(r"^\$ ", block["text"], flags=re.MULTILINE)[1:]:
            # A command goes on where a line ends with a backslash.
            command = re.match(r"(?:.*\\\n)*.*\n", part)
            assert command is not None
            jetpack = None if block["jetpack"] is None else block["happens"] or ""
            step = Step(block["at"], command[0].rstrip("\n"), part[command.end() :], jetpack)
            found.append(step)
    return found


def play(steps: list[Step]) -> list[Step]:
    """Run the commands in a new folder and return them with what they print now."""
    # A short path, because lines with a path in them are broken by its length.
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        if all(step.jetpack is None for step in steps):
            return _play(steps, Path(folder), None)
        from tests.jetpack_double.double import JetpackDouble

        double = JetpackDouble()
        try:
            return _play(steps, Path(folder), double)
        finally:
            double.stop()


def _lose(double: JetpackDouble) -> None:
    """The answer to the next call that changes something is lost."""
    double.next("lost", method="POST")


def _end(double: JetpackDouble) -> None:
    """Somebody revokes the oldest license in the dashboard."""
    one = next(iter(double.licenses.values()))
    one.revoked_at, one.attached_at, one.blog_id = double.world.now(), None, None


def _order(double: JetpackDouble) -> None:
    """Somebody issues a license in the dashboard."""
    double.world.issue("jetpack-complete")


_HAPPENS = {"lost": _lose, "revoked": _end, "issued": _order}


def _play(steps: list[Step], folder: Path, double: JetpackDouble | None) -> list[Step]:
    keys: dict[str, str] = {}
    played = []
    status, happened = 0, None
    for step in steps:
        env: dict[str, str] = {}
        if double is not None and step.jetpack is not None and step.at is not None:
            env, moment = double.env, (step.at, step.jetpack)
            double.world.at = int(datetime.fromisoformat(step.at).timestamp())
            if step.jetpack and moment != happened:
                _HAPPENS[step.jetpack](double)
            happened = moment
        command = _replaced(step.command, keys)
        status, printed = _run(f"(exit {status}); {command}", step.at, folder, env)
        if double is not None:
            printed = printed.replace(double.base, PUBLIC_BASE)
        for shown, actual in zip(_keys(step.output), _keys(printed), strict=False):
            keys.setdefault(shown, actual)
        output = _replaced(printed, {actual: shown for shown, actual in keys.items()})
        played.append(step._replace(output=output))
        keys.update({key: key for key in _keys(output) if key not in keys})
    return played


def rewritten(text: str, steps: list[Step]) -> str:
    """The text with the outputs of `steps` in its sessions."""
    remaining = iter(steps)

    def block(match: re.Match[str]) -> str:
        count = len(re.findall(r"^\$ ", match["text"], re.MULTILINE))
        body = "".join(f"$ {each.command}\n{each.output}" for each in islice(remaining, count))
        return match[0].replace(match["text"], body)

    return _BLOCK.sub(block, text)


def _keys(text: str) -> list[str]:
    return list(dict.fromkeys(_KEY.findall(text)))


def _replaced(text: str, keys: dict[str, str]) -> str:
    return _KEY.sub(lambda match: keys.get(match[0], match[0]), text)


def _run(command: str, at: str | None, folder: Path, more: dict[str, str]) -> tuple[int, str]:
    """The exit status and the plain text of a command on a terminal, with errors in between."""
    from tests.bench.measuring import find_command

    path = os.pathsep.join([str(Path(find_command(folder)).parent), os.environ["PATH"]])
    env = {
        "PATH": path,
        "HOME": str(folder),
        "PYTHONPATH": str(ROOT),
        "LANG": "C.UTF-8",
        "TERM": "xterm-256color",
        "COLUMNS": str(COLUMNS),
        "JPCLI_ACTOR": "ada",
        **({"JPCLI_NOW": at} if at else {}),
        **more,
    }
    ours, theirs = pty.openpty()
    printed: list[bytes] = []
    reader = threading.Thread(target=_collect, args=(ours, printed))
    reader.start()
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=folder,
        env=env,
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        check=False,
    )
    os.close(theirs)
    reader.join()
    os.close(ours)
    shown = _TAKEN_AWAY.sub("", b"".join(printed).decode().replace("\r\n", "\n"))
    text = _ESCAPE.sub("", shown)
    text = text.replace(str(folder), "~")
    return done.returncode, "\n".join(line.rstrip() for line in text.split("\n"))


def _collect(terminal: int, printed: list[bytes]) -> None:
    try:
        while part := os.read(terminal, 65536):
            printed.append(part)
            if part.endswith(_QUESTION):
                os.write(terminal, b"y\n")
    except OSError:  # what Linux says at the end of a terminal
        return


def main() -> None:
    for name in sys.argv[1:]:
        path = Path(name)
        text = path.read_text("utf-8")
        path.write_text(rewritten(text, play(steps_of(text))), "utf-8")


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    main()
