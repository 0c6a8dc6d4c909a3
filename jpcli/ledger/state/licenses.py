"""Licenses while a batch of events changes them: read once, written once.

Owns the shape of a license's life in tables: its row, its assignments and its spans. Spans are
never patched: they are what `domain.history.spans_of` makes of the whole life, written anew after
each batch, so that the billing table can't drift from the rules.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.history import Assignment, History, spans_of
from jpcli.domain.instants import parse_instant

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from jpcli.ledger.database.connection import Ledger
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
_INSERT_SPAN = (
    "INSERT INTO spans (offer_id, child, last_day, first_day, license_id, site_id, ends)"
    " VALUES (?, ?, ?, ?, ?, ?, ?)"
)


class _Life:
    """One license: its row numbers and its life so far."""

    __slots__ = ("child", "history", "license_id", "offer_id", "parent_id")

    def __init__(
        self, license_id: int, offer_id: int, parent_id: int | None, history: History
    ) -> None:
        self.license_id = license_id
        self.offer_id = offer_id
        self.parent_id = parent_id
        self.child = int(parent_id is not None)
        self.history = history


class Lives:
    """The licenses that one batch makes and changes, however many events each has."""

    def __init__(self, ledger: Ledger, lookups: Lookups) -> None:
        self._ledger = ledger
        self.lookups = lookups
        self._new: dict[str, _Life] = {}
        self._changed: dict[str, _Life] = {}

    def make(
        self, license_key: str, license_id: int, data: Mapping[str, Any], history: History
    ) -> None:
        """A new license of `data`'s product and bundle; a child's bundle is made before it (B1)."""
        offer_id = self.lookups.offer(data["product"], data["bundle_size"] or 1)
        bundle_key = data["bundle_key"]
        parent_id = None if bundle_key is None else self._id_of(bundle_key)
        self._new[license_key] = _Life(license_id, offer_id, parent_id, history)

    def place(self, license_key: str, at: int, site_id: int | None) -> None:
        """From `at` on the license is on a site, or on none (W1)."""
        life = self._life(license_key)
        life.history = placed(life.history, at, site_id)

    def end(self, license_key: str, at: int) -> None:
        """From `at` on the license is revoked (D1)."""
        life = self._life(license_key)
        life.history = life.history._replace(revoked_at=at)

    def store(self) -> None:
        """Write all of them, in as few statements as there are tables."""
        many = self._ledger.execute_many
        rows = (
            (
                *_present(life.history),
                life.license_id,
                license_key,
                life.offer_id,
                life.child,
                life.parent_id,
                life.history.issued_at,
            )
            for license_key, life in self._new.items()
        )
        many(_INSERT_LICENSE, rows)
        changed = self._changed.values()
        many("DELETE FROM assignments WHERE license_id = ?", [(c.license_id,) for c in changed])
        many("DELETE FROM spans WHERE license_id = ?", [(c.license_id,) for c in changed])
        many(_UPDATE_LICENSE, [(*_present(c.history), c.license_id) for c in changed])
        lives = [*self._new.values(), *changed]
        many(_INSERT_ASSIGNMENT, (row for life in lives for row in _assignment_rows(life)))
        many(_INSERT_SPAN, (row for life in lives for row in self._span_rows(life)))

    def _id_of(self, license_key: str) -> int:
        new = self._new.get(license_key)
        return self.lookups.license_id(license_key) if new is None else new.license_id

    def _life(self, license_key: str) -> _Life:
        life = self._new.get(license_key) or self._changed.get(license_key)
        if life is None:
            license_id = self.lookups.license_id(license_key)
            row = self._ledger.one(
                "SELECT offer_id, parent_id, issued_at, revoked_at FROM licenses WHERE id = :id",
                id=license_id,
            )
            assert row is not None
            offer_id, parent_id, issued_at, revoked_at = row
            history = History(issued_at, revoked_at, _stored_assignments(self._ledger, license_id))
            life = self._changed[license_key] = _Life(license_id, offer_id, parent_id, history)
        return life

    def _span_rows(self, life: _Life) -> Iterable[tuple[Any, ...]]:
        for first_day, last_day, site, ends in spans_of(life.history, self._ledger.calendar):
            yield (
                life.offer_id,
                life.child,
                last_day,
                first_day,
                life.license_id,
                site,
                int(ends),
            )


def placed(history: History, at: int, site_id: int | None) -> History:
    """A life with a change of site at its end; None is no site."""
    items = history.assignments
    if items and items[-1].to_at is None:
        items = (*items[:-1], items[-1]._replace(to_at=at))
    if site_id is not None:
        items = (*items, Assignment(site_id, at))
    return history._replace(assignments=items)


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


def _assignment_rows(life: _Life) -> Iterable[tuple[Any, ...]]:
    for position, item in enumerate(life.history.assignments):
        yield life.license_id, position, item.site, item.from_at, item.to_at
