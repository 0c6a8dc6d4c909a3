"""The collector of a ledger that collects through Stripe: the whole of `Collector`.

Owns that what is done to cards is done now and really, and once a key. The steps are in the modules
beside it, which are loaded by the command that needs them.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.services.change import once
from jpcli.services.collection.gateway import stripe_gateway

if TYPE_CHECKING:
    from collections.abc import Callable
    from typing import NoReturn

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.collection import CardsAnswer, ReconcileAnswer, SyncAnswer
    from jpcli.domain.contract.invoices import ClosedAnswer, InvoiceAnswer, InvoicesAnswer
    from jpcli.payments.gateway import Checkout
    from jpcli.services.desk import Desk


def add_card(*_args: object, **_options: object) -> NoReturn:
    """A card is not described but entered (BadInput `stripe_holds_cards`)."""
    raise BadInput(
        "stripe_holds_cards",
        "This ledger's cards are at Stripe; a card is entered on Stripe's page",
        hint="Open it:   jpcli cards add\nOr attach one that is there:   jpcli cards add pm_…",
    )


def attach_card(desk: Desk, card_id: str, *, primary: bool) -> Answer[CardsAnswer]:
    """See `cards.attach`."""
    from jpcli.services.collection.stripe import cards

    _check_meant(desk)
    return once(
        desk,
        {"command": "cards add", "card": card_id, "primary": primary},
        lambda: cards.attach(desk, stripe_gateway(desk), card_id, primary=primary),
    )


def open_checkout(desk: Desk) -> Checkout:
    """A page of Stripe's on which a card is entered."""
    from jpcli.services.collection.stripe import cards

    _check_meant(desk)
    if desk.idempotency_key is not None:
        raise BadInput(
            "usage",
            "Each page of Stripe's is a new one; there is no first answer to give again",
            hint="Leave out --idempotency-key, or name a card:   jpcli cards add pm_…",
            subject="--idempotency-key",
        )
    return cards.start_checkout(desk, stripe_gateway(desk))


def finish_checkout(
    desk: Desk, page: Checkout, *, primary: bool, wait: Callable[[], None]
) -> Answer[CardsAnswer]:
    """See `cards.finish_checkout`."""
    from jpcli.services.collection.stripe import cards

    return cards.finish_checkout(desk, stripe_gateway(desk), page, primary=primary, wait=wait)


def make_primary(desk: Desk, card_id: str) -> Answer[CardsAnswer]:
    """See `cards.make_primary`."""
    from jpcli.services.collection.stripe import cards

    _check_meant(desk)
    return once(
        desk,
        {"command": "cards primary", "card": card_id},
        lambda: cards.make_primary(desk, stripe_gateway(desk), card_id),
    )


def is_only_card(desk: Desk, card_id: str) -> bool:
    """See `cards.is_only_card`."""
    from jpcli.services.collection.stripe import cards

    _check_meant(desk)
    return cards.is_only_card(desk, stripe_gateway(desk), card_id)


def remove_card(desk: Desk, card_id: str, *, only_too: bool = True) -> Answer[CardsAnswer]:
    """See `cards.remove`."""
    from jpcli.services.collection.stripe import cards

    _check_meant(desk)
    return once(
        desk,
        {"command": "cards remove", "card": card_id},
        lambda: cards.remove(desk, stripe_gateway(desk), card_id, only_too=only_too),
    )


def sync_cards(desk: Desk) -> Answer[CardsAnswer]:
    """See `cards.sync`."""
    from jpcli.services.collection.stripe import cards

    return cards.sync(desk, stripe_gateway(desk))


def close(desk: Desk, month: str | None, until: str | None = None) -> Answer[ClosedAnswer]:
    """See `close.close`."""
    from jpcli.services.collection.stripe import close as closing

    return closing.close(desk, month, until)


def push(desk: Desk, name: str, *, replace: bool = False) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """See `invoices.push`."""
    from jpcli.services.collection.stripe import invoices

    return invoices.push(desk, name, replace=replace)


def pay(desk: Desk, name: str) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """See `invoices.pay`."""
    from jpcli.services.collection.stripe import invoices

    return invoices.pay(desk, name)


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer[InvoiceAnswer]:
    """See `settle.mark_paid`."""
    from jpcli.services.collection.stripe import settle

    return settle.mark_paid(desk, name, reference)


def void(
    desk: Desk, name: str, reason: str | None = None
) -> Answer[InvoiceAnswer | InvoicesAnswer]:
    """See `settle.void`."""
    from jpcli.services.collection.stripe import settle

    return settle.void(desk, name, reason)


def sync(desk: Desk) -> Answer[SyncAnswer]:
    """See `invoices.sync`."""
    from jpcli.services.collection.stripe import invoices

    return invoices.sync(desk)


def reconcile(desk: Desk, name: str | None = None) -> Answer[ReconcileAnswer]:
    """See `invoices.reconcile`."""
    from jpcli.services.collection.stripe import invoices

    return invoices.reconcile(desk, name)


def _check_meant(desk: Desk) -> None:
    from jpcli.payments.gateway import check_meant

    check_meant(desk.at_text, dry_run=desk.dry_run)
