"""Whoever gets the odd cent gets it on every road, whatever anybody is called by then (M5)."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from jpcli.services.billing.preview import preview
from jpcli.services.clients.edit import edit_client
from jpcli.services.clients.rename import rename_client
from jpcli.services.clients.report import report
from jpcli.services.invoices.close import close
from jpcli.services.invoices.diff import diff
from jpcli.services.invoices.statement import statement
from jpcli.services.sites.rename import rename_site
from tests.property.agencies import agencies
from tests.services.agency import Agency, minor

NAMES = ("Ann", "Bob", "Cem")
OTHERS = ("Abe", "Ben", "Zoe")
ISSUED, RENAMED, ASKED = "2024-08-01T09:00:00Z", "2024-08-20T09:00:00Z", "2024-08-31T12:00:00Z"
CLOSED, AFTER = "2024-09-01T09:00:00Z", "2024-09-02T09:00:00Z"

renamings = st.dictionaries(st.sampled_from(NAMES), st.sampled_from(OTHERS), max_size=3).filter(
    lambda found: len(set(found.values())) == len(found)
)


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Agency:
    """Three clients with the same days of one line: one has two sites, and last month is billed."""
    agency = Agency(tmp_path_factory.mktemp("ledger") / "ledger.db").init()
    agency.card(now="2024-07-01T08:00:00Z")
    first = agency.issue("jetpack-scan", 5, now="2024-07-31T09:00:00Z")
    for number, key in enumerate(first):
        client = NAMES[min(number, 2)] if number < 4 else None
        agency.assign(key, f"https://s{number}.example", client=client, now="2024-07-31T10:00:00Z")
    agency.do(close, "2024-07", now="2024-08-01T08:00:00Z")
    return agency


def of_client(rows: Any, name: str | None) -> dict[str, Any]:
    return next(dict(row) for row in rows if row["client"] == name)


def roads(agency: Agency, name: str, then: str, markup: str, now: str) -> dict[str, int]:
    """What one client is billed in August, or costs with the same markup, on every road; a closed
    month shows what it was called `then`."""
    with agency.desk(now=now, writes=False) as desk:
        own = statement(desk, "2024-08", name)
        told = statement(desk, "2024-08", name, markup)
        _, year = report(desk, "2024")
        clients = [
            dict(zip(year.data["clients"].columns, row, strict=True))
            for row in year.data["clients"].rows
        ]
    billed = next(
        month["billed"]
        for month in of_client(clients, name)["months"]
        if month["period"] == "2024-08"
    )
    mine = {"markup": markup, "client": name}
    part = agency.ask(preview, "2024-08", now=now, **mine)
    by_site = agency.ask(preview, "2024-08", "site", now=now, **mine)
    by_client = agency.ask(preview, "2024-08", "client", markup, now=now)
    group = of_client(by_client["groups"], then)
    return {
        "statement": own.total_minor,
        "with the same markup": told.total_minor,
        "report": minor(billed),
        "preview": minor(part["total_with_markup"]),
        "its sites": sum(minor(row["amount_with_markup"]) for row in by_site["groups"]),
        "by client": minor(group["amount_with_markup"]),
    }


def sites(
    agency: Agency, name: str, markup: str, now: str
) -> tuple[dict[Any, int], dict[Any, int]]:
    """The same by site, on a statement and in a preview."""
    with agency.desk(now=now, writes=False) as desk:
        (stated,) = statement(desk, "2024-08", name, markup).clients
    mine = {"markup": markup, "client": name}
    shown = agency.ask(preview, "2024-08", "site", now=now, **mine)["groups"]
    return (
        {part.site: part.amount_minor for part in stated.sites},
        {row["site"]: minor(row["amount_with_markup"]) for row in shown},
    )


# With 15 % one cent is left over for three who have the same days, and one for two sites.
@example(before={"Ann": "Zoe"}, after={}, markup=15, site=True)
@example(before={"Cem": "Abe"}, after={"Ann": "Zoe"}, markup=15, site=False)
@example(before={"Ann": "Zoe", "Bob": "Ben"}, after={"Cem": "Abe"}, markup=15, site=True)
@given(renamings, renamings, st.integers(1, 60), st.booleans())
@agencies(10)
def test_a_client_is_billed_the_same_on_every_road(
    template: Agency, before: dict[str, str], after: dict[str, str], markup: int, site: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        agency = template.copied(Path(folder) / "ledger.db")
        for name in NAMES:
            agency.do(edit_client, name, {"markup": str(markup)}, now=RENAMED)
        called = {name: name for name in NAMES}

        def rename(names: dict[str, str], now: str) -> None:
            for name, other in names.items():
                if other not in called.values():
                    agency.do(rename_client, called[name], other, now=now)
                    called[name] = other

        rename(before, RENAMED)
        if site:
            agency.do(rename_site, "https://s2.example", "https://z.example", now=RENAMED)
        as_open = {}
        for name in NAMES:
            as_open[name] = roads(agency, called[name], called[name], str(markup), ASKED)
            assert len(set(as_open[name].values())) == 1, (name, as_open[name])
            assert len({*map(str, sites(agency, called[name], str(markup), ASKED))}) == 1
        agency.do(close, "2024-08", now=CLOSED)
        then = dict(called)
        rename(after, AFTER)
        costs = {}
        for name in NAMES:
            found = roads(agency, called[name], then[name], str(markup), AFTER)
            assert found == as_open[name], name
            plain = agency.ask(preview, "2024-08", "client", now=AFTER)["groups"]
            costs[called[name]] = minor(of_client(plain, then[name])["amount"])
        changes = agency.ask(diff, "2024-07", "2024-08", "client", now=AFTER)["groups"]
        assert {c: minor(of_client(changes, c)["to_amount"]) for c in costs} == costs
