"""`plan --init`: the file for what there is today, from which a person goes on."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.words import count, quoted
from jpcli.ledger.database.draft import file_exists
from jpcli.ledger.queries.plan import present
from jpcli.services.files.new_file import write_new

if TYPE_CHECKING:
    from jpcli.domain.contract.plan import FirstPlanAnswer
    from jpcli.services.desk import Desk


def init(desk: Desk, target: str) -> Answer[FirstPlanAnswer]:
    """Write `target`; its plan is empty. Never overwrites (Refused `file_exists`)."""
    if os.path.lexists(target):
        raise file_exists(target)
    from jpcli.services.plan.writer import file_for

    there = present(desk.ledger)
    write_new(target, file_for(there, os.path.basename(target)))
    sites, licenses = set(), 0
    for item in there.licenses:
        sites.add(item.site)
        licenses += 1
    sites.discard(None)
    data: FirstPlanAnswer = {"file": target, "sites": len(sites), "licenses": licenses}
    message = f"Wrote what there is today to {target}: {count(len(sites), 'site')}"
    return Answer(data, (Note("written", message, "ok", target, f"jpcli plan {quoted(target)}"),))
