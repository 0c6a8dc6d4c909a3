"""What a line leaves to the next ones in one process, as in `jpcli demo`."""

from __future__ import annotations

import gc
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture
def collector() -> Iterator[None]:
    """Whatever a line does with the garbage collector is over with the test."""
    threshold = gc.get_threshold()
    yield
    gc.set_threshold(*threshold)
    gc.enable()


def test_only_the_first_line_keeps_what_it_was_started_with(
    ledger: Callable[..., Any], collector: None
) -> None:
    """What later ones leave would never be looked at again, and the process grew by it."""
    gc.disable()
    before = gc.get_freeze_count()
    assert ledger("status").code == 0
    kept = gc.get_freeze_count()
    assert kept > before
    assert gc.isenabled()
    assert ledger("status").code == 0
    assert gc.get_freeze_count() == kept
