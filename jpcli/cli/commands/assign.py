"""`jpcli assign`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app import choosing
from jpcli.cli.app.bulk import From, KeepGoing, changed, check_source, license_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.new_clients import NewClient, agreed
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer


@command(
    "assign",
    writes=True,
    examples=(
        "jpcli assign jetpack-scan_… --site https://acme.example --client Acme",
        "jpcli assign --product scan --site a.example      # one that is on no site",
        "jpcli assign --from places.csv      # license_key,site,client",
        "jpcli licenses list --state unassigned --json | jpcli assign --from - --site a.example",
    ),
)
def run(
    invocation: Invocation,
    licenses: choosing.Licenses = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="URL", help="The site to put them on.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site it is.")
    ] = None,
    product: choosing.Product = None,
    state: choosing.State = None,
    bundle: choosing.Bundle = None,
    every: choosing.All = False,
    new_client: NewClient = False,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """What is billed does not change: a license costs the same on a site or on none. A site is
    made the first time that it is named."""
    from jpcli.services.licenses import assign

    choice = choosing.choice_of(
        licenses, source, product=product, state=state, bundle=bundle, every=every
    )
    check_source(source, keep_going, "LICENSE…", licenses or choice.words())
    if not site and (source is None or client):
        raise UsageError("--site URL is missing.")
    choice = choosing.settled(invocation, "assign", choice)

    def do(asked: Invocation) -> Answer[Any]:
        desk = asked.desk(writes=True)
        if source is None:
            return assign.assign(desk, licenses or [], site or "", client, choice)
        rows, problems = license_rows(asked, source, "" if site else "site", keep_going)
        return assign.assign_rows(desk, rows, problems, site, client, keep_going=keep_going)

    answer = agreed(invocation, do, meant=new_client, client=client, source=source)
    return changed(invocation, answer)
