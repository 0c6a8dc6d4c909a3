"""Days before the books begin (I7) are marked wherever they are shown, in every format."""

from __future__ import annotations

import csv
import json
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = "2026-11-22T11:00:00Z"
MARKS = ("settled_elsewhere", "from_settled_elsewhere")
SIGNS = {"csv": ",", "tsv": "\t", "md": "|"}
ROADS = (
    "invoice preview {month}",
    "invoice preview {month} --by site",
    "invoice preview {month} --by day",
    "invoice preview {month} --months 3",
    "invoice explain {month}",
    "invoice export {month}",
    "invoice diff {month} 2026-11",
    "licenses timeline {month}",
)


@pytest.fixture
def history(jpcli: Callable[..., Any]) -> Callable[..., Any]:
    """Two months before the books, which begin with October."""
    begun = "2026-08-20T08:00:00Z"
    assert jpcli("init", "--name", "Acme", "--bill-from", "2026-10", now=begun).code == 0
    assert jpcli("cards", "add", "--brand", "visa", "--last4", "4242", "--exp", "12/2030").code == 0
    assert jpcli("issue", "jetpack-scan", "--site", "a.example").code == 0
    assert jpcli("issue", "jetpack-scan", now="2026-10-20T08:00:00Z").code == 0
    jpcli("status", now=NOW)
    return jpcli


@pytest.mark.alike("form")
@pytest.mark.parametrize("form", ["csv", "tsv", "ndjson", "md"])
@pytest.mark.parametrize("road", ROADS)
def test_every_row_says_so(road: str, form: str, history: Callable[..., Any]) -> None:
    for month, settled in (("2026-08", True), ("2026-11", False)):
        run = history(*road.format(month=month).split(), "--format", form)
        assert run.code == 0, run.err
        if form == "ndjson":
            row = json.loads(run.out.splitlines()[0])
        else:
            lines = [line.strip("| ").replace(" | ", "|") for line in run.out.splitlines()]
            header, *rows = csv.reader(lines, delimiter=SIGNS[form])
            row = dict(zip(header, rows[form == "md"], strict=True))
        (mark,) = {f"{row[name]}".lower() for name in MARKS if name in row}
        assert mark == str(settled).lower(), row


@pytest.mark.parametrize("road", [*ROADS, "licenses list", "licenses show {key}"])
def test_every_picture_says_so(road: str, history: Callable[..., Any]) -> None:
    key = history("licenses", "list", "--site", "a.example").rows[1][0]
    shown = history(*road.format(month="2026-08", key=key).split(), "--format", "table").out
    assert "settled elsewhere" in shown.lower()


def test_a_list_of_later_licenses_says_nothing(history: Callable[..., Any]) -> None:
    found = history("licenses", "list", "--state", "unassigned", "--format", "table").out
    assert "jetpack-scan_" in found
    assert "elsewhere" not in found
