"""The heat strip of a month: a shade for every day, by how many licenses were active on it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

STEPS = 5
"""Shades for days with licenses; 0 is a day without any."""


def shades(counts: Sequence[int]) -> list[int]:
    """0 for none, then 1 (the fewest) to `STEPS` (the most); the middle where all are alike."""
    used = [count for count in counts if count]
    if not used:
        return [0] * len(counts)
    low, high = min(used), max(used)
    if low == high:
        return [(STEPS + 1) // 2 if count else 0 for count in counts]
    return [1 + (count - low) * (STEPS - 1) // (high - low) if count else 0 for count in counts]
