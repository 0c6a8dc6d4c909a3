"""Whole histories, as they are read back from the tables, against the facts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.ledger.queries.history import HISTORY_COLUMNS, exported, history_rows, imported_data
from tests.ledger.queries.memory import empty
from tests.ledger.queries.world import DAYS, Life, Stay, World, noon

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from jpcli.ledger.database.connection import Ledger


def owned(world: World, life: Life, stay: Stay) -> Iterator[dict[str, Any]]:
    """A stay in the parts in which its site had one client each: W2."""
    end = stay.ended if stay.ended is not None else (life.last if life.last is not None else DAYS)
    inside = [m.day for m in world.moves if m.site == stay.site and stay.begun < m.day < end]
    bounds = [stay.begun, *sorted(inside)]
    for low, high in zip(bounds, [*bounds[1:], stay.ended], strict=True):
        yield {
            "site": stay.site,
            "client": world.client(stay.site, low),
            "from": noon(low),
            "to": None if high is None else noon(high),
        }


def told(world: World, life: Life) -> dict[str, Any]:
    """A life as a file has it, with whose site it was."""
    listed = [part for stay in life.stays for part in owned(world, life, stay)]
    return {**life.row(), "assignments": listed}


def test_histories_are_what_happened_with_parents_first(ledger: Ledger, world: World) -> None:
    rows = [dict(zip(HISTORY_COLUMNS, row, strict=True)) for row in history_rows(ledger)]
    # They were recorded in this order, each parent before its children.
    assert rows == [told(world, life) for life in world.lives]


def test_one_history_as_an_import_would_have_it(ledger: Ledger, world: World) -> None:
    """A child has its bundle's size there."""
    sizes = {life.key: life.size for life in world.lives}
    for life in world.lives:
        size = sizes[life.bundle or life.key]
        expected = {**told(world, life), "bundle_size": size if size > 1 else None}
        del expected["license_key"]
        assert exported(ledger, life.key) == expected
        recorded = {**life.row(), "bundle_size": expected["bundle_size"]}
        del recorded["license_key"]
        assert imported_data(ledger, life.key) == recorded
    for key in ("", "jetpack-a%", "https://a.example"):
        assert exported(ledger, key) is None
        assert imported_data(ledger, key) is None


def test_a_license_that_was_issued_here_was_not_imported(world: World, tmp_path: Path) -> None:
    from tests.services.agency import A, Agency

    agency = Agency(tmp_path / "ledger.db").init()
    agency.card()
    key = agency.issue_one(site=A, client="Ann", at="2024-07-01")
    agency.move_site(A, "Bob", at="2024-07-10T12:00:00Z")
    # At that very instant it goes: no part of no length is made.
    agency.unassign(key, at="2024-07-10T12:00:00Z")
    with agency.desk(writes=False) as desk:
        assert imported_data(desk.ledger, key) is None
        found = exported(desk.ledger, key)
    assert found is not None
    assert found["assignments"] == [
        {"site": A, "client": "Ann", "from": "2024-07-01T00:00:00Z", "to": "2024-07-10T12:00:00Z"}
    ]


def test_an_empty_ledger_has_no_histories() -> None:
    assert list(history_rows(empty())) == []
