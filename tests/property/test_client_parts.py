"""Every client's part of a month, whatever was changed, moved and closed: all of them add up to the
preview, each to its group of it and to its statement, and the months ahead do the same (M5, W2)."""

from __future__ import annotations

import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from jpcli.services.invoices import close
from jpcli.services.invoices.statement import statement
from tests.property.agencies import agencies
from tests.property.test_closing import WEEKS
from tests.property.test_statements import CLIENTS, actions, told
from tests.services.agency import Agency, minor

KEYS = {"product": "product", "site": "site", "license": "license_key", "day": "day"}
MONTHS = ("2024-02", "2024-04", "2024-05", "2024-06", "2024-07")


def parts(agency: Agency, month: str, **options: Any) -> dict[str | None, dict[str, Any]]:
    return {client: agency.preview(month, client=client or "", **options) for client in CLIENTS}


def line_sums(found: dict[str, Any]) -> Counter[Any]:
    """License-days and amounts of each line of a preview."""
    sums: Counter[Any] = Counter()
    for line in found["lines"]:
        what = (line["kind"], line["product"], line["bundle_size"], line["first_day"])
        sums[*what, line["period"], "days"] += line["license_days"]
        sums[*what, line["period"], "to date"] += minor(line["to_date"])
        sums[*what, line["period"], "amount"] += minor(line["amount"])
    return sums


def check_month(agency: Agency, month: str, markup: str | None, **options: Any) -> None:
    whole = agency.preview(month, by="client", markup=markup, **options)
    found = parts(agency, month, markup=markup, **options)
    # All of them are the preview, line by line.
    sums = line_sums(whole)
    for part in found.values():
        sums.subtract(line_sums(part))
    assert not any(sums.values()), (month, sums)
    # Each is its group.
    groups = {group["client"]: group for group in whole["groups"]}
    for client, part in found.items():
        group = groups.pop(client, None)
        names = ["total", "total_to_date"] + (["total_with_markup"] if markup else [])
        of_group = ["amount", "to_date", "amount_with_markup"]
        for name, other in zip(names, of_group, strict=False):
            assert minor(part[name]) == (0 if group is None else minor(group[other]))
    assert not groups
    for by, key in KEYS.items():
        for client in CLIENTS:
            check_groups(agency, month, by, key, client, markup, **options)


def check_groups(
    agency: Agency, month: str, by: str, key: str, client: str | None, markup: Any, **options: Any
) -> None:
    """What a part is split by adds up to it."""
    part = agency.preview(month, client=client or "", by=by, markup=markup, **options)
    names = {"amount": "total", "to_date": "total_to_date"}
    if markup:
        names["amount_with_markup"] = "total_with_markup"
    for name, total in names.items():
        assert sum(minor(group[name]) for group in part["groups"]) == minor(part[total]), (by, name)
    assert sum(group["days"] for group in part["groups"]) == sum(
        line["days"] for line in part["lines"]
    )
    assert len({group[key] for group in part["groups"]}) == len(part["groups"])


@given(
    st.lists(actions, min_size=6, max_size=len(WEEKS)),
    st.sampled_from([None, "20", "33.333333", "-10"]),
    st.sampled_from(["2024-05-20", "2024-06-03", None]),
)
@agencies(30)
def test_m5_the_clients_parts_add_up(
    story: list[tuple[str, int, int]], markup: str | None, as_of: str | None
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = told(Path(folder) / "ledger.db", story)
        agency.do(close.close_due, now="2024-05-02T12:00:00Z")
        agency.now = "2024-06-14T12:00:00Z"
        for month in MONTHS:
            check_month(agency, month, markup, as_of=as_of)
        supposed: Any = {"issue": ["jetpack-ai:2@2024-06-20"], "as_of": as_of}
        check_month(agency, "2024-06", markup, **supposed)
        check_statements(agency, markup)
        check_forecast(agency, markup, as_of)


def check_statements(agency: Agency, markup: str | None) -> None:
    """What a client is shown is what it is sent."""
    for month in MONTHS:
        for client, part in parts(agency, month, markup=markup).items():
            with agency.desk(writes=False) as desk:
                sent = statement(desk, month, client or "", markup)
            total = part["total_with_markup" if markup else "total"]
            assert sent.total_minor == minor(total)
            assert [line.amount_minor for line in sent.lines if line.amount_minor] == [
                minor(line["amount_with_markup" if markup else "amount"])
                for line in part["lines"]
                if minor(line["amount_with_markup" if markup else "amount"])
            ]


def check_forecast(agency: Agency, markup: str | None, as_of: str | None) -> None:
    """Of each month the clients add up to it, and each client's forecast is its column."""
    options: Any = {"months": 8, "markup": markup, "as_of": as_of}
    whole = agency.preview("2024-01", **options)["months"]
    split = agency.preview("2024-01", by="client", **options)["months"]
    alone = {
        client: agency.preview("2024-01", client=client or "", **options)["months"]
        for client in CLIENTS
    }
    name = "amount_with_markup" if markup else "amount"
    total = "total_with_markup" if markup else "total"
    for at, month in enumerate(whole):
        columns, *rows = split[at]["groups"]
        groups = [dict(zip(columns, row, strict=True)) for row in rows[0]]
        assert sum(minor(group[name]) for group in groups) == minor(month[total])
        assert sum(group["days"] for group in groups) == month["license_days"] + sum(
            line["license_days"]
            for line in agency.preview(month["period"], as_of=as_of)["lines"]
            if line["kind"] == "adjustment"
        )
        by_client = {group["client"]: minor(group[name]) for group in groups}
        for client, months in alone.items():
            assert minor(months[at][total]) == by_client.get(client, 0)
