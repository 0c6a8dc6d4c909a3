"""How the clocks of a time zone go: its offsets, when they change, and the dates that come of it.

Owns what is asked of rules themselves, wherever they are from. Seconds are since 1970 in UTC,
offsets in seconds east of it. It must not know billing days, and UTC needs nothing of it.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from jpcli.domain.instants import END_AT, EPOCH_ORDINAL, SECOND

if TYPE_CHECKING:
    from datetime import tzinfo


def skipped_dates(rules: tzinfo) -> tuple[int, ...]:
    """Ordinals of the dates from 1970 to 2199 that never exist, ascending (D3); looked for in a
    tenth of a second."""
    # The shortest date that did exist had 17 hours (Vostok, 1994), so every one is met.
    step = 12 * 3600
    seen = {_local_ordinal(rules, second) for second in range(0, END_AT // SECOND, step)}
    return tuple(ordinal for ordinal in range(min(seen), max(seen)) if ordinal not in seen)


def _local_ordinal(rules: tzinfo, second: int) -> int:
    return datetime.fromtimestamp(second, rules).toordinal()


def offset_at(rules: tzinfo, second: int) -> int:
    """Seconds east of UTC at a second since the epoch."""
    offset = datetime.fromtimestamp(second, rules).utcoffset()
    assert offset is not None, "the rules of a zone know every offset"
    return offset // timedelta(seconds=1)


def date_pieces(rules: tzinfo, ordinal: int) -> tuple[tuple[int, int], ...]:
    """The instants `[start, end)` with a local date, in order; none where it never existed.

    Two pieces where a clock fell back across midnight. Between two changes of the offset a date
    is one interval, so this looks for the changes around it and cuts each interval to the date.
    """
    midnight = (ordinal - EPOCH_ORDINAL) * 86_400
    pieces: list[tuple[int, int]] = []
    for start, end, offset in steady(rules, midnight - 30 * 3600, midnight + 54 * 3600):
        first = max(start, midnight - offset)
        after = min(end, midnight + 86_400 - offset)
        if first >= after:
            continue
        if pieces and pieces[-1][1] == first * SECOND:
            pieces[-1] = (pieces[-1][0], after * SECOND)
        else:
            pieces.append((first * SECOND, after * SECOND))
    return tuple(pieces)


def steady(rules: tzinfo, start: int, end: int) -> list[tuple[int, int, int]]:
    """`(from, to, offset)` of the stretches of `[start, end)` with one offset, in seconds.

    A look every 12 hours finds every change: no zone has ever had two within six days since 1970.
    """
    stretches = []
    begun, offset = start, offset_at(rules, start)
    for sample in range(start + 12 * 3600, end + 1, 12 * 3600):
        later = offset_at(rules, sample)
        if later != offset:
            low, high = sample - 12 * 3600, sample
            while high - low > 1:
                middle = (low + high) // 2
                if offset_at(rules, middle) == offset:
                    low = middle
                else:
                    high = middle
            stretches.append((begun, high, offset))
            begun, offset = high, later
    stretches.append((begun, end, offset))
    return stretches


def first_difference(one: tzinfo, other: tzinfo, start: int, end: int) -> int | None:
    """The first second of `[start, end)` at which two sets of rules have different offsets."""
    for begun, after, offset in steady(one, start, end):
        for begun_too, _, offset_too in steady(other, begun, after):
            if offset != offset_too:
                return begun_too
    return None
