"""Storing the token to the Licensing API, once it is known to be good."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.words import count
from jpcli.services.jetpack.access import at_jetpack, base, check_form, store_token

if TYPE_CHECKING:
    from jpcli.domain.contract.jetpack import JetpackLoginAnswer
    from jpcli.ledger.database.connection import Ledger


def login(token: str, ledger: Ledger | None = None) -> Answer[JetpackLoginAnswer]:
    """Ask for the price list with a token, and store it in the system's keyring: for a ledger whose
    licenses are Jetpack's for that one alone, else for all that have none of their own.

    Raises AuthProblem `no_token`, `bad_token`; Failed `no_keyring`; what the API says.
    """
    check_form(token)
    address = base()
    own = ledger if ledger is not None and at_jetpack(ledger) else None
    from jpcli.jetpack.licensing import Licensing

    asking = Licensing(token, address, read_only=True)
    try:
        products = len(asking.families())
    finally:
        asking.close()
    store_token(token, own)
    whose = "for this ledger " if own is not None else ""
    sold = count(products, "product")
    message = f"The token is stored {whose}in the system's keyring; Jetpack sells {sold} to it"
    data: JetpackLoginAnswer = {
        "ok": True,
        "base": address,
        "products": products,
        "for_ledger": None if own is None else own.path,
    }
    return Answer(data, (Note("stored", message, "ok"),))
