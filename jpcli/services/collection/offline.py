"""The collector of a ledger that is collected by hand: the whole of `Collector`, without a network.

Owns what it does not do. What it does is in `offline_cards` and `invoices`, which are loaded by the
command that needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NoReturn

from jpcli.domain.collection import BY_HAND
from jpcli.domain.errors import BadInput

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.collection import CardsAnswer
    from jpcli.domain.contract.invoices import ClosedAnswer, InvoiceAnswer, InvoicesAnswer
    from jpcli.services.desk import Desk


def add_card(
    desk: Desk, brand: str | None, last4: str | None, exp: str | None, *, primary: bool = False
) -> Answer[CardsAnswer]:
    """See `offline_cards.add_card`; BadInput `usage` for what is missing."""
    if brand is None or last4 is None or exp is None:
        raise _missing(brand, last4, exp)
    from jpcli.services.collection import offline_cards

    return offline_cards.add_card(desk, brand, last4, exp, primary=primary)


def open_checkout(_desk: Desk) -> NoReturn:
    """There is no page on which a card is entered: it is typed in here (BadInput `usage`)."""
    raise _missing(None, None, None)


def attach_card(desk: Desk, _card_id: str, **_options: object) -> NoReturn:
    """There is no provider whose card it could be (Refused `offline_gateway`)."""
    from jpcli.payments.gateway import check_meant

    check_meant(desk.at_text, dry_run=desk.dry_run)
    _holds_no_cards()


def make_primary(desk: Desk, card_id: str) -> Answer[CardsAnswer]:
    """See `offline_cards.make_primary`."""
    from jpcli.services.collection import offline_cards

    return offline_cards.make_primary(desk, card_id)


def is_only_card(desk: Desk, card_id: str) -> bool:
    """See `cards.is_only_card`."""
    from jpcli.services import cards

    return cards.is_only_card(desk, card_id)


def remove_card(desk: Desk, card_id: str, *, only_too: bool = True) -> Answer[CardsAnswer]:
    """See `offline_cards.remove_card`."""
    from jpcli.services.collection import offline_cards

    return offline_cards.remove_card(desk, card_id, only_too=only_too)


def close(desk: Desk, month: str | None, until: str | None = None) -> Answer[ClosedAnswer]:
    """Close one month, or with None all that wait (up to the month `until`); what they come to
    waits for a hand."""
    from jpcli.services.invoices import close as closing

    return closing.close_due(desk, until) if month is None else closing.close(desk, month)


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer[InvoiceAnswer]:
    """See `invoices.settle.mark_paid`."""
    from jpcli.services.invoices import settle

    return settle.mark_paid(desk, name, reference)


def void(
    desk: Desk, name: str, reason: str | None = None
) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """See `invoices.settle.void`."""
    from jpcli.services.invoices import settle

    return settle.void(desk, name, reason)


def _needs_gateway(*_args: object, **_options: object) -> NoReturn:
    """What nobody does for a ledger that is collected by hand."""
    from jpcli.payments.gateway import no_gateway

    raise no_gateway()


def _holds_no_cards(*_args: object, **_options: object) -> NoReturn:
    """The cards are what is written down here (Refused `offline_gateway`)."""
    from jpcli.payments.gateway import CARD_BY_HAND, no_gateway

    raise no_gateway(CARD_BY_HAND)


finish_checkout = sync_cards = _holds_no_cards
push = pay = sync = reconcile = _needs_gateway


def _missing(brand: str | None, last4: str | None, exp: str | None) -> BadInput:
    given = (("--brand", brand), ("--last4", last4), ("--exp", exp))
    missing = [name for name, value in given if value is None]
    return BadInput(
        "usage",
        f"Missing {', '.join(missing)}",
        hint=BY_HAND.add_card(),
        subject=missing[0],
    )
