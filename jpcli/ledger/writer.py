"""One write: lock, read, decide, record, apply, commit.

Owns the order of things. A service opens a `Writer`, reads whatever its rule needs, records
events, and the writer appends them to the chain and applies them to the state in the same
transaction. An exception leaves the ledger as it was.

Every text comes in here, so here no card number gets past (R3), whatever parser forgot to look.
"""

from __future__ import annotations

from contextlib import contextmanager
from functools import partial
from itertools import chain as chain_of
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain import events
from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.event_texts import check_new_texts
from jpcli.domain.events import ABOUT_LICENSES, ABOUT_OWNERS, LICENSE_REVOKED, Event
from jpcli.domain.texts import check_remark
from jpcli.ledger.database.connection import HEAD
from jpcli.ledger.events import chain
from jpcli.ledger.events.log import newest_recorded_at
from jpcli.ledger.queries.wishes import at_jetpack
from jpcli.ledger.state.apply import apply_events
from jpcli.ledger.state.lookups import Lookups, number_of_product, number_of_site, offers_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping

    from jpcli.ledger.database.connection import Ask, Ledger

# So many licenses at once are worth an effort.
MANY = 5_000
# Events waiting to be applied are flushed at this many, so that a bulk change of any size
# needs flat memory and still reaches the tables through executemany.
FLUSH_EVENTS = 5_000

# Kinds of events that say on which days what was active, and whose it was.
_CHANGES_DAYS = frozenset({*ABOUT_LICENSES, *ABOUT_OWNERS})

_ABOUT_LICENSES = frozenset(ABOUT_LICENSES)

_INSERT_EVENT = (
    "INSERT INTO events (seq, kind, subject, at, recorded_at, actor, reason, data, hash)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
)


class Reach(NamedTuple):
    """How far back a change reached: the earliest billing day that something recorded is dated
    back to, and the earliest of which anything is otherwise now; OPEN_DAY if none is."""

    dated_day: int = OPEN_DAY
    changed_day: int = OPEN_DAY

    def and_also(self, other: Reach) -> Reach:
        """How far both reached together."""
        return Reach(*map(min, self, other))


