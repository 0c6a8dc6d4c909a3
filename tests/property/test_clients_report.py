"""`clients report` against invoices, previews and statements: whatever was changed, moved, marked
up, closed, voided and closed again (I8, M5, W2)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.services.clients.edit import edit_client
from jpcli.services.clients.report import report as both
from jpcli.services.invoices import close, invoices
from jpcli.services.invoices.statement import statement
from tests.property.agencies import agencies
from tests.property.test_closing import WEEKS
from tests.property.test_statements import CLIENTS, actions, told
from tests.services.agency import Agency, minor

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.services.desk import Desk

MARKUPS = [None, "0", "20", "33.333333", "-10", "7.5"]
# Of each invoice, the percents that clients had at its closing.
Markups = dict[str, dict[str | None, str | None]]
# One a day: a client gets a markup, and a month that waits is closed, or not.
edits = st.lists(
    st.tuples(st.sampled_from(["Ada", "Bob"]), st.sampled_from(MARKUPS), st.booleans()), max_size=6
)


def report(desk: Desk, year: str) -> Answer[Any]:
    return both(desk, year)[1]


SUMS = ("cost", "billed", "margin")


def check(agency: Agency, then: Markups) -> dict[str, Any]:
    found = agency.ask(report, "2024")
    months = {month["period"]: month for month in found["months"]}
    cells = {
        (client["client"], month["period"]): month
        for client in found["clients"]
        for month in client["months"]
    }
    # Every sum, each way.
    for name in SUMS:
        whole = minor(found[name])
        assert whole == sum(minor(month[name]) for month in months.values())
        assert whole == sum(minor(client[name]) for client in found["clients"])
        for client in found["clients"]:
            mine = [minor(month[name]) for month in client["months"]]
            assert minor(client[name]) == sum(mine)
        for period, month in months.items():
            column = [minor(cell[name]) for (_, label), cell in cells.items() if label == period]
            assert minor(month[name]) == sum(column)
    for cell in (found, *months.values(), *cells.values(), *found["clients"]):
        assert minor(cell["margin"]) == minor(cell["billed"]) - minor(cell["cost"])
    names = [client["client"] for client in found["clients"]]
    assert names == sorted(names, key=lambda name: (name is None, name))
    check_invoices(agency, months)
    check_statements(agency, months, cells, then)
    return found


def check_invoices(agency: Agency, months: dict[str, Any]) -> None:
    """Months cost what was invoiced, or what is expected."""
    listed = agency.ask(invoices.list_invoices)["invoices"]
    live = {item["period"]: item for item in listed if item["status"] != "void"}
    closed = {label for label, month in months.items() if month["state"] == "closed"}
    assert closed == {period for period in live if period[:4] == "2024"}
    expected = agency.preview("2024-01", months=6)["months"]
    for month in expected:
        if month["period"] in months:
            assert months[month["period"]]["cost"] == month["total"]
            assert months[month["period"]]["invoice"] == month["invoice"]
        else:
            assert not month["days"]
    for period in closed:
        assert months[period]["cost"] == live[period]["total"]
    assert {month["state"] for label, month in months.items() if label == "2024-06"} <= {
        "projected"
    }


def check_statements(
    agency: Agency, months: dict[str, Any], cells: dict[Any, Any], then: Markups
) -> None:
    """Each client costs and is billed what its statement of the month says; nobody is billed."""
    nothing = {name: {"amount_minor": 0} for name in SUMS}
    for period, month in months.items():
        number = month["invoice"]
        for client in CLIENTS:
            if number is None and client is None:
                continue  # who has the credit that other months leave
            cell = cells.get((client, period), nothing)
            with agency.desk(writes=False) as desk:
                name = number or period
                cost = statement(desk, name, client or "", "0").total_minor
                billed = statement(desk, name, client or "").total_minor
                if number is not None:
                    markup = then.get(number, {}).get(client)
                    assert billed == statement(desk, name, client or "", markup or "0").total_minor
            assert minor(cell["cost"]) == cost
            assert minor(cell["billed"]) == (billed if client else 0)


@given(st.lists(actions, min_size=6, max_size=len(WEEKS)), edits)
@agencies(40)
def test_i8_the_report_is_what_was_invoiced_and_stated(
    story: list[tuple[str, int, int]], made: list[tuple[str, str | None, bool]]
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        then: Markups = {}
        markups: dict[str | None, str | None] = {}
        for day, (client, percent, closes) in enumerate(made, 5):
            agency.now = f"2024-06-{day:02}T12:00:00Z"
            agency.do(edit_client, client, {"markup": percent})
            markups[client] = percent
            if closes:
                close_one(agency, then, markups)
        agency.now = "2024-06-14T12:00:00Z"
        check(agency, then)
        while close_one(agency, then, markups):
            pass
        before = check(agency, then)
        agency.do(edit_client, "Ada", {"markup": "50"})
        # What is closed stays as it is; only the open month has another markup.
        assert before["months"][:-1] == check(agency, then)["months"][:-1]


def close_one(agency: Agency, then: Markups, markups: dict[str | None, str | None]) -> bool:
    """Close the oldest month that waits, if one does."""
    waiting = agency.ask(report, "2024")["months"]
    labels = [month["period"] for month in waiting if month["state"] == "waiting"]
    if labels:
        answer = agency.do(close.close, labels[0])
        then[answer.data["invoice"]["number"]] = dict(markups)
    return bool(labels)
