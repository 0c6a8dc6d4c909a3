"""`jpcli init`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "init",
    reads=True,
    extra=("idempotency_key",),
    examples=(
        "jpcli init --name 'Acme Agency'",
        "jpcli init --currency eur --time-zone Europe/Berlin --prices prices.csv",
        "jpcli init --licensing jetpack",
    ),
)
def run(
    invocation: Invocation,
    currency: Annotated[
        str, typer.Option("--currency", metavar="CODE", help="What everything costs in.")
    ] = "usd",
    time_zone: Annotated[
        str, typer.Option("--time-zone", metavar="ZONE", help="Whose midnights part the days.")
    ] = "UTC",
    name: Annotated[
        str | None, typer.Option("--name", metavar="NAME", help="The agency's name.")
    ] = None,
    prices: Annotated[
        str | None,
        typer.Option("--prices", metavar="FILE", help="A price list, or none; one ships with it."),
    ] = None,
    payments: Annotated[
        str,
        typer.Option("--payments", metavar="GATEWAY", help="Who collects: offline or stripe."),
    ] = "offline",
    collect: Annotated[
        str | None,
        typer.Option(
            "--collect",
            metavar="HOW",
            help="With Stripe: charge a card (the default), or send the invoice by mail.",
        ),
    ] = None,
    licensing: Annotated[
        str,
        typer.Option(
            "--licensing",
            metavar="WHOSE",
            help="jetpack: licenses are issued at Jetpack's Licensing API; none: here alone.",
        ),
    ] = "none",
    bill_from: Annotated[
        str | None,
        typer.Option(
            "--bill-from",
            metavar="MONTH",
            help="The first month to bill; days before it are history. Default: this month.",
        ),
    ] = None,
    payment_terms: Annotated[
        int,
        typer.Option(
            "--payment-terms-days", metavar="DAYS", help="Days until an invoice is past due."
        ),
    ] = 0,
) -> Result:
    """Currency and time zone are fixed for the life of the ledger. An existing one is never
    overwritten. A price without a date holds from the beginning."""
    from jpcli.services.ledger.init import init

    answer = init(
        invocation.location,
        now_at=invocation.now_at,
        actor=invocation.actor,
        currency=currency,
        time_zone=time_zone,
        name=name,
        prices=prices,
        payment_terms_days=payment_terms,
        payments=payments,
        collect=collect,
        licensing=licensing,
        bill_from=bill_from,
        keyed=invocation.keyed(),
    )
    return result_of(answer, view="notes:draw_nothing")
