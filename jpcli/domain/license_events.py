"""What each kind of event does to the life of a license (B1, D1, W1).

Owns that meaning for all who need it: the state is made by it, and so is every earlier state that
is told from the events again. A new kind about licenses has its meaning here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import events
from jpcli.domain.history import Assignment, History
from jpcli.domain.imported_life import ImportedLife
from jpcli.domain.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.events import Event

    # A site by the address in an event's data; what it gives is opaque.
    SiteOf = Callable[[str], int | str]

# A license begins with one of these.
MAKING = (events.LICENSE_ISSUED, events.LICENSE_IMPORTED)
# It ends with one of these, or as a whole life that is made.
ENDING = (events.LICENSE_REVOKED,)
# Those that tell what happened before their own instant.
LOOKING_BACK = (events.LICENSE_IMPORTED,)


def after(life: History | None, event: Event, site_of: SiteOf) -> History:
    """The life as it is with one event more; None is before the first. Events are trusted: the
    rules were checked before they were recorded."""
    return _AFTER[event.kind](life, event, site_of)


def earliest_at(event: Event) -> int:
    """The first instant at which an event may change what was so."""
    if event.kind not in LOOKING_BACK:
        return event.at
    data = event.data
    if type(data) is ImportedLife:
        return data.history.issued_at
    return parse_instant(data["issued_at"])


def first_at(told: Iterable[Event]) -> int:
    """The first instant at which any of these events may change what was so."""
    return min([e.at if e.kind not in LOOKING_BACK else earliest_at(e) for e in told])


def terms_of(event: Event) -> tuple[str, int, str | None]:
    """Product, bundle size (1 for a license alone) and bundle's key of an event that makes one."""
    data = event.data
    if type(data) is ImportedLife:
        return data.terms
    return data["product"], data["bundle_size"] or 1, data["bundle_key"]


def _issued(_life: History | None, event: Event, _site_of: SiteOf) -> History:
    """D1, B1: active and billed from `at` on, unassigned; a child belongs to its bundle."""
    return History(event.at)


def _imported(_life: History | None, event: Event, site_of: SiteOf) -> History:
    """A whole life at once."""
    data = event.data
    if type(data) is ImportedLife:
        life = data.history
        if not life.assignments:
            return life
        issued_at, revoked_at, assignments = life
        if len(assignments) == 1:  # most of them
            ((site, from_at, to_at),) = assignments
            stay = Assignment._make((site_of(str(site)), from_at, to_at))
            return History._make((issued_at, revoked_at, (stay,)))
        stays = [
            Assignment(site_of(str(site)), from_at, to_at) for site, from_at, to_at in assignments
        ]
        return History(issued_at, revoked_at, tuple(stays))
    revoked_at = data["revoked_at"]
    return History(
        parse_instant(data["issued_at"]),
        None if revoked_at is None else parse_instant(revoked_at),
        tuple(
            [  # not bit by bit: an import makes a million of them
                Assignment(
                    site_of(item["site"]),
                    parse_instant(item["from"]),
                    None if item["to"] is None else parse_instant(item["to"]),
                )
                for item in data["assignments"]
            ]
        ),
    )


def _placed(life: History | None, event: Event, site_of: SiteOf) -> History:
    """W1: from `at` on the holder is the new site, or none; a transfer is both in one step."""
    assert life is not None
    issued_at, revoked_at, items = life
    site, at = event.data["site"], event.at
    if items and items[-1].to_at is None:
        items = (*items[:-1], items[-1]._replace(to_at=at))
    if site is not None:
        items = (*items, Assignment(site_of(site), at))
    return History(issued_at, revoked_at, items)


def _revoked(life: History | None, event: Event, _site_of: SiteOf) -> History:
    """D1: inactive from `at` on. The last site stays: the last day is its day (W1).

    Another clock may tell an end before what was last done by ours; then that was done at the end.
    """
    assert life is not None
    end_at = max(event.at, life.issued_at)
    items = life.assignments
    if items and max(items[-1].from_at, items[-1].to_at or 0) > end_at:
        items = tuple(_until(item, end_at) for item in items)
    return History(life.issued_at, end_at, items)


def _until(stay: Assignment, end_at: int) -> Assignment:
    """As much of a stay as there was until `end_at`; of a later one nothing but where it was."""
    to_at = None if stay.to_at is None else min(stay.to_at, end_at)
    return Assignment(stay.site, min(stay.from_at, end_at), to_at)


_AFTER: dict[str, Callable[[History | None, Event, SiteOf], History]] = {
    events.LICENSE_ISSUED: _issued,
    events.LICENSE_IMPORTED: _imported,
    events.LICENSE_ASSIGNED: _placed,
    events.LICENSE_TRANSFERRED: _placed,
    events.LICENSE_UNASSIGNED: _placed,
    events.LICENSE_REVOKED: _revoked,
}
