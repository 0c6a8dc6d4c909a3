"""`jpcli sites show`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of


@command("sites show", reads=True, examples=("jpcli sites show https://acme.example",))
def run(
    invocation: Invocation,
    site: Annotated[str, typer.Argument(metavar="URL", help="The site.")],
) -> Result:
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
    from jpcli.services.sites.sites import show_site

    answer = show_site(invocation.desk(), site)
    return result_of(answer, "licenses", columns=LICENSE_COLUMNS, view="sites:draw_one")
