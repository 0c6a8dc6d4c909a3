"""Savings: everything that costs and is of no use, with what it comes to in the months ahead.

Nothing is recorded; what is suggested can be written as a plan, which `apply` does.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING

from jpcli.domain.answers import Answer, Note
from jpcli.domain.errors import BadInput, not_among
from jpcli.domain.money import money_json
from jpcli.domain.savings import KINDS
from jpcli.domain.words import as_file, command_line, quoted
from jpcli.ledger.database.draft import file_exists
from jpcli.services.files.new_file import write_new
from jpcli.services.meant import check_client_known
from jpcli.services.plan.order import without_collecting
from jpcli.services.savings.found import Finding, Wanted
from jpcli.services.savings.meter import Meter
from jpcli.services.spool import table

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.domain.contract.savings import SavingsAnswer
    from jpcli.services.desk import Desk

SUGGESTION_COLUMNS = (
    "kind",
    "product",
    "site",
    "client",
    "licenses",
    "message",
    "saves_month",
    "saves_year",
)
USUAL_DAYS = 30
MOST_DAYS = 100_000


def wanted(desk: Desk, kinds: Sequence[str], client: str | None, idle_days: int | None) -> Wanted:
    """Which suggestions are asked for; no kind is every kind, and `client` "" the sites of nobody.

    Raises BadInput `bad_kind`, `bad_age`, `unknown_client`.
    """
    for kind in kinds:
        if kind not in KINDS:
            raise not_among("kind", kind, KINDS)
    days = USUAL_DAYS if idle_days is None else idle_days
    if not 0 <= days <= MOST_DAYS:
        raise BadInput("bad_age", f"An age is 0 to {MOST_DAYS:,} days, not {days}")
    if client:
        check_client_known(desk.ledger, client)
    return Wanted(frozenset(kinds or KINDS), client, days)


def savings(desk: Desk, asked: Wanted, target: str | None = None) -> Answer[SavingsAnswer]:
    """What could be saved, and what that comes to in the next whole month, and in the twelve from
    it on; with `target` all of it as a plan in a new file.

    Amounts are differences between previews of those months, without corrections and credit.
    Raises Failed `no_price`, Refused `file_exists`, BadInput `plan_too_large`.
    """
    if target is not None and os.path.lexists(target):
        raise file_exists(target)
    meter = Meter(desk)
    found = Finding(desk, meter, asked)
    with without_collecting():
        found.find()
    currency = desk.ledger.currency
    data: SavingsAnswer = {
        "agency": desk.ledger.name,
        "month": meter.months[0].label,
        "last_month": meter.months[-1].label,
        "idle_days": asked.idle_days,
        "suggestions": table(SUGGESTION_COLUMNS, found.rows.rows()),
        "total": len(found.rows),
        "saves_month": money_json(found.month_minor, currency),
        "saves_year": money_json(found.year_minor, currency),
        "file": target if target is not None and len(found.rows) else None,
    }
    if not len(found.rows):
        return Answer(data, (Note("nothing_to_save", "Nothing to save", "ok"),))
    if target is None:
        return Answer(data, (_next(asked),))
    from jpcli.services.savings.plan_file import plan_text

    name = os.path.basename(target)
    write_new(target, plan_text(desk.ledger, found, data["suggestions"], name))
    hint = command_line("jpcli plan", as_file(target))
    return Answer(data, (Note("written", f"Wrote all of it to {target}", "ok", target, hint),))


def _next(asked: Wanted) -> Note:
    words = ["jpcli savings"]
    if asked.kinds != frozenset(KINDS):
        words += (f"--kind {kind}" for kind in KINDS if kind in asked.kinds)
    if asked.client is not None:
        words.append(f"--client {quoted(asked.client)}" if asked.client else "--no-client")
    if asked.idle_days != USUAL_DAYS:
        words.append(f"--idle {asked.idle_days}")
    words.append("--output savings.toml")
    return Note("next", "As a plan, to look at and to apply", hint=" ".join(words))
