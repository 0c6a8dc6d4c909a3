"""`jpcli licenses show`."""

from __future__ import annotations

from jpcli.cli.app import choosing
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of


@command(
    "licenses show",
    reads=True,
    examples=("jpcli licenses show jetpack-scan_…", "jpcli licenses show --site a.example --all"),
)
def run(
    invocation: Invocation,
    licenses: choosing.Licenses = None,
    site: choosing.Site = None,
    client: choosing.Client = None,
    product: choosing.Product = None,
    state: choosing.State = None,
    bundle: choosing.Bundle = None,
    every: choosing.All = False,
) -> Result:
    """Every event of its life, and the days that are billed, site by site."""
    from jpcli.services.licenses.choose import show_chosen

    choice = choosing.choice_of(
        licenses,
        site=site,
        client=client,
        product=product,
        state=state,
        bundle=bundle,
        every=every,
    )
    if not licenses and not choice.chooses:
        raise UsageError("LICENSE… is missing, or --site and the like.")
    choice = choosing.settled(invocation, "licenses show", choice)
    answer = show_chosen(invocation.desk(), licenses or [], choice)
    return result_of(answer, "licenses", view="license_history:draw")
