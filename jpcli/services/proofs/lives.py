"""From the events in a proof to days: what happened to a license, where it was, whose that was.

Owns the reading of events that both sides share: who writes a proof and who checks one. Names are
those at the end of the proof's history. `WITHHELD` stands for a name that is another client's.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import license_events, owners
from jpcli.domain.agency_events import CLIENT_RENAMED, SITE_RENAMED
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.history import spans_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from jpcli.domain.calendar import BillingCalendar
    from jpcli.domain.events import Event
    from jpcli.domain.history import Span
    from jpcli.domain.owners import Stretch

    # A name, None for none, or WITHHELD.
    Name = str | bool | None

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
    whoever had it when the event was recorded."""

    def __init__(self, renames: Iterable[Event]) -> None:
        self._later: dict[tuple[str, str], list[tuple[int, str]]] = {}
        self._earlier: dict[tuple[str, str], list[tuple[int, str | None]]] = {}
        for event in renames:
            before = str(event.data["from"])
            self._later.setdefault((event.kind, before), []).append((event.seq, event.subject))
            given = self._earlier.setdefault((event.kind, event.subject), [])
            given.append((event.seq, before))
            # Whoever has it after that is another.
            self._earlier.setdefault((event.kind, before), []).append((event.seq, None))

    def site(self, url: Name, seq: int) -> Any:
        """A site that the event `seq` names."""
        return self._now(SITE_RENAMED, url, seq)

    def client(self, name: Name, seq: int) -> Any:
        """A client that the event `seq` names."""
        return self._now(CLIENT_RENAMED, name, seq)

    def place_of_site(self, url: Name) -> tuple[object, ...]:
        """Where a site comes among others when equal remainders are served (M5)."""
        return self._place(SITE_RENAMED, url)

    def place_of_client(self, name: Name) -> tuple[object, ...]:
        """The same of a client."""
        return self._place(CLIENT_RENAMED, name)

    def _place(self, kind: str, name: Name) -> tuple[object, ...]:
        """By the first name of all, and of those who had the same one, the earlier; none last."""
        until = LATEST_SEQ
        while isinstance(name, str):
            told = (change for change in self._earlier.get((kind, name), ()) if change[0] < until)
            seq, before = max(told, default=(0, None))
            if before is None:
                break
            until, name = seq, before
        return name is None, name or "", until

    def _now(self, kind: str, name: Name, seq: int) -> Name:
        while isinstance(name, str) and self._later:
            later = (change for change in self._later.get((kind, name), ()) if change[0] > seq)
            found = next(later, None)
            if found is None:
                break
            seq, name = found
        return name


def life_of(told: Sequence[Event], names: Names, calendar: BillingCalendar) -> Life:
    """The life that the events of one license tell, in order; there is at least one. What can't be
    told is a LookupError, TypeError, ValueError, AssertionError or BadInput."""
    history = None
    for event in told:
        history = license_events.after(history, event, partial(names.site, seq=event.seq))
    assert history is not None
    product, size, bundle_key = license_events.terms_of(told[0])
    return Life(product, size, bundle_key, spans_of(history, calendar))


def owners_of(told: Iterable[Event], names: Names, calendar: BillingCalendar) -> list[Stretch]:
    """Whose a site is, day by day, by the events about it; errors as `life_of`. The clients of the
    stretches are names."""
    changes: list[owners.Change] = []
    for event in told:
        changes = owners.after(changes, event, partial(names.client, seq=event.seq))
    return owners.stretches(calendar, changes)


def stays_of(
    spans: Iterable[Span], owned: Mapping[str, list[Stretch]], first_day: int, last_day: int
) -> list[Stay]:
    """The days of a license from one to another, as few stretches as can be (W1, W2). A site that
    `owned` does not have is withheld."""
    found: list[Stay] = []
    for span in spans:
        first, last = max(span.first_day, first_day), min(span.last_day, last_day)
        if first > last:
            continue
        site: Any = span.site
        if site is None:
            _append(found, Stay(first, last, None, None))
        elif site not in owned:
            _append(found, Stay(first, last, WITHHELD, WITHHELD))
        else:
            for stretch in owned[site]:
                a, b = max(first, stretch.first_day), min(last, stretch.last_day)
                if a <= b:
                    client: Any = stretch.client_id
                    _append(found, Stay(a, b, site, client))
    return found


def _append(found: list[Stay], stay: Stay) -> None:
    if found and found[-1][2:] == stay[2:] and found[-1].last_day + 1 == stay.first_day:
        stay = stay._replace(first_day=found.pop().first_day)
    found.append(stay)
