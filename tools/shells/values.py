"""What may stand where an option or an argument wants a value.

Owns one decision for every value that a command takes. A test finds those that have none yet; in
the scripts they are left free.
"""

from __future__ import annotations

from typing import NamedTuple

from jpcli.cli.app.table import COMMANDS
from jpcli.cli.commands.clients.edit import DETAILS
from jpcli.cli.commands.completion import FILES
from jpcli.cli.shared.output import DOCUMENTS, FORMATS, JOURNALS, PROOFS, REPORTS
from jpcli.domain.cards import BRANDS
from jpcli.domain.collection import COLLECTS, GATEWAYS
from jpcli.domain.savings import KINDS
from jpcli.ledger.queries.licenses import STATE_FILTERS
from jpcli.services.billing.groups import KEY_NAMES
from jpcli.services.invoices.diff import BYS
from jpcli.services.invoices.each_client import FORMS
from jpcli.services.invoices.journal import BOOKS
from jpcli.services.jetpack.access import LICENSINGS
from jpcli.services.ledger.settings import KEYS
from jpcli.services.licenses.licenses import COUNT_GROUPS, SORTS


class Value(NamedTuple):
    """`words` are all there are; `ask` is the KIND to ask `jpcli --complete` for; `files` says that
    it is a path. None of them: nothing can be suggested."""

    words: tuple[str, ...] = ()
    ask: str = ""
    files: bool = False


FREE = Value()

# By what the help calls the value.
_BY_METAVAR = {
    **dict.fromkeys(
        ("AMOUNT", "DATE", "DAYS", "DIGITS", "HASH", "KEY", "KIND", "MM/YYYY", "N"), FREE
    ),
    **dict.fromkeys(("NAME", "PERCENT", "TEXT", "TIME", "pm_…"), FREE),
    **dict.fromkeys(("ADDRESS", "CITY", "COUNTRY", "NUMBER", "REGION", "TYPE:VALUE"), FREE),
    **dict.fromkeys(("EVENT", "POSTCODE", "SECONDS", "VALUE", "YEAR"), FREE),
    **dict.fromkeys(("DIR", "FILE", "PATH", "PLANFILE", "FROM", "TO"), Value(files=True)),
    "BUNDLE": Value(ask="bundles"),
    "BRAND": Value(tuple(sorted(BRANDS))),
    "CARD": Value(ask="cards"),
    "COMMAND…": Value(tuple(dict.fromkeys(word for path in COMMANDS for word in path.split()))),
    "CODE": Value(ask="currencies"),
    "DETAIL": Value(DETAILS),
    "FORMAT": Value(FORMATS),
    "FORMAT:FILE": FREE,
    "GATEWAY": Value(GATEWAYS),
    "HOW": Value(COLLECTS),
    "ID": FREE,
    "INVOICE": Value(ask="invoices"),
    "KEY@DATE": Value(ask="active@"),
    "LICENSE…": Value(ask="licenses"),
    "MONTH": Value(ask="months"),
    "PRODUCT": Value(ask="products"),
    "PRODUCT:N@DATE": Value(ask="products:"),
    "SETTING": Value(KEYS),
    "SHELL": Value(tuple(FILES)),
    "SIZE": Value(ask="bundles"),
    "STATE": Value(STATE_FILTERS),
    "URL": Value(ask="sites"),
    "WHOSE": Value(LICENSINGS),
    "WISH": Value(ask="wishes"),
    "ZONE": Value(ask="zones"),
    "jetpack": Value(("jetpack",)),
}

# Where the help's name does not say it: by command and parameter, `*` for any command.
_BY_NAME = {
    ("assign", "licenses"): Value(ask="unassigned"),
    ("unassign", "licenses"): Value(ask="assigned"),
    ("transfer", "licenses"): Value(ask="assigned"),
    ("revoke", "licenses"): Value(ask="active"),
    ("licenses list", "sort"): Value(SORTS),
    ("licenses count", "by"): Value(COUNT_GROUPS),
    ("invoice preview", "by"): Value(tuple(KEY_NAMES)),
    ("invoice diff", "by"): Value(BYS),
    ("savings", "kind"): Value(KINDS),
    ("audit", "format"): Value(FORMATS + REPORTS),
    ("plan", "format"): Value((*FORMATS, "github")),
    ("invoice show", "format"): Value(FORMATS + DOCUMENTS),
    ("invoice export", "format"): Value(FORMATS + DOCUMENTS + JOURNALS + PROOFS),
    ("*", "forms"): Value(FORMS),
    ("*", "books"): Value(BOOKS),
    ("clients report", "format"): Value(FORMATS + DOCUMENTS),
    ("*", "license_key"): Value(ask="licenses"),
    ("clients add", "client"): FREE,
    ("*", "client"): Value(ask="clients"),
    ("*", "to_client"): Value(ask="clients"),
}


def value_of(path: str, name: str, metavar: str | None) -> Value | None:
    """What completes the value of a parameter; None where that is not decided."""
    for key in ((path, name), ("*", name)):
        if key in _BY_NAME:
            return _BY_NAME[key]
    return _BY_METAVAR.get((metavar or "").strip("[]"))
