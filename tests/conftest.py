"""What all tests have: how hard they try is said by `thorough.py`."""

from __future__ import annotations

import signal

pytest_plugins = ["tests.thorough"]

# Whatever started the tests in the background left the interrupt ignored, and commands inherit
# that; here they are interrupted as on a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
