"""The desk: one open ledger, and who asks, when, and how.

Owns what every use case shares: the instant of a change and its limits, and whether it is kept.
It holds no rule of its own.
"""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.errors import BadInput
from jpcli.domain.instants import SECOND, format_instant
from jpcli.domain.moments import local_text_and_zone, names_a_day, parse_moment
from jpcli.ledger.database.connection import LedgerOlder
from jpcli.ledger.database.engines import open_ledger

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from contextlib import AbstractContextManager

    from jpcli.ledger.database.connection import Ask, Ledger
    from jpcli.ledger.writer import Writer


class Desk:
    """One open ledger with the caller's clock, name and wishes. `now_at` is an instant; `kept`
    names the copy of how the ledger was, if opening it brought it to a newer schema."""

    def __init__(
        self,
        ledger: Ledger,
        *,
        now_at: int,
        actor: str,
        at_text: str | None = None,
        idempotency_key: str | None = None,
        dry_run: bool = False,
        kept: str | None = None,
    ) -> None:
        self.ledger = ledger
        self.kept = kept
        self.now_at = now_at
        self.actor = actor
        self.at_text = at_text
        self.idempotency_key = idempotency_key
        self.dry_run = dry_run
        # Nothing takes effect before this instant: a clock ahead of ours may have told a later one.
        self.not_before_at = 0
        # (before, last): the numbers of the events that each transaction recorded.
        self.recorded: list[tuple[int, int]] = []
        self._doors: list[Callable[[], object]] = []

    @property
    def today(self) -> int:
        """The billing day it is now."""
        return self.ledger.calendar.day_of(self.now_at)

    def instant(self, text: str, *, end_of_day: bool) -> int:
        """What a text means by the ledger's calendar; today alone lasts until now, no longer."""
        calendar = self.ledger.calendar
        at = parse_moment(text, calendar, self.today, end_of_day=end_of_day)
        is_today = names_a_day(text) and calendar.day_of(at) == self.today
        return min(at, self.now_at) if is_today else at

    def told(self, at: int) -> str:
        """An instant for a person: in the ledger's zone, which is named."""
        return local_text_and_zone(at, self.ledger.calendar)

    def effective_at(self, *, end_of_day: bool = False) -> int:
        """The instant a change takes effect: `--at`, else now.

        A date alone means the start of that billing day, or with `end_of_day` its end, so that
        a revoke day counts (D2). Raises BadInput `time_in_future` or `bad_instant`.
        """
        if self.at_text is None:
            return max(self.now_at, self.not_before_at)
        at = self.instant(self.at_text, end_of_day=end_of_day)
        self.ledger.calendar.checked(at, self.at_text)
        if at > self.now_at:
            raise BadInput(
                "time_in_future",
                f"{self.at_text} lies in the future; it is {self.told(self.now_at)} now",
                hint="Leave out --at to do it now.",
                subject=self.at_text,
            )
        return at

    @contextmanager
    def writing(self, asks: Iterable[Ask] = (), *, told: bool = False) -> Iterator[Writer]:
        """A write transaction, whose events take effect when `--at` says; with `--dry-run`
        everything is rolled back at its end. `asks` and `told` are as in `ledger.writer.writing`.
        """
        with self._transaction(keep=not self.dry_run, told=told, asks=asks) as writer:
            before = writer.last_seq
            yield writer
        if writer.recorded and not self.dry_run:
            self.recorded.append((before, writer.last_seq))

    def rehearsing(self) -> AbstractContextManager[Writer]:
        """The same, rolled back in any case."""
        return self._transaction(keep=False, told=False)

    def _transaction(
        self, *, keep: bool, told: bool, asks: Iterable[Ask] = ()
    ) -> AbstractContextManager[Writer]:
        from jpcli.ledger.writer import writing

        return writing(
            self.ledger,
            actor=self.actor,
            now_at=self.now_at,
            effective_at=self.effective_at(),
            keep=keep,
            asks=asks,
            told=told,
        )

    def closes(self, door: Callable[[], object]) -> None:
        """A door to the outside that was opened for this desk is closed with it."""
        self._doors.append(door)

    def close(self) -> None:
        """Give the ledger back, and close what was opened for it."""
        try:
            for door in self._doors:
                door()
        finally:
            self.ledger.close()


def open_desk(
    path: str,
    *,
    now_at: int,
    actor: str,
    at_text: str | None = None,
    idempotency_key: str | None = None,
    dry_run: bool = False,
    writes: bool = False,
) -> Desk:
    """Open the ledger at `path`, brought up to date; errors as `open_ledger` and `open_older`, and
    as `Desk.effective_at`: a bad `--at` is refused before anything is done, here or outside.
    """
    ledger, kept = _opened(path, writes)
    desk = Desk(
        ledger,
        now_at=now_at,
        actor=actor,
        at_text=at_text,
        idempotency_key=idempotency_key,
        dry_run=dry_run,
        kept=kept,
    )
    try:
        ledger.calendar.checked(now_at, f"The present, {format_instant(now_at)},", "JPCLI_NOW")
        desk.effective_at()
    except BadInput:
        desk.close()
        raise
    return desk


def clock_note(desk: Desk, now_at: int) -> Note | None:
    """That the clock is behind the ledger's last event; no refusal, for the clock that recorded it
    may have been ahead. `now_at` is read after the desk was opened: others write meanwhile."""
    from jpcli.ledger.events.log import newest_recorded_at

    last_at = newest_recorded_at(desk.ledger)
    if last_at // SECOND <= now_at // SECOND:
        return None
    message = (
        f"The clock says {desk.told(now_at)}, but the ledger's last event was recorded at"
        f" {desk.told(last_at)}: this clock is behind, or that one was ahead"
    )
    return Note("clock_behind", message, "warning")


def _opened(path: str, writes: bool) -> tuple[Ledger, str | None]:
    try:
        return open_ledger(path, writes=writes), None
    except LedgerOlder:
        from jpcli.ledger.upkeep.places import open_older

        return open_older(path, writes=writes)
