"""What is laid over the ledger goes beside it, not into memory, however much it is."""

from __future__ import annotations

import tracemalloc

from jpcli.domain.history import History
from jpcli.ledger.snapshots.overlay import Overlay
from tests.ledger.queries.memory import empty


def test_other_lives_of_very_many_licenses_are_put_in_some_at_a_time() -> None:
    """A million rows at once are 250 MB."""
    peaks = [_peak_bytes(count) for count in (2_000, 22_000)]
    assert peaks[1] - peaks[0] < 200_000


def _peak_bytes(count: int) -> int:
    ledger = empty()
    tracemalloc.start()
    overlay = Overlay(ledger)
    overlay.replace_all((number + 1, 1, 0, History(0, 1_000_000)) for number in range(count))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    spans = overlay.snapshot.spans
    assert ledger.value(f"SELECT COUNT(*) FROM {spans} s") == count
    ledger.close()
    return peak
