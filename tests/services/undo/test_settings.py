"""Undoing of settings: each goes back to what it was, also to none."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.services.ledger import settings
from jpcli.services.ledger.settings import KEYS
from jpcli.services.undo.undo import undo
from tests.domain.tzif import put, shifted
from tests.property.test_zone_rules import machine
from tests.services.agency import Agency

ZONE = "Europe/Berlin"
OCTOBER = int(datetime(2024, 10, 1, tzinfo=UTC).timestamp())

# Of every setting: what it is set to, one after the other, and what an undo of the last goes back
# to. One that is not set back has the beginning of what the refusal says.
GOES_BACK: dict[str, list[tuple[list[str], Any]]] = {
    "address": [
        (["1 Main"], None),
        (["1 Main", "2 Main"], "1 Main"),
        (["1 Main", "none"], "1 Main"),
    ],
    "tax-id": [(["U1"], None), (["U1", "U2"], "U1"), (["U1", "none"], "U1")],
    "payment-note": [(["By wire"], None), (["By wire", "none"], "By wire")],
    "name": [(["Acme"], "Agency"), (["Acme", "Other"], "Acme")],
    "payment-terms-days": [(["30"], 0), (["30", "0"], 30)],
    "bill-from": [(["2024-07"], "2023-01")],
}
STAYS = {
    "collect": "collect is not set back",
    "payments": "A ledger that was moved to Stripe stays there",
    "zone-data": "There is no opposite of ledger.zone_set",
}
ROADS = [(key, *road) for key, roads in GOES_BACK.items() for road in roads]


def test_every_setting_is_here() -> None:
    assert {*GOES_BACK, *STAYS} == set(KEYS)


@pytest.mark.parametrize(("key", "values", "before"), ROADS)
def test_it_goes_back_to_what_it_was(
    agency: Agency, key: str, values: list[str], before: Any
) -> None:
    def now() -> Any:
        return agency.ask(settings.show)["settings"][key.replace("-", "_")]

    for value in values:
        agency.do(settings.set_one, key, value)
    last = now()
    answer = agency.do(undo)
    assert now() == before != last
    told = "none" if values[-1] == "none" else values[-1]
    assert f"Set {key} from {told} back to {before or ('0' if before == 0 else 'none')}" in [
        note.message for note in answer.notes
    ]
    agency.do(undo)  # the undo is undone
    assert now() == last
    assert agency.problems() == []


@pytest.mark.parametrize("key", STAYS)
def test_what_stays_is_refused_and_nothing_is_written(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory, key: str
) -> None:
    agency = Agency(tmp_path / "ledger.db", "2024-10-10T10:00:00Z").init(zone=ZONE)
    later = put(tmp_path_factory.mktemp("west"), ZONE, shifted(ZONE, OCTOBER, -3600))
    if key == "zone-data":
        with machine(later):
            agency.do(settings.set_one, key, "machine")
    else:
        agency.do(settings.set_one, "payments", "stripe")
        if key == "collect":
            agency.do(settings.set_one, key, "send")
    before = agency.state()
    with pytest.raises(Refused, match=STAYS[key]) as caught:
        agency.do(undo)
    assert (caught.value.code, bool(caught.value.hint)) == ("cannot_be_undone", True)
    assert agency.state() == before
