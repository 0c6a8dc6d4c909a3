"""Whole bills through a real ledger against the model: what is imported, summed by SQL, split and
shown is what the brute-force counting of single days says (D, M, B, W, I1)."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given

from tests.property import model
from tests.property.agencies import agencies
from tests.property.histories import text
from tests.property.test_bills import cases
from tests.services.agency import Agency

LATER = "2040-01-01T00:00:00Z"
BY = {"site": "site", "client": "client", "license": "license_key", "product": "product"}


def opened(folder: Path, case: Any) -> Agency:
    """A ledger with the prices and the history of a case."""
    scene, currency, history_rows, prices, _ = case
    written = io.StringIO()
    table = csv.DictWriter(written, list(prices[0]))
    table.writeheader()
    table.writerows(prices)
    agency = Agency(folder / "ledger.db", LATER)
    agency.init(zone=scene.zone, currency=currency, prices=written.getvalue(), now=LATER)
    if history_rows:
        source = folder / "history.ndjson"
        source.write_text("".join(json.dumps(row) + "\n" for row in history_rows), "utf-8")
        agency.import_file(source)
    return agency


@given(cases())
@agencies(60)
def test_i1_a_preview_from_the_ledger_is_that_of_the_model(case: Any) -> None:
    scene, currency, history_rows, prices, as_of = case
    expected = model.expected_preview(
        history_rows, prices, scene.month, scene.zone, currency, text(as_of)
    )
    with tempfile.TemporaryDirectory() as folder:
        agency = opened(Path(folder), case)
        for by, name in {**BY, "day": "day"}.items():
            found = agency.preview(scene.month, by=by, as_of=text(as_of))
            shown = [
                {key: line[key] for key in known}
                for line, known in zip(found["lines"], expected["lines"], strict=True)
            ]
            assert shown == expected["lines"]
            assert found["licenses"] == expected["licenses"]
            assert (found["total_to_date"], found["total"]) == (
                expected["total_to_date"],
                expected["total"],
            )
            assert found["groups"] == expected["groups"][name]
        assert agency.problems() == []
