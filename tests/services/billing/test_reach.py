"""How far back a change reaches: a closed month is summed again where something of it may be
another, and only there (I3). Each kind of change, at the first instant of a month."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.ledger.queries import invoices
from jpcli.services.billing import adjustments
from jpcli.services.billing import period as period_sums
from jpcli.services.clients import merge
from jpcli.services.invoices import close
from jpcli.services.undo import undo
from tests.services.agency import PRICES, A, Agency, B, C

if TYPE_CHECKING:
    from collections.abc import Callable


class Edge(NamedTuple):
    """The first instant of a month; whether the date before it comes once more after it."""

    zone: str
    at: str
    before: str
    month: str
    twice: bool


EDGES = [
    Edge("UTC", "2024-07-01T00:00:00Z", "2024-06", "2024-07", False),
    Edge("Europe/Berlin", "2024-06-30T22:00:00Z", "2024-06", "2024-07", False),
    # A minute after midnight the clock falls back to a minute after eleven.
    Edge("America/St_Johns", "2009-11-01T02:30:00Z", "2009-10", "2009-11", True),
]


def imported(agency: Agency, edge: Edge) -> None:
    life = {"license_key": "jetpack-scan_1", "product": "jetpack-scan", "issued_at": edge.at}
    source = Path(agency.called + ".ndjson")
    source.write_text(json.dumps(life) + "\n", "utf-8")
    agency.import_file(source)


CHANGES: dict[str, Callable[[Agency, Edge, list[str]], Any]] = {
    "issue": lambda agency, edge, _: agency.issue("jetpack-ai", at=edge.at),
    "import": lambda agency, edge, _: imported(agency, edge),
    "assign": lambda agency, edge, keys: agency.assign(keys[2], C, at=edge.at),
    "transfer": lambda agency, edge, keys: agency.transfer(keys[0], C, at=edge.at),
    "unassign": lambda agency, edge, keys: agency.unassign(keys[0], at=edge.at),
    "revoke": lambda agency, edge, keys: agency.revoke(keys[0], at=edge.at),
    "move": lambda agency, edge, _: agency.move_site(A, "Cid", at=edge.at),
    "price": lambda agency, edge, _: agency.set_price("jetpack-scan", "0.99", f"{edge.month}-01"),
}


def closed(path: Path, edge: Edge) -> tuple[Agency, list[str]]:
    """A ledger whose last month before the edge is closed, and three licenses, one of them idle."""
    agency = Agency(path / "ledger.db", f"{edge.before}-01T12:00:00Z")
    agency.init(zone=edge.zone, prices=PRICES.replace("2022-", "2002-"), now=agency.now)
    agency.card()
    keys = agency.issue("jetpack-scan", 3)
    agency.assign(keys[0], A, client="Ann")
    agency.assign(keys[1], B)
    agency.now = f"{edge.month}-10T12:00:00Z"
    agency.do(close.close_due)
    return agency, keys


@pytest.mark.parametrize("edge", EDGES, ids=lambda edge: edge.zone)
@pytest.mark.parametrize("change", CHANGES)
def test_a_closed_month_is_summed_where_a_change_may_reach_it(
    tmp_path: Path, edge: Edge, change: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, keys = closed(tmp_path, edge)
    CHANGES[change](agency, edge, keys)
    summed: list[str] = []

    def watched(desk: Any, period: Any, *rest: Any) -> Any:
        summed.append(period.label)
        return period_sums.sum_period(desk, period, *rest)

    monkeypatch.setattr(adjustments, "sum_period", watched)
    found = agency.preview(edge.month, by="client")
    assert summed == ([edge.before] if edge.twice else [])
    monkeypatch.setattr(invoices, "unsettled_day", lambda _: 0)
    assert agency.preview(edge.month, by="client") == found
    assert agency.problems() == []


def test_a_date_that_comes_twice_is_another_after_a_move_between(tmp_path: Path) -> None:
    """W1: the license is on the new site when October 31 is over, which is after November began."""
    edge = EDGES[-1]
    agency, keys = closed(tmp_path, edge)
    agency.transfer(keys[0], C, at=edge.at)
    lines = agency.preview(edge.month)["lines"]
    assert [line["kind"] for line in lines] == ["license", "adjustment"]
    assert lines[1]["period"] == edge.before


def claimed(agency: Agency) -> None:
    """A history names a new site with two owners."""
    stays = [
        {
            "site": "d.example",
            "client": "Zoe",
            "from": "2024-05-01T12:00:00Z",
            "to": "2024-05-20T12:00:00Z",
        },
        {"site": "d.example", "client": "Ann", "from": "2024-05-20T12:00:00Z", "to": None},
    ]
    life: dict[str, Any] = {"license_key": "jetpack-scan_1", "product": "jetpack-scan"}
    source = Path(agency.called + ".ndjson")
    source.write_text(
        json.dumps({**life, "issued_at": "2024-05-01T12:00:00Z", "assignments": stays})
    )
    agency.import_file(source)


def merged(agency: Agency) -> None:
    agency.move_site(A, "Bob", at="2024-07-05T12:00:00Z")
    agency.do(merge.merge_clients, "Ann", "Bob", at="2024-06-10T12:00:00Z")


def moved_back(agency: Agency) -> None:
    agency.move_site(A, "Bob", at="2024-06-05T12:00:00Z")
    agency.do(undo.undo)


@pytest.mark.parametrize("zone", ["UTC", "Europe/Berlin", "Pacific/Apia", "America/New_York"])
@pytest.mark.parametrize("change", [claimed, merged, moved_back])
def test_what_changes_since_ever_is_summed_and_closed_in_every_zone(
    tmp_path: Path, zone: str, change: Callable[[Agency], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    agency, _ = closed(tmp_path, Edge(zone, "2024-07-01T12:00:00Z", "2024-06", "2024-07", False))
    change(agency)
    found = agency.preview("2024-07", by="client")
    with monkeypatch.context() as patched:
        patched.setattr(invoices, "unsettled_day", lambda _: 0)
        assert agency.preview("2024-07", by="client") == found
    agency.do(close.close_due, now="2024-08-02T12:00:00Z")
    assert agency.groups("2024-07", "client") == {
        group["client"]: group["days"] for group in found["groups"]
    }
    assert agency.problems() == []
