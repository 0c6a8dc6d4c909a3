"""Why days are billed, in a few words (D1, D2).

Owns the wording of the two ends of a license's days. This module must not know how days are
counted or where they are stored.
"""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from jpcli.domain.words import short_day


class Stay(NamedTuple):
    """The days of one license on one line, as far as they need a reason.

    Dates are `YYYY-MM-DD`. `begins` and `ends`: the license was issued, or revoked, there. An end
    at midnight sharp belongs to the day before. `opens` and `closes`: the line begins, or ends,
    with its month; where it does not, the price changed. `expected`: its end has not come yet.
    """

    first_day: str
    last_day: str
    begins: bool
    ends: bool
    midnight: bool = False
    opens: bool = True
    closes: bool = True
    expected: bool = False


@lru_cache(maxsize=10_000)
def why(stay: Stay) -> str:
    """`issued Jul 25 (the issue day counts), active to the end of the month`."""
    if stay.begins and stay.ends and stay.first_day == stay.last_day:
        return f"issued and revoked on {short_day(stay.first_day)} (that is one day)"
    whole = stay.opens and stay.closes and not (stay.begins or stay.ends)
    words = "active all month" if whole else f"{_beginning(stay)}, {_ending(stay)}"
    return words + (" if nothing changes" if stay.expected and not stay.ends else "")


def _beginning(stay: Stay) -> str:
    day = short_day(stay.first_day)
    if stay.begins:
        return f"issued {day} (the issue day counts)"
    return "active before the month began" if stay.opens else f"at the price from {day} on"


def _ending(stay: Stay) -> str:
    day = short_day(stay.last_day)
    if stay.ends and stay.midnight:
        return f"revoked at the end of {day} (at midnight: the next day does not count)"
    if stay.ends:
        return f"revoked {day} (the revoke day counts)"
    return "active to the end of the month" if stay.closes else f"to {day}, when that price ended"
