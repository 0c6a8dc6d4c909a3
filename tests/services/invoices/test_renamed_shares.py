"""M5 after renaming: equal remainders are served in the order of the first names, whatever clients
and sites are called since, on every road that says whose part is what."""

from __future__ import annotations

from io import BytesIO
from typing import Any

import pytest

from jpcli.domain.answers import as_objects
from jpcli.services.billing import holder_days
from jpcli.services.clients import edit
from jpcli.services.clients.rename import rename_client
from jpcli.services.clients.report import report
from jpcli.services.invoices import close, shares
from jpcli.services.invoices.statement import statement
from jpcli.services.proofs.proof import proof
from jpcli.services.proofs.verify import verify
from jpcli.services.sites.rename import rename_site
from tests.services.agency import Agency, minor
from tests.services.proofs.checker import check

MONTH, OVER = "2024-07", "2024-08-02T12:00:00Z"
# A line of 47 over three clients: two have 16, and the last one 15; each then over its two sites.
PARTS = {"Zoe": [8, 8], "Bob": [8, 8], "Cid": [8, 7]}
# With 5 % on it the line is 49.
MARKED = {"Zoe": [9, 8], "Bob": [8, 8], "Cid": [8, 8]}


@pytest.fixture
def renamed(agency: Agency) -> Agency:
    """Ann, who came first by name, is called Zoe now, and the first site of each is its last."""
    agency.now = "2024-07-01T12:00:00Z"
    agency.set_price("jetpack-scan", "0.00255", "2024-07-01")
    for client in ("Ann", "Bob", "Cid"):
        for number in (1, 2):
            site = f"{client.lower()}{number}.example"
            (key,) = agency.issue("jetpack-scan")
            agency.assign(key, site, client=client)
        agency.do(rename_site, f"{client.lower()}1.example", f"z{client.lower()}.example")
    agency.do(rename_client, "Ann", "Zoe")
    return agency


def by_statement(agency: Agency, markup: str | None = None) -> dict[Any, list[int]]:
    with agency.desk(writes=False) as desk:
        parts = statement(desk, MONTH, None, markup).clients
        for part in parts:
            alone = statement(desk, MONTH, part.client or "", markup or "0")
            assert alone.total_minor == part.amount_minor
    found = {
        part.client: {str(site.site): site.amount_minor for site in part.sites} for part in parts
    }
    return {
        name: [amounts[site] for site in sorted(amounts, key=lambda url: "//z" not in url)]
        for name, amounts in found.items()
    }


@pytest.mark.parametrize("at_once", [1, 2, 5])
def test_very_many_parts_are_in_the_same_order(
    renamed: Agency, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    """Sites by name, whether they are sorted in memory or a few at a time and read one by one."""
    renamed.issue("jetpack-ai")
    renamed.assign(renamed.issue("jetpack-ai")[0], "m.example", client="Bob")

    def said() -> Any:
        with renamed.desk(writes=False) as desk:
            made = [statement(desk, MONTH, None, markup) for markup in (None, "5", "-30")]
            return [[(part, list(part.sites)) for part in each.clients] for each in made]

    def shown() -> Any:
        return [[(*part[:3], sites) for part, sites in each] for each in said()]

    expected = shown()
    names = [site.site for site in expected[0][0][3]]
    assert names == sorted(names)
    assert len(names) == 3
    monkeypatch.setattr(shares, "_AT_ONCE", at_once)
    monkeypatch.setattr(holder_days, "_AT_ONCE", at_once)
    assert shown() == expected


def by_site_of_each(agency: Agency) -> dict[Any, list[int]]:
    found = {}
    for client in PARTS:
        rows = agency.preview(MONTH, client=client, by="site")["groups"]
        rows.sort(key=lambda row: "//z" not in row["site"])
        found[client] = [minor(row["amount"]) for row in rows]
    return found


def by_client(agency: Agency, name: str = "amount", **options: Any) -> dict[Any, int]:
    rows = agency.preview(MONTH, by="client", **options)["groups"]
    return {row["client"]: minor(row[name]) for row in rows}


@pytest.mark.parametrize("closed", [False, True], ids=["open", "closed"])
def test_every_road_has_the_same_parts(renamed: Agency, closed: bool) -> None:
    for client in PARTS:
        renamed.do(edit.edit_client, client, {"markup": "5"})
    renamed.now = OVER
    if closed:
        renamed.do(close.close_due)
    assert by_statement(renamed) == PARTS
    assert by_site_of_each(renamed) == PARTS
    assert by_client(renamed) == {name: sum(parts) for name, parts in PARTS.items()}
    marked = by_statement(renamed, "5")
    assert marked == MARKED
    sums = {name: sum(parts) for name, parts in marked.items()}
    assert by_client(renamed, "amount_with_markup", markup="5") == sums
    with renamed.desk(writes=False) as desk:
        clients = as_objects(report(desk, "2024")[1].data["clients"])
    assert {row["client"]: minor(row["months"][0]["billed"]) for row in clients} == sums
    for whose in (None, *PARTS):
        markup = None if whose is None else "5"
        with renamed.desk(writes=False) as desk:
            text = "".join(proof(desk, MONTH, whose, markup).pieces)
        assert check(text) is None
        assert verify("-", BytesIO(text.encode())).data["problems"] == []


def test_nothing_is_corrected_because_of_a_name(renamed: Agency) -> None:
    renamed.now = OVER
    renamed.do(close.close_due)
    renamed.do(rename_client, "Bob", "Zzz")
    renamed.do(rename_site, "cid2.example", "a.example")
    assert "adjustment" not in [line["kind"] for line in renamed.preview("2024-08")["lines"]]
    assert renamed.groups("2024-08", "client") == {"Zoe": 62, "Zzz": 62, "Cid": 62}
