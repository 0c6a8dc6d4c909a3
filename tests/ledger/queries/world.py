"""A small agency as plain facts, the ledger that holds it, and what anyone can count by hand.

Days are numbered from the first of May 2024, and everything happens at noon, so that no rule of
midnight matters here: those have tests of their own.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING, Any, NamedTuple

from tests.services.agency import PRICES, Agency

if TYPE_CHECKING:
    from collections.abc import Iterator

FIRST = date(2024, 5, 1)
DAYS = 100
AI, SCAN, SECURITY = "jetpack-ai", "jetpack-scan", "jetpack-security-t1"
FAMILIES = {AI: AI, SCAN: AI, SECURITY: "jetpack-security"}
SITES = (
    "https://a.example",
    "https://a_b.example",
    "https://axb.example",
    "http://c.example/100%25",
)
CLIENTS = ("Ann", "Bob % Co", "Cyd_1", "Cyda1")


class Stay(NamedTuple):
    """On a site from one day to another, on which it is elsewhere at the end of the day."""

    site: str
    begun: int
    ended: int | None


class Life(NamedTuple):
    """A license, from its first day to its last; `size` is a bundle's, `bundle` a child's."""

    key: str
    product: str
    first: int
    last: int | None
    stays: tuple[Stay, ...] = ()
    bundle: str | None = None
    size: int = 1

    @property
    def usable(self) -> bool:
        return self.size == 1

    @property
    def state(self) -> str:
        if self.last is not None:
            return "revoked"
        if not self.usable:
            return "bundle"
        return "unassigned" if self.now_on is None else "assigned"

    @property
    def now_on(self) -> str | None:
        """Where it is at the end, or was when it was revoked."""
        return self.site(DAYS if self.last is None else self.last)

    @property
    def placed(self) -> int | None:
        """The day since which it is there."""
        return self.stays[-1].begun if self.now_on is not None else None

    def active(self, day: int) -> bool:
        return self.first <= day and (self.last is None or day <= self.last)

    def site(self, day: int) -> str | None:
        for stay in self.stays:
            if stay.begun <= day and (stay.ended is None or day < stay.ended):
                return stay.site
        return None

    def row(self) -> dict[str, Any]:
        """As a history file has it."""
        return {
            "license_key": self.key,
            "product": self.product,
            "issued_at": noon(self.first),
            "revoked_at": None if self.last is None else noon(self.last),
            "assignments": [
                {
                    "site": stay.site,
                    "client": None,
                    "from": noon(stay.begun),
                    "to": None if stay.ended is None else noon(stay.ended),
                }
                for stay in self.stays
            ],
            "bundle_key": self.bundle,
            "bundle_size": None if self.size == 1 else self.size,
        }


class Move(NamedTuple):
    """A site becomes a client's, or nobody's."""

    day: int
    site: str
    client: str | None


class World(NamedTuple):
    """The facts, in the order in which they were recorded, and their ledger."""

    lives: tuple[Life, ...]
    moves: tuple[Move, ...]
    agency: Agency

    @property
    def sites(self) -> list[str]:
        return sorted({stay.site for life in self.lives for stay in life.stays})

    def client(self, site: str | None, day: int = DAYS) -> str | None:
        """Whose site it is at the end of a day."""
        owner = None
        for move in self.moves:
            if move.site == site and move.day <= day:
                owner = move.client
        return owner


def made(path: Path, seed: int) -> World:
    """A ledger of random facts; of none where the seed is 0."""
    random = Random(seed)
    lives = tuple(_lives(random)) if seed else ()
    agency = Agency(path).init(prices=PRICES.replace("Daily,jetpack-scan", "Daily,jetpack-ai"))
    agency.card()
    file = path.with_suffix(".ndjson")
    file.write_text("".join(json.dumps(life.row()) + "\n" for life in lives), encoding="utf-8")
    if lives:
        agency.import_file(file)
    world = World(lives, (), agency)
    world = world._replace(moves=tuple(_moves(random, lives)))
    for move in world.moves:
        agency.move_site(move.site, move.client, at=noon(move.day))
    assert agency.check()["ok"]
    return world


def _lives(random: Random) -> Iterator[Life]:
    for number in range(14):
        product = random.choice((AI, SCAN, SECURITY))
        first, last = _stretch(random, 0, None)
        yield Life(f"{product}_{number:02d}", product, first, last, _stays(random, first, last))
    for number in range(3):
        first, last = _stretch(random, 0, None)
        key = f"{SECURITY}_bundle{number}"
        yield Life(key, SECURITY, first, last, size=3)
        for child in range(3):
            begun, ended = _stretch(random, first, last) if child == 2 else (first, last)
            stays = _stays(random, begun, ended)
            yield Life(f"{SECURITY}_child{number}{child}", SECURITY, begun, ended, stays, key)


def _stretch(random: Random, low: int, high: int | None) -> tuple[int, int | None]:
    """First and last day of a life, inside of another; the last day may be the first."""
    first = random.randint(low, DAYS - 1 if high is None else high)
    last = random.randint(first, DAYS - 1 if high is None else high)
    return first, high if random.random() < 0.5 else last


def _stays(random: Random, first: int, last: int | None) -> tuple[Stay, ...]:
    end = DAYS if last is None else last
    cuts = sorted(random.sample(range(first, end), min(end - first, random.randint(0, 3))))
    stays = []
    for begun, ended in zip(cuts, [*cuts[1:], None], strict=False):
        if random.random() < 0.8:
            stays.append(Stay(random.choice(SITES), begun, ended))
    # Two stays on one site that touch are one.
    return tuple(
        stay
        for before, stay in zip([None, *stays], stays, strict=False)
        if before is None or before.site != stay.site
    )


def _moves(random: Random, lives: tuple[Life, ...]) -> Iterator[Move]:
    # A site is known since the first row that names it.
    known: dict[str, int] = {}
    for stay in (stay for life in lives for stay in life.stays):
        known.setdefault(stay.site, stay.begun)
    for site, first in known.items():
        owner = None
        days = range(first + 1, DAYS)
        for day in sorted(random.sample(days, min(len(days), random.randint(0, 3)))):
            owner = random.choice([name for name in (None, *CLIENTS) if name != owner])
            yield Move(day, site, owner)


def noon(day: int) -> str:
    """The instant as text."""
    return f"{FIRST + timedelta(days=day)}T12:00:00Z"
