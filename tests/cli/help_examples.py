"""The examples of the help pages, read as a shell reads them, and the ledgers they are run on."""

from __future__ import annotations

import shlex
import sys
from contextlib import redirect_stderr, redirect_stdout
from io import BytesIO, StringIO, TextIOWrapper
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from tests import engines
from tests.cli.conftest import Run
from tests.cli.lines import NOW
from tests.docs import jq_stand_in
from tests.jetpack_double.world import TOKEN
from tests.stripe_double.auth import TEST_KEY

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import pytest

BY_HAND, BUNDLES, STRIPE = "by hand", "bundles", "stripe"

# What one ledger can't do and the other can: refused there, and the refusal says so.
AT_STRIPE_ONLY = (
    "cards add  ",
    "cards add pm_",
    "cards sync",
    "invoice pay",
    "invoice push",
    "invoice reconcile",
    "invoice sync",
    "settings set collect send",
    "stripe customer",
    "stripe portal",
    "stripe status",
)
# And what only a ledger whose licenses are at Jetpack can: `tests/cli/jetpack` has one.
AT_JETPACK_ONLY = (
    "jetpack connect",
    "jetpack pull",
    "jetpack resolve",
    "jetpack status",
    "products import --from jetpack",
)
REFUSED = {
    BY_HAND: AT_STRIPE_ONLY + AT_JETPACK_ONLY,
    BUNDLES: AT_STRIPE_ONLY + AT_JETPACK_ONLY,
    STRIPE: ("cards add --brand", *AT_JETPACK_ONLY),
}
# What it takes so that nobody is waited for who enters a card on Stripe's page.
NO_WAIT = {"cards add  ": "jpcli cards add --no-wait"}
# What is typed where a person is asked for it.
TYPED = {"stripe login": TEST_KEY, "jetpack login": TOKEN}
# There is none here: `tests/server` has one, and a file is as good a place to move to.
SERVER = "postgresql://desk@db.example/ledger"
# They make their own ledger, or need none.
WITHOUT_A_LEDGER = ("init", "demo", "help", "completion")
# Exit 1, as the help says: where a policy is not kept, for licenses of bundles among the rows, and
# for a head that this ledger never had.
FINDINGS = ("audit --policy", "revoke --from - --keep-going", "ledger check --since-head")
# The last month that is closed before it; October, whose invoice is open then, unless told.
NONE, SEPTEMBER, OCTOBER = CLOSED = (None, "2026-09", "2026-10")
CLOSED_BEFORE = {
    "invoice close": SEPTEMBER,
    "settings set bill-from": NONE,
    "settings set collect": SEPTEMBER,  # no invoice may wait to be charged
}
# What is done before an example that begins so.
FIRST = {
    "invoice verify october.json": ("invoice export 2026-10 --format proof > october.json",),
    "init --currency eur": ("products template --currency eur > prices.csv",),
    "products import": ("products template --currency usd > prices.csv",),
    "ledger import": ("ledger template --format ndjson > history.ndjson",),
    "ledger restore": ("ledger backup ledger-2026-11.db",),
    "clients show": ("clients add 'Acme Inc.'",),
    "clients merge": ("clients add 'Acme Inc.'",),
    "clients archive": ("clients add 'Acme Inc.'",),
    "sites merge": ("issue jetpack-scan --site http://www.acme.example",),
    "sites archive": (
        "issue jetpack-scan --site https://old.example",
        "sites merge https://old.example --into https://acme.example",
        "sites archive https://old.example --back",
    ),
    "products remove-price": (
        "products set-price jetpack-scan --price 0.2 --from 2027-01-01",
        "products set-price jetpack-scan --bundle 20 --price 2 --from 2027-01-01",
    ),
    "audit --policy": ("audit --init audit.toml",),
    "plan sites.toml": ("plan --init sites.toml",),
    "undo": ("issue jetpack-scan",),
    "apply": ("plan --init sites.toml", "plan sites.toml --out sites.plan"),
}
# One row of a file whose columns stand behind its example; `{key}` is a license.
ROW = {
    "license_key": "{key}",
    "product": "jetpack-scan",
    "quantity": "2",
    "site": "https://new.example",
    "to": "https://new.example",
    "client": "Acme",
    "bundle_size": "",
}


class Stage(NamedTuple):
    """A program with its words, and the file that takes its answer."""

    words: list[str]
    target: str | None


