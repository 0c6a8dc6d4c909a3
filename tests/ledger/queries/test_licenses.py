"""Questions about licenses, each against a list that was gone through by hand."""

from __future__ import annotations

from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import pytest

from jpcli.domain.history import BUNDLE, STATES
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import licenses, timeline
from jpcli.ledger.queries.licenses import SORTS, STATE_FILTERS, LicenseFilter
from tests.ledger.queries.world import AI, CLIENTS, DAYS, SECURITY, SITES, Life, World, noon

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

SEARCHES = ["", "%", "_", "!", "a_b", "A_B", "axb", "100%", "co", "% C", "cyd_", "_0", "bundle1"]
DAY = 24 * 60 * 60 * 1_000_000


def at(day: int | None) -> int | None:
    return None if day is None else parse_instant(noon(day))


def said(world: World, life: Life) -> tuple[Any, ...]:
    """A license's row."""
    size = None if life.usable else life.size
    site = life.now_on
    times = (at(life.first), at(life.placed), at(life.last))
    owner = world.client(site)
    return (life.key, life.product, life.state, site, owner, *times, life.bundle, size)


def kept(world: World, life: Life, state: str | None = None, **filters: Any) -> bool:
    """The same filter, in plain words."""
    site = life.now_on
    client = world.client(site)
    states = {"active": ("assigned", "unassigned"), "all": (*STATES, BUNDLE)}
    if state is not None and life.state not in states.get(state, (state,)):
        return False
    if filters.get("no_bundle") and (life.bundle or not life.usable):
        return False
    if not life.usable and "" in (filters.get("site"), filters.get("client")):
        return False  # it is no license without a site
    for name, value in (("product", life.product), ("site", site), ("client", client)):
        if filters.get(name, value or "") != (value or ""):
            return False
    searched = filters.get("search", "").lower()
    return any(searched in text.lower() for text in (life.key, site or "", client or ""))


FILTERS: list[dict[str, Any]] = [
    {},
    *({"state": state} for state in STATE_FILTERS),
    *({"state": state, "search": "b"} for state in STATE_FILTERS),
    *({"product": product} for product in (AI, SECURITY, "none")),
    *({"site": site} for site in (*SITES, "", "https://nowhere.example")),
    *({"client": client} for client in (*CLIENTS, "", "Cyd")),
    *({"search": text} for text in SEARCHES),
    *({"no_bundle": True, "state": state} for state in STATE_FILTERS),
    {"state": "assigned", "client": ""},
    {"state": "revoked", "site": SITES[0], "search": "a"},
]


def test_a_filter_keeps_what_it_says(ledger: Ledger, world: World) -> None:
    for filters in FILTERS:
        wanted = LicenseFilter(**filters)
        expected = [said(world, life) for life in world.lives if kept(world, life, **filters)]
        assert list(licenses.list_rows(ledger, wanted)) == expected, filters
        assert licenses.count_rows(ledger, wanted) == len(expected), filters
        assert list(licenses.list_rows(ledger, wanted, 2)) == expected[:2], filters
        back = licenses.list_rows(ledger, wanted._replace(reverse=True))
        assert list(back) == expected[::-1], filters


@pytest.mark.parametrize("state", [None, "all", "assigned", "active", "bundle", "revoked"])
def test_a_bundle_is_itself_and_what_is_or_was_in_it(
    ledger: Ledger, world: World, state: str | None
) -> None:
    sizes = {life.key: life.size for life in world.lives if not life.usable}
    for wanted in (*sizes, *set(sizes.values()), 999):
        found = {key for key, size in sizes.items() if wanted in (key, size)}
        expected = [
            life.key
            for life in world.lives
            if not found.isdisjoint((life.key, life.bundle)) and kept(world, life, state)
        ]
        of: dict[str, Any] = {"bundle_size": wanted}
        if isinstance(wanted, str):
            of = {"bundle_id": licenses.number_of(ledger, wanted) or 0}
        filters = LicenseFilter(state=state, **of)
        rows = list(licenses.list_rows(ledger, filters))
        assert [row[0] for row in rows] == expected
        assert licenses.count_rows(ledger, filters) == len(expected)


