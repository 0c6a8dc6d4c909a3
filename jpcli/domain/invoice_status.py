"""What an invoice is called, what its status can be, and when it is late.

Owns I4. This module must not know what an invoice comes from.
"""

from __future__ import annotations

DRAFT, OPEN, PAID, VOID, UNCOLLECTIBLE = "draft", "open", "paid", "void", "uncollectible"
UNPAID = (DRAFT, OPEN)


def invoice_number(period: str, earlier: int) -> str:
    """`INV-2026-10`; after voided ones of the same month `INV-2026-10-2` and so on."""
    return f"INV-{period}" if earlier == 0 else f"INV-{period}-{earlier + 1}"


def month_of_number(number: str) -> str:
    """The month that the number of an invoice tells."""
    return number[4:11]


def statement_number(number: str, place: int, places: int) -> str:
    """`INV-2026-10-03`: the third of an invoice's clients, at most nine of them; of more it is
    `INV-2026-10-003`. Place 0 is what belongs to no client.

    Its last part always begins with a 0, which no number of an invoice does: the tenth invoice of
    a month is `INV-2026-10-10`.
    """
    return f"{number}-{place:0{len(str(places)) + 1}}"


def is_unpaid(status: str, total_minor: int) -> bool:
    """Is there something to collect? A draft is: it is closed, wherever its way to the gateway
    ended. An invoice over nothing is not."""
    return status in UNPAID and total_minor > 0


def is_past_due(status: str, due_day: int, today: int, total_minor: int) -> bool:
    """I4: open, or closed and not yet at the gateway, and the due date lies before today."""
    return is_unpaid(status, total_minor) and due_day < today
