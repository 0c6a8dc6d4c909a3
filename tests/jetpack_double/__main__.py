"""`python -m tests.jetpack_double [--port N]`: prints base address and token, and serves."""

from __future__ import annotations

import argparse
import signal
import sys

from tests.jetpack_double.double import JetpackDouble


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.jetpack_double")
    parser.add_argument("--port", type=int, default=0, help="0: any free one")
    double = JetpackDouble(parser.parse_args().port)
    sys.stdout.write(f"{double.base}\n{double.token}\n")
    sys.stdout.flush()
    try:
        signal.sigwait({signal.SIGINT, signal.SIGTERM})
    finally:
        double.stop(contract=False)


if __name__ == "__main__":
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    main()
