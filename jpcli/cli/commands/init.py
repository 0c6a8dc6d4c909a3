"""`jpcli init`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import get_current_context, was_typed
from jpcli.cli.shared.result import Result, result_of

Collect = Annotated[
    str | None,
    typer.Option(
        "--collect",
        metavar="HOW",
        help="With Stripe: charge a card (the default), or send the invoice by mail.",
    ),
]


@command(
    "init",
    reads=True,
    extra=("yes", "idempotency_key"),
    examples=(
        "jpcli init",
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
    collect: Collect = None,
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
    overwritten; on a server it is made in a database that is there. A price without a date holds
    from the beginning. On a terminal, and without options, it asks for what it needs, and takes
    over the list of licenses from your dashboard."""
    from jpcli.services.ledger.init import init

    if _is_to_ask(invocation):
        return _asked(invocation)
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


def _is_to_ask(invocation: Invocation) -> bool:
    """Somebody is there to answer, and has not answered on the command line."""
    context = get_current_context()
    told = was_typed(context, context.params) or invocation.idempotency_key is not None
    return invocation.output.draws and invocation.can_ask and not (told or invocation.yes)


def _asked(invocation: Invocation) -> Result:
    """Ask, then make the ledger with all that was answered, and show where things stand."""
    from jpcli.cli.app.front import standing
    from jpcli.cli.app.questions import ask_all
    from jpcli.services.collection.collector import collector_of
    from jpcli.services.ledger.dashboard import import_dashboard
    from jpcli.services.ledger.init import check_place, init

    check_place(invocation.location)
    answers = ask_all(invocation)
    made = init(
        invocation.location,
        now_at=invocation.now_at,
        actor=invocation.actor,
        currency=answers.currency,
        time_zone=answers.time_zone,
        name=answers.name,
        prices=answers.prices,
    )
    notes = [note for note in made.notes if note.code != "next"]
    desk = invocation.desk(writes=True)
    if answers.card is not None:
        notes += collector_of(desk).add_card(desk, *answers.card, primary=True).notes
    if answers.licenses:
        notes += import_dashboard(desk, answers.licenses).notes
    shown = standing(invocation)
    said = dict.fromkeys((*notes, *shown.notes))  # each step warns of a card that has expired
    return shown._replace(notes=tuple(said))
