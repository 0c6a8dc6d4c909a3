"""Cards that Stripe holds: the ledger has a mirror of them, renewed after every change.

Owns R3 on that side, on every road by which a card comes or goes: while there are cards, one is
primary, and without a choice it is the oldest. A card number is typed into Stripe's page and
nowhere else.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain import cards as rules
from jpcli.domain import events, outside_events
from jpcli.domain.answers import Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput
from jpcli.ledger.queries.cards import cards
from jpcli.ledger.queries.outbox import DONE, open_wishes, wish
from jpcli.services import cards as on_file
from jpcli.services.cards import (
    added_note,
    check_not_only,
    gone_notes,
    known_card,
    list_cards,
    primary_note,
    removal_notes,
    taken_off,
)
from jpcli.services.collection.stripe.outbox import carry_out

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer
    from jpcli.domain.cards import Card
    from jpcli.domain.contract.collection import CardsAnswer
    from jpcli.payments.gateway import Checkout, Gateway
    from jpcli.services.desk import Desk


def ensure_customer(desk: Desk, gateway: Gateway) -> str:
    """The one customer of this ledger; made anew where it was deleted at Stripe, and then the cards
    that went with it are off file here, too (R1)."""
    ledger_id = desk.ledger.meta["ledger_id"]
    before = wish(desk.ledger, "customer")
    found: dict[str, str] = carry_out(
        desk,
        "customer",
        {"ledger_id": ledger_id},
        perform=lambda key: {"id": gateway.create_customer(ledger_id, desk.ledger.name, key)},
        find=lambda: _wrapped(known_customer(desk, gateway)),
        holds=lambda made: gateway.has_customer(made["id"]),
    )
    gateway.customers_seen[ledger_id] = found["id"]
    if before is not None and before.state == DONE and before.result["id"] != found["id"]:
        sync_cards(desk, gateway)
    return found["id"]


def known_customer(desk: Desk, gateway: Gateway) -> str | None:
    """The ledger's customer at Stripe, looked up there: the one it remembers, else the oldest that
    was made for it."""
    ledger_id = desk.ledger.meta["ledger_id"]
    seen = gateway.customers_seen.get(ledger_id)
    if seen is not None:
        return seen
    remembered = wish(desk.ledger, "customer")
    if remembered is not None and remembered.state == DONE:
        customer = str(remembered.result["id"])
        if gateway.has_customer(customer):
            return customer
    found = gateway.find_customers(ledger_id)
    return found[0] if found else None


def sync_cards(desk: Desk, gateway: Gateway) -> bool:
    """Take over the cards as Stripe has them; whether anything was new.

    R3: where there are cards and none is primary (one was entered on a page that nobody waited for,
    or removed in the dashboard), the oldest becomes primary.
    """
    customer = ensure_customer(desk, gateway)
    while True:
        before = _mirror(desk)
        rows = _there(desk, gateway, customer)
        with desk.writing() as writer:
            known = _mirror(desk)
            if known == rows:
                return False
            if known == before:
                writer.record(*events.cards_synced(customer, rows))
                return True
        # Another process took over cards meanwhile, and maybe as they are since: look once more.


def _there(desk: Desk, gateway: Gateway, customer: str) -> list[list[Any]]:
    """The cards as Stripe has them, as rows of the mirror."""
    primary, found = gateway.primary_card(customer), gateway.cards(customer)
    if found and primary not in {card.id for card in found}:
        primary = found[0].id
        _set_primary(desk, gateway, customer, primary)
    return [
        [
            card.id,
            card.brand,
            card.last4,
            card.exp_month,
            card.exp_year,
            int(card.id == primary),
            card.added_at,
        ]
        for card in found
    ]


def _mirror(desk: Desk) -> list[list[Any]]:
    """The cards as the ledger has them, as such rows."""
    return [
        [c.id, c.brand, c.last4, c.exp_month, c.exp_year, int(c.primary), c.added_at]
        for c in cards(desk.ledger)
    ]


def sync(desk: Desk, gateway: Gateway) -> Answer[CardsAnswer]:
    """`cards sync`: what was changed in Stripe's dashboard, or entered on a page of Stripe's."""
    before = _primary(desk)
    changed = sync_cards(desk, gateway)
    message = "Took over the cards from Stripe" if changed else "The cards are as at Stripe"
    notes = [Note("cards_synced", message, "ok")]
    after = _primary(desk)
    if after is not None and after.id != (before.id if before else None):
        notes.append(
            Note("primary", f"{rules.describe(after)} is the primary card now", "info", after.id)
        )
    return list_cards(desk, *notes)


def is_only_card(desk: Desk, gateway: Gateway, card_id: str) -> bool:
    """R3: would removing it pause issuing? Asked of Stripe, because the mirror may be stale."""
    sync_cards(desk, gateway)
    return on_file.is_only_card(desk, card_id)


def attach(desk: Desk, gateway: Gateway, card_id: str, *, primary: bool) -> Answer[CardsAnswer]:
    """Put an existing payment method (`pm_…`) on file; primary when it is the first (R3)."""
    check_no_card_number(card_id)
    if not card_id.startswith("pm_"):
        raise BadInput(
            "bad_card",
            f"{card_id} is no payment method of Stripe's; its name begins with pm_",
            hint="Without one, a page opens on which the card is entered:   jpcli cards add",
            subject=card_id,
        )
    customer = ensure_customer(desk, gateway)
    if any(card.id == card_id for card in gateway.cards(customer)):
        return _added(desk, gateway, customer, card_id, primary=primary)
    attached: dict[str, str] = carry_out(
        desk,
        f"card/{card_id}/attach",
        {"card": card_id, "customer": customer},
        perform=lambda key: {"id": gateway.attach_card(card_id, customer, key)},
        find=lambda: None,  # what is attached already was found above
        holds=lambda made: made["id"] in {card.id for card in gateway.cards(customer)},
    )
    return _added(desk, gateway, customer, attached["id"], primary=primary)


def start_checkout(desk: Desk, gateway: Gateway) -> Checkout:
    """A page of Stripe's on which a card is entered."""
    customer = ensure_customer(desk, gateway)
    # A page is for one sitting, so each gets a key of its own; a page nobody uses costs nothing.
    key = f"jpcli-checkout-{desk.ledger.meta['ledger_id']}-{desk.now_at}"
    return gateway.start_checkout(customer, desk.ledger.currency, key)


