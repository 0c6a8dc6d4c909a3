"""A plan of what could be saved, done at Jetpack: what ends here has ended there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jpcli.services.plan import apply, order
from jpcli.services.savings import savings
from tests.services.agency import A, B, minor
from tests.services.jetpack.conftest import Desk


def test_what_is_suggested_can_be_done_there(agency: Desk, tmp_path: Path) -> None:
    agency.issue("jetpack-scan", 2, site=A)
    agency.issue("jetpack-security-t1", site=A)
    agency.issue("jetpack-security-t1", site=B)  # a bundle of 3 would cost less than two
    agency.issue("jetpack-ai", 2)
    target = tmp_path / "savings.toml"
    with agency.desk(writes=False) as desk:
        asked = savings.wanted(desk, (), None, 0)
        data: Any = savings.savings(desk, asked, str(target)).data
    ending = {key for row in data["suggestions"] for key in row["licenses"]}
    assert len(ending) == 4
    before = minor(agency.preview("2024-09")["total"])
    agency.do(lambda desk: apply.apply(desk, order.read_order(desk, str(target))))
    agency.check_equal()
    assert {key for key, (_, revoked) in agency.licenses_there().items() if revoked} == ending
    assert before - minor(agency.preview("2024-09")["total"]) == minor(data["saves_month"])
