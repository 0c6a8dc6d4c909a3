"""Zone data as a machine has them, made here: what a country might decide, or a machine might lack.

TZif, version 2 (RFC 9636): offsets that change at certain seconds, and nothing after the last.
"""

from __future__ import annotations

import struct
from functools import cache
from pathlib import Path
from typing import NamedTuple
from zoneinfo import ZoneInfo

from jpcli.domain.zones import steady


class Change(NamedTuple):
    """From this second since 1970 on clocks are so many seconds east of UTC."""

    second: int
    offset: int


def compiled(first: int, changes: list[Change]) -> bytes:
    """A zone with the offset `first` before all changes; the last of them holds for ever."""
    offsets = sorted({first, *(change.offset for change in changes)})
    names = b"LMT\0"
    head = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, len(changes), len(offsets), len(names))
    # Type 0 is what holds before the first change.
    order = [first, *(offset for offset in offsets if offset != first)]
    body = b"".join(struct.pack(">q", change.second) for change in changes)
    body += bytes(order.index(change.offset) for change in changes)
    body += b"".join(struct.pack(">lBB", offset, 0, 0) for offset in order) + names
    empty = struct.pack(">4sc15x6l", b"TZif", b"2", 0, 0, 0, 0, 1, 4) + struct.pack(">lBB", 0, 0, 0)
    last = changes[-1].offset if changes else first
    return empty + names + head + body + f"\n{_posix(last)}\n".encode()


@cache
def shifted(zone: str, from_second: int, shift: int) -> bytes:
    """A real zone whose clocks go `shift` seconds further east from a second on. It is right from
    two years before that to four years after it."""
    year = 366 * 86_400
    stretches = steady(ZoneInfo(zone), from_second - 2 * year, from_second + 4 * year)
    changes = [Change(begun, offset) for begun, _, offset in stretches]
    (first, *early) = [change for change in changes if change.second < from_second]
    now = (early or [first])[-1]
    late = [Change(second, offset + shift) for second, offset in changes if second >= from_second]
    moved = [Change(from_second, now.offset + shift), *late]
    return compiled(first.offset, [*early, *moved])


def put(folder: Path, zone: str, data: bytes) -> Path:
    """The data where a machine with `PYTHONTZPATH` set to the folder looks for them."""
    path = folder.joinpath(*zone.split("/"))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return folder


def _posix(offset: int) -> str:
    """A rule without summer time; its sign is the other way round."""
    sign = "-" if offset >= 0 else ""
    hours, rest = divmod(abs(offset), 3600)
    return f"<XXX>{sign}{hours}:{rest // 60:02}"
