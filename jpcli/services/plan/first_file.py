"""`plan --init`: the file for what there is today, from which a person goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.words import as_file, command_line, count
from jpcli.ledger.database.draft import file_exists
from jpcli.ledger.queries.plan import held, sites_in_use, totals
from jpcli.services.files.new_file import write_new

if TYPE_CHECKING:
    from jpcli.domain.contract.plan import FirstPlanAnswer
    from jpcli.services.desk import Desk


def init(desk: Desk, target: str) -> Answer[FirstPlanAnswer]:
    """Write `target`; its plan is empty. Never overwrites (Refused `file_exists`)."""
    if os.path.lexists(target):
        raise file_exists(target)
    from jpcli.services.plan.writer import file_for

    products, sites = totals(desk.ledger), sites_in_use(desk.ledger)
    spares = {product: free for product, _, free in products}
    write_new(target, file_for(held(desk.ledger), spares, os.path.basename(target)))
    licenses = sum(active for _, active, _ in products)
    data: FirstPlanAnswer = {"file": target, "sites": sites, "licenses": licenses}
    message = f"Wrote what there is today to {target}: {count(sites, 'site')}"
    return Answer(
        data, (Note("written", message, "ok", target, command_line("jpcli plan", as_file(target))),)
    )
