"""`invoice preview`: one client's part, and the months of a year."""

from __future__ import annotations

import pytest

from tests.cli.lines import Line
from tests.cli.world import World
from tests.cli.world import world as world


def preview(words: str) -> Line:
    return Line("invoice preview", words)


def test_a_year_is_its_twelve_months(world: World) -> None:
    year = world(preview("2026"), "--json").data["months"]
    assert [month["period"] for month in year] == [f"2026-{month:02}" for month in range(1, 13)]
    assert year == world(preview("2026-01 --months 12"), "--json").data["months"]
    assert [bool(month["invoice"]) for month in year][7:] == [True, True, False, False, False]


def test_a_person_sees_clients_down_and_months_across(world: World) -> None:
    drawn = world(preview("2026 --by client"), "--format", "table").out
    for shown in ("Ann", "(no client)", "Aug", "Dec ░", "Total"):
        assert shown in drawn
    assert "Jul" not in drawn  # what is settled elsewhere has no column


@pytest.mark.parametrize(
    ("words", "what"),
    [
        ("2026 --months 3", "2026 is twelve months already"),
        ("--months 3 --by day", "--by day splits one month"),
        ("--client Ann --by client", "--by client splits the whole bill"),
        ("--client Ann --no-client", "exclude each other"),
        ("--markup own", "--markup own is one client's in one month"),
        ("2026 --client Ann --markup own", "--markup own is one client's in one month"),
        ("--client Dora", "There is no client Dora"),
    ],
)
def test_what_makes_no_sense_is_refused(world: World, words: str, what: str) -> None:
    run = world(preview(words))
    assert run.code == 2
    assert what in run.err
    assert not run.out


def test_nobodys_part_is_named_in_json(world: World) -> None:
    assert world(preview("--no-client"), "--json").data["client"] is None
    assert world(preview("--client Ann"), "--json").data["client"] == "Ann"


def test_a_clients_own_markup_is_that_of_the_closing(world: World) -> None:
    world(Line("clients edit", "Ann --markup 25"))
    own = world(preview("--client Ann --markup own"), "--json").data
    assert own["markup_percent"] == "25"
    assert own == world(preview("--client Ann --markup 25"), "--json").data
    # September was closed before there was one, and nobody has any.
    for words in ("2026-09 --client Ann", "--no-client"):
        data = world(preview(f"{words} --markup own"), "--json").data
        assert data["total_with_markup"] == data["total"]


@pytest.mark.parametrize("by", ["product", "site", "client", "license", "day"])
@pytest.mark.parametrize("month", ["2026-08", ""])
def test_what_stands_beside_lines_alone_is_not_counted_for_groups(
    month: str, by: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a million sites it would count all of them once more."""
    counted = []
    monkeypatch.setattr("jpcli.services.billing.groups.details", lambda *_: counted.append(by))
    drawn = world(preview(f"{month} --by {by}"), "--format", "table")
    assert drawn.code == 0
    assert not counted
