"""Invoice events to state, and the day from which closed months may need a correction.

Owns the invoice tables and `marks`: the first day that was ever active, and `unsettled_day`, the
earliest that anything recorded since the last closing may have changed. Closed months before it
are known to be as billed, so they are never summed again (I3).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import events
from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.invoice_status import OPEN, PAID, VOID

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.domain.events import Event
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.state.lookups import Lookups

_INSERT_LINE = (
    f"INSERT INTO invoice_lines (invoice_id, position, {', '.join(events.LINE_FIELDS)})"
    f" VALUES ({', '.join('?' * (len(events.LINE_FIELDS) + 2))})"
)


def _closed(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """I2: lines first, because a closed invoice takes no more of them. All is settled now."""
    for event in told:
        data = event.data
        lines = [(event.seq, position, *line) for position, line in enumerate(data["lines"])]
        ledger.execute_many(_INSERT_LINE, lines)
        _keep_shares(ledger, [(event.seq, 0, data)])
        total = data["total_minor"]
        ledger.execute(
            "INSERT INTO invoices (id, number, period, first_day, last_day, status, due_day,"
            " closed_at, paid_at, reference, total_minor, amount_paid_minor, content_hash)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, NULL, ?, 0, ?)",
            (
                event.seq,
                event.subject,
                data["period"],
                data["first_day"],
                data["last_day"],
                data["status"],
                data["due_day"],
                event.at,
                event.at if data["status"] == PAID else None,
                total,
                data["content_hash"],
            ),
        )
        _set_unsettled(ledger, OPEN_DAY)


def _listed(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """Parts of what a closing keeps, which comes after them: an invoice has its number."""
    kept = ((event.seq + event.data["left"], event.data["first"], event.data) for event in told)
    _keep_shares(ledger, list(kept))


def _paid(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """I4: the whole amount was collected."""
    for event in told:
        ledger.execute(
            "UPDATE invoices SET status = ?, paid_at = ?, reference = ?, amount_paid_minor = ?"
            " WHERE number = ?",
            (PAID, event.at, event.data["reference"], event.data["amount_minor"], event.subject),
        )


def _reopened(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """I4: it waits to be paid, as if nobody had said that it was."""
    for event in told:
        ledger.execute(
            "UPDATE invoices SET status = ?, paid_at = NULL, reference = NULL,"
            " amount_paid_minor = 0 WHERE number = ?",
            (OPEN, event.subject),
        )


def _voided(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """I6: the period is billable again, and so is all that this invoice had corrected."""
    for event in told:
        _void(ledger, event)


def _synced(ledger: Ledger, _: Lookups, told: list[Event]) -> None:
    """The invoice's state as the gateway says it is; its lines are ours and stay.

    What an event does not name stays as it was: those before the second schema knew neither the
    file nor what went back.
    """
    for event in told:
        data = event.data
        before = ledger.value("SELECT status FROM invoices WHERE number = :n", n=event.subject)
        if data["status"] == VOID and before != VOID:
            _void(ledger, event)
        known = [name for name in events.SYNCED_FIELDS if name in data]
        ledger.execute(
            f"UPDATE invoices SET {', '.join(f'{name} = :{name}' for name in known)},"
            " voided_seq = CASE WHEN :status = 'void' THEN voided_seq END WHERE number = :number",
            {**{name: data[name] for name in known}, "number": event.subject},
        )


def unsettle(ledger: Ledger, changed_at: int, made_at: int | None) -> None:
    """Note the earliest day that license events may have changed, which is that of `changed_at`,
    and the first day of those that are new, if any are."""
    unsettle_from(ledger, ledger.calendar.day_of(changed_at))
    if made_at is not None:
        first_day, _ = ledger.calendar.touched(made_at, None)
        _ensure_marks(ledger)
        ledger.execute(
            "UPDATE marks SET first_active_day = ? WHERE first_active_day > ?",
            (first_day, first_day),
        )


def unsettle_from(ledger: Ledger, day: int) -> None:
    """Closed months that reach this day may no longer be as billed.

    It is noted a day early, as the first ledgers did; `queries.invoices` knows.
    """
    _ensure_marks(ledger)
    ledger.execute("UPDATE marks SET unsettled_day = ? WHERE unsettled_day > ?", (day - 1, day - 1))


def _keep_shares(ledger: Ledger, kept: list[tuple[int, int, Mapping[str, Any]]]) -> None:
    """I8: whose part of each line is what; closings of the first ledgers did not say. `kept` are
    the number of the invoice, that of the first holder, and the data of an event."""
    ledger.execute_many(
        "INSERT INTO invoice_holders (invoice_id, holder, client_id, site_id, client, site)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (
            (invoice_id, number, *row)
            for invoice_id, first, data in kept
            for number, row in enumerate(data.get("holders", ()), first)
        ),
    )
    ledger.execute_many(
        "INSERT INTO invoice_shares (invoice_id, position, holder, license_days, amount_minor)"
        " VALUES (?, ?, ?, ?, ?)",
        ((invoice_id, *row) for invoice_id, _, data in kept for row in data.get("shares", ())),
    )


def _void(ledger: Ledger, event: Event) -> None:
    ledger.execute(
        "UPDATE invoices SET status = ?, voided_seq = ? WHERE number = ?",
        (VOID, event.seq, event.subject),
    )
    _set_unsettled(ledger, 0)


def _set_unsettled(ledger: Ledger, day: int) -> None:
    _ensure_marks(ledger)
    ledger.execute("UPDATE marks SET unsettled_day = ?", (day,))


def _ensure_marks(ledger: Ledger) -> None:
    ledger.execute(
        "INSERT INTO marks (id, unsettled_day, first_active_day) VALUES (1, ?, ?)"
        " ON CONFLICT (id) DO NOTHING",
        (OPEN_DAY, OPEN_DAY),
    )


HANDLERS = {
    events.INVOICE_LISTED: _listed,
    events.INVOICE_CLOSED: _closed,
    events.INVOICE_PAID: _paid,
    events.INVOICE_REOPENED: _reopened,
    events.INVOICE_VOIDED: _voided,
    events.INVOICE_SYNCED: _synced,
}
