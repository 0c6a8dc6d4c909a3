"""Settling a wish: what came of an order is told by a person, what is unfinished is finished.

Owns what may be told: a license is only recorded as a wish's when Jetpack knows it as one that can
be. The wish keeps its place in its run, so that the interrupted command, run again, does what is
left and no more.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain import events, outside_events
from jpcli.domain.answers import Answer, Chosen, Note
from jpcli.domain.errors import BadInput, Busy, JpcliError, Refused
from jpcli.domain.instants import format_instant
from jpcli.domain.names import check_license_key
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries.licenses import find, rows_of
from jpcli.ledger.queries.wishes import DONE, FAILED, UNKNOWN
from jpcli.ledger.queries.wishes import wish as stored_wish
from jpcli.services.change import change_as_read
from jpcli.services.jetpack.access import check_at_jetpack, licensing_of
from jpcli.services.jetpack.runs import APPLY
from jpcli.services.jetpack.status import BEFORE_WISH, candidates, is_on_its_way
from jpcli.services.pending import ISSUE, UNDER_WAY, state_of
from jpcli.services.shapes import license_table

if TYPE_CHECKING:
    from jpcli.domain.contract.licenses import LicensesAnswer
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.queries.wishes import Wish
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk

SETTLED = (DONE, FAILED)


class Doubt(NamedTuple):
    """What a person should agree to before an order counts as not carried out."""

    question: str
    consequence: str


def was_issued(desk: Desk, name: str, key: str) -> Answer[LicensesAnswer]:
    """This license came of the wish: it is recorded with Jetpack's times.

    Raises BadInput `unknown_wish`, `bad_license_key`, `not_an_order`; Refused `not_at_jetpack`,
    `wish_settled`, `license_known`, `other_product`, `unknown_license`, `license_revoked`; Busy
    `under_way`; what the API says.
    """
    wish = known_wish(desk, name)
    key = check_license_key(key)
    if (wish.state, wish.license_key) == (DONE, key):
        return again(desk, wish)
    _check_open_order(desk, wish)
    _check_possible(desk, wish, key)
    remote = licensing_of(desk, read_only=True).license(key)
    _check_there(desk, key, remote)
    assert remote is not None
    issued_at = remote.issued_at
    desk.ledger.calendar.checked(issued_at, format_instant(issued_at))

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        _check_open_order(desk, known_wish(desk, name))
        _check_possible(desk, wish, key)
        _check_nobodys(desk, wish, remote)
        entry = events.license_issued(key, events.license_terms(wish.product))
        writer.record(*entry, at=issued_at)
        writer.record(*outside_events.wish_settled(wish.product, wish.id, DONE, key, None))
        writer.flush()
        message = f"Took {key} for what came of {wish.name}, issued at {desk.told(issued_at)}"
        notes = [Note("resolved", message, "ok", wish.name), *_left(wish)]
        if issued_at < wish.wished_at - BEFORE_WISH:
            early = f"It was issued before {wish.name} was wished for; are you sure it is that?"
            notes.insert(1, Note("issued_before", early, "warning", key))
        return licenses_answer(desk, [key], tuple(notes))

    request = {"command": "jetpack resolve", "wish": wish.name, "key": key}
    return change_as_read(desk, request, do)


def doubt(desk: Desk, name: str) -> Doubt | None:
    """Why it may be wrong that nothing came of a wish; None where Jetpack was asked and has no
    license that may be it, or where that was settled. Errors as `was_not_issued`."""
    wish = known_wish(desk, name)
    if wish.state == FAILED:
        return None
    _check_open_order(desk, wish)
    found, not_asked = candidates(desk, [wish])
    if not found and not_asked is None:
        return None
    consequence = "If one was, the order, done again, issues a second one, which is billed, too."
    if found:
        number = count(len(found), "license")
        keys = found[0].license_key + and_more(len(found) - 1)
        return Doubt(
            f"Jetpack has {number} that may be what came of {wish.name}: {keys}."
            " Leave the order undone all the same?",
            consequence,
        )
    return Doubt(
        f"Jetpack could not be asked whether a license of {wish.product} was issued."
        " Leave the order undone?",
        consequence,
    )


def was_not_issued(desk: Desk, name: str) -> Answer[LicensesAnswer]:
    """Nothing came of the wish: the order is left undone.

    Raises BadInput `unknown_wish`, `not_an_order`; Refused `not_at_jetpack`, `wish_settled`; Busy
    `under_way`.
    """
    wish = known_wish(desk, name)
    if wish.state == FAILED:
        return again(desk, wish)

    def do(writer: Writer) -> Answer[LicensesAnswer]:
        _check_open_order(desk, known_wish(desk, name))
        writer.record(*outside_events.wish_settled(wish.product, wish.id, FAILED, None, None))
        message = f"Marked {wish.name} as not carried out: no license came of it"
        return licenses_answer(desk, [], (Note("resolved", message, "ok", wish.name), *_left(wish)))

    request = {"command": "jetpack resolve", "wish": wish.name, "key": None}
    return change_as_read(desk, request, do)


def known_wish(desk: Desk, name: str) -> Wish:
    """A wish by its name; Refused `not_at_jetpack`, BadInput `unknown_wish`."""
    check_at_jetpack(desk.ledger)
    number = name.removeprefix("w")
    found = None
    if number.isascii() and number.isdigit() and len(number) <= 15:
        found = stored_wish(desk.ledger, int(number))
    if found is None:
        raise BadInput(
            "unknown_wish",
            f"There is no wish {name[:40]}",
            hint="See those that wait:   jpcli jetpack status",
            subject=name[:40],
        )
    return found


def _check_open_order(desk: Desk, wish: Wish) -> None:
    """Only an order of which nobody knows what came can be told of."""
    check_waits(desk, wish)
    if state_of(wish, desk.now_at) != UNKNOWN:
        raise BadInput(
            "not_an_order",
            f"{wish.name} issues nothing: it is finished, not told of",
            hint=f"Finish it:   jpcli jetpack resolve {quoted(wish.name)}",
            subject=wish.name,
        )


def check_waits(desk: Desk, wish: Wish) -> None:
    """Refused `wish_settled` for one with an outcome; Busy `under_way` for one that a process is at
    work on."""
    if wish.state in SETTLED:
        what = "nothing came of it" if wish.license_key is None else f"it is {wish.license_key}"
        raise Refused(
            "wish_settled",
            f"{wish.name} is settled" + (f": {what}" if wish.action == ISSUE else ""),
            hint="See those that wait:   jpcli jetpack status",
            subject=wish.name,
        )
    if state_of(wish, desk.now_at) == UNDER_WAY:
        raise Busy(
            "under_way",
            f"Another process is at work on {wish.name}",
            hint="Wait until it is done; then see what is left:   jpcli jetpack status",
            subject=wish.name,
        )


def _check_possible(desk: Desk, wish: Wish, key: str) -> None:
    """What can be told without asking Jetpack."""
    if not key.startswith(wish.product + "_"):
        raise _refused("other_product", f"{key} is no license of {wish.product}", wish)
    if find(desk.ledger, key) is not None:
        raise _refused("license_known", f"{key} is in this ledger already", wish)


def _check_there(desk: Desk, key: str, remote: RemoteLicense | None) -> None:
    if remote is None:
        message = f"Jetpack does not know {key}, or not as one of yours"
        raise Refused("unknown_license", message, hint=_LOOK, subject=key)
    if remote.revoked_at is not None:
        raise Refused(
            "license_revoked",
            f"{key} was revoked at Jetpack, at {desk.told(remote.revoked_at)}",
            hint="Say --not-issued, then record what it was:   jpcli jetpack pull --from FILE",
            subject=key,
        )


def _check_nobodys(desk: Desk, wish: Wish, remote: RemoteLicense) -> None:
    """What another process has ordered just now is its own, and it is about to record it."""
    if is_on_its_way(desk, remote):
        raise Busy(
            "under_way",
            f"Another process may be about to record {remote.license_key}",
            hint="Wait until it is done; then see what is left:   jpcli jetpack status",
            subject=wish.name,
        )


_LOOK = "Look for it in Jetpack's dashboard, or see what may be it:   jpcli jetpack status"


def _refused(code: str, message: str, wish: Wish) -> JpcliError:
    return Refused(code, message, hint=_LOOK, subject=wish.name)


def _left(wish: Wish) -> list[Note]:
    """What an interrupted command still has to do."""
    if wish.request_hash is None:
        return []
    message = "The command that was interrupted, run again, does what is left and no more"
    if wish.request_hash == APPLY:
        message += "; a plan that was saved is to be planned anew"
    return [Note("runagain", message)]


def again(desk: Desk, wish: Wish) -> Answer[LicensesAnswer]:
    """What is said of a wish that is settled so."""
    keys = [] if wish.license_key is None else [wish.license_key]
    note = Note("already_settled", f"{wish.name} is settled so already", "info", wish.name)
    return licenses_answer(desk, keys, (note,))


def licenses_answer(desk: Desk, keys: list[str], notes: tuple[Note, ...]) -> Answer[LicensesAnswer]:
    """These licenses as they are now."""
    data: LicensesAnswer = {"licenses": license_table(rows_of(desk.ledger, keys))}
    numbers = [facts.id for key in keys if (facts := find(desk.ledger, key)) is not None]
    return Answer(data, notes, chosen={"licenses": Chosen("listed", numbers)})
