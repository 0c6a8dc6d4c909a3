"""What sites are called: each name is looked up once, and each spelling means one site."""

from __future__ import annotations

from itertools import permutations

import pytest

from jpcli.domain.site_urls import normalize_url
from jpcli.services.sites import spelled
from tests.services.agency import A, Agency, B, C

SPELLINGS = ("https://a.example", "http://a.example", "a.example", "HTTPS://A.EXAMPLE/")


@pytest.fixture(autouse=True)
def _little_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(spelled, "MOST_TYPED", 1)


@pytest.mark.parametrize("stored", [False, True])
def test_a_site_named_as_it_is_called_is_looked_up_once(
    agency: Agency, monkeypatch: pytest.MonkeyPatch, stored: bool
) -> None:
    for site in (A, B) if stored else ():
        agency.issue("jetpack-scan", site=site)
    looked_up = []

    def noted(text: str) -> str:
        looked_up.append(text)
        return normalize_url(text)

    monkeypatch.setattr(spelled, "normalize_url", noted)
    with agency.desk() as desk:
        names = spelled.SiteNames(desk.ledger)
        assert [names.name(site) for site in (A, B, C) * 3] == [A, B, C] * 3
        assert not [ask for site in (A, B, C) for ask in names.asks(site)]
    assert looked_up == [A, B, C]


@pytest.mark.parametrize("order", list(permutations(SPELLINGS)))
def test_a_site_is_called_as_it_was_first_spelled(agency: Agency, order: tuple[str, ...]) -> None:
    with agency.desk() as desk:
        names = spelled.SiteNames(desk.ledger)
        assert {names.name(text) for text in order * 2} == {normalize_url(order[0])}
