"""Proofs of bills on which somebody was called otherwise before: equal remainders go by label."""

from __future__ import annotations

import json
from random import Random
from typing import Any

import pytest

from jpcli.domain import agency_events
from jpcli.domain.events import Event
from jpcli.services.invoices import close
from jpcli.services.licenses import assign
from jpcli.services.proofs.lives import Names
from jpcli.services.sites import sites
from tests.services.agency import A, Agency, B, C
from tests.services.proofs.checker import check
from tests.services.proofs.test_proofs import made, problems, record

JULY_1, JULY_2, JULY_31 = (f"2024-07-{day:02d}T10:00:00Z" for day in (1, 2, 31))


@pytest.fixture
def shared(agency: Agency) -> Agency:
    """A line of 961 cents that two clients and three sites have the same days of, so that whoever
    is served first has a cent more; then the first ones are called so that they would be last."""
    keys = agency.issue("jetpack-scan", 4, at=JULY_1, now=JULY_1)
    places = ((A, "Ann"), (B, "Bob"), (C, "Bob"), ("https://d.example", "Bob"))
    for key, (site, client) in zip(keys, places, strict=True):
        agency.do(assign.assign, [key], site, client, now=JULY_1)
    agency.set_price("jetpack-scan", "0.155", "2024-07-01", now=JULY_1)
    agency.now = JULY_2
    record(agency, agency_events.client_renamed("Zoe", "Ann"))
    record(agency, agency_events.site_renamed("https://zz.example", B))
    return agency


@pytest.mark.parametrize("now", [JULY_31, "2024-08-02T10:00:00Z"], ids=["preview", "closed"])
@pytest.mark.parametrize("again", [False, True], ids=["", "and the name is another's"])
@pytest.mark.parametrize(
    ("client", "markup"), [(None, None), ("Zoe", None), ("Bob", None), ("Bob", "7.3")]
)
def test_a_bill_of_renamed_ones_is_right_by_both(
    shared: Agency, client: str | None, markup: str | None, again: bool, now: str
) -> None:
    if again:
        shared.do(sites.add_client, "Ann", now=JULY_2)
        shared.move_site("https://zz.example", "Ann", at=JULY_1, now=JULY_2)
    shared.now = now
    if now > JULY_31:
        shared.do(close.close_due)
    text = made(shared, "2024-07", client, markup)
    assert (problems(text), check(text)) == ([], None)


def test_the_order_matters_to_the_cent(shared: Agency) -> None:
    """Else the test before this one could not fail."""
    shared.do(close.close_due, now="2024-08-02T10:00:00Z")
    body = json.loads(made(shared, "2024-07"))
    body["renames"].clear()
    assert ("holders_differ", "line 1") in problems(json.dumps(body))


def test_names_are_those_that_a_row_for_each_has() -> None:
    """Held against a list of who is called what after each event."""
    random = Random(1)
    for _ in range(60):
        rows = ["a", "b", "c"]
        first = list(rows)
        then: list[list[str]] = [list(rows)]
        told: list[Event] = []
        for seq in range(1, 12):
            free = sorted(set("abcdef") - set(rows))
            if random.random() < 0.3 and free:
                first.append(random.choice(free))
                rows.append(first[-1])
                then = [[*names, "-"] for names in then]
            elif free:
                row = random.randrange(len(rows))
                kind, subject, data = agency_events.site_renamed(random.choice(free), rows[row])
                told.append(Event(seq, kind, subject, 0, 0, "", None, data))
                rows[row] = subject
            then.append(list(rows))
        names = Names(told)
        for seq, called in enumerate(then):
            for row, name in enumerate(called):
                if name != "-":
                    assert names.site(name, seq) == rows[row]
        order = sorted(rows, key=names.order_of_site)
        assert order == [rows[n] for n in sorted(range(len(rows)), key=lambda n: (first[n], n))]


def test_very_many_renames_are_read_once_each() -> None:
    """Somebody is called otherwise and back again: to follow each name would take their square."""
    swaps: list[Any] = []
    for seq in range(1, 40_001):
        kind, subject, data = agency_events.site_renamed(*(("b", "a") if seq % 2 else ("a", "b")))
        swaps.append(Event(seq, kind, subject, 0, 0, "", None, data))
    names = Names(swaps)
    assert [names.site("a", seq) for seq in range(0, 40_000, 2)] == ["a"] * 20_000
