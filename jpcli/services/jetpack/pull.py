"""The ledger held against Jetpack, and brought up to date.

Owns what is told of it, and the order: everything is asked first, and what was found is recorded in
one transaction, over whatever another command did meanwhile. Dated as Jetpack has it, a change may
reach into closed months, which the next invoice corrects (I3).
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, JpcliError
from jpcli.domain.instants import format_instant
from jpcli.domain.names import check_license_key
from jpcli.domain.words import count, quoted
from jpcli.ledger.events.log import last_seq
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.wishes import UNKNOWN, keys_touched_after, keys_waiting
from jpcli.services.bulk import apply_each
from jpcli.services.change import change_as_read, without_rows
from jpcli.services.jetpack.access import check_at_jetpack, licensing_of
from jpcli.services.jetpack.compare import (
    MISSING_HERE,
    MISSING_THERE,
    REVOKED_AT,
    SITE,
    Comparing,
    Difference,
)
from jpcli.services.jetpack.look import Looked, look
from jpcli.services.jetpack.status import may_be_from
from jpcli.services.jetpack.take_over import TakingOver, not_in_bundle
from jpcli.services.jetpack.waiting import waiting_wishes
from jpcli.services.shapes import problem_table
from jpcli.services.spool import Spool, table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.jetpack import PullAnswer
    from jpcli.domain.errors import Problem
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

COLUMNS = Difference._fields


class _Found(NamedTuple):
    """What a pull found, and since when others may have been at work: `seq` is the ledger's last
    event before anything was asked, `waiting` are licenses that were in work then."""

    looked: Looked
    seq: int
    waiting: set[str]

    def busy(self, desk: Desk) -> set[str]:
        """The licenses of which it is not known what is so."""
        now = keys_waiting(desk.ledger) | keys_touched_after(desk.ledger, self.seq)
        return self.waiting | now


def check(desk: Desk) -> Answer[PullAnswer]:
    """Every difference; nothing is changed. Errors as `licensing_of`, and what the API says."""
    found = _look(desk, None)
    comparing, told = Comparing(desk.ledger), Spool(Difference._make)
    for remote in found.looked.told:
        facts = find(desk.ledger, remote.license_key)
        told.extend([] if facts is None else comparing.differences(facts, remote))
    told.extend(_missing(desk, found.looked))
    return _answer(desk, found.looked, 0, told, only_told=True)


def pull(desk: Desk) -> Answer[PullAnswer]:
    """Every difference, and those settled that have one answer: revoked there is revoked here, and
    a license is here on the site on which it is there. Errors as `check`."""
    found = _look(desk, None)

    def do(writer: Writer) -> Answer[PullAnswer]:
        taking, told = TakingOver(desk, writer, found.busy(desk)), Spool(Difference._make)
        for remote in _bundles_last(found.looked.told):
            told.extend(taking.known(remote))
        told.extend(_missing(desk, found.looked))
        return _answer(desk, found.looked, taking.changed, told)

    return change_as_read(desk, {"command": "jetpack pull"}, do)


def pull_rows(
    desk: Desk, rows: Iterable[Row], problems: list[Problem], *, keep_going: bool = False
) -> Answer[PullAnswer]:
    """The same for the licenses that the rows of a file name; one that is new here is recorded, a
    bundle with all that is in it. All or nothing unless `keep_going`.

    Raises BadInput for rows: `unknown_license` where Jetpack does not know the key,
    `unknown_product`, `unknown_bundle`, `unknown_bundle_key`, `may_be_wished`.
    """
    lines = {str(row.values["license_key"]): row.line for row in reversed(list(rows))}
    named = dict(sorted(lines.items(), key=lambda item: item[1]))
    request = {"command": "jetpack pull", "keys": list(named)}
    if not (named or problems):
        check_at_jetpack(desk.ledger)
        none: PullAnswer = {"checked": 0, "changed": 0, "differences": []}
        return without_rows(desk, request, none)
    found = _look(desk, [key for key in named if _is_key(key)])

    def do(writer: Writer) -> Answer[PullAnswer]:
        taking = _Importing(desk, writer, found)
        items = ((line, key) for key, line in taking.in_order(named))
        left_out = apply_each(items, taking.one, problems=problems, keep_going=keep_going)
        answer = _answer(desk, found.looked, taking.changed, taking.told)
        if left_out:
            answer.data["problems"] = problem_table(left_out)
        return answer

    return change_as_read(desk, request, do)


class _Importing:
    """The rows of one file, with what Jetpack says of them."""

    def __init__(self, desk: Desk, writer: Writer, found: _Found) -> None:
        self._desk = desk
        self._taking = TakingOver(desk, writer, found.busy(desk))
        self._bundles = found.looked.bundles
        self._told = {remote.license_key: remote for remote in found.looked.told}
        self._gone = {key for (key,) in found.looked.gone}
        self._unknown: dict[str, RemoteLicense] = {}
        self._children: dict[int, list[RemoteLicense]] = {}
        for remote in found.looked.unknown:
            self._unknown[remote.license_key] = remote
            if remote.parent_license_id is not None:
                self._children.setdefault(remote.parent_license_id, []).append(remote)
        self.told: Spool[Difference] = Spool(Difference._make)

    @property
    def changed(self) -> int:
        return self._taking.changed

    def in_order(self, named: dict[str, int]) -> Iterator[tuple[str, int]]:
        """Bundles before what is in them."""
        parents = set(self._bundles.values())
        first = ((key, line) for key, line in named.items() if key in parents)
        return chain(first, ((key, line) for key, line in named.items() if key not in parents))

    def one(self, key: str) -> None:
        """One row."""
        check_license_key(key)
        known = find(self._desk.ledger, key) is not None
        if key in self._gone:
            if not known:
                raise _not_there(key)
            self.told.append(_gone(self._desk, key))
        elif not known:
            self._new(self._unknown[key])
        elif key in self._told:
            self.told.extend(self._taking.known(self._told[key]))

    def _new(self, remote: RemoteLicense) -> None:
        self._check_not_wished(remote)
        bundle = None
        if remote.parent_license_id is not None:
            bundle = self._bundles.get(remote.parent_license_id)
            if bundle is None or find(self._desk.ledger, bundle) is None:
                raise not_in_bundle(remote)
        inside = self._children.get(remote.license_id or 0, [])
        for each in (remote, *inside):
            self._taking.check_new(each)
        self._record(remote, bundle)
        for child in inside:
            if find(self._desk.ledger, child.license_key) is None:
                self._record(child, remote.license_key)

    def _record(self, remote: RemoteLicense, bundle: str | None) -> None:
        self._taking.new(remote, bundle)
        self.told.append(_new(remote)._replace(taken_over=True))

    def _check_not_wished(self, remote: RemoteLicense) -> None:
        """What may have come of a wish is not another license."""
        for one in waiting_wishes(self._desk):
            if one.state == UNKNOWN and may_be_from(one.wish, remote):
                key, name = remote.license_key, one.wish.name
                settle = f"jpcli jetpack resolve {quoted(name)}"
                raise BadInput(
                    "may_be_wished",
                    f"{key} may be what came of {name}, of which that is not known",
                    hint=f"If it is:   {settle} --key {quoted(key)}\n"
                    f"If nothing came of it:   {settle} --not-issued",
                    subject=key,
                )


def _is_key(text: str) -> bool:
    """Whether it can be a key, so that Jetpack is asked for it."""
    try:
        return check_license_key(text) == text
    except BadInput:
        return False


def _look(desk: Desk, wanted: list[str] | None) -> _Found:
    api = licensing_of(desk, read_only=True)
    seq, waiting = last_seq(desk.ledger), keys_waiting(desk.ledger)
    return _Found(look(desk.ledger, api, wanted), seq, waiting)


def _bundles_last(told: Spool[RemoteLicense]) -> Iterator[RemoteLicense]:
    """What is in a bundle may have ended before it, which only its own row tells."""
    yield from (remote for remote in told if (remote.quantity or 1) <= 1)
    yield from (remote for remote in told if (remote.quantity or 1) > 1)


def _missing(desk: Desk, looked: Looked) -> Iterator[Difference]:
    """What one side does not have; a license that was issued meanwhile is here by now."""
    yield from (_gone(desk, key) for (key,) in looked.gone)
    for remote in looked.unknown:
        if find(desk.ledger, remote.license_key) is None:
            yield _new(remote)


def _gone(desk: Desk, key: str) -> Difference:
    facts = find(desk.ledger, key)
    assert facts is not None
    return Difference(key, MISSING_THERE, _state(facts.revoked_at, facts.site), None)


def _new(remote: RemoteLicense) -> Difference:
    return Difference(
        remote.license_key, MISSING_HERE, None, _state(remote.revoked_at, remote.site)
    )


def _state(revoked_at: int | None, site: str | None) -> str:
    """As it is shown: `active`, where it runs, or since when it does not."""
    if revoked_at is not None:
        return f"revoked {format_instant(revoked_at)}"
    return "active" if site is None else f"active on {site}"


def _not_there(key: str) -> JpcliError:
    return BadInput(
        "unknown_license",
        f"Jetpack does not know {key}, or not as one of yours",
        hint="Look for it in Jetpack's dashboard.",
        subject=key,
    )


def _answer(
    desk: Desk,
    looked: Looked,
    changed: int,
    told: Spool[Difference],
    *,
    only_told: bool = False,
) -> Answer[PullAnswer]:
    data: PullAnswer = {
        "checked": looked.checked,
        "changed": changed,
        "differences": table(COLUMNS, told.rows()),
    }
    return Answer(data, tuple(_notes(desk, looked, changed, told, only_told=only_told)))


def _notes(
    desk: Desk, looked: Looked, changed: int, told: Spool[Difference], *, only_told: bool
) -> Iterator[Note]:
    asked = count(looked.checked, "license")
    left = missing = settled_by_pull = 0
    for one in told:
        left += not one.taken_over
        missing += one.field == MISSING_HERE and not one.taken_over
        ends = one.field == REVOKED_AT and one.here is None
        settled_by_pull += only_told and (ends or one.field == SITE)
    if changed:
        took = count(changed, "license")
        compared = f"; compared {asked}" if looked.checked else ""
        yield Note("pulled", f"Took over {took} from Jetpack{compared}", "ok")
    elif not left:
        yield Note("in_step", f"The ledger and Jetpack agree about {asked}", "ok")
    if left:
        message = f"{count(left, 'difference is', 'differences are')} left"
        hints = ["Take over what can be:   jpcli jetpack pull"] if settled_by_pull else []
        if missing:
            hints.append("Take over what is missing here:   jpcli jetpack pull --from FILE")
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
