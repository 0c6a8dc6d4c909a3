"""The rules of its time zone that a ledger has in itself, and those of the machine it is on.

A ledger's billing days rest on nothing outside of it: the zone's compiled data (TZif, RFC 9636) are
recorded with its first event, or with the first that a newer jpcli writes, and count from then on,
whatever a machine's data say. Owns their form as text, and reading the machine's.

The text is `FROM:DATA` for each set of rules, with commas between: DATA is TZif, compressed, in
base64, and holds from the second FROM (since 1970, UTC) until the next one.
"""

from __future__ import annotations

import os
from binascii import a2b_base64, b2a_base64
from bisect import bisect_right
from datetime import UTC, datetime, tzinfo
from io import BytesIO
from typing import TYPE_CHECKING
from zlib import compress, decompressobj
from zlib import error as zlib_error
from zoneinfo import ZoneInfo

if TYPE_CHECKING:
    from datetime import timedelta

# The largest file of a zone has 4 KB; more than this is no zone.
_MOST_BYTES = 65_536


class _Following(tzinfo):
    """Rules that follow each other: the first since ever, each other from its instant on."""

    def __init__(self, begun: list[datetime], rules: list[ZoneInfo]) -> None:
        self._begun = begun
        self._rules = rules

    def fromutc(self, dt: datetime) -> datetime:
        """The local time of an instant, which is given as UTC."""
        at = dt.replace(tzinfo=None)
        rules = self._rules[bisect_right(self._begun, at)]
        return rules.fromutc(dt.replace(tzinfo=rules))

    def utcoffset(self, dt: datetime | None) -> timedelta | None:
        """The offset of a local time."""
        return None if dt is None else self._of(dt).utcoffset(dt)

    def dst(self, dt: datetime | None) -> timedelta | None:
        """How much of it is summer time."""
        return None if dt is None else self._of(dt).dst(dt)

    def tzname(self, dt: datetime | None) -> str | None:
        """What clocks are called then."""
        return None if dt is None else self._of(dt).tzname(dt)

    def _of(self, dt: datetime) -> ZoneInfo:
        local = dt.replace(tzinfo=None)
        for begun, rules in zip(reversed(self._begun), reversed(self._rules), strict=False):
            offset = rules.utcoffset(dt)
            if offset is not None and local - offset >= begun:
                return rules
        return self._rules[0]


def rules_of(text: str) -> tzinfo:
    """The rules that a ledger has as text. Raises ValueError where it is none."""
    parts = [part.partition(":") for part in text.split(",")]
    seconds = [int(begun) for begun, _, _ in parts]
    if seconds[0] != 0 or sorted(set(seconds)) != seconds:
        raise ValueError("the rules of the time zone are not in order")
    rules = [_loaded(_decoded(data)) for _, _, data in parts]
    begun = [datetime.fromtimestamp(second, UTC).replace(tzinfo=None) for second in seconds[1:]]
    return _Following(begun, rules) if begun else rules[0]


def exceptions_of(text: str | None) -> dict[int, int]:
    """Seconds that had another offset: `SECOND:OFFSET`, with commas between."""
    pairs = (part.split(":") for part in (text or "").split(",") if part)
    return {int(second): int(offset) for second, offset in pairs}


def exceptions_text(exceptions: dict[int, int]) -> str:
    """The other way round."""
    return ",".join(f"{second}:{offset}" for second, offset in sorted(exceptions.items()))


def as_text(data: bytes) -> str:
    """Rules that hold since ever, from a zone's compiled data."""
    return f"0:{_encoded(data)}"


def followed(text: str, data: bytes, from_second: int) -> str:
    """The text with other rules from a second on, and none after those."""
    kept = (part for part in text.split(",") if int(part.partition(":")[0]) < from_second)
    return ",".join([*kept, f"{from_second}:{_encoded(data)}"])


def latest_data(text: str) -> bytes:
    """The compiled data that hold at the end."""
    return _decoded(text.rpartition(":")[2])


def machine_data(zone: str) -> bytes | None:
    """The compiled data of a zone as this machine has them, found as `zoneinfo` finds them; None
    where it has none that can be read. `zone` must be a name that `check_zone` accepts."""
    try:
        data = _found(zone)
        _loaded(data)
    except (ModuleNotFoundError, OSError, ValueError):
        return None
    return data


def _found(zone: str) -> bytes:
    import zoneinfo

    for folder in zoneinfo.TZPATH:
        path = os.path.join(folder, *zone.split("/"))
        if os.path.isfile(path):
            with open(path, "rb") as file:
                return file.read()
    from importlib.resources import files

    return files("tzdata").joinpath("zoneinfo", *zone.split("/")).read_bytes()


def _loaded(data: bytes) -> ZoneInfo:
    return ZoneInfo.from_file(BytesIO(data))


def _encoded(data: bytes) -> str:
    _loaded(data)
    return b2a_base64(compress(data, 9), newline=False).decode("ascii")


def _decoded(text: str) -> bytes:
    try:
        return decompressobj().decompress(a2b_base64(text, strict_mode=True), _MOST_BYTES)
    except zlib_error as error:
        raise ValueError("the rules of the time zone are damaged") from error
