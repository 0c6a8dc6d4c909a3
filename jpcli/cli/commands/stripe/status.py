"""`jpcli stripe status`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("stripe status", reads=True, examples=("jpcli stripe status",))
def run(
    invocation: Invocation,
) -> Result:
    """Whether the secret key works, whether it is for test or for real money, and what is still to
    be done at Stripe. Of the key itself nothing is shown."""
    from jpcli.services.collection.stripe.account import status

    answer = status(invocation.desk(writes=True))
    return result_of(answer, view="stripe_status:draw")
