"""The console script: the answers that need no imports, and how the process ends.

Owns what must work before Typer is loaded (`--version`, shell completion), the garbage collector,
and the exit codes of interrupts and broken pipes. Must not import anything that is not part of
every interpreter at the top: `jpcli --version` is timed.
"""

from __future__ import annotations

import gc
import sys

from jpcli.cli import streams

EXIT_INTERRUPTED = 130


def main() -> None:
    """Run jpcli on `sys.argv` and end the process; never returns normally."""
    # Imports make a hundred thousand objects and no garbage: looking for some costs 10 ms.
    # `runner.execute` turns the collector on again, for everything made from then on.
    gc.disable()
    streams.reopen_closed()
    try:
        code = _dispatch(sys.argv[1:])
    except KeyboardInterrupt:
        code = EXIT_INTERRUPTED
    except BrokenPipeError:
        streams.discard_output()
        code = streams.EXIT_BROKEN_PIPE
    except (OSError, MemoryError) as error:
        # Not even the report could be made: no memory, or no file more may be opened.
        code = streams.failed(error)
    code = streams.flushed(code)
    gc.freeze()
    sys.exit(code)


def _dispatch(argv: list[str]) -> int:
    if argv == ["--version"]:
        from jpcli import __version__

        sys.stdout.write(f"jpcli {__version__}\n")
        return 0
    if argv[:1] == ["--complete"]:
        from jpcli.cli.complete import run as complete

        return complete(argv[1:])
    from jpcli.cli.app.root import run

    return run(argv)
