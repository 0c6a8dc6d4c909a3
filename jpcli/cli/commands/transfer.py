"""`jpcli transfer`."""

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
    "transfer",
    writes=True,
    examples=(
        "jpcli transfer jetpack-scan_… --to https://new.example",
        "jpcli transfer --site a.example --to b.example --all",
        "jpcli transfer --from moves.csv      # license_key,to",
        "jpcli licenses list --site a.example --json | jpcli transfer --from - --to b.example",
    ),
)
def run(
    invocation: Invocation,
    licenses: choosing.Licenses = None,
    to: Annotated[
        str | None, typer.Option("--to", metavar="URL", help="The site to move them to.")
    ] = None,
    client: Annotated[
        str | None,
        typer.Option(
            "--client",
            metavar="NAME",
            help="Whose site that is; where licenses are chosen, choose this client's.",
        ),
    ] = None,
    to_client: Annotated[
        str | None,
        typer.Option("--to-client", metavar="NAME", help="Whose site --to is, in any case."),
    ] = None,
    site: choosing.Site = None,
    product: choosing.Product = None,
    state: choosing.State = None,
    bundle: choosing.Bundle = None,
    every: choosing.All = False,
    new_client: NewClient = False,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """No day is lost or billed twice: the day of the transfer counts for the new site."""
    from jpcli.services.licenses import assign

    chooses = not licenses and source is None
    choice = choosing.choice_of(
        licenses,
        source,
        site=site,
        client=client if chooses else None,
        product=product,
        state=state,
        bundle=bundle,
        every=every,
    )
    check_source(source, keep_going, "LICENSE…", licenses or choice.words())
    if client and to_client and not chooses:
        raise UsageError("--client and --to-client say the same here: leave out one.")
    client = to_client if chooses else client or to_client
    if not to and (source is None or client):
        raise UsageError("--to URL is missing.")
    choice = choosing.settled(invocation, "transfer", choice)

    def do(asked: Invocation) -> Answer[Any]:
        desk = asked.desk(writes=True)
        if source is None:
            return assign.transfer(desk, licenses or [], to or "", client, choice)
        rows, problems = license_rows(asked, source, "" if to else "to", keep_going)
        return assign.transfer_rows(desk, rows, problems, to, client, keep_going=keep_going)

    answer = agreed(invocation, do, meant=new_client, client=client, source=source)
    return changed(invocation, answer)
