"""Statements against the invoice: whatever was changed, moved and closed, the clients' statements
add up to it, line by line, day by day, with a markup and without (M5, W2, I3)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import JpcliError
from jpcli.services.invoices import close, invoices, settle
from jpcli.services.invoices.statement import statement
from jpcli.services.licenses import assign
from tests.property.agencies import agencies
from tests.property.test_closing import WEEKS, back_dated
from tests.services.agency import BEGUN, A, Agency, B, C, compared, minor

if TYPE_CHECKING:
    from jpcli.reports.statement.statement import Statement
    from jpcli.services.desk import Desk

SITES = [A, B, C, "https://d.example"]
CLIENTS = ["Ada", "Bob", None]
PRODUCTS = ["jetpack-scan", "jetpack-ai", "jetpack-security-t1"]
WORDS = ["issue", "bundle", "assign", "assign", "assign", "move", "free", "revoke", "close", "void"]

actions = st.tuples(st.sampled_from(WORDS), st.integers(0, 11), st.integers(0, 60))


def told(path: Path, story: list[tuple[str, int, int]]) -> Agency:
    """An agency to which one thing happened a week; what was refused did not."""
    agency = Agency(path).init(payment_terms_days=365)
    agency.card(now=BEGUN)
    agency.now = "2024-01-01T12:00:00Z"
    keys = agency.issue("jetpack-scan", 3) + agency.issue("jetpack-security-t1", bundle_size=3)
    for site, client in zip(SITES, CLIENTS, strict=False):
        agency.do(assign.assign, [keys[SITES.index(site)]], site, client)
    for now, (what, which, back) in zip(WEEKS, story, strict=False):
        agency.now = now
        at = back_dated(now, back)
        key, site = keys[which % len(keys)], SITES[which % 4]
        try:
            if what == "issue":
                keys += agency.issue(PRODUCTS[which % 3], 1 + which % 2, at=at)
            elif what == "bundle":
                keys += agency.issue("jetpack-security-t1", bundle_size=3, at=at)
            elif what == "assign":
                agency.assign(key, site, at=at)
            elif what == "move":
                agency.move_site(site, CLIENTS[back % 3], at=at)
            elif what == "free":
                agency.unassign(key, at=at)
            elif what == "revoke":
                agency.revoke(key, at=at)
            elif what == "close":
                agency.do(close.close_due)
            elif what == "void":
                last = agency.ask(invoices.list_invoices)["invoices"][0]["number"]
                agency.do(settle.void, last)
        except (JpcliError, IndexError):
            pass
    return agency


def check(desk: Desk, name: str, markup: str | None) -> Statement:
    """Every sum of one month's statements."""
    whole = compared(statement(desk, name, None, markup))
    assert sum(part.amount_minor for part in whole.clients) == whole.total_minor
    for found in whole.clients:
        sites = sum(site.amount_minor for site in found.sites)
        assert sites + found.credit_minor == found.amount_minor
    parts = [compared(statement(desk, name, client or "", markup)) for client in CLIENTS]
    assert sum(part.total_minor for part in parts) == whole.total_minor
    assert sum((part.clients for part in parts), ()) == whole.clients
    for part in parts:
        assert sum(each.amount_minor for each in part.clients) == part.total_minor
    lines: Counter[tuple[object, ...]] = Counter()
    for part in parts:
        for line in part.lines:
            lines[line.kind, line.name, line.first_day, line.period] += line.amount_minor
    for line in whole.lines:
        lines[line.kind, line.name, line.first_day, line.period] -= line.amount_minor
    assert not any(lines.values())
    for day, *counts in zip(whole.per_day, *(part.per_day for part in parts), strict=True):
        assert sum(count.licenses for count in counts) == day.licenses
    return whole


@given(
    st.lists(actions, min_size=6, max_size=len(WEEKS)),
    st.sampled_from([None, "0", "20", "33.333333"]),
)
@agencies(50)
def test_m5_the_clients_statements_add_up(
    story: list[tuple[str, int, int]], markup: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        agency.do(close.close_due, now="2024-06-02T12:00:00Z")
        agency.now = "2024-06-14T12:00:00Z"
        listed = agency.ask(invoices.list_invoices)["invoices"]
        previews = {
            month: agency.preview(month, by="client", markup=markup or "0")["groups"]
            for month in ("2024-05", "2024-06")
        }
        with agency.desk(writes=False) as desk:
            for item in listed:
                assert check(desk, item["number"], None).total_minor == minor(item["total"])
                check(desk, item["number"], markup)
            check(desk, "2024-06", markup)
            for month, groups in previews.items():
                whole = statement(desk, month, None, markup or "0")
                assert {part.client: part.amount_minor for part in whole.clients} == {
                    group["client"]: minor(group["amount_with_markup"]) for group in groups
                }
