"""Who gets the invoices at Stripe: name, e-mail, address and tax ids of the ledger's customer.

They are kept at Stripe alone, which prints them on its invoices and mails to that address; the
ledger has no copy that could go stale.
"""

from __future__ import annotations

from hashlib import sha256
from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Answer, Note
from jpcli.domain.card_numbers import check_no_card_number
from jpcli.domain.errors import BadInput, Failed, Refused
from jpcli.domain.money import money_json
from jpcli.domain.texts import clean, is_plain_line
from jpcli.ledger.queries.collection import way_of
from jpcli.ledger.queries.outbox import wish
from jpcli.ledger.queries.plan import head
from jpcli.services.change import once
from jpcli.services.collection.gateway import check_account, stripe_gateway
from jpcli.services.collection.stripe.cards import ensure_customer, known_customer
from jpcli.services.collection.stripe.outbox import carry_out

if TYPE_CHECKING:
    from jpcli.domain.contract.collection import CustomerAnswer, CustomerObject, PortalAnswer
    from jpcli.payments.gateway import Gateway, RemoteCustomer, RemoteTaxId
    from jpcli.services.desk import Desk

PLAIN = ("name", "email", "phone")
ADDRESS = ("line1", "line2", "postal_code", "city", "state", "country")
LONGEST = 250
ADD_EMAIL = "Say where it is to go:   jpcli stripe customer --email ADDRESS"


def customer(
    desk: Desk,
    given: dict[str, str],
    *,
    tax_id: str | None = None,
    no_tax_id: str | None = None,
) -> Answer[CustomerAnswer]:
    """Show the customer at Stripe, after setting what is `given` (names as in PLAIN and ADDRESS).

    `tax_id` and `no_tax_id` are TYPE:VALUE, to add and to take away. Raises BadInput for a value
    that can't be right, before anything is asked; Failed with Stripe's reason for one it refuses.
    """
    wanted = _checked(given)
    added = None if tax_id is None else _tax_id(tax_id, "--tax-id")
    removed = None if no_tax_id is None else _tax_id(no_tax_id, "--no-tax-id")
    gateway = stripe_gateway(desk)

    def do() -> Answer[CustomerAnswer]:
        customer_id = _customer_id(desk, gateway)
        if customer_id is None:
            note = Note("dry_run", "Dry run: there is no customer at Stripe yet; it would be made")
            return Answer({"customer": None, "dry_run": True}, (note,))
        found = gateway.customer(customer_id)
        leaving = None if removed is None else _on_file(desk, found, removed)
        notes = _change(desk, gateway, found, wanted)
        again = added == removed  # else the old one goes only when Stripe has taken the new one
        if added is not None and not again:
            notes.append(_add_tax_id(desk, gateway, found, added, again=False))
        if removed is not None:
            notes.append(_remove_tax_id(desk, gateway, found, removed, leaving))
        if added is not None and again:
            notes.append(_add_tax_id(desk, gateway, found, added, again=True))
        if notes and not desk.dry_run:
            found = gateway.customer(customer_id)
        data: CustomerAnswer = {"customer": customer_object(found, desk.ledger.currency)}
        if desk.dry_run:
            data["dry_run"] = True
            notes.append(Note("dry_run", "Dry run: nothing was sent"))
        return Answer(data, tuple(notes))

    if not wanted and added is None and removed is None:
        return do()
    request = {"command": "stripe customer", **wanted, "tax_id": tax_id, "no_tax_id": no_tax_id}
    return once(desk, request, do)


