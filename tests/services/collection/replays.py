"""Every command a second time, with the ledger file put back to what it was before it.

That is what a restored backup or a copy on another machine comes to: Stripe has seen everything,
and the ledger knows nothing of it. With LATER Stripe has forgotten the idempotency keys, too.
"""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import JpcliError
from jpcli.services import collection
from tests import engines

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer
    from tests.stripe_double.double import Double
    from tests.stripe_double.fixtures import StripeDouble

ONCE, PUT_BACK, LATER = "once", "put back", "put back, keys forgotten"
LIVES = (ONCE, PUT_BACK, LATER)


def lived_twice(
    called: str,
    double: Double,
    life: str,
    use_case: Callable[..., Answer[Any]],
    run: Callable[[], Answer[Any]],
) -> Answer[Any]:
    """What a command answers the second time; commands that ask nothing of Stripe run once."""
    if life == ONCE or not _asks_stripe(use_case):
        return run()
    before = f"{called}.before"
    engines.copy(called, before)
    with suppress(JpcliError):
        run()
    engines.copy(before, called)
    if life == LATER:
        for keys in double.keys.values():
            keys.entries.clear()
    return run()


def _asks_stripe(use_case: Callable[..., Answer[Any]]) -> bool:
    return use_case.__module__.startswith(f"{collection.__name__}.")


def doubles(double: StripeDouble) -> list[str]:
    """What is at Stripe twice and must not be."""
    found = []
    customers = Counter(
        customer["metadata"].get("jpcli_ledger")
        for customer in double.objects("customer")
        if not customer.get("deleted")
    )
    found += [f"{count} customers of {ledger}" for ledger, count in customers.items() if count > 1]
    standing = [i for i in double.objects("invoice") if i["status"] != "void"]
    numbers = Counter(
        (invoice["metadata"].get("jpcli_ledger"), invoice["metadata"].get("jpcli_invoice"))
        for invoice in standing
    )
    found += [f"{count} invoices {key}" for key, count in numbers.items() if count > 1]
    lines = Counter(
        (line["invoice"], line["metadata"].get("jpcli_line"))
        for line in double.objects("line_item")
        if "jpcli_line" in line["metadata"]
    )
    found += [f"{count} lines {key}" for key, count in lines.items() if count > 1]
    charges: Counter[Any] = Counter(
        charge["payment_intent"] for charge in double.objects("charge") if charge["paid"]
    )
    return found + [f"{count} charges {key}" for key, count in charges.items() if count > 1]
