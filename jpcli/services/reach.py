"""How far back a change reached: what is said of closed months (I3), and of those before the books
(I7)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import joined
from jpcli.domain.calendar import OPEN_DAY
from jpcli.ledger.queries.invoices import reached_day

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer, Data_co, Note
    from jpcli.ledger.writer import Reach
    from jpcli.services.desk import Desk


def with_reach(
    desk: Desk, answer: Answer[Data_co], before_day: int, reach: Reach, *, is_certain: bool = True
) -> Answer[Data_co]:
    """Where a change reached into a closed month, say which invoice corrects it (I3), and where it
    reached before the books, that nothing does (I7). `before_day` is `reached_day` of the ledger
    before it. Days of licenses are certain to be others then; of a late price or owner there may
    be no days."""
    from jpcli.services.billing.books import history_note

    notes: list[Note | None] = []
    # What this change reaches, also where another one has reached as far since the last closing.
    day, marked_day = reach.changed_day, reached_day(desk.ledger)
    # What was recorded may tell of earlier days than it is dated. 0: an invoice was voided, which
    # says so.
    if 0 < marked_day < min(before_day, reach.dated_day):
        day = min(day, marked_day)
    if day < OPEN_DAY:
        from jpcli.services.billing.waiting import reach_note

        note = reach_note(desk, day)
        if note is not None and not is_certain:
            from jpcli.services.billing.compute import corrects_any

            note = note if corrects_any(desk) else None
        notes.append(note)
    if all(note.code != "settled_elsewhere" for note in answer.notes):
        notes.append(history_note(desk, reach.changed_day))
    more = tuple(note for note in notes if note is not None)
    return answer._replace(notes=joined(answer.notes, more))
