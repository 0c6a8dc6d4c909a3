"""Play command lines in this process and keep what each prints, as a recording of a terminal.

Owns the stand-ins that last as long as one command: its streams and its environment. The command
line itself is parsed, run and rendered as any other.
"""

from __future__ import annotations

import io
import os
import sys
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from typing import TYPE_CHECKING, NamedTuple

from jpcli.cli.shared.output import is_terminal
from jpcli.domain.errors import AnswerLost

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import TextIO


class Printed(NamedTuple):
    """What a command printed, in its order, and how it ended."""

    text: bytes
    exit_code: int


class Tape(io.TextIOWrapper):
    """A stream that keeps what is written and looks like `model`: terminal, width, encoding."""

    def __init__(self, model: TextIO) -> None:
        encoding = getattr(model, "encoding", None) or "utf-8"
        if not is_terminal(model):
            encoding = "utf-8"  # as for any answer in a pipe
        self._kept = io.BytesIO()
        self._model = model
        super().__init__(
            self._kept, encoding=encoding, errors="backslashreplace", newline="", write_through=True
        )

    def isatty(self) -> bool:
        return is_terminal(self._model)

    def fileno(self) -> int:
        """That of the model, which is asked for its width."""
        return self._model.fileno()

    def text(self) -> bytes:
        """What was written."""
        self.flush()
        return self._kept.getvalue()


@contextmanager
def recording(*, remarks: bool = True) -> Iterator[Tape]:
    """Keep what is written to stdout while the block lasts, and to stderr if `remarks`; without
    them that goes nowhere."""
    tape = Tape(sys.stdout)
    with redirect_stdout(tape), redirect_stderr(tape if remarks else Tape(sys.stderr)):
        yield tape


def play(
    arguments: Sequence[str], environment: Mapping[str, str], *, remarks: bool = True
) -> Printed:
    """Run one command line with some variables of the environment set."""
    from jpcli.cli.app.root import run

    with recording(remarks=remarks) as tape, _environment(environment):
        code = run(list(arguments))
        if code == AnswerLost.exit_code:
            raise KeyboardInterrupt  # a tape takes every answer: it was cut off by one
        return Printed(tape.text(), code)


@contextmanager
def _environment(values: Mapping[str, str]) -> Iterator[None]:
    before = {name: os.environ.get(name) for name in values}
    os.environ.update(values)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value
