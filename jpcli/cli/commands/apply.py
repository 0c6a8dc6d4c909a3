"""`jpcli apply`."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, cast

import typer

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.new_clients import NewClient, without_remark
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

if TYPE_CHECKING:
    from jpcli.domain.answers import Answer
    from jpcli.domain.contract.plan import AppliedAnswer
    from jpcli.services.plan.order import Order

FOR_GOOD = "A revoked license can't be assigned again; its last day is still billed."
BILLED = "What is issued is billed from that moment on."
# Remarks that the question repeats.
_ASKED = ("bundle_in_use", "similar_client")


@command(
    "apply",
    writes=True,
    examples=("jpcli apply sites.toml", "jpcli apply sites.plan --yes"),
)
def run(
    invocation: Invocation,
    source: Annotated[
        str,
        typer.Argument(metavar="FILE", help="What `jpcli plan` reads, or what --out of it wrote."),
    ],
    new_client: NewClient = False,
) -> Result:
    """Shows the plan and asks. All of it is done, or nothing. A saved plan is applied only to the
    ledger state that it was made for."""
    from jpcli.services.plan.apply import apply
    from jpcli.services.plan.order import read_order

    desk = invocation.desk(writes=True)
    order = _asked(invocation, read_order(desk, source), new_client)
    answer = apply(desk, order)
    return _result(invocation, without_remark(answer) if new_client else answer)


def _asked(invocation: Invocation, order: Order, new_client: bool) -> Order:
    """Try it, show what it does and ask; then only that plan may be done. Refusals come first, and
    where nothing would change there is no question."""
    if invocation.yes or invocation.dry_run:
        return order
    from jpcli.services.files.rows import named
    from jpcli.services.plan.apply import apply
    from jpcli.services.plan.plan import said

    trial = apply(invocation._replace(dry_run=True).desk(writes=True), order)
    trial = without_remark(trial) if new_client else trial
    if not any(note.code == "applied" for note in trial.notes) or _repeated(trial):
        return order
    if invocation.output.draws:
        from jpcli.cli.render.stdout import write_result

        shown = _result(invocation, trial)._replace(notes=())
        write_result(shown, invocation.command, invocation.output)
    counts = trial.data["counts"]
    told = [note.message for note in trial.notes if note.code in _ASKED]
    consequence = "\n".join([*told, FOR_GOOD if counts["revoke"] else BILLED])
    invocation.confirm(f"Apply {named(order.source)}: {said(counts)}?", consequence)
    return order._replace(ledger_head=trial.data["ledger_head"])


def _repeated(answer: Answer[AppliedAnswer]) -> bool:
    return any(note.code == "repeated" for note in answer.notes)


def _result(invocation: Invocation, answer: Answer[AppliedAnswer]) -> Result:
    from jpcli.services.plan.plan import STEP_COLUMNS

    return result_of(
        answer,
        "steps",
        limit=invocation.list_limit(),
        total=sum(cast("dict[str, int]", answer.data["counts"]).values()),
        more="jpcli log",
        columns=STEP_COLUMNS,
        view="plan:draw",
    )
