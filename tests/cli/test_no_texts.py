"""What stands in a file of JSON in the place of a text, and is none: nobody is called `True`, and
no site `https://false`. Refused with its line on every road, and nothing is written."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.cli.conftest import Run

HISTORY = {"license_key": "k_1", "product": "jetpack-ai", "issued_at": "2026-11-02"}
STAY = {"site": "https://a.example", "client": "Ann", "from": "2026-11-03"}
PRICE = {"product": "p", "amount": "0.25"}
# What a command's row has besides what is wrong, and the columns where that is tried.
ROADS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "issue --yes --from": ({"product": "jetpack-ai", "site": "a.example"}, ("site", "client")),
    "assign --from": ({"site": "a.example"}, ("site", "client", "license_key")),
    "assign --site a.example --from": ({}, ("license_key",)),
    "unassign --from": ({}, ("license_key",)),
    "transfer --from": ({"to": "a.example"}, ("to", "license_key")),
    "revoke --yes --from": ({}, ("license_key",)),
    "ledger import": (
        {**HISTORY, "site": "a.example"},
        ("license_key", "product", "site", "client", "bundle_key", "revoked_at", "state"),
    ),
    "products import": (PRICE, (*PRICE, "name", "family", "price_interval", "currency", "from")),
}
INSIDE = {
    "ledger import": [
        ({**HISTORY, "assignments": [{**STAY, name: value}]}, "bad_assignments")
        for name in ("site", "client", "from", "to")
        for value in (True, False, ["x"], {"x": 1})
    ],
    "products import": [
        ({"product": "p", "prices": [{"from": "2026-01-01", "day_price": "1", name: value}]}, code)
        for name, code in (("from", "bad_prices"), ("day_price", "bad_prices"))
        for value in (True, False, ["x"], {"x": 1})
    ],
}


def refused(jpcli: Callable[..., Run], road: str, path: Path, code: str) -> None:
    before = jpcli("ledger", "check", "--json").data["events"]
    done = jpcli(*road.split(), str(path), "--json")
    problems = [(item["code"], item["line"]) for item in done.error["problems"]]
    assert (done.code, problems) == (2, [(code, 2)])
    assert jpcli("ledger", "check", "--json").data["events"] == before


@pytest.mark.crossed("value")
@pytest.mark.parametrize("value", [True, False, ["x"], {"x": 1}], ids=str)
@pytest.mark.parametrize(
    ("road", "name"), [(road, name) for road, (_, names) in ROADS.items() for name in names]
)
def test_what_is_no_text_is_refused(
    agency: Callable[..., Run], tmp_path: Path, road: str, name: str, value: Any
) -> None:
    free = agency("licenses", "list", "--state", "unassigned", "--json").data["licenses"][0]
    row = {**ROADS[road][0], name: value}
    if "issue" not in road and "import" not in road:
        row = {"license_key": free["license_key"], **row}
    path = tmp_path / "rows.ndjson"
    path.write_text(f"\n{json.dumps(row)}\n")
    refused(agency, road, path, "bad_value")


@pytest.mark.parametrize(
    ("road", "number"), [(r, n) for r, rows in INSIDE.items() for n in range(len(rows))]
)
def test_so_it_is_inside(
    agency: Callable[..., Run], tmp_path: Path, road: str, number: int
) -> None:
    row, code = INSIDE[road][number]
    path = tmp_path / "rows.ndjson"
    path.write_text(f"\n{json.dumps(row)}\n")
    refused(agency, road, path, code)
