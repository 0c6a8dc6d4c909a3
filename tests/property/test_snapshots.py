"""At every event of a random ledger: what is told from the events up to there is what a replay of
them makes, for licenses (D, W1), owners (W2) and prices (M2), in zones where dates come twice."""

from __future__ import annotations

import sqlite3
from datetime import datetime
from typing import Any, NamedTuple

from hypothesis import given
from hypothesis import strategies as st

from jpcli.domain import events
from jpcli.domain.events import Event
from jpcli.domain.instants import END_AT, format_instant
from jpcli.ledger.database import tables
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.ledger.events.log import told
from jpcli.ledger.queries.products import priced_offers, priced_offers_as_recorded
from jpcli.ledger.snapshots.overlay import as_recorded
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot
from jpcli.ledger.state.apply import apply_events
from jpcli.ledger.state.lookups import Lookups
from jpcli.ledger.writer import Writer
from tests.property.agencies import agencies
from tests.property.histories import Scene, calendar_of, instants, microseconds, rows, scenes

CLIENTS = ("Ann", "Bob", "Cid")
SITES = ("https://a.example", "https://b.example", "https://c.example")
OFFERS = (("jetpack-ai", 1), ("jetpack-scan", 1), ("jetpack-scan", 3))
WHAT = (
    "issue",
    "bundle",
    "import",
    "assign",
    "assign",
    "free",
    "revoke",
    "move",
    "owners",
    "price",
)


class Step(NamedTuple):
    """What happens to which of the things there are, and when that takes effect."""

    what: str
    which: int
    where: int
    at: datetime


