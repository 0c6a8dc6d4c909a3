"""What all tests have: how hard they try says `thorough.py`, and where `engine_option.py`."""

from __future__ import annotations

import gc
import os
import signal
import tempfile
from typing import TYPE_CHECKING

import pytest

from tests import bytecode
from tests.scratch import SCRATCH

if TYPE_CHECKING:
    from collections.abc import Generator

pytest_plugins = ["tests.thorough", "tests.engine_option"]

bytecode.keep()

if SCRATCH is not None:
    os.environ.setdefault("PYTEST_DEBUG_TEMPROOT", SCRATCH)
    tempfile.tempdir = SCRATCH

# Whatever started the tests in the background left the interrupt ignored, and commands inherit
# that; here they are interrupted as on a terminal.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Some fifteen thousand tests are there to the end: whoever looks for garbage need not look at
    them again and again, nor while they are found."""
    gc.disable()
    try:
        return (yield)
    finally:
        gc.collect()
        gc.freeze()
        gc.enable()


def pytest_sessionfinish() -> None:
    bytecode.forget(tempfile.gettempdir())
