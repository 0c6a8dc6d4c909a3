"""Is an error that nothing explains the ledger's fault, and where is it damaged?"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.addresses import restoring
from jpcli.domain.errors import Failed, JpcliError
from jpcli.domain.words import and_more

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


def damage_behind(desk: Desk, error: Exception) -> Failed | None:
    """`ledger_damaged` with the first place that the check finds; None where the ledger is whole,
    or the error says itself what it is.

    What a changed row or event does to the code that reads it can't be foreseen, so the whole
    ledger is checked, once, after an error that would be called a mistake of ours.
    """
    if isinstance(error, JpcliError | OSError | MemoryError):
        return None
    from jpcli.ledger.upkeep.check import check_ledger

    try:
        problems = check_ledger(desk.ledger).problems
    except JpcliError:  # it can't be known now
        return None
    if not problems:
        return None
    first, command = problems[0], restoring(desk.ledger.path)
    return Failed(
        "ledger_damaged",
        f"The ledger is damaged: {first.message}{and_more(len(problems) - 1)}",
        hint=f"See all of it:   jpcli ledger check\nThen:   {command}",
        subject=first.subject,
    )
