"""Cards and collecting, whoever holds the cards: the ledger itself, or Stripe.

Owns the choice and nothing else; a command does not know which gateway its ledger has.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.collection import uses_stripe
from jpcli.services.change import once
from jpcli.services.collection.gateway import stripe_gateway

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer
    from jpcli.payments.gateway import Checkout
    from jpcli.services.desk import Desk


def add_card(
    desk: Desk,
    *,
    brand: str | None,
    last4: str | None,
    exp: str | None,
    primary: bool,
) -> Answer:
    """Put a card on file by brand, last four digits and expiry (offline only)."""
    if uses_stripe(desk.ledger):
        raise BadInput(
            "stripe_holds_cards",
            "This ledger's cards are at Stripe; a card is entered on Stripe's page",
            hint="Open it:   jpcli cards add    or attach one:   jpcli cards add pm_…",
        )
    if brand is None or last4 is None or exp is None:
        missing = [
            name
            for name, value in (("--brand", brand), ("--last4", last4), ("--exp", exp))
            if value is None
        ]
        raise BadInput(
            "usage",
            f"Missing {', '.join(missing)}",
            hint="jpcli cards add --brand visa --last4 4242 --exp 12/2030",
            subject=missing[0],
        )
    from jpcli.services.cards import add_card as add

    return add(desk, brand, last4, exp, primary=primary)


def attach_card(desk: Desk, card_id: str, *, primary: bool) -> Answer:
    """Put an existing payment method of Stripe's on file."""
    from jpcli.services.collection.stripe import cards

    _refuse_pretending(desk)
    return once(
        desk,
        {"command": "cards add", "card": card_id, "primary": primary},
        lambda: cards.attach(desk, stripe_gateway(desk), card_id, primary=primary),
    )


def open_checkout(desk: Desk) -> Checkout:
    """A page of Stripe's on which a card is entered."""
    from jpcli.services.collection.stripe import cards

    _refuse_pretending(desk)
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
) -> Answer:
    """Wait until a card was entered there, and put it on file."""
    from jpcli.services.collection.stripe import cards

    return cards.finish_checkout(desk, stripe_gateway(desk), page, primary=primary, wait=wait)


def make_primary(desk: Desk, card_id: str) -> Answer:
    """Charge this card first from now on."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import cards

        _refuse_pretending(desk)
        return once(
            desk,
            {"command": "cards primary", "card": card_id},
            lambda: cards.make_primary(desk, stripe_gateway(desk), card_id),
        )
    from jpcli.services.cards import make_primary as make

    return make(desk, card_id)


def is_only_card(desk: Desk, card_id: str) -> bool:
    """Would removing this card pause issuing? (R3: then it needs a yes.)"""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import cards

        _refuse_pretending(desk)
        return cards.is_only_card(desk, stripe_gateway(desk), card_id)
    from jpcli.services.cards import is_only_card as is_only

    return is_only(desk, card_id)


def remove_card(desk: Desk, card_id: str, *, only_too: bool = True) -> Answer:
    """Take a card off file (R3); with `only_too` also when it is the only one."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import cards

        _refuse_pretending(desk)
        return once(
            desk,
            {"command": "cards remove", "card": card_id},
            lambda: cards.remove(desk, stripe_gateway(desk), card_id, only_too=only_too),
        )
    from jpcli.services.cards import remove_card as remove

    return remove(desk, card_id)


def sync_cards(desk: Desk) -> Answer:
    """Take over the cards as Stripe has them."""
    from jpcli.services.collection.stripe import cards

    return cards.sync(desk, stripe_gateway(desk))


def close(desk: Desk, month: str | None) -> Answer:
    """Close one month, or all that wait, and collect where there is a gateway for it."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import close as stripe_close

        return stripe_close.close(desk, month)
    from jpcli.services.invoices import close as closing

    return closing.close_due(desk) if month is None else closing.close(desk, month)


def mark_paid(desk: Desk, name: str, reference: str | None = None) -> Answer:
    """Note that an open invoice was paid outside of jpcli, at Stripe where it is there."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import paid_outside

        return paid_outside.mark_paid(desk, name, reference)
    from jpcli.services.invoices.settle import mark_paid as mark_here

    return mark_here(desk, name, reference)


def void(desk: Desk, name: str, reason: str | None) -> Answer:
    """Void an open invoice, at Stripe where it is there (I6)."""
    if uses_stripe(desk.ledger):
        from jpcli.services.collection.stripe import invoices

        return invoices.void(desk, name, reason)
    from jpcli.services.invoices.settle import void as void_here

    return void_here(desk, name, reason)


def _refuse_pretending(desk: Desk) -> None:
    """What Stripe does it does now, and really: no `--dry-run`, no `--at`."""
    if desk.at_text is not None:
        raise BadInput(
            "usage",
            "Stripe's clock counts for what is done at Stripe",
            hint="Leave out --at.",
            subject="--at",
        )
    if desk.dry_run:
        from jpcli.payments.gateway import no_dry_run

        raise no_dry_run()
