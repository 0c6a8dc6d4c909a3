"""License events to state: what each kind does to the lives of one batch."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.history import History
from jpcli.ledger.state.licenses import history_of

if TYPE_CHECKING:
    from jpcli.ledger.events.chain import Event
    from jpcli.ledger.state.licenses import Lives


def issued(lives: Lives, event: Event) -> None:
    """D1, B1: active and billed from `at` on, unassigned; a child belongs to its bundle."""
    lives.make(event.subject, event.seq, event.data, History(event.at))


def imported(lives: Lives, event: Event) -> None:
    """A whole life at once, as a history file tells it."""
    history = history_of(lives.lookups, event.data)
    lives.make(event.subject, event.seq, event.data, history)


def assigned(lives: Lives, event: Event) -> None:
    """W1: from `at` on the holder is the new site, or none; a transfer is both in one step."""
    site = event.data["site"]
    lives.place(event.subject, event.at, None if site is None else lives.lookups.site_id(site))


def revoked(lives: Lives, event: Event) -> None:
    """D1: inactive from `at` on. The last site stays on the row: the last day is its day (W1)."""
    lives.end(event.subject, event.at)
