"""`clients report`: which months a year has, and what is said of those before the books (I7)."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jpcli.domain.answers import each_object
from jpcli.domain.errors import JpcliError
from jpcli.services.clients.edit import edit_client
from jpcli.services.clients.report import report
from jpcli.services.invoices import close, settle
from jpcli.services.invoices.statement import statement
from tests.services.agency import A, Agency, minor


def told(agency: Agency, year: str | None = None) -> tuple[list[tuple[str, str]], list[str]]:
    """(month, state) of each month, and which months are said to lie before the books."""
    with agency.desk(writes=False) as desk:
        made, answer = report(desk, year)
        data = answer.data
        assert (data["time_zone"], data["as_of_day"]) == ("UTC", "2024-08-15")
        assert (made.time_zone, made.as_of_day, made.made_at) == ("UTC", "2024-08-15", desk.now_at)
    months = [(month["period"], month["state"]) for month in answer.data["months"]]
    return months, [note.message.split(" before")[0] for note in answer.notes]


@pytest.mark.parametrize(
    ("begin", "year", "months", "before"),
    [
        ("2024-07", "2023", [], ["2023-11 to 2023-12 lie"]),
        (
            "2024-07",
            None,
            [("2024-07", "closed"), ("2024-08", "projected")],
            ["2024-01 to 2024-06 lie"],
        ),
        ("2024-07", "2022", [], []),
        ("2024-07", "2025", [], []),
        ("2023-12", "2023", [("2023-12", "closed")], ["2023-11 lies"]),
        ("2023-11", "2023", [("2023-11", "closed"), ("2023-12", "closed")], []),
        ("2023-01", "2023", [("2023-11", "closed"), ("2023-12", "closed")], []),
        ("2024-09", None, [], ["2024-01 to 2024-08 lie"]),
    ],
)
def test_a_year_has_the_months_of_the_books(
    tmp_path: Path,
    begin: str,
    year: str | None,
    months: list[tuple[str, str]],
    before: list[str],
) -> None:
    agency = Agency(tmp_path / "ledger.db").init(bill_from=begin)
    agency.card()
    agency.issue("jetpack-scan", site=A, client="Ann", at="2023-11-10")
    agency.do(close.close_due)
    assert told(agency, year) == (months, before)


@pytest.mark.parametrize(
    ("year", "is_one"),
    [("1970", True), ("2199", True), ("1969", False), ("2200", False), ("02024", False)],
)
def test_a_year_is_one_of_the_calendar(agency: Agency, year: str, is_one: bool) -> None:
    if is_one:
        assert told(agency, year) == ([], [])
        return
    with pytest.raises(JpcliError) as caught:
        told(agency, year)
    assert caught.value.code == "bad_year"


CLIENTS = {"Abe": None, "Ann": "20", "Bob": "33.333", "Cid": "-7.5", "Dan": None, None: None}


@pytest.mark.parametrize(
    ("currency", "cents"), [("usd", "0.163"), ("jpy", "7.3"), ("kwd", "0.0163")]
)
def test_each_is_billed_what_its_statement_says_also_of_late_corrections(
    tmp_path: Path, currency: str, cents: str
) -> None:
    """Several clients with a markup, without and nobody have a part of one line, and of what is
    corrected; one of them only of the correction, another only of the month itself (M5, I3)."""
    prices = f"product,name,amount,from\njetpack-scan,Scan,{cents},2022-01-01\n"
    agency = Agency(tmp_path / "ledger.db").init(currency=currency, prices=prices)
    agency.card()
    keys = {}
    for number, (client, markup) in enumerate(CLIENTS.items()):
        site = None if client is None else f"https://{client.lower()}.example"
        keys[client] = agency.issue_one(site=site, client=client, at=f"2024-07-0{4 + number}")
        if markup is not None:
            agency.do(edit_client, client, {"markup": markup})
    agency.do(close.close, "2024-07")
    agency.do(settle.mark_paid, "INV-2024-07")
    for day, client in enumerate(("Ann", "Bob", "Dan"), 11):
        site = f"https://{client.lower()}.example"
        agency.issue("jetpack-scan", 1 + day % 2, site=site, at=f"2024-07-{day}")
    agency.revoke(keys["Cid"], at="2024-07-20")
    agency.revoke(keys[None], at="2024-07-21")
    open_month = compared(agency, "2024-08")
    agency.do(close.close, "2024-08", now="2024-09-02T00:00:00Z")
    agency.do(edit_client, "Ann", {"markup": "50"}, now="2024-09-03T00:00:00Z")
    assert compared(agency, "2024-08") == open_month
    assert compared(agency, "2024-07")["Cid"][1] > 0


def compared(agency: Agency, period: str) -> dict[Any, tuple[int, int]]:
    """What each costs and is billed in a month, the same in its statement."""
    with agency.desk(writes=False) as desk:
        _, answer = report(desk, "2024")
        found = {
            client["client"]: next(
                (minor(month["cost"]), minor(month["billed"]))
                for month in client["months"]
                if month["period"] == period
            )
            for client in each_object(answer.data["clients"])
        }
        for client in CLIENTS:
            cost = statement(desk, period, client or "", "0").total_minor
            billed = statement(desk, period, client or "").total_minor if client else 0
            assert found[client] == (cost, billed)
        whole = sum(cost for cost, _ in found.values())
        assert whole == minor(agency.preview(period)["total"])
    return found
