"""What `issue` says it costs is the difference of two previews, to the last minor unit."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING, Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from jpcli.services.files.rows import Row
from jpcli.services.licenses import issue
from tests.services.agency import Agency, minor

if TYPE_CHECKING:
    import pytest

_numbers = count()
# A currency and prices of a day, of whole steps and not: steps are 1, 1 and 10 minor units.
MONEY = st.sampled_from(
    [
        ("usd", ("0.16", "0.2771", "0.005", "0")),
        ("jpy", ("27", "27.5", "0.333", "1")),
        ("kwd", ("0.050", "0.055", "0.1234", "0.001")),
    ]
)
# The zone and when it is there: an ordinary month, and one in which a date never existed (D3).
WHEN = st.sampled_from(
    [("UTC", "2024-08"), ("Europe/Berlin", "2024-03"), ("Pacific/Apia", "2011-12")]
)


class Case(NamedTuple):
    currency: str
    zone: str
    month: str
    prices: list[str]
    changes: list[tuple[int, str]]
    there: int
    orders: list[tuple[int, int]]
    day: int
    back: int
    bill_from: str | None


@st.composite
def cases(draw: st.DrawFn) -> Case:
    currency, prices = draw(MONEY)
    zone, month = draw(WHEN)
    price = st.sampled_from(prices)
    day = draw(st.integers(1, 28))
    orders = st.tuples(st.sampled_from([1, 3]), st.integers(1, 4))
    return Case(
        currency,
        zone,
        month,
        [draw(price), draw(price)],
        draw(st.lists(st.tuples(st.integers(1, 29), price), max_size=2)),
        draw(st.integers(0, 5)),
        draw(st.lists(orders, min_size=1, max_size=3)),
        day,
        draw(st.integers(0, 45)),
        draw(st.sampled_from([None, "2011-12", "2024-08", "2024-12"])),
    )


def _bill(agency: Agency, month: str) -> int:
    lines = agency.preview(month)["lines"]
    return sum(minor(line["amount"]) for line in lines if line["kind"] in ("license", "bundle"))


@given(cases())
def test_the_costs_of_an_issue_are_the_difference_of_two_previews(
    tmp_path_factory: pytest.TempPathFactory, case: Case
) -> None:
    _check(Agency(tmp_path_factory.getbasetemp() / f"cost-{next(_numbers)}.db"), case)


def _check(agency: Agency, case: Case) -> None:
    year, month = map(int, case.month.split("-"))
    months = [f"{year + (month - 1 - n) // 12}-{(month - 1 - n) % 12 + 1:02d}" for n in range(3)]
    begun = f"{months[2]}-01T12:00:00Z"
    agency.now = f"{case.month}-{case.day:02d}T12:00:00Z"
    rows = [
        f"scan,Scan,scan,{case.prices[0]},day,{case.currency},2000-01-01,1",
        f"scan,Scans,scan,{case.prices[1]},day,{case.currency},2000-01-01,3",
    ]
    header = "product,name,family,amount,price_interval,currency,from,bundle_size"
    agency.init(
        zone=case.zone,
        currency=case.currency,
        prices="\n".join([header, *rows]) + "\n",
        now=begun,
        bill_from=case.bill_from,
    )
    agency.card(now=begun)
    for day, price in case.changes:
        agency.set_price("scan", price, f"{case.month}-{day:02d}", now=begun)
    if case.there:
        agency.issue("scan", case.there, now=begun)
        agency.issue("scan", 1, bundle_size=3, now=begun)
    before = {label: _bill(agency, label) for label in months}
    at = f"-{min(case.back, case.day + 20)}d" if case.back else None
    costs = _issued(agency, case, at)["costs"]
    after = {label: _bill(agency, label) for label in months}
    begin = case.bill_from or months[2]  # the month in which the ledger was made
    assert minor(costs["rest_of_month"]) == after[months[0]] - before[months[0]]
    earlier = sum(after[month] - before[month] for month in months[1:] if month >= begin)
    assert minor(costs["earlier_months"]) == earlier
    assert costs["settled_elsewhere"] == (months[0] < begin)


def _issued(agency: Agency, case: Case, at: str | None) -> Any:
    """One order, or a file of several."""
    if len(case.orders) == 1:
        ((size, number),) = case.orders
        return agency.do(issue.issue, "scan", number, size if size > 1 else None, at=at).data
    rows = [
        Row(line, {"product": "scan", "quantity": number, "bundle_size": _told(size, number)})
        for line, (size, number) in enumerate(case.orders, 2)
    ]
    return agency.do(issue.issue_rows, rows, [], at=at).data


def _told(size: int, number: int) -> int | None:
    """A single license may be said to be one, or not."""
    return None if size == 1 and number % 2 else size
