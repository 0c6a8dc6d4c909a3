"""The scenarios of this folder are lived again with the ledger put back, and not by name only."""

from __future__ import annotations

from jpcli.services.collection.stripe import invoices
from tests.services.collection.conftest import Shop
from tests.services.collection.replays import LATER, ONCE


def test_a_command_is_done_again_in_every_life_but_the_first(shop: Shop) -> None:
    shop.attach()
    keys = len(stored_keys(shop))
    shop.double.clear_requests()
    shop.close()
    shop.do(invoices.reconcile)
    asked = [request["path"] for request in shop.double.requests()]
    assert asked.count("/v1/account") == (2 if shop.life == ONCE else 4)
    if shop.life == LATER:
        assert len(stored_keys(shop)) <= keys


def stored_keys(shop: Shop) -> list[str]:
    return [key for stored in shop.double.double.keys.values() for key in stored.entries]