def portal(desk: Desk) -> Answer[PortalAnswer]:
    """A link to Stripe's page on which the customer manages its cards and sees its invoices."""
    gateway = stripe_gateway(desk)
    customer_id = ensure_customer(desk, gateway)
    # A link is for one sitting, so each gets a key of its own; one nobody opens costs nothing.
    key = f"jpcli-portal-{desk.ledger.meta['ledger_id']}-{desk.now_at}"
    try:
        url = gateway.portal(customer_id, key)
    except Failed as error:
        raise Failed(
            error.code,
            f"Stripe made no link: {error.message}",
            hint="Save its settings once: https://dashboard.stripe.com/settings/billing/portal",
        ) from None
    hint = "Take over what is changed there:   jpcli cards sync"
    note = Note("portal", "Good for a few minutes; whoever has it may change the cards", hint=hint)
    return Answer({"portal": {"url": url}}, (note,))


def check_address(desk: Desk, gateway: Gateway) -> None:
    """Refused `no_email` where invoices are mailed and Stripe does not know where to."""
    if way_of(desk.ledger).mails:
        found = gateway.customer(ensure_customer(desk, gateway))
        if not found.email:
            raise Refused(
                "no_email",
                "Stripe has no e-mail address to send the invoice to; nothing was sent",
                hint=ADD_EMAIL,
                subject=found.id,
            )


def customer_object(found: RemoteCustomer, currency: str) -> CustomerObject:
    """The customer as the JSON contract has it; a positive balance is owed and not yet charged."""
    return {
        "id": found.id,
        "name": found.name,
        "email": found.email,
        "phone": found.phone,
        "address": found.address,
        "tax_ids": [
            {"type": tax_id.kind, "value": tax_id.value, "status": tax_id.status}
            for tax_id in found.tax_ids
        ],
        "balance": money_json(found.balance_minor, currency),
    }


def _customer_id(desk: Desk, gateway: Gateway) -> str | None:
    """The ledger's customer; a dry run makes none, and looks at the ledger's own account only."""
    if desk.dry_run:
        check_account(desk.ledger, gateway.account_id())
        return known_customer(desk, gateway)
    return ensure_customer(desk, gateway)


def _change(
    desk: Desk, gateway: Gateway, found: RemoteCustomer, wanted: dict[str, str]
) -> list[Note]:
    """Send what is different, the address as a whole: its parts are replaced together."""
    different = {n: v for n, v in wanted.items() if v != _value(found, n)}
    if not wanted:
        return []
    if not different:
        return [Note("already_so", "Stripe has it so already")]
    changes: dict[str, Any] = {n: v for n, v in different.items() if n in PLAIN}
    if len(changes) < len(different):
        parts = {n: wanted.get(n) or found.address.get(n) for n in ADDRESS}
        changes["address"] = {n: v for n, v in parts.items() if v}
    said = ", ".join(name.replace("line", "address line ").replace("_", " ") for name in different)
    if desk.dry_run:
        return [Note("customer_changed", f"Would set {said}")]

    def perform(key: str) -> dict[str, str]:
        gateway.update_customer(found.id, changes, key)
        return {"id": found.id}

    request = {"customer": found.id, **changes}
    _once(desk, "customer/details", request, perform)
    return [Note("customer_changed", f"Set {said}", "ok", found.id)]


def _on_file(desk: Desk, found: RemoteCustomer, removed: tuple[str, str]) -> RemoteTaxId | None:
    """The tax id that is to go; None for one that went before. BadInput `unknown_tax_id`."""
    known = _known(found, removed)
    if known is None and wish(desk.ledger, _removal(removed)) is None:
        raise BadInput(
            "unknown_tax_id",
            f"The customer has no tax id {removed[0]}:{removed[1]}",
            hint="See them:   jpcli stripe customer",
            subject=removed[1],
        )
    return known


def _add_tax_id(
    desk: Desk, gateway: Gateway, found: RemoteCustomer, added: tuple[str, str], *, again: bool
) -> Note:
    """Add it, unless it is there; with `again` it was just taken away."""
    kind, value = added
    if _known(found, added) is not None and not again:
        return Note("already_so", f"Stripe has {kind}:{value} already")
    if desk.dry_run:
        return Note("tax_id_added", f"Would add {kind}:{value}")

    def perform(key: str) -> dict[str, str]:
        gateway.add_tax_id(found.id, kind, value, key)
        return {"id": found.id}

    _once(desk, "customer/tax-id", {"customer": found.id, "type": kind, "value": value}, perform)
    return Note("tax_id_added", f"Added {kind}:{value}; it stands on the invoices to come", "ok")


