"""`jpcli stripe customer`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command(
    "stripe customer",
    writes=True,
    asks=False,
    without=("at",),
    examples=(
        "jpcli stripe customer",
        "jpcli stripe customer --email billing@acme.example --tax-id eu_vat:DE123456789",
        "jpcli stripe customer --address-line1 'Main Street 1' --city Ulm --country DE",
    ),
)
def run(
    invocation: Invocation,
    name: Annotated[
        str | None,
        typer.Option("--name", metavar="NAME", help="Who the invoices are for."),
    ] = None,
    email: Annotated[
        str | None, typer.Option("--email", metavar="ADDRESS", help="Where Stripe mails them.")
    ] = None,
    phone: Annotated[
        str | None, typer.Option("--phone", metavar="NUMBER", help="With its country code.")
    ] = None,
    line1: Annotated[
        str | None, typer.Option("--address-line1", metavar="TEXT", help="Street and number.")
    ] = None,
    line2: Annotated[
        str | None, typer.Option("--address-line2", metavar="TEXT", help="Floor, suite, mailbox.")
    ] = None,
    postal_code: Annotated[
        str | None, typer.Option("--postal-code", metavar="POSTCODE", help="Postal or ZIP code.")
    ] = None,
    city: Annotated[
        str | None, typer.Option("--city", metavar="CITY", help="City or town.")
    ] = None,
    state: Annotated[
        str | None, typer.Option("--state", metavar="REGION", help="State, county or province.")
    ] = None,
    country: Annotated[
        str | None, typer.Option("--country", metavar="COUNTRY", help="Two letters, as US or DE.")
    ] = None,
    tax_id: Annotated[
        str | None,
        typer.Option("--tax-id", metavar="TYPE:VALUE", help="As eu_vat:DE123456789 or us_ein:…."),
    ] = None,
    no_tax_id: Annotated[
        str | None, typer.Option("--no-tax-id", metavar="TYPE:VALUE", help="Take one away.")
    ] = None,
) -> Result:
    """Shows, and with options sets, what Stripe prints on the invoices to come. Invoices that are
    final keep what they have. It is kept at Stripe alone."""
    from jpcli.services.collection.stripe.customer import customer

    named = {
        "name": name,
        "email": email,
        "phone": phone,
        "line1": line1,
        "line2": line2,
        "postal_code": postal_code,
        "city": city,
        "state": state,
        "country": country,
    }
    given = {field: value for field, value in named.items() if value is not None}
    desk = invocation.desk(writes=True)
    answer = customer(desk, given, tax_id=tax_id, no_tax_id=no_tax_id)
    if invocation.output.format in ("table", "json", "ndjson"):
        return result_of(answer, view="customer:draw")
    # One row, as of any table: the objects in it are written as in the other tables.
    found = answer.data["customer"]
    row = {"customers": [] if found is None else [found]}
    return Result(row, "customers", notes=answer.notes)
