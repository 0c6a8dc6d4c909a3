"""A ledger that was made before ledgers had the rules of their zone, on a machine that has others.

`WEST` says that the clocks of Berlin go an hour behind since June 2024; the ledger was made where
they do not. What was recorded stays, and the first thing that is written fixes it for good.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.ledger.database.connection import Ledger
from jpcli.services import status
from jpcli.services.ledger import init, settings, upkeep
from tests.domain.tzif import put, shifted
from tests.ledger.upkeep.test_migration import old as first_schema
from tests.property.test_zone_rules import machine
from tests.services.agency import A, Agency, B, codes, plain

ZONE = "Europe/Berlin"
BEFORE = int(datetime(2023, 1, 1, tzinfo=UTC).timestamp())
JUNE = int(datetime(2024, 6, 1, tzinfo=UTC).timestamp())
# 00:10 to 00:40 in Berlin.
EARLY, LATER = "2024-07-01T22:10:00Z", "2024-07-10T22:40:00Z"


@pytest.fixture(scope="module")
def west(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return put(tmp_path_factory.mktemp("west"), ZONE, shifted(ZONE, JUNE, -3600))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Agency, str, str]:
    """A ledger without rules of its own, and two licenses; one has ended."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(init, "zone_facts", lambda _calendar: {})
        patch.setattr(Ledger, "lacks_rules", False)
        agency = Agency(tmp_path_factory.mktemp("old") / "ledger.db").init(zone=ZONE)
        agency.card()
        key, gone = agency.issue("jetpack-scan", 2, site=A, client="Ann", at=EARLY)
        agency.transfer(key, B, at="2024-07-05T22:20:00Z")
        agency.move_site(B, "Bob", at="2024-07-08T22:20:00Z")
        agency.revoke(gone, at=LATER)
    return agency, key, gone


@pytest.fixture
def old(made: tuple[Agency, str, str], tmp_path: Path) -> Agency:
    return made[0].copied(tmp_path / "ledger.db")


@pytest.fixture
def _in_the_west(west: Path) -> Iterator[None]:
    with machine(west):
        yield


def notes_of(agency: Agency, use_case: Any) -> list[str]:
    with agency.desk(writes=False) as desk:
        return codes(use_case(desk))


def kinds(agency: Agency) -> list[str]:
    with agency.desk(writes=False) as desk:
        return [kind for (kind,) in desk.ledger.all("SELECT kind FROM events ORDER BY seq")]


def days(agency: Agency) -> list[tuple[Any, ...]]:
    with agency.desk(writes=False) as desk:
        return [
            *desk.ledger.all("SELECT license_id, first_day, last_day FROM spans ORDER BY 1, 2"),
            *desk.ledger.all("SELECT site_id, first_day, last_day FROM site_clients ORDER BY 1, 2"),
        ]


@pytest.mark.usefixtures("_in_the_west")
def test_it_passes_with_a_remark_and_nothing_is_written(old: Agency) -> None:
    before = old.state()
    assert old.problems() == []
    assert notes_of(old, upkeep.check) == ["ledger_ok", "zone_changed"]
    assert notes_of(old, status.status) == []
    assert old.state() == before


def test_where_the_rules_are_as_they_were_there_is_no_remark(old: Agency) -> None:
    assert notes_of(old, upkeep.check) == ["ledger_ok"]


@pytest.mark.usefixtures("_in_the_west")
@pytest.mark.file("copies of files")
def test_copies_of_it_are_made_and_put_back(old: Agency, tmp_path: Path) -> None:
    target = str(tmp_path / "backup.db")
    with old.desk(writes=False) as desk:
        upkeep.backup(desk, target)
    upkeep.restore(str(tmp_path / "new.db"), target, replace=False)
    assert days(Agency(tmp_path / "new.db")) == days(old)


