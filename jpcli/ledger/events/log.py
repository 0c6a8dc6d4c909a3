"""Questions about the events themselves."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.events import ABOUT_LICENSES, LATEST_SEQ, REQUEST_ANSWERED, REQUEST_LISTED, Event
from jpcli.domain.outside_events import ABOUT_WISHES
from jpcli.ledger.database.connection import HEAD
from jpcli.ledger.events.chain import GENESIS

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from jpcli.ledger.database.connection import Ledger

EVENT_COLUMNS = ("seq", "kind", "subject", "at", "recorded_at", "actor", "reason", "data")
_EVENT = ", ".join(EVENT_COLUMNS)


class EventFilter(NamedTuple):
    """Which events: `subject` and `actor` exact, `kind` exact or a prefix up to its dot, `since_at`
    and `until_at` bound the instant of effect; `site` also finds licenses put on it. Where that had
    other names, `site_spells` are all of them, each with the first and the last event."""

    subject: str | None = None
    actor: str | None = None
    kind: str | None = None
    site: str | None = None
    since_at: int | None = None
    until_at: int | None = None
    site_spells: Sequence[tuple[str, int, int]] = ()


def event_rows(ledger: Ledger, wanted: EventFilter, limit: int = 0) -> Iterator[tuple[Any, ...]]:
    """Events in `EVENT_COLUMNS` order, the newest first; instants and data as stored."""
    where, params = _conditions(wanted)
    tail = f" LIMIT {int(limit)}" if limit else ""
    sql = f"SELECT {_EVENT} FROM events{where} ORDER BY seq DESC{tail}"
    return ledger.rows(sql, **params)


def count_events(ledger: Ledger, wanted: EventFilter) -> int:
    """How many events `event_rows` would give without a limit."""
    where, params = _conditions(wanted)
    return int(ledger.value(f"SELECT COUNT(*) FROM events{where}", **params))


def actors_near(ledger: Ledger, name: str, each_way: int) -> list[str]:
    """Who recorded anything, in the order of names: from this one on, itself first where it did,
    and then those before it, at most so many either way. Reads all events, twice."""
    sql = "SELECT DISTINCT actor FROM events WHERE actor {} :name ORDER BY actor {} LIMIT :limit"
    return [
        row[0]
        for compared, order in ((">=", "ASC"), ("<", "DESC"))
        for row in ledger.all(sql.format(compared, order), name=name, limit=each_way)
    ]


def subjects(ledger: Ledger, after_seq: int, until_seq: int, limit: int) -> list[str]:
    """What events are about, each once, in the order in which they were recorded; not the keys of
    requests, nor what is written down about calls."""
    requests = is_one_of((REQUEST_ANSWERED, REQUEST_LISTED, *ABOUT_WISHES))
    rows = ledger.all(
        f"SELECT subject FROM events WHERE seq > :after AND seq <= :until AND NOT {requests}"
        " GROUP BY subject ORDER BY MIN(seq) LIMIT :limit",
        after=after_seq,
        until=until_seq,
        limit=limit,
    )
    return [row[0] for row in rows]


def told(
    ledger: Ledger,
    kinds: Iterable[str],
    *,
    subject: str | None = None,
    among: str | None = None,
    after_seq: int = 0,
    until_seq: int = LATEST_SEQ,
) -> Iterator[Event]:
    """Events of these kinds in the order in which they were recorded, as they are applied: about
    one subject, or about those that the query `among` gives, or about all."""
    seq, about, params = "seq", "", {"after": after_seq, "until": until_seq}
    if subject is not None or among is not None:
        # The plus keeps SQLite from walking all events by number instead of these by subject.
        seq, about = "+seq", f" AND subject IN ({among or ':subject'})"
    rows = ledger.rows(
        f"SELECT {_EVENT} FROM events WHERE {seq} > :after AND {seq} <= :until"
        f" AND {is_one_of(kinds)}{about} ORDER BY seq",
        **(params if subject is None else {**params, "subject": subject}),
    )
    return (Event._make((*row[:7], json.loads(row[7]))) for row in rows)


def all_between(ledger: Ledger, first: int, last: int, *, but: tuple[str, ...] = ()) -> list[Event]:
    """The events of these numbers, both included, of every kind but some."""
    other = f" AND NOT {is_one_of(but)}" if but else ""
    rows = ledger.all(
        f"SELECT {_EVENT} FROM events WHERE seq >= :first AND seq <= :last{other} ORDER BY seq",
        first=first,
        last=last,
    )
    return [Event._make((*row[:7], json.loads(row[7]))) for row in rows]


def is_one_of(kinds: Iterable[str], column: str = "kind") -> str:
    """A condition on a column that has kinds of events."""
    listed = ", ".join(f"'{kind}'" for kind in kinds) or "NULL"
    return f"{column} IN ({listed})"


def begun_at(ledger: Ledger) -> int:
    """The instant at which the first event was recorded."""
    return int(ledger.value("SELECT COALESCE(MIN(recorded_at), 0) FROM events WHERE seq = 1"))


def newest_recorded_at(ledger: Ledger) -> int:
    """The instant at which the last event was recorded; 0 in an empty ledger."""
    return int(ledger.value("SELECT recorded_at FROM events ORDER BY seq DESC LIMIT 1") or 0)


def last_seq(ledger: Ledger) -> int:
    """The number of the last event; 0 before the first."""
    return int(ledger.value("SELECT COALESCE(MAX(seq), 0) FROM events"))


def head(ledger: Ledger) -> str:
    """The chain's head as it is now (hex): the hash of the last event, which covers all of them."""
    row = ledger.one(HEAD)
    return (GENESIS if row is None else row[1]).hex()


