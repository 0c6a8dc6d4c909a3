"""Wishes to the Licensing API, their runs, and the sites that it knows: events to state.

Owns the tables `runs`, `wishes` and `connections`. A wish is written before its call, its outcome
after it, in one transaction with what the call did to a license.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain import outside_events

if TYPE_CHECKING:
    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups


def _begun(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    ledger.execute_many(
        "INSERT INTO runs (request_hash, number, process, begun_at, finished)"
        " VALUES (?, ?, ?, ?, 0)",
        [(e.subject, e.data["number"], e.data["process"], e.at) for e in told],
    )


def _taken_over(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    ledger.execute_many(
        "UPDATE runs SET process = ? WHERE request_hash = ? AND number = ?",
        [(e.data["process"], e.subject, e.data["number"]) for e in told],
    )


def _finished(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    ledger.execute_many(
        "UPDATE runs SET finished = 1 WHERE request_hash = ? AND number = ?",
        [(e.subject, e.data["number"]) for e in told],
    )


def _made(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """It waits for its outcome, and its number is its event's."""
    ledger.execute_many(
        "INSERT INTO wishes (id, action, product, license_key, site, site_before, request_hash,"
        " number, position, process, wished_at, state, request_id)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 'open', NULL)",
        [_row(event) for event in told],
    )


def _row(event: Event) -> tuple[int | str | None, ...]:
    data = event.data
    asked = (data["action"], data["product"], data["license_key"], data["site"], data["from"])
    whose = (data["run"], data["number"], data["position"], data["process"])
    return (event.seq, *asked, *whose, event.at)


def _unknown(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    ledger.execute_many(
        "UPDATE wishes SET state = 'unknown', request_id = ? WHERE id = ?",
        [(event.data["request_id"], event.data["wish"]) for event in told],
    )


def _settled(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    ledger.execute_many(
        "UPDATE wishes SET state = ?, license_key = COALESCE(?, license_key),"
        " request_id = COALESCE(?, request_id) WHERE id = ?",
        [
            (e.data["outcome"], e.data["license_key"], e.data["request_id"], e.data["wish"])
            for e in told
        ],
    )


def _seen(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """What was not asked about the connection leaves what is known of it."""
    ledger.execute_many(
        "INSERT INTO connections (url, blog_id, code) VALUES (?, ?, ?)"
        " ON CONFLICT (url) DO UPDATE SET blog_id = excluded.blog_id,"
        " code = COALESCE(excluded.code, connections.code)",
        [(event.subject, event.data["blog_id"], event.data["code"]) for event in told],
    )


HANDLERS = {
    outside_events.RUN_BEGUN: _begun,
    outside_events.RUN_TAKEN_OVER: _taken_over,
    outside_events.RUN_FINISHED: _finished,
    outside_events.WISH_MADE: _made,
    outside_events.WISH_UNKNOWN: _unknown,
    outside_events.WISH_SETTLED: _settled,
    outside_events.CONNECTION_SEEN: _seen,
}