def test_the_first_change_fixes_what_was_recorded(
    old: Agency, west: Path, made: tuple[Agency, str, str]
) -> None:
    """Also that of the license which is changed: its first day stays."""
    key = made[1]
    before, months = days(old), [old.preview(month) for month in ("2024-06", "2024-07")]
    events = kinds(old)
    with machine(west):
        old.transfer(key, A, at="2024-08-01T12:00:00Z")
        assert kinds(old) == [*events, "ledger.zone_set", "license.transferred"]
        assert old.problems() == []
        after = days(old)
        assert [old.preview(month) for month in ("2024-06", "2024-07")] == months
        assert notes_of(old, upkeep.check) == ["ledger_ok", "zone_changed"]
    # Only the transfer itself is new, and both machines find the ledger whole.
    assert len(set(after) - set(before)) == 2
    assert {row[:2] for row in before} <= {row[:2] for row in after}
    assert old.problems() == []
    assert notes_of(old, status.status) == ["zone_changed"]
    old.transfer(key, B, at="2024-08-02T12:00:00Z")
    assert kinds(old).count("ledger.zone_set") == 1


@pytest.mark.usefixtures("_in_the_west")
def test_following_this_machine_fixes_first_what_was_recorded(old: Agency) -> None:
    before, events = days(old), kinds(old)
    told = old.do(settings.set_one, "zone-data", "machine", now="2024-08-03T12:00:00Z")
    assert codes(told) == ["unchanged"]
    assert kinds(old) == [*events, "ledger.zone_set"]
    assert (days(old), old.problems()) == (before, [])


@pytest.mark.usefixtures("_in_the_west")
@pytest.mark.parametrize("fixed", [False, True])
@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE spans SET first_day = first_day - 2 WHERE ends = 0",
        "UPDATE spans SET last_day = last_day + 1 WHERE ends = 1",
        "UPDATE spans SET site_id = NULL WHERE ends = 1",
        "UPDATE site_clients SET first_day = first_day + 5 WHERE first_day > 0",
        "UPDATE licenses SET issued_at = issued_at + 7200000000",
        "UPDATE invoices SET total_minor = 1; DELETE FROM spans WHERE ends = 1",
    ],
)
def test_damage_beside_it_is_found(
    old: Agency, made: tuple[Agency, str, str], sql: str, *, fixed: bool
) -> None:
    if fixed:
        old.transfer(made[1], A, at="2024-08-01T12:00:00Z")
    old.sql(*sql.split("; ")[-1:])
    assert {code for code, _ in old.problems()} == {"state_differs"}


@pytest.mark.usefixtures("_in_the_west")
@pytest.mark.parametrize("dry_run", [True, False])
def test_what_is_not_kept_fixes_nothing(
    old: Agency, made: tuple[Agency, str, str], *, dry_run: bool
) -> None:
    before = old.state()
    if dry_run:
        old.transfer(made[1], A, dry_run=True)
    else:
        with pytest.raises(JpcliError):
            old.transfer(made[2], A)  # it is revoked
    assert old.state() == before


def test_two_that_write_at_once_fix_it_once(old: Agency, made: tuple[Agency, str, str]) -> None:
    from jpcli.services.licenses.assign import transfer

    with old.desk() as first, old.desk() as second:
        transfer(first, [made[1]], A)
        transfer(second, [made[1]], B)
    assert kinds(old).count("ledger.zone_set") == 1
    assert old.problems() == []


def test_a_ledger_in_utc_needs_no_rules(tmp_path: Path, west: Path) -> None:
    agency = Agency(tmp_path / "utc.db").init()
    agency.card()
    with machine(west):
        assert notes_of(agency, upkeep.check) == ["ledger_ok"]
        shown = plain_settings(agency)
    assert shown["zone_data"] is None
    assert "ledger.zone_set" not in kinds(agency)


def plain_settings(agency: Agency) -> dict[str, Any]:
    with agency.desk(writes=False) as desk:
        return dict(plain(settings.show(desk))["settings"])


@pytest.mark.file("a file of the first schema")
@pytest.mark.parametrize("name", ["offline", "stripe"])
def test_one_of_the_first_schema_keeps_its_days(name: str, tmp_path: Path) -> None:
    (tmp_path / "here").mkdir()
    expected = days(first_schema(name, tmp_path / "here"))
    with machine(put(tmp_path / "zones", ZONE, shifted(ZONE, BEFORE, -7200))):
        agency = first_schema(name, tmp_path)
        assert days(agency) == expected
        assert agency.problems() == []