class Writer:
    """Records events into one open transaction. `now_at` is the instant of recording,
    `effective_at` that at which they take effect unless an event says otherwise."""

    def __init__(
        self, ledger: Ledger, *, actor: str, now_at: int, effective_at: int | None = None
    ) -> None:
        self.ledger = ledger
        self._actor = check_remark(actor, "--actor")
        self._now_at = now_at
        # Two transactions that follow each other never have the same instant of recording, whatever
        # their clocks say: so it tells which events were recorded together.
        self._recorded_at = now_at + (now_at == newest_recorded_at(ledger))
        self._effective_at = now_at if effective_at is None else effective_at
        self._lookups = Lookups(ledger)
        self._waiting: list[Event] = []
        self._refused: BadInput | None = None
        self.recorded = 0
        self._about_licenses: str | None = None
        self._late_indexes: dict[str, str] = {}
        # The earliest instant, and the earliest day, that what is recorded is dated back to; of
        # revocations apart.
        self._earliest_at = self._revoked_at = self._now_at
        self._reached_day = OPEN_DAY
        # Told the line of a file whose row is done now.
        self.begins: Callable[[int | None], None] | None = None
        # Asked as soon as the tables are up to date, each time.
        self.asked_after: tuple[Ask, ...] = ()
        head = ledger.one(HEAD)
        self._seq, self._hash, self._latest_at = head or (0, chain.GENESIS, 0)
        self._lacks_rules = head is not None and ledger.lacks_rules

    @property
    def last_seq(self) -> int:
        """The number of the last event recorded so far."""
        return int(self._seq)

    @property
    def reach(self) -> Reach:
        """How far back reaches what was recorded. The day of a revocation is billed as it was, to
        whom it was (D2, W1): what changes begins after it, or with a day that had not begun."""
        found, day_of = Reach(self._reached_day, self._reached_day), self.ledger.calendar.day_of
        if self._earliest_at < self._now_at:
            day = day_of(self._earliest_at)
            found = found.and_also(Reach(day, day))
        if self._revoked_at < self._now_at:
            first_gone = day_of(self._revoked_at - 1) + 1
            found = found.and_also(Reach(day_of(self._revoked_at), first_gone))
        return found

    @property
    def changed_licenses(self) -> bool:
        """Whether anything was recorded about a license."""
        return self._about_licenses is not None

    def reaches(self, day: int) -> None:
        """Note that what is recorded changes this billing day, whatever instant it has itself."""
        self._reached_day = min(self._reached_day, day)

    def expect_many(self) -> None:
        """MANY licenses or more are recorded in this transaction, nearly all there are. They are
        sorted into some indexes at its end, which saves half of those. No query may be half read.
        """
        self._late_indexes = self.ledger.late_indexes()
        for name in self._late_indexes:
            self.ledger.execute(f"DROP INDEX IF EXISTS {name}")

    def check_told(self) -> None:
        """Where the licenses are at Jetpack, nothing about one is kept that was not told so there:
        Refused `only_at_jetpack`."""
        if self._about_licenses is not None and at_jetpack(self.ledger):
            raise Refused(
                "only_at_jetpack",
                "The licenses of this ledger are at Jetpack, and are changed there first",
                hint="Bring the ledger up to date:   jpcli jetpack pull",
                subject=self._about_licenses,
            )

    def finish(self) -> None:
        """Bring tables and indexes up to date; nothing more is recorded."""
        self.flush()
        for statement in self._late_indexes.values():
            self.ledger.execute(statement)

    def record(
        self,
        kind: str,
        subject: str,
        data: Mapping[str, Any],
        *,
        at: int | None = None,
        reason: str | None = None,
    ) -> None:
        """Append one event that took effect `at` (an instant; default: the writer's).

        Raises BadInput `card_number` for a new text that has one, and then nothing is written,
        whoever catches it: a part of a change may be recorded already.
        """
        if self._lacks_rules:
            self.learn_rules()
        try:
            check_new_texts(kind, subject, data, reason)
        except BadInput as error:
            self._refused = error
            raise
        effective_at = self._effective_at if at is None else at
        if kind == LICENSE_REVOKED:
            self._revoked_at = min(self._revoked_at, effective_at)
        elif effective_at < self._earliest_at and kind in _CHANGES_DAYS:
            self._earliest_at = effective_at
        if kind in _ABOUT_LICENSES:
            self._about_licenses = subject
        self._seq += 1
        self.recorded += 1
        self._latest_at = max(self._latest_at, effective_at)
        told = (self._seq, kind, subject, effective_at, self._recorded_at, self._actor)
        self._waiting.append(Event._make((*told, reason, data)))
        if len(self._waiting) >= FLUSH_EVENTS:
            self.flush()

    def learn_rules(self) -> None:
        """Record the rules of its time zone in a ledger that has none yet; the first event that a
        newer jpcli writes there is that."""
        if not self._lacks_rules:
            return
        self._lacks_rules = False
        from jpcli.ledger.state.zone import due_facts, recorded_facts

        facts = recorded_facts(self.ledger)  # by another process, since this one opened it
        if not facts:
            facts = due_facts(self.ledger)
            if facts:
                entry = events.ledger_zone_set(self.ledger.zone, facts)
                self.record(*entry, at=self._now_at)
                self.recorded -= 1  # nothing that was asked for
        self.ledger.learn(facts)

    def flush(self) -> None:
        """Bring tables up to date with what was recorded so far, so that queries see it."""
        if self._refused is not None:
            raise self._refused
        if not self._waiting:
            return
        waiting, self._waiting = self._waiting, []
        rows = chain.linked(self._hash, waiting)
        self._hash = rows[-1][-1]
        self.ledger.execute_many(_INSERT_EVENT, rows)
        apply_events(self.ledger, self._lookups, waiting)
        self.ledger.promise(self._seq, self._hash)
        self.ledger.execute(
            "INSERT INTO chain (id, seq, hash, latest_at) VALUES (1, ?, ?, ?) ON CONFLICT (id)"
            " DO UPDATE SET seq = excluded.seq, hash = excluded.hash,"
            " latest_at = excluded.latest_at",
            (self._seq, self._hash, self._latest_at),
        )
        self.ledger.ahead(self.asked_after)


def asks_about(
    ledger: Ledger,
    *,
    license_keys: Iterable[str] = (),
    site: str | None = None,
    product: str | None = None,
    issues: bool = False,
) -> Iterator[Ask]:
    """What the tables are asked where something is recorded about these: licenses, the site that
    they are put on, a product that gets a price; or where licenses are made."""
    from jpcli.ledger.state.licenses import stored_asks

    for license_key in license_keys:
        yield from stored_asks(ledger, license_key)
    if site is not None:
        yield partial(number_of_site, ledger, site)
    if product is not None:
        yield partial(number_of_product, ledger, product)
    if issues:
        yield partial(offers_of, ledger)


@contextmanager
def writing(
    ledger: Ledger,
    *,
    actor: str,
    now_at: int,
    effective_at: int | None = None,
    keep: bool = True,
    asks: Iterable[Ask] = (),
    told: bool = False,
) -> Iterator[Writer]:
    """A transaction with a `Writer`; with `keep` false everything is rolled back at the end. `asks`
    are foreseen, as by `Ledger.ahead`. `told` says that what is recorded of licenses was told by
    whoever has them: Jetpack, or a file."""
    with ledger.transaction(keep=keep, asks=chain_of((partial(newest_recorded_at, ledger),), asks)):
        writer = Writer(ledger, actor=actor, now_at=now_at, effective_at=effective_at)
        yield writer
        if keep:
            if not told:
                writer.check_told()
            writer.finish()
        else:
            writer.flush()
