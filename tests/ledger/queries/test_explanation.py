"""What stands behind a line: day by day against the facts, and event by event against a list."""

from __future__ import annotations

from collections import Counter
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

import pytest

from jpcli.domain import events
from jpcli.domain.events import LATEST_SEQ, PRICE_SET
from jpcli.domain.instants import parse_instant
from jpcli.ledger.queries import explanation, products
from jpcli.ledger.queries.days import OfferPart
from jpcli.ledger.queries.explanation import Occurrence, Scope
from tests.ledger.queries.counted import WINDOWS, day_zero, parts
from tests.ledger.queries.memory import DAY, closing, empty, record
from tests.ledger.queries.world import Life, World, noon

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.ledger.database.connection import Ledger

CHANGES = (events.LICENSE_ISSUED, events.LICENSE_IMPORTED, events.LICENSE_REVOKED)


def numbers(ledger: Ledger) -> dict[str, int]:
    return dict(ledger.all("SELECT license_key, id FROM licenses"))


def scopes(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> Iterator[tuple[Scope, list[Life]]]:
    """Every part in a window, whole and one license at a time, with the lives that have days."""
    zero, ids = day_zero(ledger), numbers(ledger)
    first, last, _ = window
    for _, part, lives in parts(ledger, world):
        there = [life for life in lives if any(map(life.active, range(first, last + 1)))]
        whole = Scope(part, zero + first, zero + last)
        yield whole, there
        for life in lives[:4]:
            yield whole._replace(only=ids[life.key]), [one for one in there if one is life]


@pytest.mark.parametrize("window", WINDOWS, ids=str)
def test_every_day_of_a_line_has_its_license_and_holder(
    ledger: Ledger, world: World, window: tuple[int, int, int]
) -> None:
    """W1, W2: each day once; in the order of the licenses, and of time."""
    zero, ids = day_zero(ledger), numbers(ledger)
    days = range(window[0], window[1] + 1)
    for scope, lives in scopes(ledger, world, window):
        assert [fact[1:] for fact in explanation.facts(ledger, scope)] == [
            (
                life.key,
                life.bundle,
                parse_instant(noon(life.first)),
                None if life.last is None else parse_instant(noon(life.last)),
                events.LICENSE_IMPORTED,
                "ann",
            )
            for life in lives
        ]
        assert list(explanation.day_counts(ledger, scope)) == [
            (ids[life.key], sum(map(life.active, days))) for life in lives
        ]
        held: Counter[Any] = Counter()
        rows = list(explanation.held(ledger, scope))
        for row in rows:
            low = max(row.first_day, scope.first_day, row.client_first_day or 0)
            high = min(row.last_day, scope.last_day, row.client_last_day or row.last_day)
            assert low <= high
            held.update((row.license_id, day, row.site, row.client) for day in range(low, high + 1))
        expected: Counter[Any] = Counter(
            (ids[life.key], zero + day, site, world.client(site, day))
            for life in lives
            for day in days
            if life.active(day)
            for site in [life.site(day)]
        )
        assert held == expected
        places = [(row.license_id, row.first_day, row.client_first_day or 0) for row in rows]
        assert places == sorted(places)
        lasts = {ids[life.key]: life.last for life in lives}
        for row in rows:
            last = lasts[row.license_id]
            assert row.ends == (last is not None and row.last_day == zero + last)
        # An imported life ends without an event of its own.
        assert list(explanation.endings(ledger, scope)) == []


class Told(NamedTuple):
    """One event about a license, as it was recorded."""

    seq: int
    kind: str
    key: str
    day: int


class Tale(NamedTuple):
    """A ledger whose licenses came and went by events; `born` is each one's number and part."""

    ledger: Ledger
    told: tuple[Told, ...]
    born: dict[str, tuple[int, OfferPart]]

    def life(self, key: str) -> tuple[int, int | None]:
        """First and last day."""
        days = {one.kind: one.day for one in self.told if one.key == key}
        return days[events.LICENSE_ISSUED], days.get(events.LICENSE_REVOKED)


def tale(seed: int) -> Tale:
    """Licenses and bundles that are issued, put on a site and revoked, the days in disorder."""
    random, ledger = Random(seed), empty()
    site = "https://a.example"
    for size in (1, 3):
        entry = events.price_set(
            "scan", size, name="", family="", since="2020-01-01", day_price_e12=1
        )
        record(ledger, [(entry, 0)])
    record(ledger, [(events.site_added(site, None), 0)])
    offers = products.bundle_sizes(ledger, "scan")
    told: list[Told] = []
    born: dict[str, tuple[int, OfferPart]] = {}
    open_days: dict[str, int] = {}

    def tell(entry: events.Entry, day: int) -> None:
        record(ledger, [(entry, day * DAY + DAY // 2)], actor=f"actor {len(told)}")
        (seq,) = ledger.one("SELECT MAX(seq) FROM events") or (0,)
        told.append(Told(seq, entry[0], entry[1], day))

    def issue(key: str, day: int, size: int, bundle: str | None = None) -> None:
        tell(events.license_issued(key, events.license_terms("scan", size, bundle)), day)
        born[key] = told[-1].seq, OfferPart(offers[size], int(bundle is not None))
        open_days[key] = day

    for number in range(12):
        if random.random() < 0.4 and open_days:
            # A stay that begins is no end, though days of nobody's end there.
            key = random.choice(list(open_days))
            open_days[key] = random.randrange(open_days[key], 41)
            tell(events.license_assigned(key, site), open_days[key])
        # A later key may come before an earlier one in the alphabet.
        key, day = f"scan_{chr(ord('z') - number)}", random.randrange(40)
        issue(key, day, 1)
        if number % 4 == 0:
            issue(f"{key}p", day, 3)
            issue(f"{key}c", day, 3, f"{key}p")
        if random.random() < 0.7:
            key = random.choice(list(open_days))
            tell(events.license_revoked(key), random.randrange(open_days.pop(key), 41))
    return Tale(ledger, tuple(told), born)


def occurrence(story: Tale, one: Told) -> Occurrence:
    number = story.told.index(one)
    return Occurrence(
        story.born[one.key][0],
        one.seq,
        one.kind,
        one.day * DAY + DAY // 2,
        1000 * DAY + (number + 1) % 2,  # no two in a row are recorded at one instant
        f"actor {number}",
    )


@pytest.mark.parametrize("seed", range(2))
def test_i3_the_events_behind_a_line_up_to_any_event(seed: int) -> None:
    story = tale(seed)
    ledger, zero = story.ledger, story.ledger.calendar.day_of(0)
    last_seq = story.told[-1].seq
    for part in {part for _, part in story.born.values()}:
        mine = {key: number for key, (number, its) in story.born.items() if its == part}
        for first, last in ((0, 40), (10, 20), (15, 15), (21, 30), (41, 50)):
            scope = Scope(part, zero + first, zero + last)
            ended = {
                key for key in mine for end in [story.life(key)[1]] if end and first <= end <= last
            }
            ended |= {key for key in mine if story.life(key)[1] == 0 == first}
            for seq in (0, last_seq // 2, last_seq - 1, last_seq, LATEST_SEQ):
                revoked = [
                    occurrence(story, one)
                    for one in story.told
                    if one.key in ended and one.kind == events.LICENSE_REVOKED and one.seq <= seq
                ]
                found = list(explanation.endings(ledger, scope._replace(seq=seq)))
                assert found == sorted(revoked)
                for after in (0, last_seq // 3, last_seq // 2, last_seq):
                    check_changes(story, scope._replace(seq=seq, changed_after=after), mine)


def check_changes(story: Tale, scope: Scope, mine: dict[str, int]) -> None:
    """Of all that events between two gave or took days, and of each by itself."""
    between = [
        one
        for one in story.told
        if one.key in mine
        and one.kind in CHANGES
        and (scope.changed_after or 0) < one.seq <= scope.seq
    ]
    for only in (None, *list(mine.values())[:3]):
        narrow = scope._replace(only=only)
        events_of = [one for one in between if only in (None, mine[one.key])]
        touched = sorted({mine[one.key] for one in events_of})
        expected = sorted(occurrence(story, one) for one in events_of)
        if only is None or touched == [only]:
            assert list(explanation.changes(story.ledger, narrow)) == expected
        assert [fact.id for fact in explanation.facts(story.ledger, narrow)] == touched
        zero = story.ledger.calendar.day_of(0)
        inside = []
        for key in sorted(mine, key=mine.__getitem__):
            first, last = story.life(key)
            ends = scope.last_day - zero if last is None else last
            overlap = min(ends, scope.last_day - zero) - max(first, scope.first_day - zero) + 1
            if mine[key] in touched and overlap > 0:
                inside.append((mine[key], overlap))
        assert list(explanation.day_counts(story.ledger, narrow)) == inside
        rows = explanation.held(story.ledger, narrow)
        assert sorted({row.license_id for row in rows}) == [number for number, _ in inside]


def test_m2_prices_that_were_set_between_two_events() -> None:
    ledger = empty()
    for seq in range(1, 13):
        size, product = (1, 3)[seq % 2], ("scan", "scan-plus")[seq % 3 == 0]
        since = f"2024-01-{seq:02d}"
        entry = events.price_set(product, size, name="", family="", since=since, day_price_e12=seq)
        record(ledger, [(entry, 100 - seq)], actor=f"actor {seq}", now_at=seq)
    for product, size in (("scan", 1), ("scan", 3), ("scan-plus", 1), ("scan", 20), ("", 1)):
        for after in range(13):
            for until in range(13):
                expected = [
                    (seq, PRICE_SET, 100 - seq, seq, f"actor {seq}", f"2024-01-{seq:02d}", seq)
                    for seq in range(1, 13)
                    if after < seq <= until
                    and size == (1, 3)[seq % 2]
                    and product == ("scan", "scan-plus")[seq % 3 == 0]
                ]
                found = explanation.price_changes(ledger, product, size, after, until)
                assert found == expected


def closed(month: int, periods: list[str | None]) -> dict[str, Any]:
    """A closing with a line for each; a line without a month corrects none."""
    lines = [
        ["adjustment", f"p{n}", f"name {n}", 1, 5, 1, 2, 0, 0, 0, n, n + 1, -n, period]
        for n, period in enumerate(periods)
    ]
    return closing(month, lines=lines)


def test_i3_later_lines_that_correct_a_month_but_not_void_ones() -> None:
    ledger = empty()
    months: dict[int, list[str | None]] = {
        1: [None],
        2: ["2024-01", None, "2024-01"],
        3: ["2024-01", "2024-02"],
        4: ["2024-02", "2024-01"],
    }
    for month, periods in months.items():
        entry = events.invoice_closed(f"INV-{month}", closed(month, periods))
        record(ledger, [(entry, 100 - month)])
    record(ledger, [(events.invoice_voided("INV-3"), 0)])
    for period in ("2024-01", "2024-02", "2024-0", "2024-03"):
        for after in range(6):
            expected = [
                (f"INV-{m}", f"2024-{m:02d}", f"p{n}", f"name {n}", 1, n, n + 1, -n)
                for m, periods in months.items()
                for n, corrected in enumerate(periods)
                if corrected == period and m > after and m != 3
            ]
            assert explanation.later_corrections(ledger, period, after) == expected
