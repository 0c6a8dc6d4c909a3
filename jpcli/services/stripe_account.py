"""The Stripe account: is the key good, what is it for, what is left to do."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.ledger.outbox import open_wishes
from jpcli.services.gateways import open_gateway, store_key, stripe_gateway

if TYPE_CHECKING:
    from jpcli.services.desk import Desk


def status(desk: Desk) -> Answer:
    """Check the key at Stripe; AuthProblem when there is none or it is not accepted."""
    gateway = stripe_gateway(desk)
    gateway.check()
    waiting = [wish.name for wish in open_wishes(desk.ledger)]
    mode = "live" if gateway.live else "test"
    note = Note("stripe_ok", f"The key is accepted; it moves {mode} money", "ok")
    return Answer({"ok": True, "mode": mode, "unfinished": waiting}, (note,))


def login(key: str) -> Answer:
    """Check a key at Stripe and store it in the system's keyring."""
    from jpcli.services.gateways import check_form

    check_form(key)
    gateway = open_gateway(key)
    gateway.check()
    store_key(key)
    mode = "live" if gateway.live else "test"
    note = Note("stored", f"The key is stored in the system's keyring; it moves {mode} money", "ok")
    return Answer({"ok": True, "mode": mode}, (note,))
