"""The Stripe account: is the key good, what is it for, what is left to do."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.services.collection.gateway import (
    check_account,
    check_form,
    check_mode,
    mode_of,
    open_gateway,
    own_ledger,
    store_key,
    stripe_gateway,
)
from jpcli.services.collection.stripe.troubles import troubles, unfinished

if TYPE_CHECKING:
    from jpcli.domain.contract.collection import LoginAnswer, StripeStatusAnswer, TroubleObject
    from jpcli.ledger.database.connection import Ledger
    from jpcli.services.collection.stripe.troubles import Trouble
    from jpcli.services.desk import Desk


def status(desk: Desk) -> Answer[StripeStatusAnswer]:
    """Check the key at Stripe; AuthProblem when there is none or it is not accepted."""
    gateway = stripe_gateway(desk)
    gateway.check()
    mode, account = mode_of(gateway), desk.ledger.fact("stripe_account")
    notes = [Note("stripe_ok", f"The key is accepted; it moves {mode} money", "ok")]
    hanging = [*troubles(desk, gateway), *unfinished(desk, gateway)]
    notes += [Note(t.what, t.message, "warning", t.subject, t.command) for t in hanging]
    data: StripeStatusAnswer = {
        "ok": True,
        "mode": mode,
        "account": account,
        "unfinished": [one.subject for one in hanging if one.what == "unfinished"],
        "troubles": [_trouble(one) for one in hanging],
    }
    return Answer(data, tuple(notes))


def login(key: str, ledger: Ledger | None = None) -> Answer[LoginAnswer]:
    """Check a key at Stripe and store it in the system's keyring.

    With a ledger that collects through Stripe the key is for that one alone, and must be of its
    mode and account (AuthProblem `wrong_mode`, `wrong_account`).
    """
    check_form(key)
    own = own_ledger(ledger)
    with closing(open_gateway(key)) as gateway:
        if own is not None:
            check_mode(own, gateway)
            check_account(own, gateway.account_id())
        gateway.check()
        mode = mode_of(gateway)
    store_key(key, own)
    whose = "for this ledger " if own is not None else ""
    message = f"The key is stored {whose}in the system's keyring; it moves {mode} money"
    data: LoginAnswer = {
        "ok": True,
        "mode": mode,
        "for_ledger": own.path if own is not None else None,
    }
    return Answer(data, (Note("stored", message, "ok"),))


def _trouble(one: Trouble) -> TroubleObject:
    return {
        "subject": one.subject,
        "what": one.what,
        "message": one.message,
        "command": one.command,
    }
