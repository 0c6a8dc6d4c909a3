"""Questions about events, against a list of them that is gone through one by one."""

from __future__ import annotations

import json
from itertools import product
from random import Random
from typing import TYPE_CHECKING

import pytest

from jpcli.domain import events
from jpcli.domain.events import LATEST_SEQ, Event
from jpcli.ledger.events import log
from jpcli.ledger.events.log import EventFilter
from tests.ledger.queries.memory import empty, record

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger

A, AB = "https://a.example", "https://a.example/b"
KEYS = ("jetpack-ai_1", "jetpack-ai_12", "jetpack-ai_3")
ACTORS = ("ann", "an", "Ann")


def made(random: Random) -> tuple[Ledger, list[Event]]:
    """Licenses that are issued and go from site to site; instants and days of recording go up and
    down, and a client is called as a license is."""
    ledger = empty()
    told: list[Event] = []
    begun = {key: random.randrange(6) for key in KEYS}

    def tell(entry: events.Entry) -> None:
        kind, subject, data = entry
        # Only a license's own events have an order in time.
        at = random.randrange(10) if kind[:8] != "license." else begun[subject] + len(told) // 8
        now_at, actor = random.randrange(10), random.choice(ACTORS)
        record(ledger, [(entry, at)], actor=actor, now_at=now_at)
        if told and told[-1].recorded_at == now_at:
            now_at += 1  # no two transactions in a row are recorded at one instant
        told.append(Event(len(told) + 1, kind, subject, at, now_at, actor, None, data))

    tell(events.price_set("jetpack-ai", 1, name="", family="", since="2020-01-01", day_price_e12=1))
    tell(events.site_added(A, None))
    tell(events.site_added(AB, None))
    tell(events.client_added(KEYS[0]))
    places: dict[str, str | None] = {}
    for _ in range(30):
        key = random.choice(KEYS)
        if key not in places:
            tell(events.license_issued(key, events.license_terms("jetpack-ai")))
            places[key] = None
            continue
        before, site = places[key], random.choice([A, AB])
        if before is None:
            tell(events.license_assigned(key, site))
        elif site == before:
            tell(events.license_unassigned(key, before))
        else:
            tell(events.license_transferred(key, site, before))
        places[key] = None if site == before else site
    return ledger, told


def meant(wanted: EventFilter, event: Event) -> bool:
    return (
        wanted.subject in (None, event.subject)
        and wanted.actor in (None, event.actor)
        and (
            wanted.kind is None
            or event.kind == wanted.kind
            or event.kind.startswith(f"{wanted.kind}.")
        )
        and (
            wanted.site is None
            or wanted.site in (event.subject, event.data.get("site"), event.data.get("from"))
        )
        and (wanted.since_at is None or event.at >= wanted.since_at)
        and (wanted.until_at is None or event.at <= wanted.until_at)
    )


FILTERS = [
    EventFilter(subject, actor, kind, site, since, until)
    for subject, actor, kind, site, (since, until) in product(
        (None, KEYS[0], KEYS[1], "jetpack-ai", ""),
        (None, "ann", "an", "x"),
        (None, "license", "license.issued", "lic", "site", ""),
        (None, A, AB, "https://a"),
        ((None, None), (3, None), (None, 6), (4, 4), (7, 2)),
    )
]


@pytest.mark.parametrize("seed", range(2))
def test_a_filter_means_what_it_says_newest_first(seed: int) -> None:
    """Both ends of a time are in it; a kind is whole or all before a dot; a site is the subject,
    where a license goes, or where it was."""
    ledger, told = made(Random(seed))
    for wanted in FILTERS:
        expected = [event for event in reversed(told) if meant(wanted, event)]
        found = [
            Event._make((*row[:7], json.loads(row[7]))) for row in log.event_rows(ledger, wanted)
        ]
        assert found == expected, wanted
        assert log.count_events(ledger, wanted) == len(expected)
    every = list(log.event_rows(ledger, EventFilter()))
    assert len(every) == len(told)
    for limit in (1, 2, len(told), len(told) + 1):
        assert list(log.event_rows(ledger, EventFilter(), limit)) == every[:limit]


