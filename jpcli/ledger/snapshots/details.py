"""What bills say of who sends and who gets them, as it was recorded up to an event (I8).

Owns the walk through the events. What is known of a client today is in `queries.clients`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.agency_events import CLIENT_EDITED, NAME_A_CLIENT
from jpcli.domain.events import LATEST_SEQ, LEDGER_CREATED, LEDGER_SET
from jpcli.ledger.events.log import told

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


# What statements say of the ledger's settings.
SAID = ("name", "address", "tax_id", "payment_note")
# Every name that a client ever had: there are many more events than these are about.
_NAMES = "SELECT name FROM clients UNION SELECT name FROM former_names WHERE kind = 'client'"


class ClientThen(NamedTuple):
    """A client as it was known; `markup` is the percent as it was typed."""

    name: str
    address: str | None = None
    email: str | None = None
    tax_id: str | None = None
    markup: str | None = None


def clients_then(ledger: Ledger, seq: int = LATEST_SEQ) -> dict[int, ClientThen]:
    """Every client by its row number, as the events up to `seq` have it."""
    found: dict[int, ClientThen] = {}
    numbers: dict[str, int] = {}
    kinds = (*NAME_A_CLIENT, CLIENT_EDITED)
    for event in told(ledger, kinds, among=_NAMES, until_seq=seq):
        if event.kind == CLIENT_EDITED:
            number = numbers[event.subject]
            found[number] = found[number]._replace(**event.data)
        elif (before := event.data.get("from")) is None:
            numbers[event.subject] = event.seq
            found[event.seq] = ClientThen(event.subject)
        else:
            number = numbers[event.subject] = numbers.pop(before)
            found[number] = found[number]._replace(name=event.subject)
    return found


def facts_then(ledger: Ledger, seq: int = LATEST_SEQ) -> dict[str, str]:
    """What the ledger was made with, and of what may change since `SAID`, as the events up to
    `seq` have it."""
    found: dict[str, str] = {}
    for event in told(ledger, (LEDGER_CREATED,), until_seq=1):
        found.update(event.data)
    shown = ", ".join(f"'{name.replace('_', '-')}'" for name in SAID)
    for event in told(ledger, (LEDGER_SET,), among=shown, until_seq=seq):
        found.update(event.data)
    return found
