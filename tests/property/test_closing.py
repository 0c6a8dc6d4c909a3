"""Closing against the model: whatever is changed and closed, in whatever order, what all invoices
bill for a month is in the end what that month's history costs (I1, I3, I6)."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import Refused
from jpcli.services.invoices import close as closing
from jpcli.services.invoices import invoices, settle
from jpcli.services.ledger import upkeep
from tests.property.agencies import agencies
from tests.property.model import expected_preview
from tests.services.agency import BEGUN, PRICES, A, Agency, minor

MONTHS = ["2024-01", "2024-02", "2024-03", "2024-04"]
# When things are recorded: one step a week, from the middle of January to the middle of May.
WEEKS = [f"2024-{month:02}-{day:02}T12:00:00Z" for month in range(1, 6) for day in (3, 10, 17, 24)]
PRODUCTS = ["jetpack-scan", "jetpack-ai", "jetpack-security-t1"]

# (what, which, how far back in days)
actions = st.tuples(
    st.sampled_from(
        ["issue", "bundle", "revoke", "revoke", "assign", "free", "price", "close", "void", "pay"]
    ),
    st.integers(0, 9),
    st.integers(0, 75),
)


class Story:
    """One agency, one action a week; what can't be done that week is left out."""

    def __init__(self, path: Path, zone: str, **options: Any) -> None:
        # Terms long enough that nothing becomes past due: the story must not stop being told.
        self.agency = Agency(path).init(zone=zone, payment_terms_days=365, **options)
        self.agency.card(now=BEGUN)
        self.prices = list(csv.DictReader(io.StringIO(PRICES)))
        self.agency.now = "2024-01-01T12:00:00Z"
        self.keys = self.agency.issue("jetpack-scan", 3) + self.agency.issue("jetpack-ai", 2)

    def act(self, now: str, what: str, which: int, back: int) -> None:
        self.agency.now = now
        at = back_dated(now, back)
        key = self.keys[which % len(self.keys)]
        try:
            if what == "issue":
                self.keys += self.agency.issue(PRODUCTS[which % 3], 1 + which % 2, at=at)
            elif what == "bundle":
                self.keys += self.agency.issue("jetpack-security-t1", bundle_size=3, at=at)
            elif what == "revoke":
                self.agency.revoke(key, at=self.not_before(key, at))
            elif what == "assign":
                self.agency.assign(key, A, at=self.not_before(key, at))
            elif what == "free":
                self.agency.unassign(key, at=self.not_before(key, at))
            elif what == "price":
                self.set_price(PRODUCTS[which % 3], f"0.{11 + which}", at[:10])
            elif what == "close":
                self.close()
                self.close()
            elif what in ("void", "pay"):
                self.settle(what, which)
        except Refused:
            pass  # revoked, or a bundle's own license: the story goes on

    def not_before(self, key: str, at: str) -> str:
        """A change can't be dated before the license's last one, nor before those of a bundle's."""
        from jpcli.services.licenses import licenses

        (found,) = self.agency.ask(licenses.show, [key])["licenses"]
        children = found.get("children", [])
        shown = self.agency.ask(licenses.show, children)["licenses"] if children else []
        events = [event for item in (found, *shown) for event in item["history"]]
        return max([at, *(str(event["at"]) for event in events)])

    def set_price(self, product: str, price: str, since: str) -> None:
        self.agency.set_price(product, price, since)
        row = {"product": product, "name": product, "amount": price, "from": since}
        self.prices = [
            known
            for known in self.prices
            if (known["product"], known["bundle_size"], known["from"]) != (product, "1", since)
        ]
        self.prices.append({**row, "price_interval": "day", "currency": "usd", "bundle_size": "1"})

    def close(self) -> None:
        """I1: what the preview says is what is closed."""
        waiting = self.agency.do(closing.close_due, dry_run=True).data["invoices"]
        if not waiting:
            return
        month = waiting[0]["period"]
        expected = self.agency.preview(month)
        closed = self.agency.do(closing.close, month).data["invoice"]
        assert closed["lines"] == expected["lines"]
        assert closed["total"] == expected["total"]
        assert minor(closed["total"]) == sum(minor(line["amount"]) for line in closed["lines"])
        assert minor(closed["total"]) >= 0

    def settle(self, what: str, which: int) -> None:
        found = self.agency.ask(invoices.list_invoices)["invoices"]
        still_open = [item["number"] for item in found if item["status"] == "open"][::-1]
        if still_open:
            number = still_open[which % len(still_open)]
            self.agency.do(settle.void if what == "void" else settle.mark_paid, number)


def back_dated(now: str, days: int) -> str:
    """A date that many days before, never before 2024."""
    from datetime import datetime, timedelta

    at = datetime.fromisoformat(now) - timedelta(days=days, hours=11)
    return max(at.strftime("%Y-%m-%dT%H:%M:%SZ"), "2024-01-01T12:00:00Z")


def billed_by_month(agency: Agency) -> dict[str, int]:
    """What all invoices that count bill for each month, credit left out: it moves money between
    invoices and bills nothing."""
    sums: dict[str, int] = {}
    for item in agency.ask(invoices.list_invoices)["invoices"]:
        if item["status"] == "void":
            continue
        for line in agency.ask(invoices.show, item["number"])["invoice"]["lines"]:
            if line["kind"] != "credit":
                month = line["period"] or item["period"]
                sums[month] = sums.get(month, 0) + minor(line["amount"])
    return sums


def history(agency: Agency) -> list[Any]:
    exported = agency.ask(upkeep.export)["licenses"]
    return [
        {k: v for k, v in row.items() if v is not None or k == "revoked_at"} for row in exported
    ]


@given(
    st.sampled_from(["UTC", "America/Santiago"]),
    st.lists(actions, min_size=10, max_size=len(WEEKS)),
)
@agencies(50)
def test_i3_all_invoices_together_bill_what_the_final_history_costs(
    zone: str, story: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        told = Story(Path(folder) / "ledger.db", zone)
        for now, (what, which, back) in zip(WEEKS, story, strict=False):
            told.act(now, what, which, back)
        # At the end everything that waits is closed, and once more after nothing has happened.
        agency = told.agency
        agency.now = "2024-06-02T12:00:00Z"
        agency.do(closing.close_due)
        agency.now = "2024-07-02T12:00:00Z"
        (last,) = agency.do(closing.close_due).data["invoices"] or [None]
        rows = history(agency)
        billed = billed_by_month(agency)
        for month in [*MONTHS, "2024-05", "2024-06"]:
            expected = expected_preview(rows, told.prices, month, zone, "usd")
            assert billed.get(month, 0) == minor(expected["total"]), month
        if last is not None:
            kinds = {line["kind"] for line in last["lines"]}
            assert "adjustment" not in kinds, "a second run finds nothing more to adjust"
        assert agency.problems() == []
