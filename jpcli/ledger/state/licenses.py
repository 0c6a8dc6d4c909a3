"""Licenses: events to state. While a batch of events changes them they are read and written once.

Owns the shape of a license's life in tables: its row, its assignments and its spans. Spans are
never patched: they are what `domain.history.spans_of` makes of the whole life, written anew after
each batch, so that the billing table can't drift from the rules.
"""

from __future__ import annotations

from functools import partial
from itertools import chain
from typing import TYPE_CHECKING, Any

from jpcli.domain import license_events
from jpcli.domain.events import ABOUT_LICENSES
from jpcli.domain.history import Assignment, History, last_at, spans_of
from jpcli.ledger.state import invoices

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ask, Ledger
    from jpcli.ledger.state.lookups import Lookups

_INSERT_LICENSE = (
    "INSERT INTO licenses (site_id, assigned_at, revoked_at, last_at, id, license_key, offer_id,"
    " child, parent_id, issued_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_UPDATE_LICENSE = (
    "UPDATE licenses SET site_id = ?, assigned_at = ?, revoked_at = ?, last_at = ? WHERE id = ?"
)
_INSERT_ASSIGNMENT = (
    "INSERT INTO assignments (license_id, position, site_id, from_at, to_at) VALUES (?, ?, ?, ?, ?)"
)
_ROW = (
    "SELECT id, offer_id, parent_id, issued_at, revoked_at FROM licenses"
    " WHERE license_key = :license_key"
)
_STAYS = (
    "SELECT site_id, from_at, to_at FROM assignments WHERE license_id ="
    " (SELECT id FROM licenses WHERE license_key = :license_key) ORDER BY position"
)
_INSERT_SPAN = (
    "INSERT INTO spans (offer_id, child, last_day, first_day, license_id, site_id, ends)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class _Life:
    """One license: its row numbers and its life so far."""

    __slots__ = ("history", "license_id", "offer_id", "parent_id")

    def __init__(
        self, license_id: int, offer_id: int, parent_id: int | None, history: History
    ) -> None:
        self.license_id = license_id
        self.offer_id = offer_id
        self.parent_id = parent_id
        self.history = history


class _Lives:
    """The licenses that one batch makes and changes, however many events each has."""

    def __init__(self, ledger: Ledger, lookups: Lookups) -> None:
        self._ledger = ledger
        self._lookups = lookups
        self._new: dict[str, _Life] = {}
        self._changed: dict[str, _Life] = {}
        self._made: set[str] = set()

    def live(self, told: list[Event]) -> None:
        """Live these events more."""
        after, making, site_id = license_events.after, license_events.MAKING, self._lookups.site_id
        new = self._new
        self._made = {event.subject for event in told if event.kind in making}
        for event in self._ledger.each(told, self._asks):
            if event.kind in making:
                self._make(event)
            else:
                life = new.get(event.subject) or self._life(event.subject)
                life.history = after(life.history, event, site_id)

    def _make(self, event: Event) -> None:
        """A new license of a product and bundle; a child's bundle is made before it (B1)."""
        if event.subject in self._new:
            raise LookupError(f"{event.subject} is made twice")
        product, size, bundle_key = license_events.terms_of(event)
        offer_id = self._lookups.offer(product, size)
        parent_id = None if bundle_key is None else self._id_of(bundle_key)
        history = license_events.after(None, event, self._lookups.site_id)
        self._new[event.subject] = _Life(event.seq, offer_id, parent_id, history)

    def first_made_at(self) -> int | None:
        """The first instant of those that are new; None where none is."""
        return min([life.history.issued_at for life in self._new.values()], default=None)

    def store(self) -> None:
        """Write all of them, in as few statements as there are tables."""
        many = self._ledger.execute_many
        made = []
        for license_key, life in self._new.items():
            present, child = present_of(life.history), int(life.parent_id is not None)
            terms = (life.license_id, license_key, life.offer_id, child, life.parent_id)
            made.append((*present, *terms, life.history.issued_at))
        many(_INSERT_LICENSE, made)
        changed = self._changed.values()
        numbers = [(life.license_id,) for life in changed]
        many("DELETE FROM assignments WHERE license_id = ?", numbers)
        many("DELETE FROM spans WHERE license_id = ?", numbers)
        many(_UPDATE_LICENSE, [(*present_of(c.history), c.license_id) for c in changed])
        calendar = self._ledger.calendar
        stays, spans = [], []
        for life in chain(self._new.values(), changed):
            license_id, offer_id, history = life.license_id, life.offer_id, life.history
            child = int(life.parent_id is not None)
            for position, (site, from_at, to_at) in enumerate(history.assignments):
                stays.append((license_id, position, site, from_at, to_at))
            for first_day, last_day, site, ends in spans_of(history, calendar):
                spans.append((offer_id, child, last_day, first_day, license_id, site, ends))
        many(_INSERT_ASSIGNMENT, stays)
        many(_INSERT_SPAN, spans)

    def _id_of(self, license_key: str) -> int:
        new = self._new.get(license_key)
        return self._lookups.license_id(license_key) if new is None else new.license_id

    def _life(self, license_key: str) -> _Life:
        life = self._changed.get(license_key)
        if life is None:
            life = self._changed[license_key] = _stored(self._ledger, license_key)
        return life

    def _asks(self, event: Event) -> Iterator[Ask]:
        """What is asked where an event is lived: of the license, its bundle and its sites."""
        if event.kind in license_events.MAKING:
            bundle_key = license_events.terms_of(event)[2]
            if bundle_key is not None and bundle_key not in self._made:
                yield partial(self._lookups.license_id, bundle_key)
        elif event.subject not in self._made and event.subject not in self._changed:
            yield from stored_asks(self._ledger, event.subject)
        blank = History(event.at)
        yield lambda: license_events.after(blank, event, self._lookups.site_id)


def stored_asks(ledger: Ledger, license_key: str) -> Iterator[Ask]:
    """What is asked of a license that an event is about."""
    yield lambda: ledger.one(_ROW, license_key=license_key)
    yield lambda: ledger.all(_STAYS, license_key=license_key)


def _stored(ledger: Ledger, license_key: str) -> _Life:
    row = ledger.one(_ROW, license_key=license_key)
    if row is None:
        raise LookupError(license_key)
    number, offer_id, parent_id, issued_at, revoked_at = row
    stays = ledger.all(_STAYS, license_key=license_key)
    history = History(issued_at, revoked_at, tuple(Assignment(*stay) for stay in stays))
    return _Life(number, offer_id, parent_id, history)


def stored_history(ledger: Ledger, license_id: int) -> History:
    """The life of one license as the tables have it; sites are row numbers."""
    row = ledger.one("SELECT issued_at, revoked_at FROM licenses WHERE id = :id", id=license_id)
    assert row is not None
    return History(row[0], row[1], _stored_assignments(ledger, license_id))


def _stored_assignments(ledger: Ledger, license_id: int) -> tuple[Assignment, ...]:
    rows = ledger.all(
        "SELECT site_id, from_at, to_at FROM assignments WHERE license_id = :id ORDER BY position",
        id=license_id,
    )
    return tuple(Assignment(*row) for row in rows)


def present_of(history: History) -> tuple[Any, ...]:
    """(site, since when, revoked when, instant of the last change). A revoked license keeps its
    last site: the last day is its day."""
    issued_at, revoked_at, assignments = history
    if not assignments:
        return None, None, revoked_at, issued_at if revoked_at is None else revoked_at
    site, from_at, to_at = assignments[-1]
    if to_at is None or to_at == revoked_at:
        return site, from_at, revoked_at, last_at(history)
    return None, None, revoked_at, last_at(history)


def _changed(ledger: Ledger, lookups: Lookups, told: list[Event]) -> None:
    """What happened to licenses, all of it by what it does to their lives."""
    lives = _Lives(ledger, lookups)
    lives.live(told)
    lives.store()
    invoices.unsettle(ledger, license_events.first_at(told), lives.first_made_at())


HANDLERS = dict.fromkeys(ABOUT_LICENSES, _changed)
