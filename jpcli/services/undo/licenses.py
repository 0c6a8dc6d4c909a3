"""The opposites of what was done to licenses, under the rules that hold for these.

Billed days stay: who was on a site until now has those days (W1), and what was issued is billed
for its days until now (D2).
"""

from __future__ import annotations

from collections import Counter
from itertools import groupby
from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.answers import Note, joined
from jpcli.domain.costs import amount_minor, is_exact
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.money import display_amount
from jpcli.domain.words import count, quoted
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.products import priced_offers
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.services.licenses.moves import Moves
from jpcli.services.licenses.revoke import revoking
from jpcli.services.said import AT_ONCE
from jpcli.services.undo.ground import refused

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.domain.answers import Notes
    from jpcli.domain.errors import Refused
    from jpcli.domain.events import Event
    from jpcli.ledger.queries.licenses import LicenseFacts
    from jpcli.services.undo.ground import Ground

_MOVES = (events.LICENSE_ASSIGNED, events.LICENSE_UNASSIGNED, events.LICENSE_TRANSFERRED)


def check(ground: Ground, told: list[Event]) -> None:
    """Refuse what has no opposite: an end, and what a file told of the past."""
    for event in told:
        if event.kind == events.LICENSE_REVOKED:
            product = _facts(ground, event).product
            raise refused(
                event,
                f"{event.subject} is revoked, and a revoked license stays so",
                f"Issue a new one:   jpcli issue {quoted(product)}",
            )
        if event.kind == events.LICENSE_IMPORTED:
            raise refused(
                event,
                f"{event.subject} was imported: that is what happened, not what was done here",
                f"End it:   jpcli revoke {quoted(event.subject)} --yes",
            )


def undo(ground: Ground, told: list[Event]) -> Notes:
    """Record the opposites, the last first; what was issued is revoked with its children, and
    not taken off its site before, so that its last day is that site's (W1)."""
    issued = {event.subject for event in told if event.kind == events.LICENSE_ISSUED}
    moved = [
        event for event in reversed(told) if event.kind in _MOVES and event.subject not in issued
    ]
    names = NamesThen(ground.desk.ledger)
    notes: list[Notes] = []
    for kind, run in groupby(moved, key=lambda event: event.kind):
        notes.append(_moved(ground, kind, list(run), names))
    alone = [
        event.subject
        for event in told
        if event.kind == events.LICENSE_ISSUED and not event.data["bundle_key"]
    ]
    children = [
        event
        for event in told
        if event.kind == events.LICENSE_ISSUED
        and event.data["bundle_key"]
        and event.data["bundle_key"] not in issued
    ]
    if children:
        raise refused(
            children[0],
            f"{children[0].subject} took the place of another license in its bundle",
            f"Revoke the bundle:   jpcli revoke {quoted(children[0].data['bundle_key'])} --yes",
        )
    if alone:
        items: list[tuple[int | None, str]] = [(None, key) for key in alone]
        ended = frozenset(alone)
        revoked = revoking(ground.desk, ground.writer, ground.reason).run(items, [])
        notes.append(revoked.notes)
        notes.append(_cost(ground, [event for event in told if event.subject in ended]))
    return joined(*notes)


def _cost(ground: Ground, told: list[Event]) -> Notes:
    """What these cost from their issue to now, where the prices alone say it (D2)."""
    ledger = ground.desk.ledger
    today, day_of = ground.desk.today, ledger.calendar.day_of
    lots = Counter(
        (event.data["product"], event.data["bundle_size"] or 1, day_of(event.at))
        for event in told
        if event.kind == events.LICENSE_ISSUED
    )
    cost_minor = days = 0
    for (product, size, first_day), number in lots.items():
        points = next(
            item.points for item in priced_offers(ledger, product) if item.offer.bundle_size == size
        )
        if not is_exact(points, first_day, today, ledger.currency):
            return ()
        cost_minor += amount_minor(points, number, first_day, today, ledger.currency)
        days = max(days, today - first_day + 1)
    cost = display_amount(cost_minor, ledger.currency)
    message = f"Costs {count(days, 'day')}, {cost}: {AT_ONCE}"
    return (Note("costs", message),)


def _moved(ground: Ground, kind: str, run: list[Event], names: NamesThen) -> Notes:
    """Free, put back, or move back the licenses of one run."""
    ground.writer.flush()
    moves = Moves(ground.desk, ground.writer)
    _check_as_left(ground, run, names)
    if kind == events.LICENSE_ASSIGNED:
        return moves.unassign([(None, event.subject) for event in run], []).notes
    puts = [(None, (event.subject, _known_site(event, names), None)) for event in run]
    if kind == events.LICENSE_UNASSIGNED:
        return moves.assign(puts, []).notes
    return moves.transfer(puts, []).notes


def _check_as_left(ground: Ground, run: Iterable[Event], names: NamesThen) -> None:
    """What is undone holds still. Of a license that is twice in a run the last event counts."""
    seen = set()
    for event in run:
        if event.subject in seen:
            continue
        seen.add(event.subject)
        facts = _facts(ground, event)
        site = event.data["site"]
        if facts.revoked_at is not None or facts.site != (site and _called_now(event, site, names)):
            raise _not_as_left(event, facts)


def _facts(ground: Ground, event: Event) -> LicenseFacts:
    facts = find(ground.desk.ledger, event.subject)
    assert facts is not None, "an event made it"
    return facts


def _not_as_left(event: Event, facts: LicenseFacts) -> Refused:
    where = "revoked" if facts.revoked_at is not None else f"on {facts.site or 'no site'}"
    return refused(
        event,
        f"{event.subject} is {where} now, not where event {event.seq} left it",
        f"See its history:   jpcli licenses show {quoted(event.subject)}",
    )


def _known_site(event: Event, names: NamesThen) -> str:
    """Where the license was before, as that site is called now. What an older jpcli did not write
    down can't be put back."""
    before = event.data.get("from")
    if before is None:
        raise refused(
            event,
            f"Where {event.subject} was before is not known",
            f"Put it where it belongs:   jpcli assign {quoted(event.subject)} --site URL",
        )
    return _called_now(event, before, names)


def _called_now(event: Event, url: str, names: NamesThen) -> str:
    """What the site is called now that an event calls so: another may have that name by now."""
    return names.site_called(names.site_id(url, event.seq), LATEST_SEQ)
