"""Every state that an invoice of ours can be in, here and at Stripe, and every road that brings a
month there."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import JpcliError
from jpcli.services.collection.stripe import collector, invoices
from jpcli.services.invoices import close

if TYPE_CHECKING:
    from collections.abc import Callable

    from tests.services.collection.conftest import Shop

MONTH, NUMBER = "2024-06", "INV-2024-06"


def _none(_: Shop) -> None:
    """The month is over and not closed."""


def _not_pushed(shop: Shop) -> None:
    shop.do(close.close, MONTH)


def _draft(shop: Shop) -> None:
    shop.do(close.close, MONTH)
    shop.double.fault("status", method="POST", path=".*/finalize", times=0, status=400)
    with suppress(JpcliError):
        shop.do(invoices.push, MONTH)
    shop.double.clear_faults()
    (there,) = shop.double.objects("invoice")
    assert there["status"] == "draft"


def _open(shop: Shop) -> None:
    shop.do(close.close, MONTH)
    shop.do(invoices.push, MONTH)


def _paid(shop: Shop) -> None:
    shop.close(MONTH)


def _void(shop: Shop) -> None:
    _open(shop)
    shop.do(collector.void, MONTH, None)


def _uncollectible(shop: Shop) -> None:
    _open(shop)
    (there,) = shop.double.objects("invoice")
    shop.double.edit(there["id"], status="uncollectible")
    shop.do(invoices.sync)


STATES: dict[str, Callable[[Shop], None]] = {
    "none": _none,
    "draft not pushed": _not_pushed,
    "draft": _draft,
    "open": _open,
    "paid": _paid,
    "void": _void,
    "uncollectible": _uncollectible,
}

ROADS: dict[str, Callable[[Shop, str], Any]] = {
    "close": lambda shop, _: shop.close(MONTH),
    "close --due": lambda shop, _: shop.close(None),
    "push": lambda shop, number: shop.do(invoices.push, number),
    "push --replace": lambda shop, number: shop.do(invoices.push, number, replace=True),
    "pay": lambda shop, number: shop.do(invoices.pay, number),
    "mark-paid": lambda shop, number: shop.do(collector.mark_paid, number, "wire"),
}
