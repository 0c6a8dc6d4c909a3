"""Journals against invoices and statements: whatever was moved, closed and voided, the books have
what the invoice comes to and what each client was billed, to the last minor unit (M5, I3)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.invoice_status import OPEN, VOID
from jpcli.domain.words import month_name
from jpcli.reports.journal.journal import BANK, CREDIT, PAYABLE, Journal, client_part
from jpcli.reports.statement.statement import Statement
from jpcli.services.clients.edit import edit_client
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.each_client import in_order, planned
from jpcli.services.invoices.invoices import list_invoices
from jpcli.services.invoices.journal import journal
from jpcli.services.invoices.statements import Statements
from jpcli.services.undo.undo import undo
from tests.property.test_statements import actions, told
from tests.services.agency import Agency, minor

_MARKUPS = ["0", "20", "33.333", "-12.5"]


@given(
    st.lists(actions, min_size=4, max_size=14),
    st.sampled_from(_MARKUPS),
    st.sampled_from(_MARKUPS),
    st.integers(0, 3),
)
def test_the_books_add_up(
    story: list[tuple[str, int, int]], ada: str, bob: str, undoings: int
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        for client, markup in (("Ada", ada), ("Bob", bob)):
            agency.do(edit_client, client, {"markup": markup})
        agency.do(close.close_due)
        _pay_the_first(agency, undoings)
        for item in agency.ask(list_invoices)["invoices"]:
            with agency.desk(writes=False) as desk:
                found = Statements(desk, item["number"])
                written = in_order(list(planned(found, ())))
                made = journal(desk, found, written)
                whole = found.named(None)
            sums: Counter[tuple[str, ...]] = Counter()
            for entry in made.transactions:
                assert sum(posting.amount_minor for posting in entry.postings) == 0
                for posting in entry.postings:
                    sums[posting.account] += posting.amount_minor
            if item["status"] == VOID:
                assert not any(sums.values())
                continue
            assert sums[PAYABLE] == minor(item["amount_paid"]) - minor(item["total"])
            assert sums[BANK] == -minor(item["amount_paid"])
            assert sum(each.cost_minor for each in written) == minor(item["total"])
            costs = sum(n for name, n in sums.items() if name[0] == "Expenses")
            assert costs + sums[CREDIT] == minor(item["total"])
            for each in written:
                whose = each.made.whose
                assert whose is not None
                if whose.client is not None:
                    part = client_part(whose.client)
                    assert sums["Assets", "Receivable", part] == each.made.total_minor
                    assert sums["Income", "Licenses", part] == -each.made.total_minor
                    check_corrections(made, each.made)
            assert len({each.made.own_number for each in written}) == len(written)
            assert {part.client for part in whole.clients} == {
                each.made.whose.client for each in written if each.made.whose
            }


def check_corrections(made: Journal, sent: Statement) -> None:
    """Each earlier month that a statement corrects stands by itself, with all of its lines."""
    expected: Counter[str] = Counter()
    for line in sent.lines:
        if line.kind == "adjustment":
            expected[f"correction of {month_name(str(line.period))}"] -= line.amount_minor
    found = [
        (posting.note, posting.amount_minor)
        for entry in made.transactions
        if entry.number == sent.own_number
        for posting in entry.postings
        if posting.note
    ]
    assert sorted(found) == sorted((note, minor) for note, minor in expected.items() if minor)


def _pay_the_first(agency: Agency, undoings: int) -> None:
    """Mark an open invoice as paid, and take that back so many times less one; 0: not at all."""
    waiting = [item for item in agency.ask(list_invoices)["invoices"] if item["status"] == OPEN]
    if undoings and waiting:
        agency.do(settle.mark_paid, waiting[0]["number"])
        for _ in range(undoings - 1):
            agency.do(undo)