def finish_checkout(
    desk: Desk, gateway: Gateway, page: Checkout, *, primary: bool, wait: Callable[[], None]
) -> Answer[CardsAnswer]:
    """Wait until the card was entered; `wait` pauses between two looks and may give up."""
    while page.status == "open":
        wait()
        page = gateway.checkout(page.id)
    if page.status != "complete" or page.card_id is None:
        raise BadInput(
            "checkout_expired",
            "The page has expired, and no card was entered",
            hint="Open another one:   jpcli cards add",
        )
    customer = ensure_customer(desk, gateway)
    return _added(desk, gateway, customer, page.card_id, primary=primary)


def make_primary(desk: Desk, gateway: Gateway, card_id: str) -> Answer[CardsAnswer]:
    """Charge this card first from now on."""
    sync_cards(desk, gateway)
    card = known_card(desk, card_id)
    if not card.primary:
        _set_primary(desk, gateway, ensure_customer(desk, gateway), card.id)
        sync_cards(desk, gateway)
    return list_cards(desk, primary_note(card))


def remove(
    desk: Desk, gateway: Gateway, card_id: str, *, only_too: bool = True
) -> Answer[CardsAnswer]:
    """Take a card off file; the oldest other one becomes primary when it was the primary (R3).

    Without `only_too` the only card stays, as `cards.check_not_only` says.
    """
    sync_cards(desk, gateway)
    if taken_off(desk, card_id, lambda each: wish(desk.ledger, _removal(each)) is not None):
        return list_cards(desk, *gone_notes(desk, card_id, "jpcli cards add"))
    card = known_card(desk, card_id)
    if not only_too:
        check_not_only(desk, card)
    successor = rules.promoted(cards(desk.ledger), card.id)
    if successor is not None:
        # First, so that at no moment there are cards and none of them is primary.
        _set_primary(desk, gateway, ensure_customer(desk, gateway), successor.id)
    carry_out(
        desk,
        _removal(card.id),
        {"card": card.id},
        perform=lambda key: gateway.detach_card(card.id, key),
        find=lambda: _gone(desk, gateway, card.id),
    )
    sync_cards(desk, gateway)
    return list_cards(desk, *removal_notes(desk, card, successor, "jpcli cards add"))


def _added(
    desk: Desk, gateway: Gateway, customer: str, card_id: str, *, primary: bool
) -> Answer[CardsAnswer]:
    current = gateway.primary_card(customer)
    on_file = {card.id for card in gateway.cards(customer)}
    becomes = primary or current is None or current not in on_file
    if becomes and current != card_id:
        _set_primary(desk, gateway, customer, card_id)
    sync_cards(desk, gateway)
    card = known_card(desk, card_id)
    return list_cards(desk, added_note(card.id, rules.describe(card), primary=card.primary))


def _set_primary(desk: Desk, gateway: Gateway, customer: str, card_id: str) -> None:
    request = {"card": card_id, "customer": customer}
    carry_out(
        desk,
        f"card/{card_id}/primary",
        request,
        perform=lambda key: _made_primary(gateway, request, key),
        find=lambda: request if gateway.primary_card(customer) == card_id else None,
        holds=lambda _: gateway.primary_card(customer) == card_id,
    )
    _forget_others(desk, card_id)


def _forget_others(desk: Desk, card_id: str) -> None:
    """A card that was to be primary, and may not be, is no longer wanted where another one is."""
    names = [w.name for w in open_wishes(desk.ledger) if w.name.startswith("card/")]
    others = [n for n in names if n.endswith("/primary") and n != f"card/{card_id}/primary"]
    if others:
        with desk.writing() as writer:
            for name in others:
                why = "Another card was made primary since"
                writer.record(*outside_events.outbox_failed(name, "superseded", why))


def _made_primary(gateway: Gateway, request: dict[str, str], key: str) -> dict[str, str]:
    gateway.make_primary(request["customer"], request["card"], key)
    return request


def _removal(card_id: str) -> str:
    return f"card/{card_id}/detach"


def _gone(desk: Desk, gateway: Gateway, card_id: str) -> dict[str, str] | None:
    customer = ensure_customer(desk, gateway)
    known = any(card.id == card_id for card in gateway.cards(customer))
    return None if known else {"id": card_id}


def _primary(desk: Desk) -> Card | None:
    return next((card for card in cards(desk.ledger) if card.primary), None)


def _wrapped(found: str | None) -> dict[str, str] | None:
    return None if found is None else {"id": found}
