"""A ledger with something of everything in it, made once and copied for each test."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from tests.services.agency import BEGUN, A, Agency, B, C


class Busy(NamedTuple):
    """An agency in the middle of its work; `key` is on A, `child` is a bundle's, on B."""

    agency: Agency
    key: str
    child: str
    parent: str
    gone: str


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Busy:
    agency = Agency(tmp_path_factory.mktemp("made") / "ledger.db").init()
    agency.card("4242", now=BEGUN)
    agency.card("1881", now=BEGUN)
    (key,) = agency.issue("jetpack-scan", site=A, client="Ann", at="2024-07-01")
    gone, *_ = agency.issue("jetpack-ai", 3, at="2024-07-02", key="order-1")
    parent, (child, *_) = agency.bundle(at="2024-07-03")
    agency.assign(child, B, at="2024-07-04")
    agency.revoke(gone, at="2024-07-05", reason="a mistake")
    agency.transfer(key, C, at="2024-07-06")
    agency.transfer(key, A, at="2024-07-07")
    agency.move_site(A, "Bob", at="2024-07-08")
    agency.set_price("jetpack-scan", "0.20", "2024-07-10")
    assert agency.check()["ok"]
    return Busy(agency, key, child, parent, gone)


@pytest.fixture
def busy(made: Busy, tmp_path: Path) -> Busy:
    return made._replace(agency=made.agency.copied(tmp_path / "ledger.db"))
