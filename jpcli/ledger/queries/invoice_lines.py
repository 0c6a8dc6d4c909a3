"""What closing froze: the lines of invoices, and the hash over them (I2)."""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain.calculator import Line
from jpcli.domain.events import LATEST_SEQ, LINE_FIELDS
from jpcli.ledger.events.chain import encode
from jpcli.ledger.queries.invoices import COLUMNS, LIVE, Invoice

if TYPE_CHECKING:
    from jpcli.domain.periods import Period
    from jpcli.ledger.database.connection import Ledger

# The lines that bill a month or adjust it.
_ABOUT = "(l.period = :period OR (i.period = :period AND l.kind IN ('license', 'bundle')))"
_LINES = f"SELECT {', '.join(LINE_FIELDS)} FROM invoice_lines"


def lines_of(ledger: Ledger, invoice_id: int) -> tuple[Line, ...]:
    """The frozen lines of an invoice, in order; all their days have passed."""
    rows = ledger.rows(f"{_LINES} WHERE invoice_id = :id ORDER BY position", id=invoice_id)
    return tuple(_line(row) for row in rows)


def lines_about(
    ledger: Ledger, period: str, seq: int = LATEST_SEQ
) -> list[tuple[Invoice, int, Line]]:
    """(invoice, position, line) of the frozen lines that bill or adjust a month, void invoices
    left out, in order."""
    fields = ", ".join(f"l.{name}" for name in LINE_FIELDS)
    rows = ledger.all(
        f"SELECT {COLUMNS}, l.position, {fields} FROM invoice_lines l"
        f" JOIN invoices i ON i.id = l.invoice_id WHERE {LIVE} AND {_ABOUT}"
        " ORDER BY l.invoice_id, l.position",
        period=period,
        seq=seq,
    )
    size = len(Invoice._fields)
    return [(Invoice(*row[:size]), row[size], _line(row[size + 1 :])) for row in rows]


def content_hash(content: dict[str, Any]) -> str:
    """I2: SHA-256 (hex) over the canonical JSON of what closing froze."""
    return sha256(encode(content).encode()).hexdigest()


def sealed_content(
    ledger: Ledger, number: str, period: Period, lines: tuple[Line, ...]
) -> dict[str, Any]:
    """I2: what the content hash of an invoice covers, JSON-ready."""
    return {
        "number": number,
        "period": period.label,
        "first_day": period.first_day,
        "last_day": period.last_day,
        "currency": ledger.currency,
        "time_zone": ledger.zone,
        "fields": list(LINE_FIELDS),
        "lines": [[getattr(line, name) for name in LINE_FIELDS] for line in lines],
        "total_minor": sum(line.amount_minor for line in lines),
    }


def _line(row: tuple[Any, ...]) -> Line:
    values = dict(zip(LINE_FIELDS, row, strict=True))
    return Line(**values, days_to_date=values["days"], to_date_minor=values["amount_minor"])
