"""Taking over the licenses that a dashboard lists, into a ledger that was just made.

Owns what is filled in where the list is silent: a key, and that a license counts from now on.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain.calendar import BillingCalendar, find_skipped
from jpcli.domain.dashboard_list import Read, read_list
from jpcli.domain.instants import format_instant
from jpcli.domain.names import new_keys
from jpcli.services.files.rows import Row
from jpcli.services.ledger.import_history import import_history
from jpcli.services.ledger.init import price_names

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.ledger import ImportAnswer
    from jpcli.domain.dashboard_list import Listed
    from jpcli.services.desk import Desk


def read_dashboard(
    lines: Sequence[str], *, prices: str | None, currency: str, time_zone: str, now_at: int
) -> Read:
    """What a list says, by the products of the price list that the ledger is going to have; errors
    as `init`."""
    calendar = BillingCalendar(time_zone, find_skipped(time_zone))
    today = calendar.date_of(calendar.day_of(now_at))
    return read_list(lines, price_names(prices, currency), today)


def import_dashboard(desk: Desk, licenses: Sequence[Listed]) -> Answer[ImportAnswer]:
    """Record the licenses, all or nothing: they are there already, so no card is needed."""
    return import_history(desk, _rows(desk, licenses), [])


def _rows(desk: Desk, licenses: Sequence[Listed]) -> Iterator[Row]:
    now = format_instant(desk.now_at)
    for one in licenses:
        (made,) = new_keys(one.product, 1, os.urandom)
        values = {
            "license_key": one.license_key or made,
            "product": one.product,
            "issued_at": one.issued or now,
        }
        if one.site is not None:
            values |= {"site": one.site} | ({"client": one.client} if one.client else {})
            # Since when it is there matters to whose days they are; without it, since it is there.
            values |= {"assigned_at": one.assigned} if one.assigned else {}
        yield Row(one.line, values)
