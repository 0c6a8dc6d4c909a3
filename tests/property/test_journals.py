"""Journals against invoices and statements: whatever was moved, closed and voided, the books have
what the invoice comes to and what each client was billed, to the last minor unit (M5, I3)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.invoice_status import VOID
from jpcli.reports.journal.journal import CREDIT, PAYABLE, client_part
from jpcli.services.clients.edit import edit_client
from jpcli.services.invoices import close
from jpcli.services.invoices.each_client import in_order, planned
from jpcli.services.invoices.invoices import list_invoices
from jpcli.services.invoices.journal import journal
from jpcli.services.invoices.statements import Statements
from tests.property.test_statements import actions, told
from tests.services.agency import minor

_MARKUPS = ["0", "20", "33.333", "-12.5"]


@given(
    st.lists(actions, min_size=4, max_size=14),
    st.sampled_from(_MARKUPS),
    st.sampled_from(_MARKUPS),
)
def test_the_books_add_up(story: list[tuple[str, int, int]], ada: str, bob: str) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        for client, markup in (("Ada", ada), ("Bob", bob)):
            agency.do(edit_client, client, {"markup": markup})
        agency.do(close.close_due)
        for item in agency.ask(list_invoices)["invoices"]:
            with agency.desk(writes=False) as desk:
                found = Statements(desk, item["number"])
                written = in_order(list(planned(found, ())))
                made = journal(desk, found, [each.made for each in written])
                whole = found.named(None)
            sums: Counter[tuple[str, ...]] = Counter()
            for entry in made.transactions:
                assert sum(posting.amount_minor for posting in entry.postings) == 0
                for posting in entry.postings:
                    sums[posting.account] += posting.amount_minor
            if item["status"] == VOID:
                assert not any(sums.values())
                continue
            assert sums[PAYABLE] == -minor(item["total"])
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
            assert len({each.made.own_number for each in written}) == len(written)
            assert {part.client for part in whole.clients} == {
                each.made.whose.client for each in written if each.made.whose
            }
