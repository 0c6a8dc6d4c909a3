"""The fixtures of the use cases: an agency that has a ledger, and one that can issue."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.services.agency import BEGUN, Agency


@pytest.fixture
def new_agency(tmp_path: Path) -> Agency:
    """A ledger with prices and no card."""
    return Agency(tmp_path / "ledger.db").init()


@pytest.fixture
def agency(new_agency: Agency) -> Agency:
    """A ledger with prices and a primary card since the beginning."""
    new_agency.card(now=BEGUN)
    return new_agency
