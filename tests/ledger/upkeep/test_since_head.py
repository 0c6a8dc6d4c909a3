"""`ledger check --since-head`: the history grew since a head that was noted down, or it did not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.errors import BadInput
from jpcli.services.ledger import upkeep
from tests import engines
from tests.ledger.conftest import Busy
from tests.services.agency import Agency, codes


def since(agency: Agency, head: str) -> dict[str, Any]:
    return agency.ask(upkeep.check, head)


def hashes(agency: Agency) -> list[str]:
    return [bytes(row[0]).hex() for row in agency.stored("SELECT hash FROM events ORDER BY seq")]


def test_every_head_there_ever_was_is_found(busy: Busy) -> None:
    every = hashes(busy.agency)
    for seq, head in enumerate(every, 1):
        found = since(busy.agency, head)
        assert found["ok"]
        assert found["since_head"] == {"seq": seq, "head": head, "events": len(every) - seq}
    assert "since_head" not in busy.agency.check()


def test_a_head_is_found_after_more_was_done(busy: Busy) -> None:
    noted = busy.agency.check()["head"]
    busy.agency.issue("jetpack-scan", 3)
    found = since(busy.agency, noted)
    assert (found["ok"], found["since_head"]["events"]) == (True, 3)
    with busy.agency.desk(writes=False) as desk:
        assert codes(upkeep.check(desk, noted))[:2] == ["ledger_ok", "head_found"]


@pytest.mark.parametrize("size", [12, 13, 40, 63])
def test_a_beginning_is_enough_in_any_letters(busy: Busy, size: int) -> None:
    head = hashes(busy.agency)[4]
    for text in (head[:size], head[:size].upper(), f" {head[:size]} "):
        assert since(busy.agency, text)["since_head"]["head"] == head


@pytest.mark.parametrize("text", ["", " ", "abc", "0" * 11, "0" * 65, "g" * 64, "0x" + "0" * 62])
def test_what_can_be_no_head_is_refused(busy: Busy, text: str) -> None:
    with pytest.raises(BadInput) as caught:
        since(busy.agency, text)
    assert caught.value.code == "bad_head"


def test_a_head_that_is_not_there_is_a_problem(busy: Busy) -> None:
    report = since(busy.agency, "0" * 64)
    assert not report["ok"]
    assert [(p["code"], p["subject"]) for p in report["problems"]] == [("head_not_found", "0" * 64)]
    assert "since_head" not in report
    with busy.agency.desk(writes=False) as desk:
        assert codes(upkeep.check(desk, "0" * 64))[0] == "head_not_found"


def test_an_older_copy_does_not_have_a_later_head(busy: Busy, tmp_path: Path) -> None:
    older = busy.agency.copied(tmp_path / "older.db")
    noted = busy.agency.check()["head"]
    busy.agency.issue_one()
    assert since(older, noted)["ok"]
    later = busy.agency.check()["head"]
    assert [p["code"] for p in since(older, later)["problems"]] == ["head_not_found"]


def test_another_history_from_there_on_is_told_from_the_one_that_was_noted(
    busy: Busy, tmp_path: Path
) -> None:
    """Whole by itself, as of who goes back to a backup and does something else."""
    other = busy.agency.copied(tmp_path / "other.db")
    common = busy.agency.check()["head"]
    busy.agency.issue_one(at="2024-08-01")
    noted = busy.agency.check()["head"]
    other.issue_one(at="2024-08-02")
    assert other.check()["ok"]
    assert since(other, common)["ok"]
    assert [p["code"] for p in since(other, noted)["problems"]] == ["head_not_found"]


def test_a_stored_hash_that_does_not_fit_its_event_is_no_head(busy: Busy) -> None:
    """Who writes a noted hash over an event's own finds no favor."""
    noted = hashes(busy.agency)[8]
    engines.engine.harm(
        busy.agency.path,
        ("UPDATE events SET hash = (SELECT hash FROM events WHERE seq = 9) WHERE seq = 5",),
    )
    report = since(busy.agency, noted)
    assert report["since_head"]["seq"] == 9
    assert "event_changed" in [p["code"] for p in report["problems"]]
    with busy.agency.desk(writes=False) as desk:
        assert "head_found" not in codes(upkeep.check(desk, noted))


def test_a_beginning_of_several_heads_says_so(busy: Busy, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(upkeep, "_LEAST_FIGURES", 1)
    first = [head[0] for head in hashes(busy.agency)]
    twice = next(figure for figure in first if first.count(figure) > 1)
    report = since(busy.agency, twice)
    assert [p["code"] for p in report["problems"]] == ["head_ambiguous"]
