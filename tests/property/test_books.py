"""Where the books begin, against the model: whatever is recorded, and whenever, nothing before that
month is on any invoice, and everything from it on is billed as its history says (I7, I3)."""

from __future__ import annotations

import tempfile
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.errors import Refused
from jpcli.ledger.queries.licenses import LicenseFilter
from jpcli.services.invoices import close, invoices
from jpcli.services.ledger import settings
from jpcli.services.licenses import licenses
from tests.property.agencies import agencies
from tests.property.model import expected_preview
from tests.property.test_closing import (
    MONTHS,
    WEEKS,
    Story,
    actions,
    billed_by_month,
    history,
)
from tests.services.agency import Agency, minor

EVERY = [*MONTHS, "2024-05", "2024-06"]


def told(folder: Path, zone: str, bill_from: str, story: list[tuple[str, int, int]]) -> Story:
    made = Story(folder / "ledger.db", zone, bill_from=bill_from)
    for now, (what, which, back) in zip(WEEKS, story, strict=False):
        made.act(now, what, which, back)
    for now in ("2024-06-02T12:00:00Z", "2024-07-02T12:00:00Z"):
        made.agency.now = now
        made.agency.do(close.close_due)
    return made


def days_before(agency: Agency, first_day: str) -> list[str]:
    """Numbers of invoices with a line that bills or adjusts a day before the books."""
    found = []
    for item in agency.ask(invoices.list_invoices)["invoices"]:
        lines = agency.ask(invoices.show, item["number"])["invoice"]["lines"]
        if any(line["first_day"] < first_day for line in lines if line["kind"] != "credit"):
            found.append(item["number"])
    return found


stories = st.lists(actions, min_size=10, max_size=len(WEEKS))


@given(
    st.sampled_from(["UTC", "America/Santiago"]),
    st.sampled_from(["2023-11", *EVERY, "2024-09"]),
    stories,
)
@agencies(50)
def test_i7_only_what_is_in_the_books_is_billed(
    zone: str, bill_from: str, story: list[tuple[str, int, int]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        made = told(Path(folder), zone, bill_from, story)
        agency = made.agency
        rows, billed = history(agency), billed_by_month(agency)
        for month in EVERY:
            costs = minor(expected_preview(rows, made.prices, month, zone, "usd")["total"])
            assert billed.get(month, 0) == (costs if month >= bill_from else 0), month
        assert days_before(agency, f"{bill_from}-01") == []
        waiting = agency.ask(licenses.timeline, LicenseFilter(), "2024-01")
        assert waiting["settled_elsewhere"] == (bill_from > "2024-01")
        assert agency.problems() == []


@given(st.lists(st.sampled_from(EVERY), min_size=1, max_size=4), stories)
@agencies()
def test_i7_the_books_move_only_while_nothing_is_billed(
    wishes: list[str], story: list[tuple[str, int, int]]
) -> None:
    """Wherever they are moved in between: what was billed once decides, and holds to the end."""
    with tempfile.TemporaryDirectory() as folder:
        made = Story(Path(folder) / "ledger.db", "UTC", bill_from="2024-01")
        begin = "2024-01"
        every = -(-len(story) // len(wishes))
        for week, (now, (what, which, back)) in enumerate(zip(WEEKS, story, strict=False)):
            made.act(now, what, which, back)
            if week % every == every - 1:
                begin = moved(made.agency, wishes[week // every], begin)
        agency = made.agency
        for agency.now in ("2024-06-02T12:00:00Z", "2024-07-02T12:00:00Z"):
            agency.do(close.close_due)
        rows, billed = history(agency), billed_by_month(agency)
        for month in EVERY:
            costs = minor(expected_preview(rows, made.prices, month, "UTC", "usd")["total"])
            assert billed.get(month, 0) == (costs if month >= begin else 0), month
        assert agency.problems() == []


def moved(agency: Agency, to: str, begin: str) -> str:
    """The month the books begin with after trying to move them."""
    found = agency.ask(invoices.list_invoices)["invoices"]
    live = any(item["status"] != "void" for item in found)
    try:
        agency.do(settings.set_one, "bill-from", to)
    except Refused:
        assert live
        return begin
    assert not live or to == begin
    return to
