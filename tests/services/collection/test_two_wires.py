"""How an invoice was paid, where more than one try notes a wire, or why it was voided: what stands
at Stripe in the end is what is told, and of two payments only one is told as noted."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest

from jpcli.domain import events
from jpcli.domain.errors import Busy, Refused
from jpcli.ledger.events.log import told
from jpcli.services.collection.stripe import collector
from jpcli.services.invoices import invoices
from tests.services.agency import codes
from tests.services.collection.conftest import Shop
from tests.services.collection.states import NUMBER, STATES

pytestmark = pytest.mark.once

REFERENCES = (None, "wire 1", "wire 2")


def reference(shop: Shop) -> str | None:
    (there,) = shop.double.objects("invoice")
    found: str | None = shop.ask(invoices.show, NUMBER)["invoice"]["reference"]
    assert there["metadata"].get("jpcli_reference") == found
    return found


@pytest.mark.parametrize("first", REFERENCES)
@pytest.mark.parametrize("then", REFERENCES)
def test_the_reference_is_that_of_the_try_that_worked(
    shop: Shop, first: str | None, then: str | None
) -> None:
    STATES["open"](shop)
    shop.double.fault("status", method="POST", path=".*/pay", times=0, status=500)
    with suppress(Busy):
        shop.do(collector.mark_paid, NUMBER, first)
    shop.double.clear_faults()
    assert codes(shop.do(collector.mark_paid, NUMBER, then)) == ["paid"]
    assert reference(shop) == then
    posts = shop.posts()
    assert codes(shop.do(collector.mark_paid, NUMBER, then)) == ["already_paid"]
    assert shop.posts() == posts


@pytest.mark.parametrize("first", [None, "wrong client", "wrong price"])
@pytest.mark.parametrize("then", [None, "", "wrong client", "wrong price"])
def test_the_reason_is_that_of_the_try_that_voided(
    shop: Shop, first: str | None, then: str | None
) -> None:
    STATES["open"](shop)
    shop.double.fault("status", method="POST", path=".*/void", times=0, status=500)
    with suppress(Busy):
        shop.do(collector.void, NUMBER, first)
    shop.double.clear_faults()
    shop.do(collector.void, NUMBER, then)
    (there,) = shop.double.objects("invoice")
    assert (there["status"], there["metadata"].get("jpcli_void_reason")) == ("void", then or None)
    with shop.desk() as desk:
        (event,) = list(told(desk.ledger, (events.INVOICE_SYNCED,)))[-1:]
    assert event.reason == (then or None)


@pytest.mark.parametrize("theirs", REFERENCES)
@pytest.mark.parametrize("mine", REFERENCES)
def test_of_two_that_are_noted_at_once_one_is_told_as_noted(
    shop: Shop, mine: str | None, theirs: str | None
) -> None:
    STATES["open"](shop)
    told: list[str | None] = []

    def meanwhile(entry: dict[str, Any], when: str) -> None:
        if when == "before" and entry["path"].endswith("/pay"):
            shop.double.double.hook = None
            shop.do(collector.mark_paid, NUMBER, theirs)
            told.append(theirs)

    shop.double.double.hook = meanwhile
    if mine == theirs:
        shop.do(collector.mark_paid, NUMBER, mine)
    else:
        with pytest.raises(Refused) as caught:
            shop.do(collector.mark_paid, NUMBER, mine)
        assert (caught.value.code, caught.value.subject) == ("already_paid", NUMBER)
    assert told == [theirs]
    assert reference(shop) == theirs
