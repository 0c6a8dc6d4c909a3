"""A merge of clients that is undone never was: all bills are those of a ledger that had neither."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain import events
from jpcli.services.billing.preview import preview
from jpcli.services.clients.edit import edit_client
from jpcli.services.clients.merge import merge_clients
from jpcli.services.clients.rename import rename_client
from jpcli.services.invoices.close import close
from jpcli.services.ledger.settings import set_one
from jpcli.services.log import list_events
from jpcli.services.sites import sites
from jpcli.services.sites.rename import rename_site
from jpcli.services.undo.undo import undo
from tests.services.agency import A, Agency, B, C
from tests.services.ledger.test_import_history import license_row, on, take
from tests.services.undo.test_undo import refusal

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    History = Callable[[Agency], None]

MERGED = "2024-08-20T12:00:00Z"
UNDONE = "2024-08-25T12:00:00Z"
AFTER = "2024-09-02T12:00:00Z"


def closed_before(agency: Agency) -> None:
    """A site of last month, and one that is first named in the open month."""
    agency.issue_one(site=A, client="Ann", now="2024-07-05T10:00:00Z")
    agency.do(close, "2024-07", now="2024-08-02T10:00:00Z")
    agency.issue_one(site=B, client="Ann", now="2024-08-10T10:00:00Z")


def handed_on(agency: Agency) -> None:
    """Hers twice within the open month, and nobody's and another's between."""
    agency.issue_one(site=B, client="Ann", now="2024-08-03T10:00:00Z")
    agency.do(sites.move_site, B, "Cem", now="2024-08-05T10:00:00Z")
    agency.do(sites.move_site, B, None, now="2024-08-07T10:00:00Z")
    agency.do(sites.move_site, B, "Ann", now="2024-08-12T10:00:00Z")


def named_and_given_away(agency: Agency) -> None:
    """Hers at first, and another's on the day of the merge."""
    agency.issue_one(site=B, client="Ann", now="2024-08-10T10:00:00Z")
    agency.do(sites.move_site, B, "Cem", now="2024-08-15T10:00:00Z")


def renamed(agency: Agency) -> None:
    """All are called otherwise when it is undone, or were before."""
    agency.issue_one(site=C, client="Anna", now="2024-08-10T10:00:00Z")
    agency.do(rename_client, "Anna", "Ann", now="2024-08-11T10:00:00Z")
    agency.do(rename_site, C, B, now="2024-08-12T10:00:00Z")


HISTORIES: tuple[History, ...] = (
    closed_before,
    handed_on,
    named_and_given_away,
    renamed,
)


def told(agency: Agency) -> Any:
    """What everything comes to: by client and by site, as it was on a day between, and closed."""
    questions = [
        agency.ask(preview, month, by, as_of=as_of, now=AFTER)
        for month in ("2024-07", "2024-08")
        for by in ("client", "site")
        for as_of in (None, "2024-08-15", "2024-08-22")
    ]
    agency.do(close, "2024-08", now=AFTER)
    kept = agency.stored(
        "SELECT s.position, h.client, h.site, s.license_days, s.amount_minor FROM invoice_shares s"
        " JOIN invoice_holders h ON h.invoice_id = s.invoice_id AND h.holder = s.holder"
        " ORDER BY s.position, h.client, h.site"
    )
    return [[q["lines"], list(q["groups"])] for q in questions], kept


@pytest.mark.parametrize("history", HISTORIES)
def test_bills_are_as_if_it_never_was(agency: Agency, history: History, tmp_path: Path) -> None:
    agency.do(set_one, "payment-terms-days", "60", now="2024-07-01T10:00:00Z")
    history(agency)
    agency.do(edit_client, "Ann", {"markup": "15"}, now="2024-08-18T10:00:00Z")
    agency.issue_one(site="kim.example", client="Kim", now="2024-08-18T10:00:00Z")
    without = agency.copied(tmp_path / "without.db")
    agency.do(merge_clients, "Ann", "Kim", now=MERGED)
    recorded = [event["kind"] for event in agency.ask(list_events, now=UNDONE)["events"]]
    assert events.SITE_OWNERS_SET in recorded
    agency.do(undo, now=UNDONE)
    assert agency.problems() == []
    assert told(agency) == told(without)


def test_what_an_import_told_of_a_new_site_is_not_taken_back(agency: Agency) -> None:
    take(
        agency,
        license_row("k_1", assignments=[on(A, "03", "05", "Ann"), on(A, "06", None, "Bob")]),
    )
    assert (refusal(agency).code, refusal(agency).subject) == ("cannot_be_undone", "k_1")
