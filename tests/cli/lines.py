"""One command line for each road of each command, and the ledger in which all of them work.

The tests of what holds for every command walk this table. A new command needs a line here: one
that does what it is for, with `{names}` of what is in the ledger.
"""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

NOW = "2026-11-22T11:00:00Z"
# After everything that happened in the ledger, and before NOW.
EARLIER = "2026-11-20T08:30:00Z"


class Line(NamedTuple):
    """`words` follow the command's path. `code` is the exit code; `asks` says that it wants a yes
    and has `--yes` therefore, `file` why it is about a ledger in a file."""

    path: str
    words: str = ""
    code: int = 0
    asks: bool = False
    file: str = ""

    def argv(self, names: dict[str, str], *, yes: bool = True) -> list[str]:
        words = shlex.split(f"{self.path} {self.words}".format(**names))
        return [*words, "--yes"] if self.asks and yes else words

    def __str__(self) -> str:
        return f"{self.path} {self.words}".strip()


# What only a ledger whose licenses are at Jetpack does is refused, too.
JETPACK_ONLY = 3
# What only a ledger that collects through Stripe does is refused here; its own table is elsewhere.
STRIPE_ONLY = 3

LINES = (
    Line("init", "--ledger {new}"),
    Line("demo", file="its ledger is in a file, whatever the others are"),
    Line("status"),
    Line("report", "--html {folder}/desk.html --yes"),
    Line("issue", "jetpack-scan"),
    Line("issue", "jetpack-scan --site new.example --client Cem"),
    Line("issue", "jetpack-anti-spam --bundle 20"),
    Line("issue", "--from {folder}/orders.csv"),
    Line("assign", "{free} --site c.example"),
    Line("assign", "--product scan --site c.example"),
    Line("assign", "--from {folder}/places.csv"),
    Line("assign", "--from {folder}/free.csv --site c.example"),
    Line("unassign", "{placed}"),
    Line("unassign", "--site a.example"),
    Line("unassign", "--from {folder}/placed.csv"),
    Line("transfer", "{placed} --to c.example"),
    Line("transfer", "--site a.example --to c.example"),
    Line("transfer", "--from {folder}/moves.csv"),
    Line("transfer", "--from {folder}/placed.csv --to c.example"),
    Line("revoke", "{free} --reason gone", asks=True),
    Line("revoke", "--site a.example --product scan", asks=True),
    Line("revoke", "--from {folder}/ends.csv", asks=True),
    Line("undo", asks=True),
    Line("licenses list"),
    Line("licenses show", "{placed} {free}"),
    Line("licenses show", "--site a.example --state assigned"),
    Line("licenses count", "--by product"),
    Line("licenses timeline"),
    Line("sites list"),
    Line("sites show", "a.example"),
    Line("sites move", "a.example --client Bob"),
    Line("sites move", "a.example --no-client"),
    Line("sites rename", "a.example n.example"),
    Line("sites merge", "a.example --into b.example"),
    Line("sites archive", "z.example"),
    Line("clients list"),
    Line("clients add", "Dora"),
    Line("clients edit", "Ann --address Ulm --email a@a.example --tax-id DE1 --markup 12.5"),
    Line("clients report"),
    Line("clients report", "2026 --format html"),
    Line("clients rename", "Ann Zoe"),
    Line("clients merge", "Ann --into Bob"),
    Line("clients archive", "Bob"),
    Line("clients show", "Ann"),
    Line("products list"),
    Line("products show", "jetpack-scan"),
    Line("products set-price", "jetpack-scan --price 0.99"),
    Line("products set-price", "jetpack-scan --price 0.99 --from 2027-01-01"),
    Line("products remove-price", "jetpack-boost --from 2027-02-01"),
    Line("products rename", "jetpack-scan Guard"),
    Line("products hide", "jetpack-boost"),
    Line("products import", "{folder}/prices.csv"),
    Line("products import", "--from jetpack", code=JETPACK_ONLY),
    Line("products template", "--currency eur"),
    Line("cards list"),
    Line("cards add", "--brand visa --last4 1881 --exp 12/2031 --primary"),
    Line("cards primary", "1117"),
    Line("cards remove", "4242"),
    Line("cards sync", code=STRIPE_ONLY),
    Line("invoice preview", "--by site"),
    Line("invoice preview", "--client Ann --by day"),
    Line("invoice preview", "2026 --by client"),
    Line("invoice explain", "2026-10"),
    Line("invoice diff", "2026-09 2026-10"),
    Line("invoice diff", "--by client"),
    Line("invoice diff", "2026-08 2026-11 --by site"),
    Line("invoice close", "2026-10"),
    Line("invoice close", "--due"),
    Line("invoice list"),
    Line("invoice show", "2026-09"),
    Line("invoice export", "2026-09"),
    Line("invoice export", "2026-09 --each-client {folder}/each"),
    Line("invoice export", "2026-09 --format beancount"),
    Line("month-end", "--output {folder}/bills"),
    Line("invoice verify", "{folder}/proof.json"),
    Line("invoice mark-paid", "INV-2026-09 --reference wire"),
    Line("invoice void", "INV-2026-09 --reason wrong", asks=True),
    Line("invoice push", "INV-2026-09", code=STRIPE_ONLY),
    Line("invoice pay", "INV-2026-09", code=STRIPE_ONLY),
    Line("invoice sync", code=STRIPE_ONLY),
    Line("invoice reconcile", code=STRIPE_ONLY),
    Line("settings show"),
    Line("settings set", "payment-terms-days 14"),
    Line("stripe login", code=4),
    Line("stripe customer", "--email a@b.example", code=STRIPE_ONLY),
    Line("stripe portal", code=STRIPE_ONLY),
    Line("stripe status", code=STRIPE_ONLY),
    Line("jetpack connect", "https://a.example --user 1", code=JETPACK_ONLY),
    Line("jetpack login", code=4),
    Line("jetpack status", code=JETPACK_ONLY),
    Line("jetpack resolve", "w57 --not-issued", code=JETPACK_ONLY),
    Line("jetpack pull", code=JETPACK_ONLY),
    Line("jetpack pull", "--from {folder}/free.csv", code=JETPACK_ONLY),
    Line("jetpack pull", "--from {folder}/free.csv --revoke-missing --yes", code=JETPACK_ONLY),
    Line("ledger check"),
    Line("ledger check", "--since-head {head}"),
    Line("ledger export"),
    Line("ledger import", "{folder}/history.ndjson"),
    Line("ledger template"),
    Line("ledger backup", "{folder}/again.db"),
    Line("ledger move", "{ledger} {folder}/moved.db"),
    Line("ledger restore", "{folder}/backup.db", asks=True, file="replaces one"),
    Line("log"),
    Line("audit", "--policy {folder}/audit.toml"),
    Line("savings"),
    Line("plan", "{folder}/sites.toml"),
    Line("apply", "{folder}/sites.toml", asks=True),
    Line("help"),
    Line("help", "invoice"),
    Line("help", "invoice close"),
    Line("completion", "bash"),
)