class Story:
    """A ledger in memory that takes steps; one that can't have happened does not."""

    def __init__(self, scene: Scene) -> None:
        self.scene = scene
        self.ledger = empty(scene)
        self._writer = Writer(self.ledger, actor="ann", now_at=END_AT - 1)
        self._licenses: dict[str, tuple[int, str | None]] = {}
        self._sites: dict[str, int] = {}
        self._clients: set[str] = set()
        self._record(events.ledger_created({**self.ledger.meta, "name": "A"}), 0)
        for product, size in OFFERS:
            self._price(product, size, scene.first.replace(year=scene.first.year - 1).isoformat())

    def take(self, step: Step, life: dict[str, Any]) -> None:
        at, key, url = microseconds(step.at), f"jetpack-scan_{step.which}", SITES[step.where % 3]
        if step.what == "issue":
            self._issue(key, at, events.license_terms("jetpack-scan"))
        elif step.what == "bundle":
            parent = events.license_terms("jetpack-scan", 3)
            if self._issue(f"{key}p", at, parent):
                self._issue(key, at, {**parent, "bundle_key": f"{key}p"})
        elif step.what == "import":
            self._import(key, life)
        elif step.what == "price":
            day = min(max(step.at.date(), self.scene.first), self.scene.last)
            self._price(*OFFERS[step.where % 3], day.isoformat(), step.which)
        elif step.what in {"move", "owners"}:
            self._hand_on(url, step, at)
        elif key in self._licenses and self._licenses[key][0] <= at:
            self._change(key, step.what, at, url)

    def finish(self) -> SqliteLedger:
        self._writer.flush()
        return self.ledger

    def _record(self, entry: events.Entry, at: int) -> None:
        self._writer.record(*entry, at=at)

    def _issue(self, key: str, at: int, terms: dict[str, Any]) -> bool:
        if key in self._licenses:
            return False
        self._record(events.license_issued(key, terms), at)
        self._licenses[key] = at, None
        return True

    def _import(self, key: str, life: dict[str, Any]) -> None:
        if key in self._licenses:
            return
        for item in life["assignments"]:
            self._site(item["site"], item["client"], 0)
        told_at = [life["issued_at"], life["revoked_at"]]
        told_at += [item[end] for item in life["assignments"] for end in ("from", "to")]
        at = max(microseconds(datetime.fromisoformat(text)) for text in told_at if text)
        data = {**life, "bundle_key": None, "bundle_size": None}
        self._record(events.license_imported(key, data), at)
        open_ended = any(item["to"] is None for item in life["assignments"])
        ended = life["revoked_at"] is not None
        site = life["assignments"][-1]["site"] if open_ended and not ended else None
        self._licenses[key] = END_AT if ended else at, site

    def _change(self, key: str, what: str, at: int, url: str) -> None:
        site = self._licenses[key][1]
        if what == "revoke":
            self._record(events.license_revoked(key), at)
            self._licenses[key] = END_AT, None
            return
        if what == "free" and site is not None:
            self._record(events.license_unassigned(key, site), at)
        elif what == "assign" and site != url:
            self._site(url, None, at)
            to_other = site is not None
            made = events.license_transferred(key, url, site) if to_other else None
            self._record(made or events.license_assigned(key, url), at)
        self._licenses[key] = at, None if what == "free" else url

    def _client(self, which: int, at: int) -> str | None:
        name = (*CLIENTS, None)[which % 4]
        if name is not None and name not in self._clients:
            self._record(events.client_added(name), at)
            self._clients.add(name)
        return name

    def _site(self, url: str, client: str | None, at: int) -> None:
        if url not in self._sites:
            name = None if client is None else self._client(CLIENTS.index(client), at)
            self._record(events.site_added(url, name), at)
            self._sites[url] = at

    def _hand_on(self, url: str, step: Step, at: int) -> None:
        self._site(url, None, at)
        if at < self._sites[url]:
            return
        if step.what == "move":
            self._record(events.site_moved(url, self._client(step.which, at), None), at)
        else:
            from_at = self._sites[url]
            owners = [
                {"client": self._client(step.which + n, at), "from": format_instant(one)}
                for n, one in enumerate((from_at, (from_at + at) // 2, at))
            ]
            self._record(events.site_owners_set(url, owners), at)
        self._sites[url] = at

    def _price(self, product: str, size: int, since: str, price: int = 1) -> None:
        entry = events.price_set(
            product, size, name=product, family=product, since=since, day_price_e12=price
        )
        self._record(entry, 0)


def empty(scene: Scene) -> SqliteLedger:
    """A ledger without an event."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    tables.create_in_memory(connection)
    skipped = ",".join(map(str, calendar_of(scene.zone).skipped))
    facts = {"currency": "usd", "time_zone": scene.zone, "name": "A", "skipped_dates": skipped}
    return SqliteLedger(connection, "memory", facts)


def spans(ledger: SqliteLedger, snapshot: Snapshot, last_day: int) -> set[tuple[Any, ...]]:
    """Who is on which site on which days up to one; what comes later is not told apart."""
    return {
        (*row[:4], min(row[4], last_day))
        for row in ledger.rows(
            f"SELECT license_id, offer_id, site_id, first_day, last_day FROM {snapshot.spans}"
        )
        if row[3] <= last_day
    }


def owners(ledger: SqliteLedger, snapshot: Snapshot, sites: set[int]) -> set[tuple[Any, ...]]:
    found = ledger.rows(
        f"SELECT site_id, first_day, last_day, client_id FROM {snapshot.owners} ORDER BY 1, 2"
    )
    return {row for row in found if row[0] in sites}


steps = scenes.flatmap(
    lambda scene: st.tuples(
        st.just(scene),
        st.lists(
            st.tuples(
                st.builds(
                    Step,
                    st.sampled_from(WHAT),
                    st.integers(0, 4),
                    st.integers(0, 5),
                    instants(scene),
                ),
                rows(scene),
            ),
            min_size=4,
            max_size=16,
        ),
        st.integers(0, 40),
        st.booleans(),
    )
)


@given(steps)
@agencies(30)
def test_a_snapshot_at_every_event_is_a_replay_up_to_it(
    drawn: tuple[Scene, list[tuple[Step, dict[str, Any]]], int, bool],
) -> None:
    scene, taken, days, in_order = drawn
    story = Story(scene)
    if in_order:
        taken = sorted(taken, key=lambda item: item[0].at)
    for step, life in taken:
        story.take(step, life)
    ledger = story.finish()
    every = list(told(ledger, KINDS))
    calendar = ledger.calendar
    some_day = calendar.first_day_from(scene.first) + days
    for event in every:
        replayed = replay(scene, every[: event.seq])
        sites = {row[0] for row in replayed.rows("SELECT id FROM sites")}
        for last_day in (some_day, calendar.first_day_from(scene.last) + 3000):
            found = as_recorded(ledger, event.seq, calendar.end_of(last_day))
            assert spans(ledger, found, last_day) == spans(replayed, NOW, last_day)
            assert owners(ledger, found, sites) == owners(replayed, NOW, sites)
        prices = {item.id: item.points for item in priced_offers_as_recorded(ledger, event.seq)}
        known = {item.id: item.points for item in priced_offers(replayed)}
        assert prices == {**dict.fromkeys(prices, ()), **known}
    assert as_recorded(ledger, len(every), END_AT) is NOW


KINDS = {kind for kind in vars(events).values() if isinstance(kind, str) and "." in kind}


def replay(scene: Scene, first: list[Event]) -> SqliteLedger:
    """The state that some events add up to."""
    ledger = empty(scene)
    apply_events(ledger, Lookups(ledger), first)
    return ledger
