"""Suppositions: "if I revoke this then", "if I issue that then", "as it stood at that time".

Owns what they look like on the command line and what they change. They go into an overlay
beside the ledger; the ledger itself is never written.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.domain.history import History, truncated
from jpcli.domain.instants import is_date, parse_date, parse_instant
from jpcli.ledger.applying_licenses import stored_history
from jpcli.ledger.catalog import bundle_sizes
from jpcli.ledger.licenses import LicenseFacts, active_children
from jpcli.ledger.overlay import Overlay, changed_after, latest_at
from jpcli.services.refusals import check_not_before, check_not_revoked, known_license, known_offer

if TYPE_CHECKING:
    from jpcli.services.desk import Desk

MOST_SUPPOSED = 1_000_000


def build_overlay(
    desk: Desk, as_of_at: int, revoke: tuple[str, ...], issue: tuple[str, ...]
) -> Overlay:
    """An overlay with the licenses as they stood at `as_of_at`, then with the suppositions."""
    overlay = Overlay(desk.ledger)
    if as_of_at < latest_at(desk.ledger):
        for license_id, history in changed_after(desk.ledger, as_of_at):
            overlay.replace(license_id, truncated(history, as_of_at))
    for text in revoke:
        _suppose_revoked(desk, overlay, text)
    for text in issue:
        _suppose_issued(desk, overlay, text)
    return overlay


def _suppose_revoked(desk: Desk, overlay: Overlay, text: str) -> None:
    """`KEY@DATE`: the license, or the whole bundle, is revoked on that day, which counts (D2)."""
    key, at = _split_at(desk, text, end_of_day=True, form="--revoke KEY@DATE")
    facts = known_license(desk.ledger, key)
    check_not_revoked(facts)
    check_not_before(facts, at)
    if facts.child:
        _suppose_child_revoked(desk, overlay, facts, at)
        return
    _end(desk, overlay, facts, at)
    if facts.is_bundle:
        for child in active_children(desk.ledger, facts.id):
            check_not_before(child, at)
            _end(desk, overlay, child, at)


def _suppose_child_revoked(desk: Desk, overlay: Overlay, facts: LicenseFacts, at: int) -> None:
    """B2: an assigned child is replaced by an unassigned one; the bundle's price stays."""
    if facts.site is None:
        raise BadInput(
            "bundle_child_unassigned",
            f"{facts.license_key} is an unassigned license of a bundle: suppose the bundle revoked",
            hint=f"--revoke {facts.bundle_key}@DATE",
            subject=facts.license_key,
        )
    _end(desk, overlay, facts, at)
    offer_id = bundle_sizes(desk.ledger, facts.product)[facts.bundle_size]
    overlay.add(offer_id, 1, f"(replaces {facts.license_key})", History(at))


def _suppose_issued(desk: Desk, overlay: Overlay, text: str) -> None:
    """`PRODUCT:N@DATE`: N more licenses, unassigned, from that day on."""
    form = "--issue PRODUCT:N@DATE"
    order, at = _split_at(desk, text, end_of_day=False, form=form)
    product, colon, number = order.partition(":")
    count_text = number if colon else "1"
    if not (count_text.isascii() and count_text.isdigit() and len(count_text) <= 7):
        raise _bad_form(text, form)
    count = int(count_text)
    if not 1 <= count <= MOST_SUPPOSED:
        raise _bad_form(text, form)
    known_offer(desk.ledger, product, None)
    offer_id = bundle_sizes(desk.ledger, product)[1]
    for position in range(1, count + 1):
        overlay.add(offer_id, 0, f"(new {product} {position} {text})", History(at))


def _end(desk: Desk, overlay: Overlay, facts: LicenseFacts, at: int) -> None:
    history = stored_history(desk.ledger, facts.id)
    overlay.replace(facts.id, history._replace(revoked_at=at))


def _split_at(desk: Desk, text: str, *, end_of_day: bool, form: str) -> tuple[str, int]:
    """What stands before the last `@`, and the instant behind it."""
    what, sign, when = text.rpartition("@")
    if not sign or not what:
        raise _bad_form(text, form)
    calendar = desk.ledger.calendar
    if is_date(when):
        day = calendar.day_of_date(parse_date(when))
        return what, calendar.end_of(day) - 1 if end_of_day else calendar.start_of(day)
    return what, parse_instant(when)


def _bad_form(text: str, form: str) -> BadInput:
    return BadInput(
        "bad_what_if",
        f"This is no supposition: {text}",
        hint=f"Write it as {form}, the date as YYYY-MM-DD",
        subject=text,
    )
