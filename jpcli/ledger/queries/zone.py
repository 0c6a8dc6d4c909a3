"""Does this machine know other rules of the ledger's time zone than the ledger has?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.instants import SECOND
from jpcli.ledger.database.connection import ZONE_DATA
from jpcli.ledger.events.log import begun_at

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


def machine_differs_from(ledger: Ledger, until_at: int) -> int | None:
    """The first instant before `until_at` at which this machine's clocks would go otherwise, in
    the ledger's time; None where they don't, where it has no data of the zone, and where the ledger
    goes by the machine's, or by UTC."""
    text = ledger.meta.get(ZONE_DATA)
    rules = ledger.calendar.rules
    if text is None or rules is None:
        return None
    from jpcli.domain.zones import first_difference
    from jpcli.ledger.database.zone_data import as_text, latest_data, machine_data, rules_of

    data = machine_data(ledger.zone)
    if data is None or data == latest_data(text):
        return None
    second = first_difference(
        rules, rules_of(as_text(data)), _begins(ledger) // SECOND, until_at // SECOND
    )
    return None if second is None else second * SECOND


def _begins(ledger: Ledger) -> int:
    """The first instant that the ledger is about."""
    day = ledger.value("SELECT first_active_day FROM marks") or OPEN_DAY
    recorded_at = begun_at(ledger)
    return recorded_at if day == OPEN_DAY else min(recorded_at, ledger.calendar.start_of(day))
