"""Wishes to the Licensing API that have no outcome yet: which are unknown, which unfinished.

Owns that, and that nothing more is issued while nobody knows whether a license was: one wish more
might be a second license. Nothing here writes or asks the outside.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import Refused
from jpcli.ledger.queries.wishes import UNKNOWN, at_jetpack, waiting
from jpcli.services.process import is_gone

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.wishes import Wish
    from jpcli.services.desk import Desk

UNFINISHED, UNDER_WAY = "unfinished", "under_way"
ISSUE = "issue"
STATUS = "jpcli jetpack status"


class Pending(NamedTuple):
    """A wish without an outcome. `state` is `unknown` (a license may have been issued),
    `unfinished` (a second time does no harm) or `under_way` (its process is at work)."""

    wish: Wish
    state: str


def pending(ledger: Ledger, now_at: int) -> list[Pending]:
    """All of them, the oldest first."""
    return [Pending(wish, state_of(wish, now_at)) for wish in waiting(ledger)]


def state_of(wish: Wish, now_at: int) -> str:
    """What is known of a wish that waits."""
    if wish.state == UNKNOWN:
        return UNKNOWN
    if not is_gone(wish.process, wish.wished_at, now_at):
        return UNDER_WAY
    return UNKNOWN if wish.action == ISSUE else UNFINISHED


def check_nothing_unknown(desk: Desk) -> None:
    """Refused `outcome_unknown` while nobody knows whether some license was issued."""
    if not at_jetpack(desk.ledger):
        return
    for found in pending(desk.ledger, desk.now_at):
        if found.state == UNKNOWN:
            raise Refused(
                "outcome_unknown",
                f"Whether Jetpack issued a license of {found.wish.product}, wished for at"
                f" {desk.told(found.wish.wished_at)}, is not known: until that is settled nothing"
                " is issued",
                hint=f"See what is known of it:   {STATUS}",
                subject=found.wish.name,
            )