@pytest.mark.parametrize("by", [None, "product", "site", "client"])
def test_licenses_in_use_are_counted_by_state(ledger: Ledger, world: World, by: str | None) -> None:
    for filters in FILTERS:
        counts: dict[str | None, list[int]] = {} if by else {None: [0, 0, 0]}
        for life in world.lives:
            if life.usable and kept(world, life, **filters):
                site = life.now_on
                names = {"product": life.product, "site": site, "client": world.client(site)}
                row = counts.setdefault(names[by] if by else None, [0, 0, 0])
                row[STATES.index(life.state)] += 1
        ordered = sorted(counts, key=lambda name: (name is None, name or ""))
        found = licenses.count_by_state(ledger, LicenseFilter(**filters), by)
        expected = [(name, *counts[name]) for name in ordered]
        assert found == expected, filters


@pytest.mark.parametrize("day", [0, 17, 50, 99])
def test_an_age_counts_from_an_instant(ledger: Ledger, world: World, day: int) -> None:
    """One that was issued at that very instant is not older than it."""
    moments = [at(life.first) or 0 for life in world.lives[:3]] + [at(day) or 0]
    for moment in moments:
        older = LicenseFilter(issued_before_at=moment)
        newer = LicenseFilter(issued_from_at=moment)
        issued = {life.key: at(life.first) or 0 for life in world.lives}
        keys = [row[0] for row in licenses.list_rows(ledger, older)]
        assert keys == [key for key in issued if issued[key] < moment]
        keys = [row[0] for row in licenses.list_rows(ledger, newer)]
        assert keys == [key for key in issued if issued[key] >= moment]


@pytest.mark.parametrize("sort", SORTS)
def test_a_list_is_sorted_and_what_is_equal_stays_in_order(
    ledger: Ledger, world: World, sort: str
) -> None:
    place = {"key": 0, "product": 1, "state": 2, "site": 3, "client": 4, "issued": 5}.get(sort)
    rows = [said(world, life) for life in world.lives]
    if place is not None:
        # Nothing comes before everything.
        rows.sort(key=lambda row: (row[place] is not None, row[place] or 0))
    found = list(licenses.list_rows(ledger, LicenseFilter(sort=sort)))
    assert found == rows
    back = list(licenses.list_rows(ledger, LicenseFilter(sort=sort, reverse=True)))
    assert back == rows[::-1]


def test_one_license_is_found_by_its_whole_key(ledger: Ledger, world: World) -> None:
    for life in world.lives:
        facts = licenses.find(ledger, life.key)
        assert facts is not None
        assert facts.id > 0
        size = 3 if life.bundle else life.size
        assert facts[1:6] == (life.key, life.product, size, life.bundle is not None, life.bundle)
        assert facts[6:9] == (life.now_on, at(life.first), at(life.last))
        assert facts.is_bundle == (life.size > 1)
        assert licenses.number_of(ledger, life.key) is not None
        for wrong in (life.key[:-1], life.key.upper(), life.key + " "):
            assert licenses.find(ledger, wrong) is None
            assert licenses.number_of(ledger, wrong) is None
    assert licenses.any_license(ledger) == bool(world.lives)


def test_rows_come_in_the_order_asked_for(ledger: Ledger, world: World) -> None:
    rows = {life.key: said(world, life) for life in world.lives}
    keys = [*sorted(rows, reverse=True)[:5], "none"]
    assert list(licenses.rows_of(ledger, keys)) == [rows[key] for key in keys if key in rows]
    made = sorted((facts.id, facts.license_key) for facts in _all(ledger, world))
    for number, (seq, _) in enumerate(made):
        after = [rows[key] for _, key in made[number + 1 :]]
        assert list(licenses.rows_recorded_after(ledger, seq)) == after


