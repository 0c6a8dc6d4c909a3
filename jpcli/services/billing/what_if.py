"""Suppositions: "if I revoke this then", "if I issue that then", "as it stood at that time".

Owns what they look like on the command line and what they change. They go into an overlay
beside the ledger; the ledger itself is never written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.history import History, last_at, truncated
from jpcli.domain.moments import parse_moment
from jpcli.ledger.queries.licenses import LicenseFacts, all_children
from jpcli.ledger.queries.products import bundle_sizes
from jpcli.ledger.snapshots.overlay import as_of
from jpcli.ledger.state.licenses import stored_history
from jpcli.services.meant import known_license
from jpcli.services.refusals import check_not_before, check_not_revoked, known_offer

if TYPE_CHECKING:
    from jpcli.ledger.snapshots.overlay import Overlay
    from jpcli.ledger.snapshots.snapshot import Snapshot
    from jpcli.services.desk import Desk

# In all of one question: each has a name, and a part of the bill where that is split by license.
MOST_SUPPOSED = 100_000


def supposed_snapshot(
    desk: Desk, as_of_at: int, revoke: tuple[str, ...], issue: tuple[str, ...]
) -> Snapshot:
    """The licenses as they stood at `as_of_at`, then with the suppositions."""
    overlay = as_of(desk.ledger, as_of_at)
    supposing = _Supposing(desk, overlay, as_of_at)
    for text in revoke:
        supposing.revoked(text)
    for text in issue:
        _suppose_issued(desk, overlay, text)
    return overlay.snapshot


class _Supposing:
    """Revocations one after the other, each on what those before it left."""

    def __init__(self, desk: Desk, overlay: Overlay, as_of_at: int) -> None:
        self._desk = desk
        self._overlay = overlay
        self._as_of_at = as_of_at
        self._lives: dict[int, History] = {}
        # Key of a bundle -> overlay number and instant of issue of each child put into it.
        self._replacements: dict[str | None, list[tuple[int, int]]] = {}

    def revoked(self, text: str) -> None:
        """`KEY@DATE`: the license, or the whole bundle, is revoked on that day, which counts."""
        key, at = _split_at(self._desk, text, end_of_day=True, form="--revoke KEY@DATE")
        facts = known_license(self._desk.ledger, key)
        if self._life(facts) is None:
            raise BadInput(
                "not_issued_yet",
                f"{facts.license_key} was issued at {self._desk.told(facts.issued_at)},"
                f" after {self._desk.told(self._as_of_at)}",
                subject=facts.license_key,
            )
        check_not_revoked(self._desk.ledger, self._supposed(facts))
        check_not_before(self._desk.ledger, self._supposed(facts), at)
        if facts.is_bundle:
            self._bundle(facts, at)
        elif facts.child:
            self._child(facts, at)
        else:
            self._end(facts, at)

    def _bundle(self, facts: LicenseFacts, at: int) -> None:
        """B2: all children go with it, those that were put in too."""
        children = [
            child
            for child in all_children(self._desk.ledger, facts.id)
            if self._life(child) is not None
        ]
        for child in children:
            check_not_before(self._desk.ledger, self._supposed(child), at)
        self._end(facts, at)
        for child in children:
            if self._supposed(child).revoked_at is None:
                self._end(child, at)
        for number, issued_at in self._replacements.pop(facts.license_key, []):
            self._overlay.replace(number, History(issued_at, at))

    def _child(self, facts: LicenseFacts, at: int) -> None:
        """B2: an assigned child is replaced by an unassigned one; the bundle's price stays."""
        life = self._life(facts)
        if life is None or not life.assignments or life.assignments[-1].to_at is not None:
            raise Refused(
                "bundle_child_unassigned",
                f"{facts.license_key} is an unassigned license of a bundle:"
                " suppose the bundle revoked",
                hint=f"--revoke {facts.bundle_key}@DATE",
                subject=facts.license_key,
            )
        self._end(facts, at)
        offer_id = bundle_sizes(self._desk.ledger, facts.product)[facts.bundle_size]
        name = f"(replaces {facts.license_key})"
        (number,) = self._overlay.add(offer_id, 1, [name], History(at))
        self._replacements.setdefault(facts.bundle_key, []).append((number, at))

    def _life(self, facts: LicenseFacts) -> History | None:
        """A license's life as it is supposed to be by now; None before its issue."""
        if facts.id not in self._lives:
            stored = truncated(stored_history(self._desk.ledger, facts.id), self._as_of_at)
            if stored is None:
                return None
            self._lives[facts.id] = stored
        return self._lives[facts.id]

    def _supposed(self, facts: LicenseFacts) -> LicenseFacts:
        life = self._lives[facts.id]
        return facts._replace(revoked_at=life.revoked_at, last_at=last_at(life))

    def _end(self, facts: LicenseFacts, at: int) -> None:
        life = self._lives[facts.id]._replace(revoked_at=at)
        self._lives[facts.id] = life
        self._overlay.replace(facts.id, life)


def _suppose_issued(desk: Desk, overlay: Overlay, text: str) -> None:
    """`PRODUCT:N@DATE`: N more licenses, unassigned, from that day on."""
    form = "--issue PRODUCT:N@DATE"
    order, at = _split_at(desk, text, end_of_day=False, form=form)
    product, colon, number = order.partition(":")
    count_text = number if colon else "1"
    if not (count_text.isascii() and count_text.isdigit() and len(count_text) <= 7):
        raise _bad_form(text, form)
    count = int(count_text)
    if not count:
        raise _bad_form(text, form)
    product, _ = known_offer(desk.ledger, product, None)
    offer_id = bundle_sizes(desk.ledger, product)[1]
    # Names of a group must differ, also when the same is supposed twice.
    first = len(overlay.names) + 1
    if first + count - 1 > MOST_SUPPOSED:
        raise BadInput(
            "too_many_supposed",
            f"At most {MOST_SUPPOSED:,} licenses can be supposed, and with {text} it would be more",
            subject=text,
        )
    names = [f"(new {product} {position})" for position in range(first, first + count)]
    overlay.add(offer_id, 0, names, History(at))


def _split_at(desk: Desk, text: str, *, end_of_day: bool, form: str) -> tuple[str, int]:
    """What stands before the last `@`, and the instant behind it."""
    what, sign, when = text.rpartition("@")
    if not sign or not what:
        raise _bad_form(text, form)
    calendar = desk.ledger.calendar
    at = parse_moment(when, calendar, desk.today, end_of_day=end_of_day)
    return what, calendar.checked(at, when)


def _bad_form(text: str, form: str) -> BadInput:
    return BadInput(
        "bad_what_if",
        f"This is no supposition: {text}",
        hint=f"Write it as {form}, the date as YYYY-MM-DD",
        subject=text,
    )
