"""What a command prints with --json is what `jpcli.domain.contract` says, and the page of it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, NamedTuple

from jpcli.cli.app.root import load_command
from jpcli.cli.app.table import COMMANDS
from jpcli.domain.contract.commands import ANSWERS
from tests import engines
from tests.cli.lines import LINES, NOW, Line
from tests.cli.shapes import Seen, document_faults
from tests.cli.world import World, put_back
from tests.cli.world import world as world

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CHEAPER = (
    "products set-price jetpack-backup-t1 --price 0 --from 2026-08-01",
    "products set-price jetpack-scan --price 0 --from 2026-08-01",
    "products set-price jetpack-anti-spam --bundle 20 --price 0 --from 2026-10-01",
)
REVOKED = ("revoke {other} --at 2026-09-10 --yes",)
VOIDED = (*REVOKED, "invoice close 2026-10", "invoice void INV-2026-09 --yes")
KNOWN = (
    "settings set address Main-Street-1",
    "settings set tax-id X1",
    "settings set payment-note Transfer",
)
MAILED = ("clients edit Ann --email a@b.example",)
MOVED = ("sites move a.example --client Bob", "sites move a.example --no-client")
WHAT_IF = "--revoke {free}@2026-11-25 --issue jetpack-scan:2@2026-11-24"


class Road(NamedTuple):
    """A command line after others: what only some answers have, on one that has it."""

    line: Line
    first: tuple[str, ...] = ()


ROADS = (
    *map(Road, LINES),
    *(Road(Line("licenses count", f"--by {by}")) for by in ("site", "client")),
    Road(Line("status"), ("invoice close 2026-10", *CHEAPER)),
    Road(Line("status"), ("cards remove 1117", "cards remove 4242 --yes")),
    Road(Line("status", "--ledger {young}"), ("init --ledger {young}",)),
    Road(Line("licenses count")),
    *(Road(Line("invoice preview", f"--by {by}")) for by in ("client", "license", "day")),
    Road(Line("invoice preview", "2026-09 --by product --markup 20")),
    Road(Line("invoice preview", "2026-10 --by product --markup 20%"), CHEAPER),
    Road(Line("invoice preview", f"--months 3 --markup 20 {WHAT_IF}")),
    Road(Line("invoice preview", "2026-09 --months 2")),
    Road(Line("invoice preview", "2026-10 --by site --markup 20"), REVOKED),
    Road(Line("invoice explain", "2026-09 --product jetpack-scan"), REVOKED),
    Road(Line("invoice explain", "2026-10 --license {other}"), REVOKED),
    Road(Line("invoice explain", "2026-10"), (*REVOKED, *CHEAPER)),
    Road(Line("invoice explain", "2026-11"), ("revoke {free} --yes",)),
    Road(Line("invoice explain", "2026-11"), ("revoke {bundle} --yes",)),
    Road(Line("invoice explain", "2026-10"), ("invoice close 2026-10", *CHEAPER)),
    Road(Line("invoice explain", "2026-09"), VOIDED),
    Road(Line("invoice diff", "2026-10 2026-11"), CHEAPER),
    Road(Line("invoice diff", "2026-08 2026-09")),
    Road(Line("invoice close", "--due"), ("invoice close --due",)),
    Road(Line("invoice list"), ("invoice mark-paid INV-2026-09 --reference wire",)),
    Road(Line("invoice export", "2026-11")),
    Road(Line("invoice verify", "{folder}/wrong.json", 1)),
    Road(Line("invoice verify", "{folder}/ann.json")),
    Road(Line("invoice verify", "{folder}/nobody.json")),
    Road(Line("invoice export", "2026-09 --client Ann --markup 10")),
    Road(Line("invoice export", "2026-10 --no-client"), CHEAPER),
    Road(Line("invoice export", "2026-10 --each-client {folder}/each"), KNOWN),
    Road(
        Line("month-end", "--output {folder}/bills"),
        (*KNOWN, "clients edit Ann --email a@b.example"),
    ),
    Road(Line("month-end", "--output {folder}/new.d --ledger {idle}"), ("init --ledger {idle}",)),
    Road(Line("settings show"), KNOWN),
    Road(Line("licenses show", "{bundle} {child} {other}"), REVOKED),
    Road(Line("licenses timeline", "2026-09"), REVOKED),
    Road(Line("clients report"), ("clients edit Ann --markup 20",)),
    Road(Line("licenses list", "--state gone", 2)),
    Road(Line("issue", "--from {folder}/wrong.csv --keep-going", 1)),
    Road(Line("issue", "--from {folder}/wrong.csv", 2)),
    Road(Line("issue", "--from {folder}/none.csv")),
    Road(Line("unassign", "no-such no-other", 2)),
    Road(Line("log"), ("undo --yes",)),
    Road(Line("log"), ("revoke {free} --reason gone --yes",)),
    Road(Line("revoke", "{child}", asks=True), ("assign {child} --site c.example",)),
    Road(Line("sites show", "a.example"), MOVED),
    Road(Line("products list"), ("products import {folder}/later.csv",)),
    Road(Line("ledger import", "{folder}/old.ndjson")),
    Road(Line("ledger export"), ("unassign {placed}", "revoke {free} --yes")),
    Road(Line("ledger restore", "{folder}/backup.db --ledger {elsewhere}")),
    Road(Line("audit")),
    Road(Line("audit", "--init {folder}/today.toml")),
    Road(Line("audit", "--policy {folder}/audit.toml", 1), ("issue jetpack-scan -n 9",)),
    Road(Line("audit", "--policy {folder}/wrong.csv", 2)),
    Road(Line("savings", "--output {folder}/savings.toml"), ("transfer {other} --to a.example",)),
    Road(Line("plan", "--init {folder}/first.toml")),
    Road(Line("plan", "{folder}/strict.toml")),
    Road(Line("apply", "{folder}/strict.toml", asks=True)),
)
FILES = {
    "wrong.csv": "product\njetpack-scan\nno-such-product\n",
    "later.csv": "product,amount,from\njetpack-new,1,2027-01-01\n",
    "old.ndjson": json.dumps(
        {
            "license_key": "jetpack-scan_" + "O" * 25,
            "product": "jetpack-scan",
            "issued_at": "2026-01-01T00:00:00Z",
            "assignments": [
                {
                    "site": "old.example",
                    "from": "2026-02-01T00:00:00Z",
                    "to": "2026-03-01T00:00:00Z",
                }
            ],
        }
    ),
    "none.csv": "product,quantity\n",
    "strict.toml": """complete = true
