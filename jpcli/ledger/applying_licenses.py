"""License events to state: the license row, its assignments and its spans.

Owns the shape of a license's life in tables. Spans are never patched: they are what
`domain.history.spans_of` makes of the whole life, written anew after each change, so that the
billing table can't drift from the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.history import Assignment, History, spans_of
from jpcli.domain.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.ledger.chain import Event
    from jpcli.ledger.connection import Ledger
    from jpcli.ledger.lookups import Lookups

_INSERT_LICENSE = (
    "INSERT INTO licenses (id, license_key, offer_id, child, parent_id, site_id, issued_at,"
    " assigned_at, revoked_at, last_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
)
_INSERT_ASSIGNMENT = (
    "INSERT INTO assignments (license_id, position, site_id, from_at, to_at) VALUES (?, ?, ?, ?, ?)"
)
_INSERT_SPAN = (
    "INSERT INTO spans (offer_id, child, last_day, first_day, license_id, site_id, ends)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class _Life:
    """One license while a batch changes it: its row numbers and its life so far."""

    __slots__ = ("child", "history", "license_id", "offer_id")

    def __init__(self, license_id: int, offer_id: int, child: int, history: History) -> None:
        self.license_id = license_id
        self.offer_id = offer_id
        self.child = child
        self.history = history


class Lives:
    """The licenses that one batch of events changes: each is read once and written once, however
    many events it has, and all of them together."""

    def __init__(self, ledger: Ledger, lookups: Lookups) -> None:
        self._ledger = ledger
        self._lookups = lookups
        self._lives: dict[str, _Life] = {}

    def place(self, license_key: str, at: int, site_id: int | None) -> None:
        """From `at` on the license is on a site, or on none."""
        life = self._life(license_key)
        life.history = placed(life.history, at, site_id)

    def end(self, license_key: str, at: int) -> None:
        """From `at` on the license is revoked."""
        life = self._life(license_key)
        life.history = life.history._replace(revoked_at=at)

    def store(self) -> None:
        """Write rows, assignments and spans of all of them."""
        lives = self._lives.values()
        keys = [(life.license_id,) for life in lives]
        self._ledger.execute_many("DELETE FROM assignments WHERE license_id = ?", keys)
        self._ledger.execute_many("DELETE FROM spans WHERE license_id = ?", keys)
        self._ledger.execute_many(
            "UPDATE licenses SET site_id = ?, assigned_at = ?, revoked_at = ?, last_at = ?"
            " WHERE id = ?",
            [(*_present(life.history), life.license_id) for life in lives],
        )
        assignments = (
            row for life in lives for row in _assignment_rows(life.license_id, life.history)
        )
        self._ledger.execute_many(_INSERT_ASSIGNMENT, assignments)
        spans = (
            row
            for life in lives
            for row in _span_rows(
                self._ledger, life.offer_id, life.child, life.license_id, life.history
            )
        )
        self._ledger.execute_many(_INSERT_SPAN, spans)

    def _life(self, license_key: str) -> _Life:
        life = self._lives.get(license_key)
        if life is None:
            license_id = self._lookups.license_id(license_key)
            row = self._ledger.one(
                "SELECT offer_id, child, issued_at, revoked_at FROM licenses WHERE id = :id",
                id=license_id,
            )
            assert row is not None
            offer_id, child, issued_at, revoked_at = row
            history = History(issued_at, revoked_at, _stored_assignments(self._ledger, license_id))
            life = self._lives[license_key] = _Life(license_id, offer_id, child, history)
        return life


def placed(history: History, at: int, site_id: int | None) -> History:
    """A life with a change of site at its end; None is no site."""
    items = history.assignments
    if items and items[-1].to_at is None:
        items = (*items[:-1], items[-1]._replace(to_at=at))
    if site_id is not None:
        items = (*items, Assignment(site_id, at))
    return history._replace(assignments=items)


def issued(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """D1, B1: active and billed from `at` on, unassigned; a child belongs to its bundle."""
    rows, spans = [], []
    parents: dict[str, int] = {}
    for event in events:
        data, at = event.data, event.at
        offer_id = lookups.offer(data["product"], data["bundle_size"] or 1)
        parent_id = _parent_id(lookups, parents, data["bundle_key"])
        child = int(parent_id is not None)
        parents[event.subject] = event.seq
        rows.append(
            (event.seq, event.subject, offer_id, child, parent_id, None, at, None, None, at)
        )
        first_day, last_day = ledger.calendar.touched(at, None)
        spans.append((offer_id, child, last_day, first_day, event.seq, None, 0))
    ledger.execute_many(_INSERT_LICENSE, rows)
    ledger.execute_many(_INSERT_SPAN, spans)
    lookups.add_licenses((event.subject, event.seq) for event in events)


def imported(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """A whole life at once, as a history file tells it."""
    rows: list[tuple[Any, ...]] = []
    assignments: list[tuple[Any, ...]] = []
    spans: list[tuple[Any, ...]] = []
    parents: dict[str, int] = {}
    for event in events:
        data = event.data
        offer_id = lookups.offer(data["product"], data["bundle_size"] or 1)
        parent_id = _parent_id(lookups, parents, data["bundle_key"])
        child = int(parent_id is not None)
        parents[event.subject] = event.seq
        history = history_of(lookups, data)
        site_id, since_at, revoked_at, changed_at = _present(history)
        rows.append(
            (
                event.seq,
                event.subject,
                offer_id,
                child,
                parent_id,
                site_id,
                history.issued_at,
                since_at,
                revoked_at,
                changed_at,
            )
        )
        assignments += _assignment_rows(event.seq, history)
        spans += _span_rows(ledger, offer_id, child, event.seq, history)
    ledger.execute_many(_INSERT_LICENSE, rows)
    ledger.execute_many(_INSERT_ASSIGNMENT, assignments)
    ledger.execute_many(_INSERT_SPAN, spans)


def assigned(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """W1: from `at` on the holder is the new site, or none; a transfer is both in one step."""
    lives = Lives(ledger, lookups)
    for event in events:
        site = event.data["site"]
        lives.place(event.subject, event.at, None if site is None else lookups.site_id(site))
    lives.store()


def revoked(ledger: Ledger, lookups: Lookups, events: list[Event]) -> None:
    """D1: inactive from `at` on. The last site stays on the row: the last day is its day (W1)."""
    lives = Lives(ledger, lookups)
    for event in events:
        lives.end(event.subject, event.at)
    lives.store()


def history_of(lookups: Lookups, data: Mapping[str, Any]) -> History:
    """The life that an import event's data tells, with sites as row numbers."""
    revoked_at = data["revoked_at"]
    return History(
        parse_instant(data["issued_at"]),
        None if revoked_at is None else parse_instant(revoked_at),
        tuple(
            Assignment(
                lookups.site_id(item["site"]),
                parse_instant(item["from"]),
                None if item["to"] is None else parse_instant(item["to"]),
            )
            for item in data["assignments"]
        ),
    )


