"""Every command that reads or changes very many licenses, each by its largest road.

Owns which these are, and what they are given; `memory.py` runs them. A road names the ledger that
it is for (`ledgers.py` makes them), and one that writes gets a copy of it.
"""

from __future__ import annotations

from typing import NamedTuple

NEXT_MONTH = "2026-07-15T12:00:00Z"
CLOSED = "2026-06"


class Road(NamedTuple):
    """A command on one of the ledgers. A word in braces in `arguments` is a file that was made
    before, `{new}` one that is not there yet; `codes` are the exit codes that it may have."""

    name: str
    ledger: str
    arguments: str
    writes: bool = False
    codes: tuple[int, ...] = (0,)


def _each(name: str, ledger: str, arguments: str, options: tuple[str, ...]) -> tuple[Road, ...]:
    """The same command once with each of these options."""
    return tuple(
        Road(f"{name} {option}".strip(), ledger, f"{arguments} {option}".strip())
        for option in options
    )


TABLES = ("json", "ndjson", "csv", "excel", "tsv", "md", "table")
AS = tuple(f"--format {form}" for form in TABLES)
ALL = "--limit 0 "
MANY = ("active", "spread", "closed", "late")
ONE, OTHER = "https://site-0.example", "https://other.example"

READS = (
    *_each("licenses list", "active", f"licenses list {ALL}", AS),
    *_each(
        "licenses list, csv",
        "active",
        f"licenses list {ALL}--format csv",
        (
            *(f"--sort {field}" for field in ("key", "product", "site", "client", "state")),
            "--sort site --reverse",
            "--search site-1",
        ),
    ),
    *_each("licenses count", "active", "licenses count --json", ("", "--by product")),
    *_each("licenses count", "spread", f"licenses count {ALL}--json", ("--by site", "--by client")),
    *_each("licenses timeline", "active", f"licenses timeline {ALL}", ("--json", *AS[2:])),
    Road("licenses timeline of a limit", "active", "licenses timeline --limit 50 --json"),
    *_each("log", "active", f"log {ALL}", AS),
    *_each("sites list", "spread", f"sites list {ALL}", AS),
    *_each("clients list", "spread", f"clients list {ALL}", AS),
    Road("sites show", "one-site", "sites show https://site-0.example --json"),
    Road("clients show", "one-site", "clients show Client --json"),
    *_each("products list", "active", f"products list {ALL}", ("--json", "--format csv")),
    *_each("products show", "active", "products show jetpack-scan", ("--json",)),
    *_each("status", "active", "status", ("--json", "--format table")),
    *_each("status", "spread", "status", ("--json",)),
    *_each("status, late", "late", "status", ("--json",)),
    *_each("ledger export", "active", "ledger export", ("--format ndjson", "--format csv")),
    *_each("ledger export", "active", "ledger export", ("--json", "--format tsv")),
    *_each("ledger export", "spread", "ledger export", ("--format ndjson",)),
    *_each("ledger check", "active", "ledger check", ("--json",)),
    *_each("ledger check", "spread", "ledger check", ("--json",)),
    *_each("ledger check", "mixed", "ledger check", ("--json",)),
    *_each("ledger check, a closed month", "spread-closed", "ledger check", ("--json",)),
    *_each("log, a closed month", "spread-closed", "log --kind invoice --limit 0", AS[:1]),
    Road("ledger backup", "active", "ledger backup {new}"),
    Road("plan --init", "active", "plan --init {new}"),
    Road("plan --init, a site each", "spread", "plan --init {new}"),
    Road("audit --init", "active", "audit --init {new}"),
    Road("audit --init, a site each", "spread", "audit --init {new}"),
    *(
        Road(f"audit --format {form}", "spread", f"audit --format {form}", codes=(0, 1))
        for form in (*TABLES, "junit", "github")
    ),
    *(
        Road(
            f"audit --policy --format {form}",
            "spread",
            f"audit --policy {{policy}} --format {form}",
            codes=(0, 1),
        )
        for form in ("json", "junit", "github", "md", "table")
    ),
)

