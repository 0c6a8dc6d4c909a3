"""`jpcli unassign`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app import choosing
from jpcli.cli.app.bulk import From, KeepGoing, changed, check_source, license_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result


@command(
    "unassign",
    writes=True,
    asks=False,
    examples=(
        "jpcli unassign jetpack-scan_…",
        "jpcli unassign --site a.example --all",
        "jpcli licenses list --site a.example --format csv | jpcli unassign --from -",
    ),
)
def run(
    invocation: Invocation,
    licenses: choosing.Licenses = None,
    no_email: Annotated[
        bool,
        typer.Option("--no-email", help="At Jetpack: send no mail to the owners of the sites."),
    ] = False,
    site: choosing.Site = None,
    client: choosing.Client = None,
    product: choosing.Product = None,
    state: choosing.State = None,
    bundle: choosing.Bundle = None,
    every: choosing.All = False,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """They stay active and billed. To stop paying for a license, revoke it."""
    from jpcli.services.licenses import assign

    choice = choosing.choice_of(
        licenses,
        source,
        site=site,
        client=client,
        product=product,
        state=state,
        bundle=bundle,
        every=every,
    )
    check_source(source, keep_going, "LICENSE…", licenses or choice.words())
    desk = invocation.desk(writes=True)
    if source is not None:
        rows, problems = license_rows(invocation, source, "", keep_going)
        answer = assign.unassign_rows(
            desk, rows, problems, keep_going=keep_going, email=not no_email
        )
    else:
        choice = choosing.settled(invocation, "unassign", choice)
        answer = assign.unassign(desk, licenses or [], choice, email=not no_email)
    return changed(invocation, answer)
