"""Killed with SIGKILL at every call of a mailing and of a wire, and run again: one mail, one
payment, no charge."""

from __future__ import annotations

from pathlib import Path

import pytest

from jpcli.services.collection.stripe import customer
from tests.services.collection.conftest import Shop
from tests.services.collection.test_killed import (
    NEXT_MINUTE,
    in_parts,
    jpcli,
    killed_at_every_call,
    made,
)

pytestmark = [
    pytest.mark.once,
    pytest.mark.file("processes that are killed; tests/server kills its own"),
]

MAIL = ("invoice", "close", "--due")
WIRE = ("invoice", "mark-paid", "2024-06", "--reference", "wire 7")


@in_parts
@pytest.mark.parametrize("words", [MAIL, WIRE], ids=["mail", "wire"])
def test_what_is_killed_at_any_call_is_finished_by_the_next_run(
    shop: Shop, tmp_path: Path, words: tuple[str, ...], part: int
) -> None:
    with shop.desk() as desk, desk.writing() as writer:
        writer.record("ledger.set", "collect", {"collect": "send"})
    shop.do(customer.customer, {"email": "billing@acme.example"})
    if words == WIRE:
        shop.close()
    for again in killed_at_every_call(shop, tmp_path, words, more_than=5, part=part):
        assert again.code == 0 or "paid already" in again.said, again
        assert made(shop) == {"customers": 1, "invoices": 1, "items": 2, "charges": 0}
        sent = [e for e in shop.double.objects("event") if e["type"] == "invoice.sent"]
        assert len(sent) == 1, again.where
        (there,) = shop.double.objects("invoice")
        assert there["status"] == ("paid" if words == WIRE else "open"), again.where
        for check in (("invoice", "reconcile"), ("ledger", "check")):
            code, said = jpcli(shop, again.ledger, NEXT_MINUTE, *check).finished()
            assert code == 0, (again.where, said)
