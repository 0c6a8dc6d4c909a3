"""M5: one client's part of a line with a markup is the one that it has among all."""

from __future__ import annotations

from itertools import product
from unittest.mock import Mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain.calculator import Line
from jpcli.domain.columns import ManyShares
from jpcli.domain.money import with_markup
from jpcli.domain.shares import Holder, Share
from jpcli.ledger.queries.shares import HolderNames
from jpcli.services.billing.line_shares import marked_shares
from jpcli.services.billing.marked_parts import MarkedParts
from jpcli.services.clients import billed
from jpcli.services.clients.edit import edit_client
from jpcli.services.clients.report import report
from jpcli.services.invoices import close, shares
from jpcli.services.invoices.each_client import planned
from jpcli.services.invoices.statement import statement
from jpcli.services.invoices.statements import Statements
from tests.services.agency import Agency

# Not in the order of the row numbers, and two clients and two sites that are called alike: with
# these one client's sites are not side by side.
LABELS = HolderNames(
    {None: None, 1: "Cid", 2: "Ann", 3: "Bob", 4: "Ann"},
    {None: None, 1: "c.example", 2: "a.example", 3: "a.example"},
)
HOLDERS = [Holder(*ids) for ids in product(LABELS.clients, LABELS.sites)]
MARKUPS_E6 = [0, 20_000_000, -7_250_000, 33_333_333, 250_000_000]
few = st.integers(0, 3)
days = st.dictionaries(st.sampled_from(HOLDERS), few | st.integers(0, 400), max_size=20)
amounts = st.dictionaries(st.sampled_from(HOLDERS), few | st.integers(-400, 400), max_size=20)


def line(kind: str, amount_minor: int) -> Line:
    return Line(kind, "p", "P", 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, amount_minor)


def check(kind: str, amount_minor: int, shares: dict[Holder, Share]) -> None:
    parts = MarkedParts(line(kind, amount_minor), shares, LABELS)
    for markup_e6 in MARKUPS_E6:
        total_minor = with_markup(amount_minor, markup_e6, "usd")
        marked = line(kind, total_minor)
        every = list(marked_shares(marked, ManyShares.of(shares), LABELS, markup_e6).items())
        for ids in ([None], [1], [3], [2, 4], [4], [99]):
            mine = [(holder, share) for holder, share in every if holder.client_id in ids]
            assert list(parts.of(ids, markup_e6, total_minor).items()) == mine


@given(st.sampled_from(["license", "bundle"]), st.integers(-(10**6), 10**6), days)
def test_m5_of_licenses(kind: str, amount_minor: int, found: dict[Holder, int]) -> None:
    check(kind, amount_minor, {holder: Share(number, 7) for holder, number in found.items()})


@given(amounts)
def test_m5_of_a_correction(found: dict[Holder, int]) -> None:
    shares = {holder: Share(number - 1, number) for holder, number in found.items()}
    check("adjustment", sum(found.values()), shares)


@pytest.mark.parametrize("kind", ["license", "bundle"])
def test_m5_of_what_nobody_used_it_is_nobodys(kind: str) -> None:
    parts = MarkedParts(line(kind, 50), {Holder(1, 1): Share(0, 50)}, LABELS)
    assert dict(parts.of([None, 1], 20_000_000, 60).items()) == {Holder(): Share(0, 60)}
    assert not parts.of([1], 20_000_000, 60)


def test_clients_with_other_markups_each_split_no_line_among_all(
    agency: Agency, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With as many markups as clients that is the square of their number; also of corrections."""
    agency.now = "2024-07-01T12:00:00Z"
    keys = agency.issue("jetpack-scan", 3)
    for number, key in enumerate(keys):
        agency.assign(key, f"{number}.example", client=f"Client {number}")
        agency.do(edit_client, f"Client {number}", {"markup": str(10 + number)})
    agency.do(close.close, "2024-07", now="2024-08-02T12:00:00Z")
    agency.now = "2024-09-02T12:00:00Z"
    agency.revoke(keys[1], at="2024-07-20T12:00:00Z")
    agency.do(close.close, "2024-08")
    among_all = Mock(wraps=marked_shares)
    for module in (shares, billed):
        monkeypatch.setattr(module, "marked_shares", among_all, raising=False)
    with agency.desk(writes=False) as desk:
        made = [each.made for each in planned(Statements(desk, "2024-08"), ("html",))]
        report(desk, "2024")
        assert [each.markup for each in made] == ["10", "11", "12"]
        assert any(line.kind == "adjustment" for line in made[1].lines)
        assert not among_all.called
        statement(desk, "2024-08", None, "20")
        assert among_all.called
