"""Which bills can be proved, and what is said of a proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.errors import Refused
from jpcli.domain.invoice_status import VOID
from jpcli.domain.limits import MAX_PROOF_ITEM_BYTES
from jpcli.domain.words import as_file, command_line, count
from jpcli.ledger.snapshots.snapshot import NOW
from jpcli.services.billing.books import elsewhere_note, is_settled_elsewhere

if TYPE_CHECKING:
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.billing.period import Computed
    from jpcli.services.desk import Desk
    from jpcli.services.proofs.parts import Shared


def check_provable(desk: Desk, computed: Computed) -> None:
    """Refuse what there is no bill of, or none that can be told from events alone."""
    invoice, label = computed.invoice, computed.period.label
    if invoice is not None and invoice.status == VOID:
        raise Refused(
            "invoice_void",
            f"{invoice.number} is void: it bills nothing that could be proved",
            hint=f"What its month comes to:   jpcli invoice export {label} --format proof",
            subject=invoice.number,
        )
    if invoice is None and is_settled_elsewhere(desk.ledger, label):
        (note,) = elsewhere_note(desk, label)
        raise Refused("settled_elsewhere", note.message, hint=note.hint, subject=label)
    if desk.ledger.lacks_rules:
        raise Refused(
            "zone_data_missing",
            f"This ledger does not have the rules of {desk.ledger.zone} in itself yet, and a proof"
            " can't go by those of a machine",
            hint="Let it have them:   jpcli settings set zone-data machine",
            subject=desk.ledger.zone,
        )
    if invoice is None and computed.snapshot is not NOW:
        raise Refused(
            "clock_behind",
            f"The clock is behind the last event: what {label} has now can't be proved by it",
            hint="Set the clock right, or wait:   jpcli log --limit 1",
            subject=label,
        )


def check_verifiable(shared: Shared, label: str) -> None:
    """Refuse lines that are longer than `verify` reads, before any of it is written."""
    for line, sites, text in shared.lines:
        if is_too_long(text):
            told = f"{line.name} has a part at {count(sites, 'site')} of this client"
            hint = "The whole month's has no such line:   jpcli invoice export"
            raise too_long(told, f"{hint} {label} --format proof", line.product)


def is_too_long(item: str) -> bool:
    """Is an item of a proof longer than `verify` reads?"""
    many = len(item) > MAX_PROOF_ITEM_BYTES // 4  # no character takes more
    return many and len(item.encode("utf-8", "surrogatepass")) > MAX_PROOF_ITEM_BYTES


def too_long(told: str, hint: str, subject: str | None) -> Refused:
    """The refusal of a proof for the sake of such an item, which is told of."""
    limit = f"more than {MAX_PROOF_ITEM_BYTES // 2**20} MiB"
    message = f"{told}: {limit} in one piece, which jpcli invoice verify does not take"
    return Refused("proof_too_long", message, hint=hint, subject=subject)


def proof_notes(
    computed: Computed, whose: Whose | None, file: str | None = None
) -> tuple[Note, ...]:
    """Remarks on a proof that is written to a file, or to wherever its reader has it."""
    check = (
        "jpcli invoice verify FILE"
        if file is None
        else command_line("jpcli invoice verify", as_file(file))
    )
    hint = f"Check it anywhere, without a ledger:   {check}"
    if computed.invoice is None:
        label = computed.period.label
        message = f"{label} is not closed: this proves its preview, as if nothing more changed"
        return (Note("preview", message, "info", label, hint),)
    message = f"{computed.invoice.number} as it was closed"
    if whose is not None:
        message += ", the part of one client; what it proves of that is in docs/proof.md"
    return (Note("proof", message, "info", computed.invoice.number, hint),)
