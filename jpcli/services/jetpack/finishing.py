"""Finishing what was cut off: a wish for a license that is there already.

Owns that both worlds are the same afterwards. Whatever was done at Jetpack before, doing it again
does no harm there, and the ledger records it once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import outside_events
from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput
from jpcli.domain.words import quoted
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.invoices import reached_day
from jpcli.ledger.queries.wishes import UNKNOWN
from jpcli.services.change import once
from jpcli.services.jetpack.access import licensing_of
from jpcli.services.jetpack.book import Book
from jpcli.services.jetpack.calls import Calls
from jpcli.services.jetpack.rehearsal import Step
from jpcli.services.jetpack.resolve import (
    SETTLED,
    again,
    check_waits,
    known_wish,
    licenses_answer,
)
from jpcli.services.jetpack.runs import Going
from jpcli.services.pending import state_of
from jpcli.services.process import at_work
from jpcli.services.reach import with_reach

if TYPE_CHECKING:
    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.ledger.queries.wishes import Wish
    from jpcli.services.desk import Desk

_WHAT = {
    "assign": "{key} is on {site}",
    "unassign": "{key} is on no site",
    "transfer": "{key} is on {site}",
    "revoke": "{key} is revoked",
}


def finish(desk: Desk, name: str, *, email: bool = True) -> Answer[LicensesAnswer]:
    """Do at Jetpack what is left of a wish, and record it; `email` as in `unassign`.

    Raises BadInput `unknown_wish`, `outcome_needed` for an order; Refused `not_at_jetpack`; Busy
    `under_way`; what the same command would.
    """
    wish = known_wish(desk, name)
    if wish.state in SETTLED:
        return again(desk, wish)
    check_waits(desk, wish)
    key = wish.license_key
    if state_of(wish, desk.now_at) == UNKNOWN or key is None:
        settle = f"jpcli jetpack resolve {quoted(wish.name)}"
        raise BadInput(
            "outcome_needed",
            f"Somebody has to say what came of {wish.name}: an order is not repeated by itself",
            hint=f"If it was issued:   {settle} --key KEY\nIf nothing was:   {settle} --not-issued",
            subject=wish.name,
        )

    def do() -> Answer[LicensesAnswer]:
        what = _WHAT[wish.action].format(key=key, site=wish.site)
        if desk.dry_run:
            note = Note("would", f"Would finish {wish.name}: {what}")
            asked = Note("dry_run", "Dry run: nothing was written, and Jetpack was not called")
            answer = licenses_answer(desk, [key], (note, asked))
            answer.data["dry_run"] = True
            return answer
        before_day = reached_day(desk.ledger)
        with at_work() as process:
            book = Book(desk, process, _owners(desk, wish))
            Calls(licensing_of(desk), book, email=email).change(_step(wish), key, _going(wish))
        book.close()
        done = Note("resolved", f"Finished {wish.name}: {what}", "ok", wish.name)
        answer = licenses_answer(desk, [key], (done,))
        return with_reach(desk, answer, before_day, book.reach)

    return once(desk, {"command": "jetpack resolve", "wish": wish.name, "finish": True}, do)


def _step(wish: Wish) -> Step:
    return Step(
        wish.action,
        wish.license_key or "",
        wish.product,
        wish.site,
        wish.site_before,
        None,
        None,
        wish.position,
    )


def _owners(desk: Desk, wish: Wish) -> dict[str, str | None]:
    """Whose the site is to be, as the command said that was cut off."""
    kinds = (outside_events.WISH_MADE,)
    (made,) = told(desk.ledger, kinds, after_seq=wish.id - 1, until_seq=wish.id)
    client = made.data.get("client")
    return {} if wish.site is None else {wish.site: client}


def _going(wish: Wish) -> Going | None:
    if wish.request_hash is None or wish.number is None:
        return None
    return Going(wish.request_hash, wish.number, {}, frozenset())
