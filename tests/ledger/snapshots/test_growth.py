"""What is laid over the ledger goes beside it, not into memory, however much it is, and what very
many licenses were takes no longer for each than what few were."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from jpcli.domain.history import History
from jpcli.domain.instants import parse_instant
from jpcli.ledger.database.connection import Ledger
from jpcli.ledger.snapshots.overlay import Overlay, as_of, as_recorded
from tests.ledger.queries.memory import empty
from tests.services.agency import Agency, raw


def test_other_lives_of_very_many_licenses_are_put_in_some_at_a_time() -> None:
    """A million rows at once are 250 MB."""
    peaks = [_peak_bytes(number) for number in (2_000, 22_000)]
    assert peaks[1] - peaks[0] < 200_000


def _peak_bytes(licenses: int) -> int:
    ledger = empty()
    tracemalloc.start()
    overlay = Overlay(ledger)
    overlay.replace_all((number + 1, 1, 0, History(0, 1_000_000)) for number in range(licenses))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    spans = overlay.snapshot.spans
    assert ledger.value(f"SELECT COUNT(*) FROM {spans} s") == licenses
    ledger.close()
    return peak


WAYS: dict[str, Callable[[Ledger, int], object]] = {
    "as of": lambda ledger, _: as_of(ledger, parse_instant("2024-07-15T00:00:00Z")),
    "as recorded": lambda ledger, seq: as_recorded(
        ledger, seq, parse_instant("2024-08-01T00:00:00Z")
    ),
}


@pytest.mark.file("SQLite's own steps are counted")
@pytest.mark.parametrize("way", WAYS)
def test_what_very_many_licenses_were_takes_a_while_for_each(way: str, tmp_path: Path) -> None:
    few, many = (_steps(tmp_path / f"{licenses}.db", licenses, way) for licenses in (100, 800))
    assert many < 10 * few  # eight times as many


def _steps(path: Path, licenses: int, way: str) -> int:
    """Hundreds of SQLite's steps for licenses that were all ended later."""
    agency = Agency(path).init()
    agency.card()
    keys = agency.issue("jetpack-scan", licenses, at="2024-07-01")
    ((seq,),) = agency.stored("SELECT MAX(seq) FROM events")
    agency.revoke(*keys, at="2024-07-20")
    with agency.desk(writes=False) as desk:
        steps = count()
        raw(desk.ledger).set_progress_handler(lambda: next(steps) < 0, 100)
        WAYS[way](desk.ledger, seq)
        raw(desk.ledger).set_progress_handler(None, 0)
    return next(steps)
