"""`jpcli sites move`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.new_clients import NewClient, agreed
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer


@command(
    "sites move",
    writes=True,
    examples=("jpcli sites move https://acme.example --client Acme",),
)
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site.")],
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site it is from now on.")
    ] = None,
    no_client: Annotated[
        bool, typer.Option("--no-client", help="It is nobody's from now on.")
    ] = False,
    new_client: NewClient = False,
) -> Result:
    """The days from the move on are the new client's; earlier ones stay where they are."""
    from jpcli.services.sites.sites import move_site

    if (client is None) == (not no_client):
        raise UsageError("Name one of --client NAME and --no-client.")

    def do(asked: Invocation) -> Answer[Any]:
        return move_site(asked.desk(writes=True), site, client)

    answer = agreed(invocation, do, meant=new_client, client=client)
    return result_of(answer, view="notes:draw_nothing")