def latest_at(ledger: Ledger) -> int:
    """The latest instant at which anything took effect; 0 in an empty ledger."""
    return int(ledger.value("SELECT latest_at FROM chain WHERE id = 1") or 0)


def events_of(ledger: Ledger, license_key: str) -> list[tuple[Any, ...]]:
    """A license's events in `EVENT_COLUMNS` order, oldest first."""
    return ledger.all(
        f"SELECT {_EVENT} FROM events"
        f" WHERE subject = :key AND {is_one_of(ABOUT_LICENSES)} ORDER BY seq",
        key=license_key,
    )


def _conditions(wanted: EventFilter) -> tuple[str, dict[str, Any]]:
    parts: list[str] = []
    params: dict[str, Any] = {}
    for name, condition in (
        ("subject", "subject = :subject"),
        ("since_at", "at >= :since_at"),
        ("until_at", "at <= :until_at"),
    ):
        value = getattr(wanted, name)
        if value is not None:
            parts.append(condition)
            params[name] = value
    if wanted.actor is not None:
        from unicodedata import normalize

        # An older jpcli kept names as they were typed.
        parts.append("actor IN (:actor, :decomposed)")
        params |= {"actor": wanted.actor, "decomposed": normalize("NFD", wanted.actor)}
    if wanted.kind is not None:
        parts.append("(kind = :kind OR SUBSTR(kind, 1, LENGTH(:kind) + 1) = :kind || '.')")
        params["kind"] = wanted.kind
    named = []
    always = () if wanted.site is None else ((wanted.site, 0, LATEST_SEQ),)
    for number, (name, first, last) in enumerate(wanted.site_spells or always):
        # The event's data is JSON text; the ledger's own encoder wrote it, so the form is fixed.
        found = f"(subject = :site_{number} OR INSTR(data, :on_site_{number}) > 0)"
        named.append(f"({found} AND seq >= :first_{number} AND seq <= :last_{number})")
        params |= {f"site_{number}": name, f"on_site_{number}": f'"{name}"'}
        params |= {f"first_{number}": first, f"last_{number}": last}
    if named:
        parts.append(f"({' OR '.join(named)})")
    return (" WHERE " + " AND ".join(parts) if parts else ""), params
