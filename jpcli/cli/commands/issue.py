"""`jpcli issue`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from jpcli.cli.app.bulk import (
    From,
    KeepGoing,
    bulk_rows,
    changed,
    check_source,
    is_read_once,
)
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.new_clients import NewClient, agreed
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

if TYPE_CHECKING:
    from collections.abc import Callable

    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.licenses import IssuedAnswer

# So many at once are not asked about, unless they more than double what a day costs.
UNASKED = 25
AT_ONCE = "Each is billed from today on; a day is billed even if it is revoked at once."
COLUMNS = frozenset({"product", "quantity", "site", "client", "bundle_size"})


@command(
    "issue",
    writes=True,
    examples=(
        "jpcli issue jetpack-scan --quantity 3",
        "jpcli issue jetpack-scan --site https://acme.example --client Acme",
        "jpcli issue jetpack-anti-spam --bundle 20",
        "jpcli issue --from orders.csv      # product,quantity,site,client,bundle_size",
    ),
)
def run(
    invocation: Invocation,
    product: Annotated[
        str | None, typer.Argument(metavar="PRODUCT", help="What to issue, as jetpack-scan.")
    ] = None,
    quantity: Annotated[
        int | None, typer.Option("--quantity", "-n", metavar="N", help="How many; 1 unless told.")
    ] = None,
    bundle: Annotated[
        int | None, typer.Option("--bundle", metavar="SIZE", help="Bundles of SIZE licenses.")
    ] = None,
    site: Annotated[
        str | None, typer.Option("--site", metavar="URL", help="Put them on this site at once.")
    ] = None,
    client: Annotated[
        str | None, typer.Option("--client", metavar="NAME", help="Whose site it is.")
    ] = None,
    new_client: NewClient = False,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """A license is billed for every day on which it is active, the day of issue and the day of
    revocation included, whether it is on a site or not. A primary card must be on file."""
    from jpcli.services.licenses import issue

    check_source(source, keep_going, "PRODUCT", product, quantity, bundle, site, client)

    def do(asked: Invocation) -> Answer[IssuedAnswer]:
        desk = asked.desk(writes=True)
        if source is None:
            number = 1 if quantity is None else quantity
            return issue.issue(desk, product or "", number, bundle, site, client)
        required = frozenset({"product"})
        rows, problems = bulk_rows(
            asked, source, COLUMNS, required, keep_going=keep_going, whole=True
        )
        return issue.issue_rows(desk, rows, problems, keep_going=keep_going)

    trial = None
    if invocation.can_ask and not (invocation.yes or invocation.dry_run):
        trial = _ask(invocation, source, do)
    answer = agreed(invocation, do, meant=new_client, client=client, source=source, trial=trial)
    return changed(invocation, answer)


def _ask(
    invocation: Invocation, source: str | None, do: Callable[[Invocation], Answer[IssuedAnswer]]
) -> Answer[IssuedAnswer] | None:
    """Ask on a terminal about many licenses, or about what would more than double the bill; there
    is no question elsewhere. What can't be done fails before it: the trial, where one was made."""
    from jpcli.domain.money import display_amount
    from jpcli.domain.words import count
    from jpcli.services.billing.day_cost import day_cost_minor

    if is_read_once(source):  # which a trial would leave nothing of
        from jpcli.services.files.rows import named

        invocation.confirm(f"Issue the orders in {named(str(source))}?", AT_ONCE)
        return None
    trial = do(invocation._replace(dry_run=True))
    costs = trial.data.get("costs")
    if costs is None or any(note.code == "repeated" for note in trial.notes):
        return trial
    desk = invocation.desks[-1]
    today_minor, day_minor = day_cost_minor(desk), costs["day"]["amount_minor"]
    if costs["licenses"] <= UNASKED and not 0 < today_minor < day_minor:
        return trial
    told = next(note.message for note in trial.notes if note.code == "costs")
    now = display_amount(today_minor, desk.ledger.currency)
    question = f"Issue {count(costs['licenses'], 'license')}?"
    invocation.confirm(question, f"{told}.\nAll that is active costs {now} a day now.")
    return trial
