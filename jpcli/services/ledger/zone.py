"""The rules of the ledger's time zone: when this machine's are others, and following those.

A ledger counts by rules of its own (D3), so that two machines give the same answer whatever zone
data they have. What a country decides later comes in by `settings set zone-data machine`, for the
time from then on.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Note
from jpcli.domain.errors import Refused, not_among
from jpcli.domain.instants import EPOCH_ORDINAL, SECOND
from jpcli.ledger.database.connection import ZONE_DATA
from jpcli.ledger.queries.zone import machine_differs_from

if TYPE_CHECKING:
    from datetime import tzinfo

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

MACHINE = "machine"
_DAY = 86_400
_DAY_AT = _DAY * SECOND
# Rules are announced for the year to come, as a rule.
_AHEAD_DAYS = 400
_TRIED_DAYS = 14


def zone_notes(desk: Desk) -> tuple[Note, ...]:
    """That this machine has other rules, a remark: the ledger's own count."""
    at = machine_differs_from(desk.ledger, desk.now_at + _AHEAD_DAYS * _DAY_AT)
    if at is None:
        return ()
    calendar = desk.ledger.calendar
    message = (
        f"From {calendar.iso(calendar.day_of(at))} on, this machine's data for {calendar.zone}"
        " are not the ledger's, which count"
    )
    hint = "Follow this machine's from now on:   jpcli settings set zone-data machine"
    return (Note("zone_changed", message, subject=calendar.zone, hint=hint),)


def fingerprint(ledger: Ledger) -> str | None:
    """The SHA-256 of the zone's data that count now; None in UTC, and in a ledger that was made
    before it had some and was not written to since."""
    text = ledger.fact(ZONE_DATA)
    if text is None:
        return None
    from jpcli.ledger.database.zone_data import latest_data

    return sha256(latest_data(text)).hexdigest()


def checked_source(value: str) -> str:
    """Whose data are followed; raises BadInput `bad_zone_data`."""
    if value != MACHINE:
        raise not_among(ZONE_DATA, value[:40], (MACHINE,), "zone-data")
    return value


def follow_machine(desk: Desk, writer: Writer) -> Note:
    """Record this machine's rules, from the noon of a coming day on: there no date depends on
    which rules count. Raises Refused `zone_unknown`, or `zone_jumps` where a date would be left
    out or come twice."""
    from jpcli.ledger.database.zone_data import (
        as_text,
        followed,
        latest_data,
        machine_data,
        rules_of,
    )

    ledger = desk.ledger
    zone = ledger.zone
    unchanged = Note("unchanged", f"The ledger has this machine's data for {zone} already")
    writer.learn_rules()
    text = ledger.fact(ZONE_DATA)  # as it is now: another process may just have set it
    if text is None:
        return unchanged
    data = machine_data(zone)
    if data is None:
        message = f"This machine has no data for {zone}"
        raise Refused("zone_unknown", message, hint="python -m pip install tzdata", subject=zone)
    if data == latest_data(text):
        return unchanged
    ledger.learn({ZONE_DATA: text})
    second = _joint(desk, rules_of(as_text(data)))
    writer.record(*events.ledger_zone_set(zone, {ZONE_DATA: followed(text, data, second)}))
    writer.flush()
    calendar = ledger.calendar
    day = calendar.iso(calendar.day_of(second * SECOND))
    message = f"Took this machine's data for {zone}: days from {day} on go by them"
    return Note("setting_changed", message, "ok", ZONE_DATA)


def _joint(desk: Desk, later: tzinfo) -> int:
    """The second from which other rules may count: noon of a day that both begin and end alike."""
    from jpcli.domain.zones import skipped_dates, steady

    calendar = desk.ledger.calendar
    assert calendar.rules is not None, "UTC has no rules"
    for day in range(desk.today + 1, desk.today + _TRIED_DAYS):
        noon = calendar.start_of(day) // SECOND + _DAY // 2
        around = noon - 2 * _DAY, noon + 2 * _DAY
        before, after = steady(calendar.rules, *around), steady(later, *around)
        if len(before) > 1 or len(after) > 1:
            continue  # a clock changes there
        dates = {(noon + stretch[0][2]) // _DAY + EPOCH_ORDINAL for stretch in (before, after)}
        coming = {date for date in skipped_dates(later) if date > max(dates)}
        if len(dates) == 1 and coming == {date for date in calendar.skipped if date > max(dates)}:
            return noon
        break
    raise Refused(
        "zone_jumps",
        f"This machine's data for {calendar.zone} have other dates than the ledger, not only other"
        " hours, and days are numbered for the life of a ledger",
        hint="The ledger's own rules go on counting; nothing has to be done.",
        subject=calendar.zone,
    )
