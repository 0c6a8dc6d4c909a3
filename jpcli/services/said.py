"""What is said of licenses that were issued or revoked, wherever that was done."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.words import count, month_of

if TYPE_CHECKING:
    from jpcli.domain.calendar import BillingCalendar


# D2: what is issued by mistake costs something.
AT_ONCE = "a day is billed even if revoked at once"
# The remark that but a part was done, and why the rest was not.
STOPPED = "stopped"


def issued_note(calendar: BillingCalendar, usable: int, bundles: int, since_at: int) -> Note:
    """So many licenses that can be used, in so many bundles, from the day of this instant on."""
    packed = f" in {count(bundles, 'bundle')}" if bundles else ""
    since = calendar.iso(calendar.day_of(since_at))
    message = f"Issued {count(usable, 'license')}{packed}; billed from {since} on"
    return Note("issued", message, "ok")


def revoked_note(calendar: BillingCalendar, number: int, until_at: int) -> Note:
    """So many licenses, active until this instant; its day is billed still (D2)."""
    _, last_day = calendar.touched(until_at - 1, until_at)
    last = calendar.iso(last_day)
    message = f"Revoked {count(number, 'license')}; {last} is billed still"
    return Note("revoked", message, "ok")


def settled(period: str, *, elsewhere: bool) -> str:
    """That what a month comes to is not billed here (I7), as the end of a sentence."""
    return f"; {month_of(period)} is settled elsewhere" if elsewhere else ""
