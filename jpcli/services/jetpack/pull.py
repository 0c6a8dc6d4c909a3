"""The ledger held against Jetpack, and brought up to date.

Owns the order: everything is asked first, and what was found is recorded in one transaction, over
whatever another command did meanwhile. Dated as Jetpack has it, a change may reach into closed
months, which the next invoice corrects (I3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.licenses import find
from jpcli.services.change import change_as_read
from jpcli.services.jetpack.compare import Comparing
from jpcli.services.jetpack.look import look_since
from jpcli.services.jetpack.pulled import Told, answer_of, missing_here, missing_there
from jpcli.services.jetpack.status import is_on_its_way
from jpcli.services.jetpack.take_over import TakingOver

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.jetpack import PullAnswer
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.jetpack.compare import Difference
    from jpcli.services.jetpack.look import Heard, LookedSince
    from jpcli.services.spool import Spool


def check(before: Desk, heard: Heard, opened: Callable[[], Desk]) -> Answer[PullAnswer]:
    """Every difference, but of licenses that another command changed meanwhile; nothing is changed.
    `heard` as in `look`; who only reads sees the ledger as it was when it was opened, so it is
    `opened` again after Jetpack was asked. Errors as `licensing_of`, and what the API says."""
    found = look_since(before, None, heard)
    desk = opened()
    comparing, told, moved = Comparing(desk.ledger, found.looked.bundles), Told(), found.moved(desk)
    for remote in found.looked.told:
        facts = find(desk.ledger, remote.license_key)
        if facts is not None and remote.license_key not in moved:
            told.add(*comparing.differences(facts, remote))
    told.add(*_missing(desk, found))
    return answer_of(desk, found.looked, told, changes=False)


def pull(desk: Desk, heard: Heard) -> Answer[PullAnswer]:
    """Every difference, and those settled that have one answer: revoked there is revoked here, and
    a license is here on the site on which it is there. Otherwise as `check`."""
    found = look_since(desk, None, heard)

    def do(writer: Writer) -> Answer[PullAnswer]:
        taking, told = TakingOver(desk, writer, found), Told()
        for remote in _bundles_last(found.looked.told):
            told.add(*taking.known(remote))
        told.add(*_missing(desk, found))
        return answer_of(desk, found.looked, told, taking.changed)

    return change_as_read(desk, {"command": "jetpack pull"}, do)


def _bundles_last(told: Spool[RemoteLicense]) -> Iterator[RemoteLicense]:
    """What is in a bundle may have ended before it, which only its own row tells."""
    yield from (remote for remote in told if (remote.quantity or 1) <= 1)
    yield from (remote for remote in told if (remote.quantity or 1) > 1)


def _missing(desk: Desk, found: LookedSince) -> Iterator[Difference]:
    """What one side does not have; what was issued meanwhile is here by now, or on its way."""
    yield from (missing_there(desk, key) for (key,) in found.looked.gone)
    for remote in found.looked.unknown:
        if find(desk.ledger, remote.license_key) is None and not is_on_its_way(desk, remote):
            yield missing_here(remote)