def last_at(history: History) -> int:
    """The instant of the last thing that happened to a license."""
    last = history.issued_at if history.revoked_at is None else history.revoked_at
    for assignment in history.assignments:
        ended_at = assignment.from_at if assignment.to_at is None else assignment.to_at
        last = max(last, ended_at)
    return last


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


def _present(history: History) -> tuple[Any, ...]:
    """(site, since when, revoked when, instant of the last change). A revoked license keeps its
    last site: the last day is its day."""
    current = history.assignments[-1] if history.assignments else None
    holds = current is not None and current.to_at in (None, history.revoked_at)
    site, since_at = (current.site, current.from_at) if current and holds else (None, None)
    return site, since_at, history.revoked_at, last_at(history)


def _span_rows(
    ledger: Ledger, offer_id: int, child: int, license_id: int, history: History
) -> list[tuple[Any, ...]]:
    return [
        (offer_id, child, span.last_day, span.first_day, license_id, span.site, int(span.ends))
        for span in spans_of(history, ledger.calendar)
    ]


def _assignment_rows(license_id: int, history: History) -> Iterable[tuple[Any, ...]]:
    for position, item in enumerate(history.assignments):
        yield license_id, position, item.site, item.from_at, item.to_at


def _parent_id(lookups: Lookups, parents: dict[str, int], bundle_key: str | None) -> int | None:
    """A child's parent: made just before it as a rule, else asked for."""
    if bundle_key is None:
        return None
    if bundle_key not in parents:
        parents[bundle_key] = lookups.license_id(bundle_key)
    return parents[bundle_key]


__all__ = ["OPEN_DAY", "assigned", "imported", "issued", "revoked", "stored_history"]
