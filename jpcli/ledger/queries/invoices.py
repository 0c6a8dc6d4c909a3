"""Questions about closed invoices and the months that wait."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.calendar import OPEN_DAY
from jpcli.domain.events import LATEST_SEQ
from jpcli.domain.invoice_status import DRAFT, OPEN
from jpcli.domain.periods import Period

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


class Invoice(NamedTuple):
    """One closed invoice. `id` is the number of its closing event, so it also says what was
    recorded when it was closed, and `head` is that event's hash: the chain's head at the closing,
    which covers all that was recorded until then and the closing itself. Days are billing days,
    instants end in `_at`. What was paid, refunded, disputed and credited is as the gateway said
    last."""

    id: int
    number: str
    period: str
    first_day: int
    last_day: int
    status: str
    due_day: int
    closed_at: int
    paid_at: int | None
    reference: str | None
    total_minor: int
    amount_paid_minor: int
    content_hash: str
    gateway_id: str | None
    page_url: str | None
    pdf_url: str | None
    gateway_number: str | None
    refunded_minor: int
    disputed_minor: int
    credited_minor: int
    head: bytes

    @property
    def billing_period(self) -> Period:
        """Its month."""
        return Period(self.first_day, self.last_day, self.period)


# The invoices that were closed and not void before an event.
LIVE = "i.id < :seq AND (i.voided_seq IS NULL OR i.voided_seq >= :seq)"
# Both marks at once, whichever is meant: where the ledger is far away they are one question.
_MARKS = "SELECT unsettled_day, first_active_day FROM marks WHERE id = 1"
COLUMNS = ", ".join(
    [f"i.{name}" for name in Invoice._fields[:-1]]
    + ["(SELECT hash FROM events e WHERE e.seq = i.id) AS head"]
)
"""What an `Invoice` is made of, from `invoices i`."""
_SELECT = f"SELECT {COLUMNS} FROM invoices i"


def invoices(ledger: Ledger, *, newest_first: bool = True, limit: int = 0) -> list[Invoice]:
    """All invoices by period and number."""
    order = " DESC" if newest_first else ""
    tail = f" LIMIT {int(limit)}" if limit else ""
    rows = ledger.all(f"{_SELECT} ORDER BY period{order}, id{order}{tail}")
    return [Invoice(*row) for row in rows]


def by_number(ledger: Ledger, number: str) -> Invoice | None:
    """One invoice, or None."""
    row = ledger.one(f"{_SELECT} WHERE number = :number", number=number)
    return None if row is None else Invoice(*row)


def of_period(ledger: Ledger, period: str, seq: int = LATEST_SEQ) -> Invoice | None:
    """The invoice of a month that is not void (or was not before the event `seq`), or None."""
    sql = f"{_SELECT} WHERE period = :period AND {LIVE}"
    row = ledger.one(sql, period=period, seq=seq)
    return None if row is None else Invoice(*row)


def count_of_period(ledger: Ledger, period: str) -> int:
    """How many invoices a month had, void ones included."""
    sql = "SELECT COUNT(*) FROM invoices WHERE period = :period"
    return int(ledger.value(sql, period=period))


def standing_at(ledger: Ledger, at: int) -> int:
    """The event before which the invoices stood as they did at an instant: what closed or voided
    one later does not count yet."""
    later = ledger.value(
        "SELECT MIN(seq) FROM events WHERE at > :at AND seq IN"
        " (SELECT id FROM invoices UNION ALL SELECT voided_seq FROM invoices)",
        at=at,
    )
    return LATEST_SEQ if later is None else int(later)


def past_due(ledger: Ledger, today: int) -> list[Invoice]:
    """I4: unpaid invoices whose due date is before today, the oldest first."""
    return [invoice for invoice in unpaid(ledger) if invoice.due_day < today]


def unpaid(ledger: Ledger) -> list[Invoice]:
    """What is closed and not collected, at the gateway or still on its way there, due or not yet;
    the oldest due date first."""
    rows = ledger.all(
        f"{_SELECT} WHERE status IN (:draft, :open) AND total_minor > 0 ORDER BY due_day, id",
        draft=DRAFT,
        open=OPEN,
    )
    return [Invoice(*row) for row in rows]


def settled_before(ledger: Ledger, seq: int = LATEST_SEQ) -> int:
    """The event up to which closed months were settled before an event (or until now): the
    closing before it, those that were void by then left out; 0 when there is none."""
    return int(ledger.value(f"SELECT COALESCE(MAX(id), 0) FROM invoices i WHERE {LIVE}", seq=seq))


def any_invoice(ledger: Ledger, seq: int = LATEST_SEQ) -> bool:
    """Was any month ever closed (or before an event)?"""
    return ledger.one("SELECT 1 FROM invoices WHERE id < :seq LIMIT 1", seq=seq) is not None


def credit_minor(ledger: Ledger, seq: int = LATEST_SEQ) -> int:
    """I3: the credit that the next invoice may use (or the first one after an event)."""
    return int(
        ledger.value(
            "SELECT COALESCE(SUM(amount_minor), 0) FROM invoice_lines l"
            f" JOIN invoices i ON i.id = l.invoice_id WHERE l.kind = 'credit' AND {LIVE}",
            seq=seq,
        )
    )


def reached_day(ledger: Ledger) -> int:
    """The earliest day since the last closing on which anything took effect; 0 where an invoice was
    voided, OPEN_DAY where nothing did."""
    marked, _ = ledger.one(_MARKS) or (None, None)
    if marked is None or marked == OPEN_DAY:
        return OPEN_DAY
    return int(marked) + 1 if marked else 0  # it is noted a day early


def unsettled_day(ledger: Ledger) -> int:
    """The earliest day that may be another than it was at the last closing: `reached_day`, or the
    day before it where that one was not over yet (W1)."""
    day = reached_day(ledger)
    within = 0 < day < OPEN_DAY
    return day - 1 if within and ledger.calendar.follows_early(day) else day


def closed_reaching(ledger: Ledger, day: int, seq: int = LATEST_SEQ) -> list[Invoice]:
    """Closed months with this day or later ones, the oldest first; void ones are not closed."""
    rows = ledger.rows(
        f"{_SELECT} WHERE {LIVE} AND last_day >= :day ORDER BY period", day=day, seq=seq
    )
    return [Invoice(*row) for row in rows]


def closed_periods(ledger: Ledger, seq: int = LATEST_SEQ) -> set[str]:
    """The months that have an invoice (or had one before an event)."""
    return {row[0] for row in ledger.rows(f"SELECT period FROM invoices i WHERE {LIVE}", seq=seq)}


def first_active_day(ledger: Ledger) -> int | None:
    """The first billed day there ever was."""
    _, day = ledger.one(_MARKS) or (None, None)
    return None if day in (None, OPEN_DAY) else int(day)
