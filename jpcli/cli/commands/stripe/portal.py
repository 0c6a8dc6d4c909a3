"""`jpcli stripe portal`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("stripe portal", reads=True, examples=("jpcli stripe portal",))
def run(
    invocation: Invocation,
) -> Result:
    """Prints a link to Stripe's page on which cards are entered and removed and invoices are seen,
    for the person who pays. It needs no login and is good for a few minutes."""
    from jpcli.services.collection.stripe.customer import portal

    answer = portal(invocation.desk(writes=True))
    return result_of(answer, view="customer:draw_portal")
