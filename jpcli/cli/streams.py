"""The standard streams of the process: closed ones, full disks, readers that went away.

Imports nothing that an interpreter has not loaded anyway, because `jpcli --version` passes here.
"""

from __future__ import annotations

import os
import sys

EXIT_FAILED = 1
EXIT_BROKEN_PIPE = 141

# Of the standard streams, those that were closed when the process began.
_closed: set[int] = set()


def reopen_closed() -> None:
    """Put the null device where a standard stream is closed.

    Otherwise the next file that is opened, the ledger perhaps, would get its number, and text
    meant for a person would be written into it. `sys.stdin` stays None, so that a command that
    needs input can say that there is none.
    """
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            _closed.add(number)
            os.open(os.devnull, os.O_RDWR)
    if sys.stdout is None:
        sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
    if sys.stderr is None:
        sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def refuse_where_closed() -> None:
    """Take nothing on a stdout that was closed from the start: what was done must be told. Whoever
    wants only the exit code of what reads may leave it closed."""
    if 1 in _closed:
        null = os.open(os.devnull, os.O_RDONLY)
        os.dup2(null, 1)
        os.close(null)


def flushed(code: int) -> int:
    """Write out what is buffered; the exit code, which tells when that fails."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        discard_output()
        return code or EXIT_BROKEN_PIPE
    except (OSError, ValueError) as error:
        discard_output()
        sys.stderr.write(f"jpcli: the output could not be written: {error}  output_failed\n")
        return code or EXIT_FAILED
    return code


def failed(error: Exception) -> int:
    """Say in one line what the system could not give; needs nothing that must still be loaded."""
    told = str(error) or "There is not enough memory"
    try:
        sys.stderr.write(f"jpcli: {told}  system_error\n")
    except (OSError, ValueError):
        pass
    return EXIT_FAILED


def discard_output() -> None:
    """Send what is still buffered to the null device, so that the process ends in silence."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