@pytest.mark.parametrize("seed", range(2))
def test_events_are_told_in_order_between_any_two_of_them(seed: int) -> None:
    """After the one, up to and with the other; and whoever they are asked about."""
    ledger, told = made(Random(seed))
    subjects = {KEYS[0], KEYS[1]}
    among = f"SELECT license_key FROM licenses WHERE license_key <> '{KEYS[2]}'"
    for kinds in ((events.LICENSE_ISSUED,), events.ABOUT_LICENSES, (events.CLIENT_ADDED,), ()):
        of_kind = [event for event in told if event.kind in kinds]
        for after in range(0, len(told) + 1, 3):
            for until in (*range(after, len(told) + 1, 4), LATEST_SEQ):
                between = [event for event in of_kind if after < event.seq <= until]
                bounds = {"after_seq": after, "until_seq": until}
                assert list(log.told(ledger, kinds, **bounds)) == between
                for key in (*KEYS, ""):
                    expected = [event for event in between if event.subject == key]
                    assert list(log.told(ledger, kinds, subject=key, **bounds)) == expected
                expected = [event for event in between if event.subject in subjects]
                assert list(log.told(ledger, kinds, among=among, **bounds)) == expected
    everything = log.told(ledger, {event.kind for event in told})
    assert list(everything) == told


@pytest.mark.parametrize("seed", range(4))
def test_a_license_s_own_events_and_the_ends_of_the_log(seed: int) -> None:
    """A client of the same name is not the license; the latest effect need not be the last."""
    ledger, told = made(Random(seed))
    for key in (*KEYS, "jetpack-ai", A, ""):
        assert [row[0] for row in log.events_of(ledger, key)] == [
            event.seq for event in told if event.subject == key and event.kind[:8] == "license."
        ]
    assert log.begun_at(ledger) == told[0].recorded_at
    assert log.newest_recorded_at(ledger) == told[-1].recorded_at
    assert log.latest_at(ledger) == max(event.at for event in told)


def test_what_events_are_about_is_told_once_and_without_keys_of_requests() -> None:
    ledger = empty()
    told = [
        events.client_added("Ann"),
        events.site_added(A, "Ann"),
        events.site_given(A, "Ann"),
        events.site_added(AB, None),
        events.request_listed("key", [[1]]),
        events.request_answered("key", "hash", "{}"),
    ]
    for entry in told:
        record(ledger, [(entry, 0)])
    assert log.subjects(ledger, 0, len(told), 9) == ["Ann", A, AB]
    assert log.subjects(ledger, 1, 3, 9) == [A]
    assert log.subjects(ledger, 0, len(told), 2) == ["Ann", A]
    assert log.subjects(ledger, 4, len(told), 9) == []


def test_an_empty_ledger_has_nothing_to_tell() -> None:
    ledger = empty()
    assert list(log.event_rows(ledger, EventFilter())) == []
    assert log.count_events(ledger, EventFilter()) == 0
    assert list(log.told(ledger, events.ABOUT_LICENSES)) == log.events_of(ledger, "") == []
    assert log.begun_at(ledger) == log.newest_recorded_at(ledger) == log.latest_at(ledger) == 0


def test_kinds_are_listed_for_any_column() -> None:
    assert log.is_one_of(("a.b", "c.d"), "e.kind") == "e.kind IN ('a.b', 'c.d')"


def test_who_recorded_anything_is_found_by_name() -> None:
    ledger, told = made(Random(1))
    known = sorted({event.actor for event in told})
    for name in (*ACTORS, "", "a", "az", "zoe"):
        for each_way in (1, 2, 9):
            after = [each for each in known if each >= name][:each_way]
            before = [each for each in known if each < name][::-1][:each_way]
            assert log.actors_near(ledger, name, each_way) == [*after, *before]