BILL = (
    *_each("invoice preview", "active", "invoice preview", ("--json",)),
    *(
        Road(
            f"invoice preview --by {field} --format {form}",
            "spread",
            f"invoice preview {ALL}--by {field} --format {form}",
        )
        for field in ("product", "site", "client", "license", "day")
        for form in TABLES
    ),
    Road("invoice preview --as-of", "active", "invoice preview --as-of 2026-06-03 --json"),
    Road(
        "invoice preview --as-of, by site",
        "active",
        f"invoice preview {ALL}--as-of 2026-06-03 --by site --json",
    ),
    Road(
        "invoice preview of one month back",
        "mixed",
        f"invoice preview 2026-04 {ALL}--by license --json",
    ),
    Road(
        "invoice preview --issue",
        "active",
        f"invoice preview --issue jetpack-scan:100000@2026-06-20 {ALL}--by license --json",
    ),
    Road("invoice preview --months", "active", "invoice preview --months 12 --json"),
    *_each("invoice explain", "active", f"invoice explain 2026-06 {ALL}", AS),
    *_each("invoice explain, a site each", "spread", f"invoice explain 2026-06 {ALL}", AS[:1]),
    *_each("invoice diff", "active", "invoice diff 2026-05 2026-06", AS),
    *_each("invoice diff, a site each", "mixed", "invoice diff 2026-04 2026-06", AS[:1]),
    *(
        Road(
            f"invoice export {form}, {name}",
            name,
            f"invoice export 2026-06 --output {{new}}.{form}",
        )
        for name in ("spread", "closed", "late", "spread-closed")
        for form in ("csv", "json", "html", "pdf", "proof", "txt")
    ),
    *(
        Road(
            f"invoice export proof, one client's {option}".strip(),
            "one-client",
            f"invoice export 2026-06 --client Client {option} --output {{new}}.proof",
        )
        for option in ("", "--markup 20")
    ),
    Road(
        "invoice export proof, nobody's",
        "closed",
        r"invoice export 2026-06 --no-client --output {new}.proof",
    ),
    *(
        Road(f"invoice verify, {name}", "small", f"invoice verify {{{name}-proof}} --json")
        for name in ("spread", "closed", "late", "spread-closed")
    ),
    *_each("invoice show", "closed", "invoice show 2026-06", AS),
    *_each("invoice explain, closed", "closed", f"invoice explain 2026-06 {ALL}", AS[:1]),
    *_each("invoice list", "closed", "invoice list", AS[:1]),
    *_each("invoice preview, late changes", "late", "invoice preview 2026-07", ("--json",)),
    *(
        Road(
            f"invoice preview, late changes, by {field}",
            "late",
            f"invoice preview 2026-07 {ALL}--by {field} --json",
        )
        for field in ("site", "client", "license", "day")
    ),
    *_each("invoice explain, late changes", "late", f"invoice explain 2026-07 {ALL}", AS[:1]),
    *_each("invoice diff, late changes", "late", "invoice diff 2026-06 2026-07", AS[:1]),
    *(
        Road(
            f"invoice export {form}, {name}",
            name,
            f"invoice export 2026-06 --output {{new}}.{form}",
        )
        for name in ("closed", "late")  # books take no other months
        for form in ("beancount", "hledger")
    ),
    Road("invoice export, client", "one-client", "invoice export 2026-06 --client Client --json"),
    *_each("invoice export, late", "late", "invoice export 2026-07 --json", ("", "--markup 20")),
    *_each("invoice show, a site each", "spread-closed", "invoice show 2026-06", (AS[0], AS[-1])),
    Road("invoice export --each-client", "closed", "invoice export 2026-06 --each-client {new}"),
    *(
        Road(f"invoice diff --by {field}, {name}", name, f"invoice diff --by {field} {ALL}--json")
        for name in ("spread", "closed", "late")
        for field in ("client", "site")
    ),
    Road("invoice close", "next", "invoice close 2026-06 --json", writes=True),
    Road("invoice close, a site each", "spread-next", "invoice close 2026-06 --json", writes=True),
    Road("invoice close, dry run", "next", "invoice close 2026-06 --json --dry-run"),
    Road("invoice close, late changes", "late-next", "invoice close --due --json", writes=True),
    Road("invoice void", "closed", "invoice void 2026-06 --yes --json", writes=True),
)