def build(jpcli: Callable[..., Any], folder: Path) -> dict[str, str]:
    """The ledger in which the lines work, at `folder/ledger.db`, and the names in them."""

    def do(line: str, now: str) -> Any:
        run = jpcli(*shlex.split(line), now=now)
        assert run.code == 0, (line, run.err)
        return run

    begun = "2026-08-20T08:00:00Z"
    do("init --name Acme --payment-terms-days 200", begun)
    do("cards add --brand visa --last4 4242 --exp 12/2030", begun)
    do("cards add --brand visa --last4 1117 --exp 12/2030", begun)
    do("clients add Bob", begun)
    do("issue jetpack-backup-t1", begun)
    do("invoice close 2026-08", "2026-09-01T08:00:00Z")
    keys = [
        row["license_key"]
        for row in do("issue jetpack-scan -n 3 --json", "2026-09-02T08:00:00Z").data["licenses"]
    ]
    do(f"assign {keys[0]} --site a.example --client Ann", "2026-09-03T08:00:00Z")
    do(f"assign {keys[1]} --site z.example", "2026-09-02T09:00:00Z")
    do(f"unassign {keys[1]}", "2026-09-02T10:00:00Z")
    do(f"assign {keys[1]} --site b.example", "2026-09-03T08:00:00Z")
    do("invoice close 2026-09", "2026-10-01T08:00:00Z")
    do("issue jetpack-anti-spam --bundle 20", "2026-10-05T08:00:00Z")
    do("products set-price jetpack-boost --price 1 --from 2027-02-01", "2026-10-06T10:00:00Z")
    do(f"ledger backup {folder}/backup.db", NOW)
    do(f"audit --init {folder}/audit.toml", NOW)
    do(f"invoice export 2026-09 --format proof --output {folder}/proof.json --yes", NOW)
    do(f"invoice export 2026-09 --client Ann --format proof --output {folder}/ann.json --yes", NOW)
    do(
        f"invoice export 2026-10 --no-client --format proof --output {folder}/nobody.json --yes",
        NOW,
    )
    right = (folder / "proof.json").read_text()
    (folder / "wrong.json").write_text(right.replace('"total_minor":', '"total_minor":1'))
    files = {
        "orders.csv": "product,quantity\njetpack-scan,2\njetpack-boost,1\n",
        "moves.csv": f"license_key,to\n{keys[0]},c.example\n{keys[1]},c.example\n",
        "places.csv": f"license_key,site,client\n{keys[2]},c.example,Cem\n",
        "free.csv": f"license_key\n{keys[2]}\n",
        "placed.csv": f"license_key\n{keys[0]}\n{keys[1]}\n",
        "ends.csv": f"license_key\n{keys[1]}\n{keys[2]}\n",
        "prices.csv": "product,amount\njetpack-vat,1\njetpack-scan,0.98\n",
        "history.ndjson": json.dumps(
            {
                "license_key": "jetpack-scan_" + "H" * 25,
                "product": "jetpack-scan",
                "issued_at": "2026-11-01T00:00:00Z",
            }
        ),
        "sites.toml": '[sites."https://d.example"]\nproducts = ["jetpack-boost", "jetpack-scan"]\n',
    }
    for name, text in files.items():
        (folder / name).write_text(text)
    head = do("ledger check --json", NOW).data["head"]
    keyed = {"placed": keys[0], "other": keys[1], "free": keys[2]}
    places = {"ledger": f"{folder}/ledger.db", "new": f"{folder}/new.db"}
    return {**keyed, **places, "folder": str(folder), "head": head}