def test_a_bundle_has_its_children_and_the_active_ones_of_them(
    ledger: Ledger, world: World
) -> None:
    for facts in _all(ledger, world):
        children = [life for life in world.lives if life.bundle == facts.license_key]
        every = licenses.all_children(ledger, facts.id)
        assert [child.license_key for child in every] == [life.key for life in children]
        active = licenses.active_children(ledger, facts.id)
        assert [child.license_key for child in active] == [
            life.key for life in children if life.last is None
        ]


@pytest.mark.parametrize(("first", "last"), [(0, DAYS), (31, 60), (40, 40), (99, 99)])
def test_spans_of_a_window_give_every_day_its_site(
    ledger: Ledger, world: World, first: int, last: int
) -> None:
    start = ledger.calendar.day_of(at(0) or 0)
    window = (start + first, start + last)

    def touches(low: int, high: int) -> bool:
        return low <= window[1] and high >= window[0]

    rows = list(timeline.timeline_rows(ledger, LicenseFilter(), *window))
    told = {key: [row[-3:] for row in group] for key, group in groupby(rows, key=itemgetter(0))}
    assert timeline.count_timeline(ledger, LicenseFilter(), *window) == len(told)
    for life, facts in zip(world.lives, _all(ledger, world), strict=True):
        spans = [row for row in timeline.span_rows(ledger, facts.id) if touches(*row[:2])]
        assert spans == sorted(spans)
        assert told.get(facts.license_key, []) == ([] if facts.is_bundle else spans)
        days = {
            day: site
            for low, high, site in spans
            for day in range(max(low - start, first), min(high - start, last) + 1)
        }
        assert days == {d: life.site(d) for d in range(first, last + 1) if life.active(d)}


@pytest.mark.parametrize("state", [None, *STATE_FILTERS])
@pytest.mark.parametrize(
    "filters",
    [
        {},
        {"product": AI},
        {"site": SITES[0]},
        {"client": CLIENTS[0]},
        {"client": ""},
        {"search": "co"},
        {"sort": "site"},
        {"sort": "key", "reverse": True},
    ],
    ids=str,
)
def test_a_timeline_has_the_licenses_of_a_list_that_have_a_day(
    ledger: Ledger, world: World, state: str | None, filters: dict[str, Any]
) -> None:
    wanted = LicenseFilter(state=state, **filters)
    start = ledger.calendar.day_of(at(0) or 0)
    days = range(31, 61)
    window = (start + days[0], start + days[-1])
    by_key = {life.key: life for life in world.lives}
    listed = [
        row
        for row in licenses.list_rows(ledger, wanted)
        if by_key[row[0]].usable and any(map(by_key[row[0]].active, days))
    ]
    rows = timeline.timeline_rows(ledger, wanted, *window)
    assert [key for key, _ in groupby(row[:-3] for row in rows)] == listed
    assert timeline.count_timeline(ledger, wanted, *window) == len(listed)


@pytest.mark.file("how SQLite goes about a query")
def test_a_timeline_streams(ledger: Ledger) -> None:
    """What SQLite sorts is one license's spans, never the licenses."""
    asked: list[str] = []
    rows = ledger.rows

    class Asking:
        def rows(self, sql: str, **params: Any) -> Any:
            asked.extend(row[3] for row in rows(f"EXPLAIN QUERY PLAN {sql}", **params))

    timeline.timeline_rows(Asking(), LicenseFilter(), 0, 1)  # type: ignore[arg-type]
    assert asked[0] == "SCAN l"
    assert "USE TEMP B-TREE FOR ORDER BY" not in asked


def _all(ledger: Ledger, world: World) -> list[licenses.LicenseFacts]:
    found = [licenses.find(ledger, life.key) for life in world.lives]
    return [facts for facts in found if facts is not None]
