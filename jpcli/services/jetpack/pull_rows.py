"""Licenses that were issued elsewhere, taken over by their keys.

Owns what a row may name: a license that Jetpack knows, of a product in the price list, that is not
what came of a wish; a bundle comes with all that is in it, and nothing of it without it.
"""

from __future__ import annotations

from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput
from jpcli.domain.names import check_license_key
from jpcli.domain.words import quoted
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.wishes import UNKNOWN
from jpcli.services.bulk import apply_each
from jpcli.services.change import change_as_read, without_rows
from jpcli.services.jetpack.access import check_at_jetpack
from jpcli.services.jetpack.look import look_since
from jpcli.services.jetpack.pulled import Told, answer_of, missing_here, missing_there
from jpcli.services.jetpack.runs import under_way
from jpcli.services.jetpack.status import is_on_its_way, may_be_from
from jpcli.services.jetpack.take_over import TakingOver, not_in_bundle
from jpcli.services.jetpack.waiting import waiting_wishes
from jpcli.services.shapes import problem_table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.jetpack import PullAnswer
    from jpcli.domain.errors import Problem
    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.writer import Writer
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row
    from jpcli.services.jetpack.look import Heard, LookedSince


def pull_rows(
    desk: Desk,
    rows: Iterable[Row],
    problems: list[Problem],
    heard: Heard,
    *,
    keep_going: bool = False,
    revoke_missing: bool = False,
) -> Answer[PullAnswer]:
    """Take over the licenses that the rows of a file name: one that is new here is recorded, one
    that is known is brought up to date, and with `revoke_missing` one that Jetpack does not know is
    ended here, now. All or nothing unless `keep_going`; `heard` as in `look`.

    Raises BadInput for rows: `unknown_license` where Jetpack does not know the key,
    `unknown_product`, `unknown_bundle`, `unknown_bundle_key`, `may_be_wished`. Busy `under_way` for
    one that another process may have issued just now.
    """
    lines = {str(row.values["license_key"]): row.line for row in reversed(list(rows))}
    named = dict(sorted(lines.items(), key=lambda item: item[1]))
    request: dict[str, Any] = {"command": "jetpack pull", "keys": list(named)}
    if revoke_missing:  # without it the request is what it was before that was there
        request["revoke_missing"] = True
    if not (named or problems):
        check_at_jetpack(desk.ledger)
        none: PullAnswer = {"checked": 0, "changed": 0, "differences": []}
        return without_rows(desk, request, none)
    found = look_since(desk, [key for key in named if _is_key(key)], heard)

    def do(writer: Writer) -> Answer[PullAnswer]:
        taking = _Importing(desk, writer, found, revoke_missing=revoke_missing)
        items = ((line, key) for key, line in taking.in_order(named))
        left_out = apply_each(items, taking.one, problems=problems, keep_going=keep_going)
        answer = answer_of(desk, found.looked, taking.told, taking.changed)
        if left_out:
            answer.data["problems"] = problem_table(left_out)
        return answer

    return change_as_read(desk, request, do)


def _is_key(text: str) -> bool:
    """Whether it can be a key, so that Jetpack is asked for it."""
    try:
        return check_license_key(text) == text
    except BadInput:
        return False


class _Importing:
    """The rows of one file, with what Jetpack says of them."""

    def __init__(
        self, desk: Desk, writer: Writer, found: LookedSince, *, revoke_missing: bool
    ) -> None:
        self._revoke_missing = revoke_missing
        self._desk = desk
        self._found = found
        self._taking = TakingOver(desk, writer, found)
        self._bundles = found.looked.bundles
        self._told = {remote.license_key: remote for remote in found.looked.told}
        self._gone = {key for (key,) in found.looked.gone}
        self._unknown: dict[str, RemoteLicense] = {}
        self._children: dict[int, list[RemoteLicense]] = {}
        for remote in found.looked.unknown:
            self._unknown[remote.license_key] = remote
            if remote.parent_license_id is not None:
                self._children.setdefault(remote.parent_license_id, []).append(remote)
        self.told = Told()

    @property
    def changed(self) -> int:
        return self._taking.changed

    def in_order(self, named: dict[str, int]) -> Iterator[tuple[str, int]]:
        """New bundles before what is in them; others behind it, for that may have ended before
        its bundle, which only its own row tells."""
        parents = set(self._bundles.values())
        turns: tuple[list[tuple[str, int]], ...] = ([], [], [])
        for key, line in named.items():
            turns[1 if key not in parents else 0 if key in self._unknown else 2].append((key, line))
        return chain(*turns)

    def one(self, key: str) -> None:
        """One row."""
        check_license_key(key)
        known = find(self._desk.ledger, key) is not None
        if key in self._gone:
            if not known:
                raise BadInput(
                    "unknown_license",
                    f"Jetpack does not know {key}, or not as one of yours",
                    hint="Look for it in Jetpack's dashboard.",
                    subject=key,
                )
            lost = missing_there(self._desk, key)
            ended = self._revoke_missing and self._taking.gone(key)
            self.told.add(lost._replace(taken_over=ended))
        elif not known:
            self._new(self._unknown[key])
        elif key in self._told:
            self.told.add(*self._taking.known(self._told[key]))

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
        self.told.add(missing_here(remote)._replace(taken_over=True))

    def _check_not_wished(self, remote: RemoteLicense) -> None:
        """What may have come of a wish is not another license: recorded as one, the wish's own
        process would not find its answer new, and the order be repeated."""
        if is_on_its_way(self._desk, remote):
            key = remote.license_key
            raise under_way(f"an order of which {key} may have come", key)
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
