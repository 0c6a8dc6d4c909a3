"""A bill as a proof: one JSON document that can be recomputed without the ledger (docs/proof.md).

Owns which bills can be one. Of a closed invoice it is what was recorded up to its closing and
nothing later (I8); of an open month what there is now.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.words import quoted
from jpcli.services.invoices.statements import Statements, asked_month
from jpcli.services.proofs.parts import shared_lines
from jpcli.services.proofs.provable import check_provable, check_verifiable, proof_notes
from jpcli.services.proofs.writing import Writing

if TYPE_CHECKING:
    from collections.abc import Iterator

    from jpcli.domain.answers import Note
    from jpcli.services.desk import Desk


class Proof(NamedTuple):
    """The text of a proof, in pieces to be written once, and remarks on it."""

    pieces: Iterator[str]
    notes: tuple[Note, ...]


def proof(
    desk: Desk,
    name: str,
    client: str | None = None,
    markup: str | None = None,
    file: str | None = None,
) -> Proof:
    """The proof of an invoice, by its number or month; of an open month, a preview's.

    `client` makes it that of one client by name, `""` for what is nobody's, with `markup` (percent)
    on it, or without one the client's own; `file` is what it is going to be. Raises BadInput
    `unknown_invoice`, `unknown_client`, `bad_percent`, `markup_without_client`; Refused
    `invoice_void`, `settled_elsewhere`, `clock_behind`, `zone_data_missing`, `proof_too_long`;
    Failed `no_price`.
    """
    if markup is not None and client is None:
        raise BadInput(
            "markup_without_client",
            "A markup is part of one client's proof, not of the whole invoice's",
            hint=f"jpcli invoice export {quoted(name)} --client NAME --format proof",
            subject="--markup",
        )
    whose = shared = None
    if client is None:
        computed = asked_month(desk, name)
    else:
        statements = Statements(desk, name)
        computed = statements.computed
        whose, markup = statements.whose(client, markup)
        shared = shared_lines(desk, computed, statements.shares, whose, markup)
    check_provable(desk, computed)
    if shared is not None:
        check_verifiable(shared, computed.period.label)
    writing = Writing(desk, computed, shared, whose, markup)
    return Proof(writing.pieces(), proof_notes(computed, whose, file))
