"""How a ledger collects, for all that its facts can say, and what is known to have been mailed."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from jpcli.domain import events, outside_events
from jpcli.domain.collection import BY_CARD, BY_HAND, BY_MAIL, CHARGE, OFFLINE, SEND, STRIPE, Way
from jpcli.ledger.queries.collection import uses_stripe, was_mailed, way_of
from jpcli.ledger.queries.invoices import Invoice, by_number
from tests.ledger.queries.memory import empty, record

NUMBER = "INV-2024-05"


@pytest.mark.parametrize(
    ("payments", "collect", "way"),
    [
        (OFFLINE, None, BY_HAND),
        # By hand it is whatever else stands there.
        (OFFLINE, CHARGE, BY_HAND),
        (OFFLINE, SEND, BY_HAND),
        (STRIPE, None, BY_CARD),
        (STRIPE, CHARGE, BY_CARD),
        (STRIPE, SEND, BY_MAIL),
    ],
)
def test_the_way_is_what_the_facts_say_now(payments: str, collect: str | None, way: Way) -> None:
    """Also where they were learnt after the ledger was founded."""
    facts = {"name": "A", "payments": payments}
    for learnt_late in (False, True):
        ledger = empty(**facts)
        founded = facts if learnt_late or collect is None else {**facts, "collect": collect}
        record(ledger, [(events.ledger_created(founded), 0)])
        if learnt_late and collect is not None:
            record(ledger, [(events.payments_set(payments, {"collect": collect}), 1)])
        assert uses_stripe(ledger) == (payments == STRIPE)
        assert way_of(ledger) == way


class Sent(NamedTuple):
    """What is known of sending: the last event about the wish, and whether that is enough."""

    told: tuple[events.Entry, ...]
    mailed: bool


_SEND = f"invoice/{NUMBER}/send"
_WISHED = outside_events.outbox_wished(_SEND, attempt=1, idempotency_key="k", request_hash="h")
_OF_ANOTHER = outside_events.outbox_wished(
    "invoice/INV-2024-05-2/send", attempt=1, idempotency_key="l", request_hash="h"
)


@pytest.mark.parametrize(
    "sent",
    [
        Sent((), False),
        Sent((_WISHED,), False),
        Sent((_WISHED, outside_events.outbox_failed(_SEND, "x", "no")), False),
        Sent((_WISHED, outside_events.outbox_done(_SEND, {"id": "in_1"})), True),
        # The number was used before, and what was mailed then is another invoice.
        Sent((_WISHED, outside_events.outbox_done(_SEND, {"id": "in_0"})), False),
        # It is about to be mailed again.
        Sent((_WISHED, outside_events.outbox_done(_SEND, {"id": "in_1"}), _WISHED), False),
        Sent((_OF_ANOTHER, outside_events.outbox_done(_OF_ANOTHER[1], {"id": "in_1"})), False),
    ],
    ids=range(7),
)
def test_an_invoice_was_mailed_when_its_own_sending_is_done(sent: Sent) -> None:
    ledger = empty(payments=STRIPE)
    synced = {"status": "open", "gateway_id": "in_1"}
    record(ledger, [(events.invoice_closed(NUMBER, _CONTENT), 0)])
    record(ledger, [(events.invoice_synced(NUMBER, synced), 0)])
    record(ledger, [(entry, 1) for entry in sent.told])
    invoice = by_number(ledger, NUMBER)
    assert isinstance(invoice, Invoice)
    assert was_mailed(ledger, invoice) == sent.mailed


_CONTENT = {
    "period": "2024-05",
    "first_day": 1,
    "last_day": 31,
    "status": "open",
    "due_day": 40,
    "total_minor": 0,
    "lines": [],
    "content_hash": "",
}
