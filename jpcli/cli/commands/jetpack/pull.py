"""`jpcli jetpack pull`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import From, KeepGoing, bulk_rows
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.app.typer_parts import UsageError
from jpcli.cli.shared.result import Result, result_of

_CONSEQUENCE = "A revoked license can't be assigned again. Nothing is changed at Jetpack."
COLUMNS = ("license_key", "field", "here", "there", "taken_over")


@command(
    "jetpack pull",
    writes=True,
    without=("at",),
    examples=(
        "jpcli jetpack pull",
        "jpcli jetpack pull --check --quiet",
        "jpcli jetpack pull --from keys.csv      # license_key",
        "jpcli jetpack pull --from keys.csv --revoke-missing",
    ),
)
def run(
    invocation: Invocation,
    check: Annotated[
        bool, typer.Option("--check", help="Change nothing; exit 1 on any difference.")
    ] = False,
    source: From = None,
    keep_going: KeepGoing = False,
    revoke_missing: Annotated[
        bool,
        typer.Option(
            "--revoke-missing", help="With --from: revoke here what Jetpack does not know."
        ),
    ] = False,
) -> Result:
    """What was revoked there is revoked here, and a license is here on the site on which it is
    there, since Jetpack's time. What is issued there and not here is shown, and taken over with
    --from. A closed month is corrected on the next invoice."""
    from jpcli.cli.render.progress import counting

    if check and source is not None:
        raise UsageError("--check changes nothing, so there is nothing to take over --from a file.")
    for name, given in (("--keep-going", keep_going), ("--revoke-missing", revoke_missing)):
        if given and source is None:
            raise UsageError(f"{name} goes with --from.")
    if revoke_missing:
        from jpcli.services.files.rows import named
        from jpcli.services.jetpack.access import check_at_jetpack

        check_at_jetpack(invocation.desk().ledger)  # nobody is asked about what can't be done
        question = f"Revoke the licenses of {named(str(source))} that Jetpack does not know?"
        invocation.confirm(question, _CONSEQUENCE)
    heard = counting("license", invocation.output)
    desk = invocation.desk() if check else invocation.desk(writes=True)
    if source is not None:
        from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
        from jpcli.services.jetpack.pull_rows import pull_rows

        rows, problems = bulk_rows(
            invocation,
            source,
            frozenset({*LICENSE_COLUMNS, *COLUMNS}),
            frozenset({"license_key"}),
            keep_going=keep_going,
            whole=True,
        )
        answer = pull_rows(
            desk, rows, problems, heard, keep_going=keep_going, revoke_missing=revoke_missing
        )
    else:
        from jpcli.services.jetpack import pull

        answer = pull.check(desk, heard, invocation.desk) if check else pull.pull(desk, heard)
    more = {"exit_code": 1} if check and answer.data["differences"] else {}
    limit = invocation.list_limit()
    return result_of(
        answer, "differences", limit=limit, columns=COLUMNS, view="jetpack_pull:draw", **more
    )
