"""Who has the licenses of a ledger: the ledger alone, or Jetpack. The one place that chooses.

Owns what can't be asked for where they are at Jetpack. A dry run is the same in both: what would be
done is worked out here, and nobody is asked.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.services.change import change, change_rows

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.answers import Answer, Data_co
    from jpcli.domain.errors import Problem
    from jpcli.ledger.database.connection import Ask
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

Item = TypeVar("Item")

# In the request of an `unassign`: Jetpack is to send no mail.
NO_MAIL = "no_mail"


def act(
    desk: Desk,
    request: dict[str, Any],
    do: Callable[[Writer], Answer[Data_co]],
    asks: Iterable[Ask] = (),
) -> Answer[Data_co]:
    """A change of licenses: as `change`, or at Jetpack and then here.

    Raises BadInput `at_not_possible` at Jetpack, and what `services.jetpack.acting` does.
    """
    if not _goes_out(desk):
        return change(desk, request, do, asks)
    from jpcli.services.jetpack.acting import acted

    return acted(desk, request, do, email=not request.get(NO_MAIL))


def act_rows(
    desk: Desk,
    request: dict[str, Any],
    rows: Iterable[tuple[int, Item]],
    problems: list[Problem],
    do: Callable[[Writer, Iterable[tuple[int, Item]]], Answer[Any]],
    asks: Iterable[Ask] = (),
    *,
    keep_going: bool,
) -> Answer[Any]:
    """The same for the rows of a file: as `change_rows`. With `keep_going` a row that Jetpack
    refuses is left out."""
    if not _goes_out(desk):
        return change_rows(desk, request, rows, problems, do, asks)
    from jpcli.services.jetpack.acting import acted_rows

    email = not request.get(NO_MAIL)
    return acted_rows(desk, request, rows, problems, do, keep_going=keep_going, email=email)


def _goes_out(desk: Desk) -> bool:
    if not at_jetpack(desk.ledger):
        return False
    if desk.at_text is not None:
        raise BadInput(
            "at_not_possible",
            "The licenses of this ledger are at Jetpack, where a change takes effect at once",
            hint="Leave out --at.",
            subject="--at",
        )
    from jpcli.ledger.events.log import latest_at

    desk.not_before_at = latest_at(desk.ledger)
    return not desk.dry_run
