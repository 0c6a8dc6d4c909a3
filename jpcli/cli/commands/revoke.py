"""`jpcli revoke`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, NamedTuple

import typer

from jpcli.cli.app import affected, choosing
from jpcli.cli.app.bulk import (
    From,
    KeepGoing,
    changed,
    check_source,
    is_read_once,
    license_rows,
)
from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result
from jpcli.domain.answers import each_object
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer, Table
    from jpcli.domain.contract.licenses import LicenseObject, RevokedAnswer
    from jpcli.services.licenses.choose import Choice
    from jpcli.services.licenses.in_use import Agreed

# Bundles in use that the question names one by one.
MOST_NAMED = 10
CONSEQUENCE = "A revoked license can't be assigned again; its last day is still billed."


@command(
    "revoke",
    writes=True,
    examples=(
        "jpcli revoke jetpack-scan_… --yes --reason 'site was closed'",
        "jpcli revoke jetpack-scan_… --at 2026-11-10 --yes",
        "jpcli revoke --site a.example --product scan --all --yes",
        "jpcli licenses list --state unassigned --no-bundle --json | jpcli revoke --from - --yes",
    ),
)
def run(
    invocation: Invocation,
    licenses: choosing.Licenses = None,
    reason: Annotated[
        str | None, typer.Option("--reason", metavar="TEXT", help="Why, for the log.")
    ] = None,
    site: choosing.Site = None,
    client: choosing.Client = None,
    product: choosing.Product = None,
    state: choosing.State = None,
    bundle: choosing.Bundle = None,
    every: choosing.All = False,
    source: From = None,
    keep_going: KeepGoing = False,
    in_use: Annotated[
        bool, typer.Option("--in-use", help="With --yes: also bundles with licenses on sites.")
    ] = False,
) -> Result:
    """Revoking a bundle revokes all its licenses; where some are on sites, the question names
    these, and --yes needs --in-use beside it. Revoking an assigned license of a bundle puts a new
    unassigned one in its place, and the bundle's price stays."""
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
    keys = list(dict.fromkeys(licenses or []))
    choice = choosing.settled(invocation, "revoke", choice, keys, always=True)
    asked = _Asked(keys, source, reason, keep_going, choice)
    agreed = _agreed(invocation, asked, in_use=in_use)
    return changed(invocation, asked.revoked(invocation, agreed))


def _agreed(invocation: Invocation, asked: _Asked, *, in_use: bool) -> Agreed:
    """Ask about what is really going to end: what can't be done fails before the question, and
    where nothing would change there is none. What comes back is what the yes is for."""
    from jpcli.services.licenses.in_use import CODE, anything, in_use_error, nobody

    if invocation.yes or invocation.dry_run:
        return anything if in_use else nobody
    if asked.is_read_once:
        invocation.confirm(asked.question([]), CONSEQUENCE)
        return anything if in_use else nobody
    trial = asked.revoked(invocation._replace(dry_run=True), anything)
    codes = {note.code for note in trial.notes}
    if "revoked" not in codes or "repeated" in codes:
        return nobody
    told = [note for note in trial.notes if note.code == CODE]
    if told and not (in_use or invocation.can_ask):
        raise in_use_error(told[0])
    named = [note.message for note in told[:MOST_NAMED]]
    if len(told) > MOST_NAMED:
        more = count(len(told) - MOST_NAMED, "more bundle has", "more bundles have")
        named.append(f"and {more} licenses in use")
    question = asked.question(trial.data["licenses"])
    saved = [note.message for note in trial.notes if note.code == "saves"]
    ending = affected.lines(trial.data["licenses"]) if invocation.can_ask else []
    invocation.confirm(question, "\n".join([*ending, *named, *saved, CONSEQUENCE]))
    return anything if in_use else frozenset(told).__contains__


class _Asked(NamedTuple):
    """What was asked for: keys, or the licenses that a file names."""

    keys: list[str]
    source: str | None
    reason: str | None
    keep_going: bool
    choice: Choice

    @property
    def is_read_once(self) -> bool:
        return is_read_once(self.source)

    def question(self, ending: Table[LicenseObject]) -> str:
        """What is asked, where these licenses end."""
        if self.source is not None:
            from jpcli.services.files.rows import named

            return f"Revoke the licenses in {named(self.source)}?"
        keys = sorted(self.choice.shown or self.keys) or _named(ending)
        others = len(ending) - len(keys)
        it = "it" if len(keys) == 1 else "them"
        what = keys[0] if len(keys) == 1 else count(len(keys), "license")
        more = f" and the {count(others, 'license')} in {it}" if others else ""
        return f"Revoke {what}{more}?"

    def revoked(self, invocation: Invocation, agreed: Agreed) -> Answer[RevokedAnswer]:
        """Do it, or with a dry run try it."""
        from jpcli.services.licenses import revoke

        desk = invocation.desk(writes=True)
        if self.source is None:
            return revoke.revoke(desk, self.keys, self.reason, agreed, self.choice)
        rows, problems = license_rows(invocation, self.source, "", self.keep_going)
        return revoke.revoke_rows(
            desk, rows, problems, self.reason, agreed, keep_going=self.keep_going
        )


def _named(ending: Table[LicenseObject]) -> list[str]:
    """The keys of those that do not end with their bundle."""
    bundles = {one["license_key"] for one in each_object(ending) if one["bundle_size"]}
    found = (one for one in each_object(ending) if one["bundle_key"] not in bundles)
    return [str(one["license_key"]) for one in found]
