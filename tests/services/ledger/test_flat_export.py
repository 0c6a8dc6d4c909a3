"""A history in flat columns: where each license is, or was last, since when; what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jpcli.services.ledger import upkeep
from tests.services.agency import A, Agency, B

# What is done with a license, each on a day of July 2024 at ten; then the day since which it is
# told to be on its site, that site and its client, and whether something is left out.
LIVES: dict[str, tuple[list[tuple[str, str | None]], tuple[str | None, ...], bool]] = {
    "on no site": ([], (None, None, None), False),
    "on a site": ([("03", B)], ("03", B, "Bea"), False),
    "on one after another": ([("02", A), ("05", B)], ("05", B, "Bea"), True),
    "on one again": ([("02", B), ("05", None), ("08", B)], ("08", B, "Bea"), True),
    "on none any more": ([("02", B), ("05", None)], (None, None, None), True),
    "on a site that changed hands": ([("02", A)], ("02", A, "Bob"), True),
    "on one that had changed hands": ([("12", A)], ("12", A, "Bob"), False),
    "on one that changed hands, again": (
        [("02", A), ("04", None), ("06", A)],
        ("06", A, "Bob"),
        True,
    ),
}


def lived(agency: Agency, moves: list[tuple[str, str | None]]) -> str:
    key = agency.issue_one(at="2024-07-01T10:00:00Z")
    on_site = False
    for day, site in moves:
        at = f"2024-07-{day}T10:00:00Z"
        if site is None:
            agency.unassign(key, at=at)
        else:
            (agency.transfer if on_site else agency.assign)(key, site, at=at)
        on_site = site is not None
    return key


def told(agency: Agency) -> tuple[dict[str, Any], list[str]]:
    """(since, site, client) of each license, and the remarks once all of it was read."""
    with agency.desk(writes=False) as desk:
        answer = upkeep.export_flat(desk)
        rows = [
            dict(zip(upkeep.FLAT_COLUMNS, row, strict=True)) for row in answer.data["licenses"].rows
        ]
        notes = [note.message for note in answer.notes]
    names = ("assigned_at", "site", "client")
    return {row["license_key"]: tuple(row[name] for name in names) for row in rows}, notes


@pytest.fixture
def handed_over(agency: Agency) -> Agency:
    """A was Ann's to July 10 and is Bob's since."""
    for site, client in ((A, "Ann"), (B, "Bea")):
        agency.revoke(agency.issue_one("jetpack-ai", at="2024-07-01", site=site, client=client))
    agency.move_site(A, "Bob", at="2024-07-11T00:00:00Z")
    return agency


@pytest.mark.parametrize("revoked", [False, True])
@pytest.mark.parametrize("case", LIVES)
def test_the_last_site_since_when_and_what_is_left_out(
    handed_over: Agency, case: str, revoked: bool
) -> None:
    moves, (day, *place), cut = LIVES[case]
    before, _ = told(handed_over)
    key = lived(handed_over, moves)
    if revoked:
        handed_over.revoke(key, at="2024-08-01T10:00:00Z")
    found, notes = told(handed_over)
    assert found == {**before, key: (day and f"2024-07-{day}T10:00:00Z", *place)}
    # The one that was on A from the first day on was there when it changed hands.
    number = "2 licenses" if cut else "1 license"
    assert notes == [f"Left out: earlier sites, or clients of their site, of {number}"]


def test_nothing_is_said_where_nothing_is_left_out(agency: Agency) -> None:
    lived(agency, [("03", B)])
    _, notes = told(agency)
    assert notes == []


def test_a_stay_that_is_told_to_end_with_its_license_is_its_last_site(agency: Agency) -> None:
    ended = "2024-07-09T10:00:00Z"
    stay = {"site": A, "client": "Ann", "from": "2024-07-02T10:00:00Z", "to": ended}
    row = {"license_key": "k_1", "product": "jetpack-ai", "issued_at": "2024-07-01T10:00:00Z"}
    history = Path(agency.called).with_suffix(".json")
    history.write_text(json.dumps([{**row, "revoked_at": ended, "assignments": [stay]}]))
    agency.import_file(history)
    assert told(agency) == ({"k_1": (stay["from"], A, "Ann")}, [])