def read_line(line: str) -> Iterator[list[Stage]]:
    """Its pipelines, one after the other: what `&&` stands between."""
    lexer = shlex.shlex(line, posix=True, punctuation_chars="|&>")
    lexer.whitespace_split = True
    pipeline: list[Stage] = []
    words: list[str] = []
    for word in [*lexer, "&&"]:
        if word not in ("|", "&&"):
            words.append(word)
            continue
        target = words[-1] if ">" in words else None
        pipeline.append(Stage(words[: words.index(">")] if target else words, target))
        words = []
        if word == "&&":
            yield pipeline
            pipeline = []


class Place:
    """A folder with a ledger in it, and the names there of what examples name."""

    def __init__(self, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.folder, self.patch = folder, patch
        ledger = engines.place(folder / "ledger.db")
        self.names = {"~": str(folder), SERVER: "moved.db", " ledger.db ": f" {ledger} "}
        patch.chdir(folder)
        patch.setenv("JPCLI_LEDGER", ledger)

    def run(self, line: str, now: str = NOW, typed: str = "") -> Run:
        """The line as a shell would run it, in this process; how its last program ended, or the
        first that failed."""
        self.patch.setenv("JPCLI_NOW", now)
        for name, real in self.names.items():
            line = line.replace(name, real)
        done = Run(0, "", "")
        for pipeline in read_line(line):
            done = Run(0, typed, "")
            for stage in pipeline:
                done = self._program(stage, done.out)
                if done.code:
                    return done
        return done

    def do(self, line: str, now: str = NOW) -> Run:
        """One that must work, with no `jpcli` before it."""
        done = self.run(f"jpcli {line}", now)
        assert done.code == 0, (line, done.err)
        return done

    def _program(self, stage: Stage, told: str) -> Run:
        self.patch.setattr("sys.stdin", TextIOWrapper(BytesIO(told.encode()), "utf-8"))
        out, err = StringIO(), StringIO()
        with redirect_stdout(out), redirect_stderr(err):
            code = PROGRAMS[stage.words[0]](stage.words[1:])
        if stage.target is not None:
            path = self.folder / stage.target
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(out.getvalue().encode())
        return Run(code, out.getvalue(), err.getvalue())


def _jpcli(words: list[str]) -> int:
    from jpcli.cli.app.root import run

    return run(words)


def _pass(words: list[str]) -> int:
    secret = {"stripe/key": TEST_KEY, "jetpack/token": TOKEN}[words[0]]
    sys.stdout.write(f"{secret}\n")
    return 0


PROGRAMS: dict[str, Callable[[list[str]], int]] = {
    "jpcli": _jpcli,
    "jq": jq_stand_in.main,
    "pass": _pass,
}


def furnish(place: Place, kind: str) -> None:
    """The agency of the examples: Acme and Shop Ltd with their sites, a license that waits for its
    site since September, two cards, and no month closed."""
    begun = "2026-09-01T08:00:00Z"
    payments = "stripe" if kind == STRIPE else "offline"
    place.do(f"init --name Acme --payment-terms-days 90 --payments {payments}", begun)
    _cards(place, kind, begun)
    several = "jetpack-anti-spam --bundle 20" if kind == BUNDLES else "jetpack-scan -n 3"
    rows = place.do(f"issue {several} --json", begun).data["licenses"]
    keys = [row["license_key"] for row in rows][-3:]
    place.names |= {"{free}": keys[0], "{placed}": keys[1]}
    place.do("issue jetpack-scan --site https://acme.example --client Acme", begun)
    place.do("issue jetpack-boost --site shop.example --client 'Shop Ltd'", begun)
    place.do(f"assign {keys[1]} {keys[2]} --site a.example", "2026-09-03T08:00:00Z")


def close(place: Place, kind: str, month: str | None) -> None:
    """September is paid at Stripe. October's invoice stays open there, for there is no card on the
    day that it is closed."""
    if month == SEPTEMBER:
        place.do(f"invoice close {month}", "2026-10-01T08:00:00Z")
    elif month == OCTOBER:
        now = "2026-11-01T08:00:00Z"
        cards = place.do("cards list --json", now).data["cards"] if kind == STRIPE else []
        for card in cards:
            place.do(f"cards remove {card['id']} --yes", now)
        place.run(f"jpcli invoice close {month}", now)
        if cards:
            _cards(place, kind, now)


def _cards(place: Place, kind: str, now: str) -> None:
    for card in ("pm_card_visa", "pm_card_mastercard"):
        by_hand = "--brand visa --last4 4242 --exp 12/2030"
        listed = place.do(f"cards add {card if kind == STRIPE else by_hand} --json", now)
    (second,) = [card["id"] for card in listed.data["cards"] if not card["primary"]]
    place.names["card_2"] = second
