"""From the events in a proof to days: what happened to a license, where it was, whose that was.

Owns the reading of events that both sides share: who writes a proof and who checks one. Names are
those at the end of the proof's history. `WITHHELD` stands for a name that is another client's.
"""

from __future__ import annotations

from bisect import bisect_left
from functools import partial
from operator import attrgetter
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import license_events, owners
from jpcli.domain.agency_events import CLIENT_RENAMED, SITE_RENAMED
from jpcli.domain.history import spans_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.events import Event
    from jpcli.domain.history import Span
    from jpcli.domain.owners import Stretch

    # A name or its number, None for none, or WITHHELD.
    Name = str | int | None
    # What a name means in the event of a number (`seq`).
    MeantBy = Callable[..., Any]
    # Whose a site is, day by day; None: not known.
    OwnedBy = Callable[[Any], list[Stretch] | None]

WITHHELD = False
RENAMES = (CLIENT_RENAMED, SITE_RENAMED)


class Stay(NamedTuple):
    """Billing days, both included, of a license with one holder: a site, and whose it is."""

    first_day: int
    last_day: int
    site: Name
    client: Name


class Life(NamedTuple):
    """What a license is, and its days with where they were."""

    product: str
    bundle_size: int
    bundle_key: str | None
    spans: tuple[Span, ...]


class Names:
    """What sites and clients are called in the end, by what events call them (I8): a name means
    whoever had it when the event was recorded. And what they were called first."""

    def __init__(self, renames: Iterable[Event]) -> None:
        told = sorted(renames, key=attrgetter("seq"))
        # (kind, name): events that take that name away, the latest first, with what the one who had
        # it is called in the end.
        self._later: dict[tuple[str, str], list[tuple[int, str]]] = {}
        for event in reversed(told):
            before, now = (event.kind, str(event.data["from"])), (event.kind, event.subject)
            end = self._later[now][-1][1] if now in self._later else event.subject
            self._later.setdefault(before, []).append((event.seq, end))
        self._first: dict[tuple[str, str], tuple[str, int]] = {}
        self._begun: dict[tuple[str, str], int] = {}
        for event in told:
            before = (event.kind, str(event.data["from"]))
            first = self._first.pop(before, None)
            if first is None:
                first = self._beginning(*before)
                self._begun[before] = first[1] + 1
            self._first[event.kind, event.subject] = first

    def site(self, url: Name, seq: int) -> Any:
        """A site that the event `seq` names."""
        return self._now(SITE_RENAMED, url, seq)

    def client(self, name: Name, seq: int) -> Any:
        """A client that the event `seq` names."""
        return self._now(CLIENT_RENAMED, name, seq)

    def order_of_site(self, name: str) -> tuple[str, int]:
        """In which order equal remainders are served: by the first name of what is called so in
        the end; of two with the same, the earlier one comes first."""
        return self._first.get((SITE_RENAMED, name)) or self._beginning(SITE_RENAMED, name)

    def order_of_client(self, name: str) -> tuple[str, int]:
        """The same of a client."""
        return self._first.get((CLIENT_RENAMED, name)) or self._beginning(CLIENT_RENAMED, name)

    def _beginning(self, kind: str, name: str) -> tuple[str, int]:
        return name, self._begun.get((kind, name), 0)

    def _now(self, kind: str, name: Name, seq: int) -> Name:
        if not self._later or not isinstance(name, str):
            return name
        later = self._later.get((kind, name), ())
        place = bisect_left(later, -seq, key=_latest_first) - 1
        return later[place][1] if place >= 0 else name


def _latest_first(change: tuple[int, str]) -> int:
    return -change[0]


def life_of(told: Sequence[Event], site_of: MeantBy, calendar: BillingCalendar) -> Life:
    """The life that the events of one license tell, in order; there is at least one. What can't be
    told is a LookupError, TypeError, ValueError, AssertionError or BadInput."""
    history = None
    for event in told:
        history = license_events.after(history, event, partial(site_of, seq=event.seq))
    assert history is not None
    product, size, bundle_key = license_events.terms_of(told[0])
    return Life(product, size, bundle_key, spans_of(history, calendar))


def owners_of(
    told: Iterable[Event], client_of: MeantBy, calendar: BillingCalendar
) -> list[Stretch]:
    """Whose a site is, day by day, by the events about it; errors as `life_of`. The clients of the
    stretches are what `client_of` makes of them."""
    changes: list[owners.Change] = []
    for event in told:
        changes = owners.after(changes, event, partial(client_of, seq=event.seq))
    return owners.stretches(calendar, changes)


def stays_of(spans: Iterable[Span], owned: OwnedBy, first_day: int, last_day: int) -> list[Stay]:
    """The days of a license from one to another, as few stretches as can be (W1, W2). A site of
    which `owned` has nothing is withheld."""
    found: list[Stay] = []
    for span in spans:
        first, last = max(span.first_day, first_day), min(span.last_day, last_day)
        if first > last:
            continue
        site: Any = span.site
        if site is None:
            _append(found, Stay(first, last, None, None))
        elif (stretches := owned(site)) is None:
            _append(found, Stay(first, last, WITHHELD, WITHHELD))
        else:
            for stretch in stretches:
                a, b = max(first, stretch.first_day), min(last, stretch.last_day)
                if a <= b:
                    client: Any = stretch.client_id
                    _append(found, Stay(a, b, site, client))
    return found


def _append(found: list[Stay], stay: Stay) -> None:
    if found and found[-1][2:] == stay[2:] and found[-1].last_day + 1 == stay.first_day:
        stay = stay._replace(first_day=found.pop().first_day)
    found.append(stay)
