"""What a pull answers: the differences, how many were settled, and what is to be done about the
rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.instants import format_instant
from jpcli.domain.words import count
from jpcli.ledger.queries.licenses import find
from jpcli.services.jetpack.compare import (
    MISSING_HERE,
    MISSING_THERE,
    REVOKED_AT,
    SITE,
    Difference,
)
from jpcli.services.jetpack.waiting import waiting_wishes
from jpcli.services.spool import Spool, table

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.contract.jetpack import PullAnswer
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.services.desk import Desk
    from jpcli.services.jetpack.look import Looked

COLUMNS = Difference._fields


class Told:
    """The differences so far, and how many of them are left, are missing here or there, and would
    be settled by a pull."""

    def __init__(self) -> None:
        self.rows: Spool[Difference] = Spool(Difference._make)
        self.left = self.missing = self.lost = self.settleable = 0

    def add(self, *found: Difference) -> None:
        """Put them behind the others."""
        for one in found:
            self.rows.append(one)
            if one.taken_over:
                continue
            self.left += 1
            self.missing += one.field == MISSING_HERE
            self.lost += one.field == MISSING_THERE
            ends = one.field == REVOKED_AT and one.here is None
            self.settleable += ends or one.field == SITE


def answer_of(
    desk: Desk, looked: Looked, told: Told, changed: int = 0, *, changes: bool = True
) -> Answer[PullAnswer]:
    """The whole answer; `changes` is whether what could be settled was."""
    data: PullAnswer = {
        "checked": looked.checked,
        "changed": changed,
        "differences": table(COLUMNS, told.rows.rows()),
    }
    return Answer(data, tuple(_notes(desk, looked, told, changed, changes=changes)))


def missing_there(desk: Desk, key: str) -> Difference:
    """A license of the ledger that Jetpack does not know."""
    facts = find(desk.ledger, key)
    assert facts is not None
    return Difference(key, MISSING_THERE, _state(facts.revoked_at, facts.site), None)


def missing_here(remote: RemoteLicense) -> Difference:
    """A license of Jetpack's that the ledger does not know."""
    state = _state(remote.revoked_at, remote.site)
    return Difference(remote.license_key, MISSING_HERE, None, state)


def _state(revoked_at: int | None, site: str | None) -> str:
    """As it is shown: `active`, where it runs, or since when it does not."""
    if revoked_at is not None:
        return f"revoked {format_instant(revoked_at)}"
    return "active" if site is None else f"active on {site}"


def _notes(
    desk: Desk, looked: Looked, told: Told, changed: int, *, changes: bool
) -> Iterator[Note]:
    asked = count(looked.checked, "license")
    if changed:
        took = count(changed, "license")
        compared = f"; compared {asked}" if looked.checked else ""
        yield Note("pulled", f"Took over {took} from Jetpack{compared}", "ok")
    elif not told.left:
        yield Note("in_step", f"The ledger and Jetpack agree about {asked}", "ok")
    if told.left:
        message = f"{count(told.left, 'difference is', 'differences are')} left"
        hints = []
        if told.settleable and not changes:
            hints.append("Take over what can be:   jpcli jetpack pull")
        if told.missing:
            hints.append("Take over what is missing here:   jpcli jetpack pull --from FILE")
        if told.lost:
            end = "jpcli jetpack pull --from FILE --revoke-missing"
            hints.append(f"Revoke here what is gone there for good:   {end}")
        yield Note("differences", message, "warning", hint="\n".join(hints) or None)
    if not looked.listed:
        message = (
            "Jetpack does not list licenses for this token: each was asked for by itself, which"
            " tells of no site and no bundle, and what is not in the ledger was not found"
        )
        yield Note("not_listed", message)
    waiting = waiting_wishes(desk)
    if waiting:
        waits = count(len(waiting), "call to Jetpack waits", "calls to Jetpack wait")
        yield Note("wishes_wait", f"{waits} to be settled", "warning", hint="jpcli jetpack status")
