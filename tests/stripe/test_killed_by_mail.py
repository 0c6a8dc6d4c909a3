"""Killed with SIGKILL at every call of a mailing and of a wire, and run again: one mail, one
payment, no charge."""

from __future__ import annotations

import shutil
import signal
from pathlib import Path

import pytest

from jpcli.services import stripe_customer
from tests.stripe.conftest import Shop
from tests.stripe.test_killed import NEXT_MINUTE, finished, jpcli, made

pytestmark = pytest.mark.once

MAIL = ("invoice", "close", "--due")
WIRE = ("invoice", "mark-paid", "2024-06", "--reference", "wire 7")


@pytest.mark.parametrize("words", [MAIL, WIRE], ids=["mail", "wire"])
def test_what_is_killed_at_any_call_is_finished_by_the_next_run(
    shop: Shop, tmp_path: Path, words: tuple[str, ...]
) -> None:
    with shop.desk() as desk, desk.writing() as writer:
        writer.record("ledger.set", "collect", {"collect": "send"})
    shop.do(stripe_customer.customer, {"email": "billing@acme.example"})
    if words == WIRE:
        shop.close()
    begin_anew = shop.double.double.snapshot()
    number = 0
    while True:
        number += 1
        codes = []
        for after in (False, True):
            ledger = tmp_path / f"killed-{number}-{after}.db"
            shutil.copyfile(shop.path, ledger)
            begin_anew()
            shop.double.fault("kill", nth=number, after=after, signal=int(signal.SIGKILL))
            codes.append(finished(jpcli(shop, ledger, NEXT_MINUTE, *words))[0])
            shop.double.clear_faults()
            code, said = finished(jpcli(shop, ledger, NEXT_MINUTE, *words))
            assert code == 0 or "paid already" in said, (number, after, said)
            assert made(shop) == {"customers": 1, "invoices": 1, "items": 2, "charges": 0}
            sent = [e for e in shop.double.objects("event") if e["type"] == "invoice.sent"]
            assert len(sent) == 1, (number, after)
            (there,) = shop.double.objects("invoice")
            assert there["status"] == ("paid" if words == WIRE else "open"), (number, after)
            for check in (("invoice", "reconcile"), ("ledger", "check")):
                code, said = finished(jpcli(shop, ledger, NEXT_MINUTE, *check))
                assert code == 0, (number, after, said)
        if codes == [0, 0]:
            break
        assert codes == [-signal.SIGKILL, -signal.SIGKILL], (number, codes)
    assert number > 5
