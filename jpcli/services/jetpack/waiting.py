"""Wishes that wait to be settled, as they are told of: by `status`, `jetpack status` and the audit.

Nothing is asked of Jetpack here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.instants import format_instant
from jpcli.domain.words import quoted
from jpcli.ledger.queries.wishes import UNKNOWN, at_jetpack
from jpcli.services.pending import STATUS, UNDER_WAY, pending

if TYPE_CHECKING:
    from jpcli.domain.contract.jetpack import WaitingWish
    from jpcli.domain.contract.status import NextStep, StopObject
    from jpcli.services.desk import Desk
    from jpcli.services.pending import Pending


def waiting_wishes(desk: Desk) -> list[Pending]:
    """Those that nobody is at work on, the oldest first; none where the licenses are here alone."""
    if not at_jetpack(desk.ledger):
        return []
    return [each for each in pending(desk.ledger, desk.now_at) if each.state != UNDER_WAY]


def waiting_object(one: Pending) -> WaitingWish:
    """A wish as the JSON contract has it."""
    wish = one.wish
    return {
        "wish": wish.name,
        "state": one.state,
        "message": sentence(one),
        "action": wish.action,
        "product": wish.product,
        "license_key": wish.license_key,
        "site": wish.site,
        "wished_at": format_instant(wish.wished_at),
        "request_id": wish.request_id,
    }


def sentence(one: Pending) -> str:
    """What is open about a wish."""
    wish = one.wish
    if one.state == UNKNOWN:
        where = f" for {wish.site}" if wish.site else ""
        return f"Whether Jetpack issued a license of {wish.product}{where} is not known"
    key = wish.license_key or wish.product
    doing = {
        "assign": f"Putting {key} on {wish.site}",
        "unassign": f"Taking {key} off its site",
        "transfer": f"Moving {key} to {wish.site}",
        "revoke": f"Revoking {key}",
    }
    return f"{doing.get(wish.action, f'{wish.action} of {key}')} is not finished at Jetpack"


def settling(one: Pending) -> str:
    """The command that gets on with it: what came of an unknown one has to be found out first."""
    return STATUS if one.state == UNKNOWN else f"jpcli jetpack resolve {quoted(one.wish.name)}"


def wish_stops(desk: Desk, waiting: list[Pending]) -> list[StopObject]:
    """While it is not known whether a license was issued, none is issued."""
    calendar = desk.ledger.calendar
    return [
        {
            "code": "outcome_unknown",
            "starts_on": calendar.iso(calendar.day_of(one.wish.wished_at)),
            "subject": one.wish.name,
            "message": f"{sentence(one)}: issuing waits",
            "command": settling(one),
        }
        for one in waiting
        if one.state == UNKNOWN
    ]


def wish_steps(waiting: list[Pending]) -> list[NextStep]:
    """What settles them."""
    return [{"why": sentence(one), "command": settling(one)} for one in waiting]
