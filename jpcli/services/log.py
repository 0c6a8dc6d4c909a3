"""The events, newest first: who did what, when, and why."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note, Rows, as_objects
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import format_instant
from jpcli.domain.moments import parse_moment
from jpcli.domain.undone import Undoings
from jpcli.domain.words import closest
from jpcli.ledger.events.log import (
    EVENT_COLUMNS,
    EventFilter,
    actors_near,
    count_events,
    event_rows,
    events_of,
)
from jpcli.ledger.queries import commands
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.services.meant import known_license
from jpcli.services.sites.known import known_site

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.contract.licenses import EventObject, EventsAnswer
    from jpcli.services.desk import Desk


LOG_COLUMNS = (*EVENT_COLUMNS, "undone_by")


# So many names on either side are held against one that did nothing: those that begin most like it.
_NEIGHBORS = 1_000


def list_events(
    desk: Desk,
    *,
    license_key: str | None = None,
    site: str | None = None,
    actor: str | None = None,
    kind: str | None = None,
    since: str | None = None,
    until: str | None = None,
    limit: int | None = None,
) -> Answer[EventsAnswer]:
    """Events by license, site, actor, kind and time of effect; streams.

    A date alone begins, or for `until` ends, with its billing day.
    """
    if kind is not None:
        _check_kind(kind)
    if license_key is not None:
        license_key = known_license(desk.ledger, license_key).license_key
    calendar = desk.ledger.calendar
    url = None if site is None else known_site(desk.ledger, site).url
    wanted = EventFilter(
        subject=license_key,
        actor=actor,
        kind=kind,
        site=url,
        site_spells=NamesThen(desk.ledger).site_spells(url) if url else (),
        since_at=None
        if since is None
        else parse_moment(since, calendar, desk.today, end_of_day=False),
        until_at=None
        if until is None
        else parse_moment(until, calendar, desk.today, end_of_day=True),
    )
    undoings = Undoings(commands.undoings(desk.ledger))
    found = event_tuples(event_rows(desk.ledger, wanted, limit or 0))
    rows = ((*row, undoings.undone_by(row[0])) for row in found)
    total = count_events(desk.ledger, wanted)
    currency = desk.ledger.currency
    notes = () if total or actor is None else tuple(_actor_notes(desk, actor))
    return Answer({"events": Rows(LOG_COLUMNS, rows), "total": total, "currency": currency}, notes)


def _actor_notes(desk: Desk, actor: str) -> Iterator[Note]:
    """That nobody of this name ever recorded anything, which is no mistake: nobody is entered."""
    known = actors_near(desk.ledger, actor, _NEIGHBORS)
    if actor not in known:
        near = closest(actor, known, 0.6)
        message = f"Nobody called {actor} has changed anything here"
        hint = None if near is None else f"Did you mean {near}?"
        yield Note("unknown_actor", message, hint=hint)


def _check_kind(kind: str) -> None:
    """BadInput `unknown_kind`, with what may be meant, for what no event is."""
    from jpcli.ledger.state.apply import known_kinds

    kinds = known_kinds()
    names = dict.fromkeys((*kinds, *(name.partition(".")[0] for name in kinds)))
    if kind not in names:
        near = closest(kind, names, 0.6)
        hint = f"There are {', '.join(dict.fromkeys(n for n in names if '.' not in n))}"
        raise BadInput(
            "unknown_kind",
            f"There is no kind of event {kind}",
            hint=hint if near is None else f"Did you mean {near}?",
            subject=kind,
        )


def history_objects(desk: Desk, license_key: str) -> list[EventObject]:
    """One license's events as objects, oldest first."""
    rows = event_tuples(events_of(desk.ledger, license_key))
    found: Rows[EventObject] = Rows(EVENT_COLUMNS, rows)
    return as_objects(found)


def event_tuples(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """Event rows with instants as text and data as an object."""
    for seq, kind, subject, at, recorded_at, actor, reason, data in rows:
        yield (
            seq,
            kind,
            subject,
            format_instant(at),
            format_instant(recorded_at),
            actor,
            reason,
            json.loads(data),
        )
