"""`jpcli settings set`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.commands.settings.show import shown
from jpcli.cli.shared.result import Result


@command(
    "settings set",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli settings set bill-from 2026-11",
        "jpcli settings set collect send",
        "jpcli settings set name 'Acme Agency'",
        "jpcli settings set address '1 Main Street, Springfield'",
        "jpcli settings set payment-terms-days 14",
        "jpcli settings set payment-note 'To IBAN AT61 1904 3002 3457 3201, within 14 days'",
        "jpcli settings set payments stripe",
        "jpcli settings set zone-data machine",
    ),
)
def run(
    invocation: Invocation,
    key: Annotated[
        str,
        typer.Argument(
            metavar="SETTING",
            help="One of address, bill-from, collect, name, payment-note, payment-terms-days,"
            " payments, tax-id, zone-data.",
        ),
    ],
    value: Annotated[
        str, typer.Argument(metavar="VALUE", help="What it is from now on; of some none is none.")
    ],
) -> Result:
    """bill-from is the first month that is billed here; it moves only while there is no invoice.
    Terms, and the name, address, tax-id and payment-note that statements have, count for invoices
    that are closed from now on. collect, on a ledger that collects
    through Stripe, is charge (cards) or send (mail), and changes while nothing is uncollected.
    payments goes from offline to stripe, with all invoices; cards are entered at Stripe then.
    zone-data machine has the ledger follow this machine's rules of its time zone from a coming day
    on, as when a country gives up summer time; what is recorded stays."""
    from jpcli.services.ledger.settings import set_one

    return shown(invocation, set_one(invocation.desk(writes=True), key, value))
