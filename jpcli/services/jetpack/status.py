"""What waits at Jetpack: wishes whose outcome is not known, or that are unfinished.

Owns what may have come of a wish, and the commands that settle it. Needs no token and no network;
where both are there, licenses that may be it are looked for. Nothing is written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import JpcliError
from jpcli.domain.instants import SECOND, format_instant
from jpcli.domain.words import quoted
from jpcli.ledger.queries.licenses import number_of
from jpcli.ledger.queries.wishes import UNKNOWN
from jpcli.services.jetpack.access import (
    JETPACK,
    base,
    check_at_jetpack,
    licensing_of,
    token_source,
)
from jpcli.services.jetpack.waiting import waiting_object, waiting_wishes
from jpcli.services.pending import ISSUE, UNDER_WAY, pending

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.jetpack import (
        CandidateObject,
        JetpackStatusAnswer,
        WishObject,
    )
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.queries.wishes import Wish
    from jpcli.services.desk import Desk
    from jpcli.services.pending import Pending

# Jetpack's clock may be behind ours.
BEFORE_WISH = 5 * 60 * SECOND
# A look is worth a short wait.
PATIENCE_SECONDS = 10
_TELLING = 100  # a page: it is there anyway
_COMMANDS_FOR = 3  # candidates; the others are in the list


class Found(NamedTuple):
    """What was found of one wish; `license_key` is of a license that may have come of it."""

    wish: int
    license_key: str
    issued_at: int


def status(desk: Desk) -> Answer[JetpackStatusAnswer]:
    """Where the API is, whether there is a token, and every wish that waits, unless its process is
    at work on it. Raises Refused `not_at_jetpack`, BadInput `bad_api_base`."""
    check_at_jetpack(desk.ledger)
    address, source = base(), token_source(desk.ledger)
    waiting = waiting_wishes(desk)
    unknown = [each.wish for each in waiting if each.state == UNKNOWN]
    found, remark = candidates(desk, unknown) if unknown else ([], None)
    data: JetpackStatusAnswer = {
        "licensing": JETPACK,
        "base": address,
        "token": source,
        "wishes": [_object(each, found) for each in waiting],
    }
    return Answer(data, () if remark is None else (remark,))


def candidates(desk: Desk, wishes: list[Wish]) -> tuple[list[Found], Note | None]:
    """Licenses of the wishes' products that the ledger does not know, issued since the wish less
    five minutes; and why there may be more, where Jetpack could not be asked."""
    since_at = min(wish.wished_at for wish in wishes) - BEFORE_WISH
    found: list[Found] = []
    try:
        api = licensing_of(desk, read_only=True, patience_seconds=PATIENCE_SECONDS)
        listed = api.licenses(state="not_revoked", newest_first=True)
        for one in issued_since(listed, since_at):
            if number_of(desk.ledger, one.license_key) is not None:
                continue
            found += (
                Found(wish.id, one.license_key, one.issued_at)
                for wish in wishes
                if may_be_from(wish, one)
            )
    except JpcliError as error:
        message = f"Jetpack was not asked which licenses there are: {error.message}"
        return found, Note("not_asked", message, "warning", hint=error.hint)
    return found, None


def issued_since(listed: Iterable[RemoteLicense], since_at: int) -> Iterator[RemoteLicense]:
    """Those issued since then. That Jetpack sorts its list as it is asked to is published nowhere,
    and what is overlooked is ordered again: it is left early only where its first hundred fall."""
    newest = last = None
    falls = True
    for number, one in enumerate(listed, 1):
        newest, last = newest or one.issued_at, last or one.issued_at
        falls = falls and one.issued_at <= last
        last = one.issued_at
        if one.issued_at >= since_at:
            yield one
        elif number >= _TELLING and falls and one.issued_at < newest:
            return


def may_be_from(wish: Wish, remote: RemoteLicense) -> bool:
    """Whether a license may have come of a wish; none of a bundle, which no program can issue."""
    alone = (remote.quantity or 1) == 1 and remote.parent_license_id is None
    since_at = wish.wished_at - BEFORE_WISH
    return alone and remote.is_of(wish.product) and remote.issued_at >= since_at


def is_on_its_way(desk: Desk, remote: RemoteLicense) -> bool:
    """Whether a process may be about to record this license as what it ordered."""
    working = (one.wish for one in pending(desk.ledger, desk.now_at) if one.state == UNDER_WAY)
    return any(wish.action == ISSUE and may_be_from(wish, remote) for wish in working)


def _object(one: Pending, found: list[Found]) -> WishObject:
    mine: list[CandidateObject] = [
        {"license_key": each.license_key, "issued_at": format_instant(each.issued_at)}
        for each in found
        if each.wish == one.wish.id
    ]
    return {
        **waiting_object(one),
        "candidates": mine,
        "commands": commands(one, [each["license_key"] for each in mine]),
    }


def commands(one: Pending, keys: list[str]) -> list[str]:
    """What settles a wish: one of these."""
    settle = f"jpcli jetpack resolve {quoted(one.wish.name)}"
    if one.state != UNKNOWN:
        return [settle]
    named = [f"{settle} --key {quoted(key)}" for key in keys[:_COMMANDS_FOR]] or [
        f"{settle} --key KEY"
    ]
    return [*named, f"{settle} --not-issued"]
