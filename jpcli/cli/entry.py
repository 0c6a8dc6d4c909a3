"""The console script: the answers that need no imports, and the last line of defense.

Owns what must work before Typer is loaded (`--version`, shell completion) and how the process
ends: exit codes of interrupts and broken pipes, one line instead of a traceback. Must not import
anything that is not part of every interpreter at the top: `jpcli --version` is timed.
"""

from __future__ import annotations

import gc
import os
import sys

EXIT_INTERRUPTED = 130
EXIT_BROKEN_PIPE = 141


def main() -> None:
    """Run jpcli on `sys.argv` and end the process; never returns normally."""
    argv = sys.argv[1:]
    # Imports make a hundred thousand objects and no garbage: looking for some costs 10 ms.
    # `runner.execute` turns the collector on again, for everything made from then on.
    gc.disable()
    try:
        code = _dispatch(argv)
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        code = EXIT_BROKEN_PIPE
    code = _flush(code)
    gc.freeze()
    sys.exit(code)


def _dispatch(argv: list[str]) -> int:
    if argv == ["--version"]:
        from jpcli import __version__

        _reopen_closed_streams()
        sys.stdout.write(f"jpcli {__version__}\n")
        return 0
    _reopen_closed_streams()
    if argv[:1] == ["--complete"]:
        from jpcli.cli.complete import run as complete

        return complete(argv[1:])
    from jpcli.cli.app import run

    return run(argv)


def _reopen_closed_streams() -> None:
    """Put the null device where a standard stream is closed.

    Otherwise the next file that is opened, the ledger perhaps, would get its number, and text
    meant for a person would be written into it. `sys.stdin` stays None, so that a command that
    needs input can say that there is none.
    """
    closed = False
    for number in (0, 1, 2):
        try:
            os.fstat(number)
        except OSError:
            os.open(os.devnull, os.O_RDWR)
            closed = True
    if closed:
        if sys.stdout is None:
            sys.stdout = open(1, "w", encoding="utf-8", closefd=False)  # noqa: SIM115
        if sys.stderr is None:
            sys.stderr = open(2, "w", encoding="utf-8", closefd=False)  # noqa: SIM115


def _flush(code: int) -> int:
    """Write out what is buffered; a failure here must show in the exit code, not as a traceback."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        code = EXIT_BROKEN_PIPE
        _discard_output()
    except (OSError, ValueError) as error:
        _discard_output()
        sys.stderr.write(f"jpcli: the output could not be written: {error}  output_failed\n")
        code = code or 1
    return code


def _discard_output() -> None:
    """Send what is still buffered to the null device, so that the interpreter's exit is silent."""
    null = os.open(os.devnull, os.O_WRONLY)
    os.dup2(null, 1)
    os.close(null)
