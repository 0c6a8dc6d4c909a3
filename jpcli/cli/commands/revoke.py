"""`jpcli revoke`."""

from __future__ import annotations

from typing import Annotated

import typer

from jpcli.cli.app.bulk import From, KeepGoing, bulk_rows, changed, check_source
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result

CONSEQUENCE = "A revoked license can't be assigned again; its last day is still billed."


@command(
    "revoke",
    writes=True,
    examples=(
        "jpcli revoke jetpack-scan_… --yes --reason 'site was closed'",
        "jpcli revoke jetpack-scan_… --at 2026-11-10 --yes",
        "jpcli licenses list --state unassigned --format csv | jpcli revoke --from - --yes",
    ),
)
def run(
    invocation: Invocation,
    licenses: Annotated[
        list[str] | None, typer.Argument(metavar="LICENSE…", help="License or bundle keys.")
    ] = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")
    ] = None,
    source: From = None,
    keep_going: KeepGoing = False,
) -> Result:
    """Revoking a bundle revokes all its licenses. Revoking an assigned license of a bundle puts a
    new unassigned one in its place, and the bundle's price stays."""
    from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
    from jpcli.services.licenses import revoke

    check_source(source, keep_going, "LICENSE…", licenses, options="licenses")
    keys = list(dict.fromkeys(licenses or []))
    _ask(invocation, keys, source)
    desk = invocation.desk(writes=True)
    if source is not None:
        # What `licenses list` writes may be piped in: its other columns are ignored.
        known, required = frozenset(LICENSE_COLUMNS), frozenset({"license_key"})
        rows, problems = bulk_rows(
            invocation, source, known, required, keep_going=keep_going, whole=True
        )
        answer = revoke.revoke_rows(desk, rows, problems, reason, keep_going=keep_going)
    else:
        answer = revoke.revoke(desk, keys, reason)
    return changed(invocation, answer)


def _ask(invocation: Invocation, keys: list[str], source: str | None) -> None:
    """Ask about what is really going to end: what can't be done fails before the question, and
    where nothing would change there is none."""
    if invocation.yes or invocation.dry_run:
        return
    if source is not None:
        place = "standard input" if source == "-" else source
        invocation.confirm(f"Revoke the licenses in {place}?", CONSEQUENCE)
        return
    from jpcli.services.licenses.revoke import revoke

    trial = revoke(invocation._replace(dry_run=True).desk(writes=True), keys)
    if not any(note.code == "revoked" for note in trial.notes):
        return
    others = len(trial.data["licenses"]) - len(keys)
    what = keys[0] if len(keys) == 1 else f"{len(keys):,} licenses"
    more = f" and the {others:,} licenses in it" if others else ""
    invocation.confirm(f"Revoke {what}{more}?", CONSEQUENCE)
