"""What `undo` answers."""

from __future__ import annotations

from typing import NotRequired, TypedDict

from jpcli.domain.answers import Table
from jpcli.domain.contract.licenses import LicenseObject
from jpcli.domain.contract.values import ChangeAnswer, ProblemObject


class UndoneEvent(TypedDict):
    """An event that was undone, or one that undid it."""

    seq: int | None  # its number in the ledger; null: not recorded, of a dry run
    kind: str
    subject: str  # what it is about
    data: dict[str, object]  # what it carries; each kind has its own


class UndoneAnswer(ChangeAnswer):
    """A command that was undone; both lists are empty where it was undone before."""

    undone: list[UndoneEvent]  # what it had recorded
    events: list[UndoneEvent]  # the opposite of that
    licenses: NotRequired[Table[LicenseObject]]  # at Jetpack: those that were changed there
    problems: NotRequired[Table[ProblemObject]]  # at Jetpack: what was not done there
