"""Undoing in a ledger that collects through Stripe: what never went there, like anywhere."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from jpcli.domain.errors import Refused
from jpcli.services.collection.stripe import invoices as stripe_billing
from jpcli.services.ledger.settings import set_one
from jpcli.services.sites import sites
from jpcli.services.undo.undo import undo
from tests.services.agency import A
from tests.services.collection.conftest import Shop

Step = Callable[[Shop], Any]
HERE: dict[str, tuple[Step, str]] = {
    "issue": (lambda shop: shop.issue("jetpack-scan"), "license.revoked"),
    "move": (lambda shop: shop.move_site(A, "Bob"), "site.moved"),
    "price": (lambda shop: shop.set_price("jetpack-scan", "0.5", "2024-06-20"), "price.removed"),
    "client": (lambda shop: shop.do(sites.add_client, "Zoe"), "client.archived"),
    "setting": (lambda shop: shop.do(set_one, "address", "1 Main Street"), "ledger.set"),
}
THERE: dict[str, Step] = {
    "card": lambda shop: shop.attach("pm_card_mastercard"),
    "close": lambda shop: shop.close(),
    "sync": lambda shop: shop.do(stripe_billing.sync),
}


@pytest.fixture
def carded(shop: Shop) -> Shop:
    shop.attach()
    shop.issue("jetpack-scan", site=A, client="Ann")
    return shop


@pytest.mark.once
@pytest.mark.parametrize("step", HERE)
def test_what_never_went_there_is_undone(carded: Shop, step: str) -> None:
    act, kind = HERE[step]
    act(carded)
    posts = carded.posts()
    assert kind in [event["kind"] for event in carded.do(undo).data["events"]]
    assert (carded.posts(), carded.problems()) == (posts, [])


@pytest.mark.once
@pytest.mark.parametrize("step", THERE)
def test_what_did_is_refused(carded: Shop, step: str) -> None:
    THERE[step](carded)
    before, posts = carded.state(), carded.posts()
    with pytest.raises(Refused) as caught:
        carded.do(undo)
    assert (caught.value.code, bool(caught.value.hint)) == ("cannot_be_undone", True)
    assert (carded.state(), carded.posts()) == (before, posts)