[spares]
"*" = 0
[sites."https://a.example"]
products = ["jetpack-boost"]
[sites."https://b.example"]
client = "Ben"
products = ["jetpack-scan"]
[sites."https://e.example"]
client = "Eve"
products = ["jetpack-scan"]
""",
}

AT_STRIPE = {
    "AnswerDocument.error": "left out",
    "CardAddedAnswer.checkout": "left out",
    "ClosedAnswer.problems": "there",
    "InvoiceHead.hosted_url": "null",
    "InvoiceHead.next_attempt": "null",
    "InvoiceHead.page_url": "null",
    "InvoiceHead.pdf_url": "null",
    "InvoiceHead.stripe_invoice_id": "null",
    "InvoiceHead.stripe_number": "null",
    "SettingsObject.collect": "null",
}
IN_OLD_LEDGERS = {
    "LicenseListAnswer.books_begin": "not null",
    "SettingsObject.bill_from": "not null",
    "SettingsObject.licensing": "not null",
    "SettingsObject.payments": "not null",
    "SettingsObject.zone_data": "null",  # in UTC there are no rules
}


# There is one example of a history, and a price is what is filled in.
AT_JETPACK = {
    "AppliedAnswer.problems": "left out",
    "UndoneAnswer.licenses": "left out",
    "UndoneAnswer.problems": "left out",
}
IN_TEMPLATES = {
    "PriceRow.amount": "null",
    "PriceRow.currency": "not null",
    "PriceRow.from": "null",
} | {
    f"FlatHistoryObject.{name}": "null" if name.startswith("bundle") else "not null"
    for name in ("assigned_at", "bundle_key", "bundle_size", "client", "revoked_at", "site")
}


def test_every_command_has_an_answer() -> None:
    assert set(ANSWERS) == set(COMMANDS)


def answers(built: tuple[Path, dict[str, str]], world: World, seen: Seen) -> Iterator[str]:
    """Every road of every command, tried and done, each on a ledger of its own: what is wrong."""
    for road in ROADS:
        if road.line.file and engines.on_server():
            continue
        put_back(built[0], world.folder)
        for name, text in FILES.items():
            (world.folder / name).write_text(text)
        for words in road.first:
            path = words.format(**world.names)
            assert world.jpcli(*path.split(), now=NOW).code == 0, path
        line = road.line
        tries = "dry_run" in load_command(line.path).spec.shared
        for more in [("--dry-run",), ()] if tries else [()]:
            run = world(line, "--json", *more)
            assert run.code == line.code, (line, run.err)
            yield from document_faults(line.path, run.json, seen)


def test_every_answer_is_what_the_contract_says(
    built: tuple[Path, dict[str, str]], world: World
) -> None:
    """And what may be null or left out is, somewhere, and somewhere is not."""
    bundled = world.jpcli("licenses", "list", "--search", "anti-spam", "--json").data["licenses"]
    parent, *children = (row["license_key"] for row in bundled)
    world.names.update(bundle=parent, child=children[0])
    for name in ("young", "idle", "elsewhere"):
        world.names[name] = engines.place(world.folder / f"{name}.db")
    seen = Seen()
    assert list(answers(built, world, seen)) == []
    # On a server nothing is replaced.
    there = {"RestoreAnswer.kept": "null"} if engines.on_server() else {}
    assert seen.one_sided() == AT_STRIPE | AT_JETPACK | IN_OLD_LEDGERS | IN_TEMPLATES | there
