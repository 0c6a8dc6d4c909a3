"""From an event to the state: the one place where state tables are written.

Owns every INSERT, UPDATE and DELETE on the state, in daily work and in replay alike, so that
replaying the events must give the same rows. Handlers stand with their topic and get runs of
events of one kind, because a bulk change is a hundred thousand of them. They trust the event: rules
are checked before an event is recorded, never here.
"""

from __future__ import annotations

from functools import cache
from importlib import import_module
from itertools import groupby
from typing import TYPE_CHECKING

from jpcli.domain import events

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups

    Handler = Callable[[Ledger, Lookups, list[Event]], None]

# Which module has the handlers of the kinds that begin so.
_TOPICS = {
    "card": "cards",
    "cards": "cards",
    "change": "answers",
    "client": "sites",
    "connection": "wishes",
    "invoice": "invoices",
    "ledger": "meta",
    "license": "licenses",
    "outbox": "outbox",
    "payment": "attempts",
    "payments": "meta",
    "price": "products",
    "product": "products",
    "request": "answers",
    "run": "wishes",
    "site": "sites",
    "wish": "wishes",
}

# What depends on what: later stages may name what earlier ones make, never the other way round.
# All of a stage has one handler and keeps its order. A kind that is not here is applied where it
# stands: right for every kind, and slower for many of them.
_STAGES = {
    events.CLIENT_ADDED: 0,
    events.SITE_ADDED: 1,
    events.SITE_MOVED: 2,
    events.SITE_OWNERS_SET: 2,
    **dict.fromkeys(events.ABOUT_LICENSES, 3),
}


def apply_events(ledger: Ledger, lookups: Lookups, told: Iterable[Event]) -> None:
    """Change the state as events say, inside the caller's transaction.

    Events of kinds with a stage are sorted by it (stably) between two without one: a site is made
    before anything is put on it whenever it was first named, so runs get long and the outcome is
    the same.
    """
    for staged, stretch in groupby(told, key=lambda event: event.kind in _STAGES):
        if staged:
            runs = _by_stage(stretch)
        else:
            runs = [list(run) for _, run in groupby(stretch, key=lambda e: handler_of(e.kind))]
        for run in runs:
            handler_of(run[0].kind)(ledger, lookups, run)


def _by_stage(told: Iterable[Event]) -> list[list[Event]]:
    stages: list[list[Event]] = [[] for _ in {*_STAGES.values()}]
    for event in told:
        stages[_STAGES[event.kind]].append(event)
    return [run for run in stages if run]


def known_kinds() -> list[str]:
    """Every kind of event that there is, in order."""
    topics = {import_module(f"jpcli.ledger.state.{topic}") for topic in _TOPICS.values()}
    return sorted(kind for topic in topics for kind in topic.HANDLERS)


@cache
def handler_of(kind: str) -> Handler:
    """What applies a kind; loaded when it is needed, because a command records two or three."""
    topic = import_module(f"jpcli.ledger.state.{_TOPICS[kind.partition('.')[0]]}")
    handler: Handler = topic.HANDLERS[kind]
    return handler
