"""What is told of licenses whose times are another clock's: no question breaks on them."""

from __future__ import annotations

import pytest

from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.invoices import close
from jpcli.services.invoices.explain import explain
from jpcli.services.licenses.licenses import timeline
from tests.services.agency import A, B
from tests.services.jetpack.conftest import Desk

HOUR = 3600


@pytest.mark.parametrize("hours", [-30, -1, 0, 1, 30])
def test_every_question_has_an_answer(agency: Desk, hours: int) -> None:
    world = agency.double.world
    free, moved, gone = agency.issue("jetpack-scan", 3, site=A, client="Acme")
    world.ahead = hours * HOUR
    agency.transfer(moved, B)
    agency.unassign(free)
    agency.revoke(gone)
    agency.revoke(moved)
    agency.check_equal()
    later = "2024-09-02T00:00:00Z"
    for now in (agency.now, later):
        for by in ("site", "client", "license", "day"):
            agency.preview("2024-08", by=by, now=now)
        agency.ask(explain, "2024-08", now=now)
        agency.ask(timeline, LicenseFilter(), "2024-08", now=now)
        for key in (free, moved, gone):
            agency.shown(key)
    total = agency.preview("2024-08", now=later)["total"]
    agency.do(close.close, "2024-08", now=later)
    assert agency.preview("2024-08", now=later)["total"] == total
    assert agency.problems() == []


def test_a_revocation_in_a_closed_month_is_corrected_by_the_next_invoice(agency: Desk) -> None:
    """Somebody had revoked it in the dashboard, and an answer was lost here."""
    key = agency.issue_one("jetpack-scan")
    agency.double.next("lost", times=0, after=True)
    with pytest.raises(Exception, match="reached"):
        agency.revoke(key)
    agency.double.heal()
    later = "2024-09-02T00:00:00Z"
    agency.do(close.close, "2024-08", now=later)
    answer = agency.revoke(key, now=later)
    assert agency.shown(key)["revoked_at"] == "2024-08-15T12:00:00Z"
    assert answer.notes[-1].subject == "INV-2024-09"
    agency.check_equal()
