"""Spans that are not (or not yet) so, laid over those that are.

Owns the two scratches behind what-if questions and earlier "as of" instants: licenses named here
are taken out of the sums, the spans given instead are put in. They lie beside the ledger, never in
it, so this works on one that can only be read, too.
"""

from __future__ import annotations

from array import array
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from jpcli.domain import license_events
from jpcli.domain.events import ABOUT_LICENSES
from jpcli.domain.history import History, spans_of, truncated
from jpcli.domain.numbers import NamesByNumber
from jpcli.ledger.events.log import is_one_of, latest_at, told
from jpcli.ledger.snapshots import owners
from jpcli.ledger.snapshots.names import NamesThen
from jpcli.ledger.snapshots.snapshot import NOW, Snapshot
from jpcli.ledger.state.licenses import stored_history
from jpcli.ledger.state.lookups import Lookups

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from jpcli.ledger.database.connection import Ledger

_COLUMNS = "license_id, offer_id, child, last_day, first_day, site_id, ends"
_CHANGED_SINCE = "SELECT id FROM licenses WHERE last_at > :at"
# So many lives are put in at a time.
_AT_ONCE = 1_000


class Overlay:
    """A snapshot in the making. Hypothetical licenses have negative row numbers.

    `names` is what they are called; `owners` is what to read in the place of the sites' clients.
    """

    def __init__(self, ledger: Ledger, owners: str = NOW.owners) -> None:
        self._owners = owners
        self._licenses = ledger.scratch("license_id", key=True)
        self._spans = ledger.scratch(_COLUMNS)
        self._ledger = ledger
        self._added: dict[int, tuple[int, int]] = {}
        self._lowest = 0
        self.names: dict[int, str] = {}

    @property
    def snapshot(self) -> Snapshot:
        """What the sums should read instead, with what was and will be put in here."""
        spans = (
            f"(SELECT {_COLUMNS} FROM {NOW.spans} WHERE license_id NOT IN"
            f" (SELECT license_id FROM {self._licenses.name})"
            f" UNION ALL SELECT {_COLUMNS} FROM {self._spans.name})"
        )
        return Snapshot(spans, self._owners, self.names)

    def replace(self, license_id: int, history: History | None) -> None:
        """Let a license have had another life, or (None) not have been issued."""
        if license_id in self._added:
            offer_id, child = self._added[license_id]
        else:
            offer_id, child = self._terms(license_id)
            self._licenses.insert([(license_id,)])
        self._spans.remove(license_id)
        if history is not None:
            self._insert(offer_id, child, [license_id], history)

    def replace_each(self, lives: Iterable[tuple[int, History | None]]) -> None:
        """The same for many, each once: they must not have been named here before, so that nothing
        has to be looked for among the others."""
        self.replace_all((number, *self._terms(number), life) for number, life in lives)

    def replace_all(self, lives: Iterable[tuple[int, int, int, History | None]]) -> None:
        """The same where offer and child of each are known: (row number, offer, child, life)."""
        waiting = iter(lives)
        while some := list(islice(waiting, _AT_ONCE)):
            self._replace_some(some)

    def _terms(self, license_id: int) -> tuple[int, int]:
        """(offer, child) of a license that exists."""
        row = self._ledger.one("SELECT offer_id, child FROM licenses WHERE id = :id", id=license_id)
        assert row is not None
        return row[0], row[1]

    def _replace_some(self, lives: list[tuple[int, int, int, History | None]]) -> None:
        calendar = self._ledger.calendar
        self._licenses.insert([(number,) for number, *_ in lives])
        self._spans.insert(
            (number, offer_id, child, span.last_day, span.first_day, span.site, int(span.ends))
            for number, offer_id, child, history in lives
            if history is not None
            for span in spans_of(history, calendar)
        )

    def add(self, offer_id: int, child: int, names: list[str], history: History) -> list[int]:
        """Put in licenses that do not exist, named so where keys would be; gives their numbers."""
        numbers = list(self._new_numbers(len(names)))
        self.names.update(zip(numbers, names, strict=True))
        self._added.update(dict.fromkeys(numbers, (offer_id, child)))
        self._insert(offer_id, child, numbers, history)
        return numbers

    def add_unnamed(self, offer_id: int, child: int, quantity: int, history: History) -> None:
        """Put in so many that do not exist and that only sums will read."""
        self._insert(offer_id, child, self._new_numbers(quantity), history)

    def _new_numbers(self, quantity: int) -> range:
        first = self._lowest - 1
        self._lowest -= quantity
        return range(first, first - quantity, -1)

    def _insert(self, offer_id: int, child: int, numbers: Sequence[int], history: History) -> None:
        spans = spans_of(history, self._ledger.calendar)
        self._spans.insert(
            (number, offer_id, child, span.last_day, span.first_day, span.site, int(span.ends))
            for number in numbers
            for span in spans
        )


def as_of(ledger: Ledger, at: int) -> Overlay:
    """The licenses, and whose sites were whose, as they stood at an instant; more can be put in."""
    if at >= latest_at(ledger):
        return Overlay(ledger)
    overlay = Overlay(ledger, owners.as_of(ledger, at))
    changed = array("q", (row[0] for row in ledger.rows(_CHANGED_SINCE, at=at)))
    overlay.replace_each(
        (number, truncated(stored_history(ledger, number), at)) for number in changed
    )
    return overlay


def as_recorded(ledger: Ledger, seq: int, end_at: int) -> Snapshot:
    """The licenses as the first `seq` events have them, for the days before the instant `end_at`.

    It is `NOW` when nothing recorded later reaches back behind it: then the tables are right.
    """
    rows = ledger.rows(
        f"SELECT DISTINCT subject FROM events WHERE seq > :seq AND {_OF_LICENSES}"
        f" AND (at < :end_at OR {_LOOK_BACK})",
        seq=seq,
        end_at=end_at + _DAY_AND_MORE,
    )
    subjects = NamesByNumber(enumerate(key for (key,) in rows))
    owned = owners.as_recorded(ledger, seq)
    if len(subjects) == 1 and owned == NOW.owners:
        return NOW
    overlay = Overlay(ledger, owned)
    lookups, names = Lookups(ledger), NamesThen(ledger)
    overlay.replace_each(
        (lookups.license_id(key), _recorded(ledger, names, key, seq))
        for key in subjects.values()
        if key is not None
    )
    return overlay.snapshot


_OF_LICENSES = is_one_of(ABOUT_LICENSES)
_LOOK_BACK = is_one_of(license_events.LOOKING_BACK)
# A revocation at midnight sharp reaches back behind it; two days cover every time zone's quirks.
_DAY_AND_MORE = 2 * 86_400_000_000


def _recorded(ledger: Ledger, names: NamesThen, license_key: str, seq: int) -> History | None:
    """A license's life as the first `seq` events tell it; None when it was not known yet."""
    life: History | None = None
    for event in told(ledger, ABOUT_LICENSES, subject=license_key, until_seq=seq):
        life = license_events.after(life, event, partial(names.site_id, seq=event.seq))
    return life
