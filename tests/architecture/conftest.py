"""What the rules keep of the source while they go through it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.architecture import rules

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module", autouse=True)
def _forgotten() -> Iterator[None]:
    """It is a hundred megabytes, which no other test needs."""
    yield
    rules.nodes.cache_clear()
