"""`python -m tests.stripe_double [--port N] [--state FILE]`: prints its URL and serves."""

from __future__ import annotations

import argparse
import signal
import sys
from pathlib import Path

from tests.stripe_double import server


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.stripe_double")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    parser.add_argument("--state", type=Path, help="read at the start, written after each change")
    options = parser.parse_args()
    running = server.start(options.port, options.state)
    sys.stdout.write(running.url + "\n")
    sys.stdout.flush()
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        running.stop()


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