def _remove_tax_id(
    desk: Desk,
    gateway: Gateway,
    found: RemoteCustomer,
    removed: tuple[str, str],
    known: RemoteTaxId | None,
) -> Note:
    """Take it away, unless an earlier run did, whose answer may have been lost."""
    said = ":".join(removed)
    if known is None:
        return Note("already_so", f"{said} was taken away before")
    if desk.dry_run:
        return Note("tax_id_removed", f"Would take away {said}")
    tax_id = known.id

    def perform(key: str) -> dict[str, str]:
        gateway.remove_tax_id(found.id, tax_id, key)
        return {"id": tax_id}

    request = {"customer": found.id, "tax_id": tax_id}
    carry_out(desk, _removal(removed), request, perform=perform, find=lambda: None)
    return Note("tax_id_removed", f"Took {said} away", "ok")


def _removal(removed: tuple[str, str]) -> str:
    """The wish to take a tax id away. It is named for it, so that a run after one whose answer was
    lost knows it again; Stripe keeps no answers to what is taken away, so none of an earlier life
    comes back."""
    return f"customer/no-tax-id/{sha256(':'.join(removed).encode()).hexdigest()[:12]}"


def _once(desk: Desk, name: str, request: dict[str, Any], perform: Any) -> None:
    """Stripe was just looked at, so each change that is needed is a wish of its own. It is named by
    the ledger's state: a stored answer to a key of an earlier life of the ledger would change
    nothing."""
    carry_out(desk, f"{name}/{head(desk.ledger)[:12]}", request, perform=perform, find=lambda: None)


def _value(found: RemoteCustomer, name: str) -> str | None:
    if name in ADDRESS:
        return found.address.get(name)
    value: str | None = getattr(found, name)
    return value


def _known(found: RemoteCustomer, wanted: tuple[str, str]) -> RemoteTaxId | None:
    return next((t for t in found.tax_ids if (t.kind, _bare(t.value)) == wanted), None)


def _checked(given: dict[str, str]) -> dict[str, str]:
    """Trimmed values; BadInput for what is empty, too long, unprintable or a card number."""
    wanted = {}
    for name, value in given.items():
        check_no_card_number(value)
        text = clean(value)
        if not text or len(text) > LONGEST or not is_plain_line(text):
            raise _bad(name, f"must be 1 to {LONGEST} printable characters")
        wanted[name] = text
    email = wanted.get("email", "a@b")
    if email.count("@") != 1 or not all(email.split("@")) or " " in email:
        raise _bad("email", f"{email} is no e-mail address")
    if "country" in wanted:
        code = wanted["country"] = wanted["country"].upper()
        if len(code) != 2 or not (code.isascii() and code.isalpha()):
            raise _bad("country", f"{code} is no country of two letters, as US or DE")
    return wanted


def _bad(name: str, message: str) -> BadInput:
    option = f"--address-{name}" if name in ("line1", "line2") else f"--{name.replace('_', '-')}"
    return BadInput(f"bad_{name}", f"{option}: {message}", subject=option)


def _tax_id(text: str, option: str) -> tuple[str, str]:
    """`eu_vat:DE123456789` as type and value."""
    kind, colon, value = text.strip().partition(":")
    if not colon or not kind.replace("_", "").isalnum() or not _bare(value):
        raise BadInput(
            "bad_tax_id",
            f"A tax id is TYPE:VALUE, as eu_vat:DE123456789, not {text}",
            hint="The types: https://docs.stripe.com/billing/customer/tax-ids",
            subject=option,
        )
    return kind.lower(), _bare(value)


def _bare(value: str) -> str:
    return "".join(value.split()).upper()
