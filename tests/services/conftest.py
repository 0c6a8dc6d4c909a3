"""The fixtures of the use cases: an agency that has a ledger, and one that can issue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.agency import BEGUN, Agency


@pytest.fixture(scope="session")
def begun(tmp_path_factory: pytest.TempPathFactory) -> tuple[Agency, Agency]:
    """What is copied for each test: a ledger without a card, and one with it."""
    folder = tmp_path_factory.mktemp("begun")
    new = Agency(folder / "new.db").init()
    carded = new.copied(folder / "carded.db")
    carded.card(now=BEGUN)
    return new, carded


@pytest.fixture
def new_agency(begun: tuple[Agency, Agency], tmp_path: Path) -> Agency:
    """A ledger with prices and no card."""
    return begun[0].copied(tmp_path / "ledger.db")


@pytest.fixture
def agency(begun: tuple[Agency, Agency], tmp_path: Path) -> Agency:
    """A ledger with prices and a primary card since the beginning."""
    return begun[1].copied(tmp_path / "ledger.db")