# Of the whole desk.
DESK = (
    *(Road(f"report --html, {name}", name, "report --html {new}") for name in MANY),
    *_each("savings", "active", f"savings {ALL}", ("--json", "--format csv", "--output {new}")),
    *_each("savings, a site each", "spread", f"savings {ALL}", ("--json",)),
    *_each("savings, one site", "one-site", f"savings {ALL}", ("--json", "--output {new}")),
    *_each("clients report", "active", f"clients report {ALL}", ("--json", "--format csv")),
    *_each("clients report", "active", f"clients report {ALL}--output", ("{new}.html",)),
    *(
        Road(f"clients report, {name}", name, f"clients report {ALL}--json")
        for name in ("spread", "closed", "late")
    ),
    Road("month-end", "next", "month-end 2026-06 --output {new} --json", writes=True),
    Road("month-end, late changes", "late-next", "month-end --output {new} --json", writes=True),
    *(
        # Of more than 100,000 events it is refused.
        Road(f"undo, {name} {options}", name, f"undo --yes {options}", writes=True, codes=(0, 3))
        for name in ("issued", "moved")
        for options in ("--json", "--json --dry-run", "--format table")
    ),
    *_each("log, late changes", "late", f"log {ALL}", AS[:1]),
    *_each("log of what is not there", "active", f"log {ALL}--actor nobody", AS[:1]),
    Road("sites rename", "one-site", f"sites rename {ONE} {OTHER} --json", writes=True),
    Road(
        "products set-price, dated back",
        "closed",
        "products set-price jetpack-scan --price 9.99 --from 2026-06-10 --json",
        writes=True,
    ),
)

KEY = "--idempotency-key k"
WRITES = (
    *(
        Road(name, ledger, f"{command} {options}".strip(), writes=True)
        for name, ledger, command in (
            ("transfer --from", "active", "transfer --from {moves}"),
            ("transfer --from, a site each", "active", "transfer --from {moves-far}"),
            ("revoke --from", "active", "revoke --from {keys} --yes --in-use"),
            ("revoke --from, again", "revoked", "revoke --from {keys} --yes --in-use"),
            ("issue --from", "small", "issue --from {orders}"),
            ("issue --quantity", "small", "issue jetpack-scan --quantity {count}"),
        )
        for options in ("--json", f"--json {KEY}", "--format csv", "--json --dry-run", "")
    ),
    Road("revoke a bundle", "bundle", "revoke {bundle} --yes --in-use --json", writes=True),
    Road("assign", "active", "assign @unassigned --site https://a.example --json", writes=True),
    Road(
        "assign with a key",
        "active",
        f"assign @unassigned --site https://a.example --json {KEY}",
        writes=True,
    ),
    Road("unassign", "active", "unassign @assigned --json", writes=True),
    Road("transfer", "active", "transfer @assigned --to https://a.example --json", writes=True),
    Road("licenses show", "active", "licenses show @assigned --json"),
    *(
        Road(
            f"{name}, every row bad {options}",
            ledger,
            f"{command} {options}",
            writes=True,
            codes=(1, 2, 3),
        )
        for name, ledger, command in (
            ("issue --from", "small", "issue --from {bad-orders}"),
            ("issue --from, numbers", "small", "issue --from {bad-numbers}"),
            ("transfer --from", "active", "transfer --from {bad-moves}"),
            ("revoke --from", "active", "revoke --from {bad-keys} --yes"),
        )
        for options in (
            "--json",
            "--keep-going --json",
            f"--keep-going --json {KEY}",
            "--keep-going --format csv",
            "--keep-going --format table",
        )
    ),
    *(
        Road(
            f"{command} of {what} {options}",
            ledger,
            f"{command} {{{what}}} {options}".strip(),
            writes=command == "apply",
        )
        for what, ledger in (
            ("plan-issue", "small"),
            ("plan-move", "active"),
            ("plan-revoke", "active"),
        )
        for command, options in (
            ("plan", f"{ALL}--json"),
            ("plan", f"{ALL}--format csv"),
            ("plan", f"{ALL}--format table"),
            ("apply", "--yes --json"),
            ("apply", f"--yes --json {KEY}"),
            ("apply", "--yes --format table"),
            ("apply", "--yes --dry-run --json"),
        )
    ),
    Road("plan --out of plan-move", "active", "plan {plan-move} --out {new} --json", codes=(0, 2)),
    Road("plan, nothing to do, a site each", "spread", "plan {plan-little} --json"),
    Road("apply, a site each", "spread", "apply {plan-little} --yes --json", writes=True),
    Road("ledger import", "small", "ledger import {history}", writes=True),
    Road("ledger import, a site each", "small", "ledger import {history-spread}", writes=True),
    Road("ledger restore", "small", "ledger restore {backup} --yes", writes=True),
    Road("products import", "small", "products import {prices}", writes=True, codes=(0, 2)),
)

ROADS = (*READS, *BILL, *DESK, *WRITES)
