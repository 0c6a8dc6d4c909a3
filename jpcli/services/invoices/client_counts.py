"""How many licenses each client had on each day of a month, for all of them in one pass (W2)."""

from __future__ import annotations

from array import array
from itertools import accumulate
from typing import TYPE_CHECKING

from jpcli.ledger.queries.client_days import stretches
from jpcli.services.billing.period import window_of

if TYPE_CHECKING:
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk


class ClientCounts:
    """Counted when the first client asks: all of them are counted in the time of one."""

    def __init__(self, desk: Desk, computed: Computed) -> None:
        self._desk = desk
        self._computed = computed
        self._changes: dict[int | None, array[int]] | None = None

    def of(self, client_id: int | None) -> list[int]:
        """Those of one client, from the first day of the month on; None is nobody."""
        if self._changes is None:
            self._changes = self._counted()
        changes = self._changes.get(client_id)
        days = self._computed.period.days
        return [0] * days if changes is None else list(accumulate(changes[:days]))

    def _counted(self) -> dict[int | None, array[int]]:
        """By how many more or fewer there were on each day than on the day before."""
        computed, ledger = self._computed, self._desk.ledger
        begin, days = computed.period.first_day, computed.period.days
        found: dict[int | None, array[int]] = {}
        for line, part in zip(computed.lines, computed.parts, strict=True):
            if part is None:
                continue
            rows = stretches(ledger, part, window_of(computed, line), computed.snapshot)
            for client_id, first_day, last_day, licenses in rows:
                if client_id not in found:
                    found[client_id] = array("q", [0]) * (days + 1)
                found[client_id][first_day - begin] += licenses
                found[client_id][last_day - begin + 1] -= licenses
        return found
