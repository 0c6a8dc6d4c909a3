"""The ledger that the shells complete from; no test changes it."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from tests.completions.shells import TRAP, Place

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="session")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Place:
    """One place for the process."""
    place = Place(tmp_path_factory.mktemp("shells"))
    place.fill()
    return place


@pytest.fixture
def place(filled: Place) -> Iterator[Place]:
    """The place, with no calls yet; after the test nothing of the ledger was run as a command."""
    filled.asked()
    yield filled
    assert not list(filled.folder.rglob(TRAP))
