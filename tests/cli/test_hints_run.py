"""Every hint is run on the ledger that it was printed for, and is not refused in turn."""

from __future__ import annotations

import shlex
from functools import partial
from typing import TYPE_CHECKING

import pytest

from tests.cli.hints import refused_in_turn
from tests.cli.lines import NOW
from tests.cli.test_json import FILES
from tests.cli.world import World
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Mapping

LEDGERS: Mapping[str, tuple[tuple[str, ...], frozenset[str]]] = {
    "a bundle in use": ((), frozenset()),
    "past due": (
        ("settings set payment-terms-days 0", "invoice close 2026-10"),
        frozenset({"invoice_past_due"}),
    ),
    "no card": (
        ("cards remove 1117", "cards remove 4242 --yes"),
        frozenset({"no_primary_card"}),
    ),
}
LINES = """
status
init
issue jetpack-nope
issue jetpack-scan
issue jetpack-scan --bundle 20
issue jetpack-anti-spam --bundle 7
issue jetpack-scan --site a.example --client Bob
issue jetpack-scan --client Nobody
issue jetpack-scan --at 2027-01-01
issue --from nope.csv
assign {free} --site a.example --client Nobody
assign {placed} --site b.example
assign {free} --site a.example --client Bob
assign {bundle} --site a.example
assign nope --site a.example
transfer {free} --to b.example
transfer {bundle} --to b.example
unassign {bundle}
unassign {placed} --at 2026-08-21
revoke {child} --yes
revoke {bundle}
revoke {bundle} --yes
revoke {bundle} --dry-run
revoke {used} --yes --at 2026-09-01
revoke nope --yes
sites show nope.example
sites move a.example --client Nobody
sites move a.example --no-client --at 2026-09-01
clients show Nobody
clients add Ann
licenses show nope
licenses list --product nope
licenses list --client Nobody
licenses list --site nope.example
products show nope
products set-price nope --price 1
products set-price jetpack-scan --price 1 --from 2026-08-01
products set-price jetpack-scan --bundle 3 --price 1
cards list
cards add
cards add --primary
cards add --brand visa --last4 1881 --exp 01/2020
cards add pm_card_visa
cards primary nope
cards remove nope
cards sync
invoice preview 2026-11 --revoke nope@2026-11-25
invoice explain 2026-10 --product nope
invoice close 2026-12
invoice close 2026-09
invoice show 2026-01
invoice pay 2026-09
invoice push 2026-09
invoice sync
invoice reconcile
invoice mark-paid 2026-01
invoice void 2026-08 --yes
invoice export 2026-09 --client Nobody
settings set nope 3
settings set bill-from 2026-01
ledger import nope
ledger backup {folder}/ledger.db
ledger restore nope --yes
plan {folder}/strict.toml
plan {folder}/sites.toml
apply {folder}/strict.toml
audit --policy nope
log --license nope
status --ledger {folder}/none.db
"""


@pytest.mark.parametrize("ledger", LEDGERS)
def test_no_hint_is_refused_in_turn(
    ledger: str, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One ledger for all lines: hints change it, as they would for a person."""
    monkeypatch.chdir(world.folder)
    for name, text in FILES.items():
        (world.folder / name).write_text(text)
    bundled = world.jpcli("licenses", "list", "--search", "anti-spam", "--json").data["licenses"]
    parent, *children = (row["license_key"] for row in bundled)
    world.names.update(bundle=parent, child=children[0], used=children[1])
    first, also = LEDGERS[ledger]
    jpcli = partial(world.jpcli, now=NOW)
    for line in ("assign {used} --site u.example", *first):
        assert jpcli(*shlex.split(line.format(**world.names))).code == 0, line
    files = {"FILE": str(world.folder / "new.db")}
    wrong = [
        f"{line}: {each}"
        for line in LINES.split("\n")
        if line
        for each in refused_in_turn(
            jpcli(*shlex.split(line.format(**world.names)), "--json"), jpcli, files, also
        )
    ]
    assert wrong == []
