"""`jpcli cards list`."""

from __future__ import annotations

from jpcli.cli.app.invocation import Invocation
from jpcli.cli.app.options import command
from jpcli.cli.shared.result import Result, result_of

COLUMNS = ("id", "brand", "last4", "exp_month", "exp_year", "primary", "expired")


@command("cards list", lists=True, examples=("jpcli cards list",))
def run(invocation: Invocation) -> Result:
    from jpcli.services.cards import shown_cards

    answer = shown_cards(invocation.desk())
    limit = invocation.list_limit()
    return result_of(answer, "cards", limit=limit, columns=COLUMNS, view="cards:draw")
