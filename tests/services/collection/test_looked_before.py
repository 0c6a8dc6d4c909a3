"""Two processes and one invoice: what the one has seen at Stripe before the other one paid or
voided it is not written over what is known since."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext, suppress
from typing import Any

import pytest

from jpcli.domain.errors import JpcliError
from jpcli.services.collection.stripe import collector
from jpcli.services.invoices import close, invoices
from tests.services.collection.conftest import Shop
from tests.services.collection.states import MONTH, NUMBER, STATES

pytestmark = pytest.mark.once

Road = Callable[[Shop], Any]
ROADS: dict[str, Road] = {
    "sync": lambda shop: shop.do(collector.sync),
    "push": lambda shop: shop.do(collector.push, NUMBER),
    "push --replace": lambda shop: shop.do(collector.push, NUMBER, replace=True),
    "pay": lambda shop: shop.do(collector.pay, NUMBER),
    "close --due": lambda shop: shop.close(None),
    "mark-paid": lambda shop: shop.do(collector.mark_paid, NUMBER, "wire"),
    "void": lambda shop: shop.do(collector.void, NUMBER),
}
MEANWHILE: dict[str, Road] = {
    "paid": lambda shop: shop.do(collector.pay, NUMBER),
    "marked": lambda shop: shop.do(collector.mark_paid, NUMBER, "another wire"),
    "voided": lambda shop: shop.do(collector.void, NUMBER),
    "voided and billed again": lambda shop: (
        shop.do(collector.void, NUMBER),
        shop.do(close.close, MONTH),
    ),
    "given up": lambda shop: (
        shop.double.edit(shop.double.objects("invoice")[0]["id"], status="uncollectible"),
        shop.do(collector.sync),
    ),
}


@pytest.mark.parametrize("state", ["open", "draft"])
@pytest.mark.parametrize("meanwhile", MEANWHILE)
@pytest.mark.parametrize("road", ROADS)
def test_what_was_seen_before_is_not_written_over_what_is_known_since(
    shop: Shop, road: str, meanwhile: str, state: str
) -> None:
    shop.attach()
    STATES[state](shop)
    done: list[str] = []

    def hook(entry: dict[str, Any], when: str) -> None:
        if when == "after" and (entry["method"], entry["path"]) == ("GET", "/v1/invoices"):
            shop.double.double.hook = None
            MEANWHILE[meanwhile](shop)
            done.append(meanwhile)

    shop.double.double.hook = hook
    with nullcontext() if road == "sync" else suppress(JpcliError):
        ROADS[road](shop)
    assert done == [meanwhile]
    here = shop.ask(invoices.show, NUMBER)["invoice"]
    found = shop.double.objects("invoice")
    there = [one for one in found if one["metadata"]["jpcli_invoice"] == NUMBER]
    assert here["status"] == (there[0]["status"] if there else "void")
    assert shop.do(collector.reconcile, NUMBER).data["differences"] == []
