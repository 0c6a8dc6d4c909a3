"""A price that is seldom meant is asked about on a terminal; elsewhere its remark has to do,
because scripts set such prices, too."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.cli.app.invocation import Invocation
    from jpcli.domain.answers import Answer

# It bills nothing; it changes what is billed already.
_ASKED = ("free_price", "closed_period")


def agree(invocation: Invocation, do: Callable[[Invocation], Answer[Any]], question: str) -> None:
    """Try it, and ask where there is somebody to ask; returns only after a yes."""
    if invocation.yes or invocation.dry_run or not invocation.can_ask:
        return
    trial = do(invocation._replace(dry_run=True))
    told = [note.message for note in trial.notes if note.code in _ASKED]
    if told and all(note.code != "repeated" for note in trial.notes):
        invocation.confirm(question, "\n".join(told))
