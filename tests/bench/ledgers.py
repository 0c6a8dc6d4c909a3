"""The ledgers and files that `roads.py` names, each made once, when the first road asks for it."""

from __future__ import annotations

import csv
import json
import shutil
from typing import TYPE_CHECKING

from tests.bench import agency
from tests.bench.measuring import checked, environment, find_command
from tests.bench.roads import CLOSED, NEXT_MONTH

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator
    from pathlib import Path

CARD = ["--brand", "visa", "--last4", "4242", "--exp", "12/2040", "--primary"]
START = ["--currency", "usd", "--time-zone", "UTC", "--name", "Bench"]
MONTH_AFTER = "2026-08-15T12:00:00Z"
# Ledgers on which it is later than `agency.NOW`.
TIMES = {
    **dict.fromkeys(("next", "closed", "late", "spread-next", "spread-closed"), NEXT_MONTH),
    "late-next": MONTH_AFTER,
}
SITES_PER_CLIENT = agency.SITES_PER_CLIENT
MOST_IN_BUNDLE = 10_000
# The kernel takes some two million characters on a command line.
MOST_NAMED = 30_000


class Ledgers:
    """What there is in a folder for `count` licenses; what is missing is made when it is asked for.

    The names of ledgers: `active` (all are, ten a site), `mixed` (a quarter is), `spread` (a site
    each), `one-client` (a site each, all of one client), `one-site`, `bundle`, `small` (none);
    changed last by one command `revoked`, `issued` and `moved`; in the months after, `next` (not
    closed yet), `closed`, `late` (then changed, dated back), `late-next` (which is to be closed);
    and of `spread`, `spread-next` and `spread-closed`.
    """

    def __init__(self, folder: Path, count: int) -> None:
        self.folder = folder
        self.count = count
        self.jpcli = find_command(folder)

    def env(self, name: str, path: Path | None = None) -> dict[str, str]:
        """The environment of a command on a ledger, or on a copy of it."""
        path = path or self.folder / f"{name}.db"
        return {**environment(self.folder, path), "JPCLI_NOW": TIMES.get(name, agency.NOW)}

    def ledger(self, name: str) -> Path:
        """The file of a ledger."""
        path = self.folder / f"{name}.db"
        if not path.exists():
            draft = self.folder / "draft.db"
            draft.unlink(missing_ok=True)
            self._make(name, draft)
            draft.rename(path)
        return path

    def file(self, name: str) -> Path:
        """An input: rows as CSV unless it is a history or a plan."""
        path = self.folder / f"{name}.txt"
        if not path.exists():
            draft = self.folder / "draft.txt"
            with draft.open("w", newline="") as stream:
                stream.writelines(self._text(name))
            draft.rename(path)
        return path

    def named(self, state: str) -> list[str]:
        """Some keys of active licenses that are `assigned` or `unassigned`."""
        kept = self.folder / f"{state}.keys"
        if not kept.exists():
            options = ("--state", state, "--limit", str(MOST_NAMED), "--format", "csv")
            rows = csv.DictReader(self._said("active", "licenses", "list", *options).splitlines())
            kept.write_text("\n".join(row["license_key"] for row in rows))
        return kept.read_text().split()

    def given(self, name: str) -> str:
        """What stands in a command for a word in braces: a file, or a key."""
        if name == "bundle":
            said = self._said("bundle", "licenses", "list", "--state", "bundle", "--json")
            return str(json.loads(said)["data"]["licenses"][0]["license_key"])
        if name.endswith("-proof"):
            return str(self._proof(name.removesuffix("-proof")))
        return str(self.ledger("active") if name == "backup" else self.file(name))

    def _proof(self, name: str) -> Path:
        """The proof of a month on one of the ledgers."""
        path = self.folder / f"{name}.proof"
        if not path.exists():
            self._said(name, "invoice", "export", CLOSED, "--output", str(path))
        return path

    def _run(self, name: str, path: Path, *arguments: str) -> str:
        return checked([self.jpcli, *arguments], self.env(name, path))

    def _said(self, name: str, *arguments: str) -> str:
        return self._run(name, self.ledger(name), *arguments)

    def _make(self, name: str, path: Path) -> None:
        bases = {"revoked": "active", "next": "active", "closed": "next", "late": "closed"}
        bases |= {"late-next": "late", "issued": "small", "moved": "active"}
        bases |= {"spread-next": "spread", "spread-closed": "spread-next"}
        if name in bases:
            shutil.copy(self.ledger(bases[name]), path)
            self._change(name, path)
            return
        self._run(name, path, "init", *START)
        self._run(name, path, "cards", "add", *CARD)
        if name == "bundle":
            size = str(min(self.count, MOST_IN_BUNDLE))
            prices = self.folder / "bundle-price.csv"
            prices.write_text(
                f"product,amount,bundle_size,from\njetpack-scan,9.00,{size},2020-01-01\n"
            )
            self._run(name, path, "products", "import", str(prices))
            self._run(name, path, "issue", "jetpack-scan", "--bundle", size)
        elif name != "small":
            self._run(name, path, "ledger", "import", str(self.file(f"history-{name}")))
            self.file(f"history-{name}").unlink()

    def _change(self, name: str, path: Path) -> None:
        if name == "revoked":
            self._run(name, path, "revoke", "--from", str(self.file("keys")), "--yes", "--in-use")
        if name == "issued":
            self._run(name, path, "issue", "--from", str(self.file("orders")))
        if name == "moved":
            self._run(name, path, "transfer", "--from", str(self.file("moves-far")))
        if name in ("closed", "spread-closed"):
            self._run(name, path, "invoice", "close", CLOSED)
        if name == "late":
            moved, gone = self.file("moves"), self.file("keys")
            back = ("--at", "2026-06-20T12:00:00Z")
            self._run(name, path, "transfer", "--from", str(moved), *back)
            self._run(name, path, "revoke", "--from", str(gone), *back, "--yes", "--in-use")

    # --- files -----------------------------------------------------------------------------------

    def _text(self, name: str) -> Iterator[str]:
        makers: dict[str, Callable[[], Iterable[str]]] = {
            "history-spread": lambda: _spread(self.count, self.count),
            "history-one-site": lambda: _spread(self.count, 1),
            "history-one-client": lambda: _spread(self.count, self.count, one_client=True),
            "keys": lambda: self._keys("license_key", "{}"),
            "moves": lambda: self._keys(
                "license_key,to", "{},https://to-{}.example", "assigned", 10
            ),
            "moves-far": lambda: self._keys(
                "license_key,to", "{},https://to-{}.example", "assigned"
            ),
            "orders": lambda: self._rows(
                "product,quantity,site,client", "jetpack-scan,1,https://site-{0}.example,Client {1}"
            ),
            "bad-orders": lambda: self._rows(
                "product,site", "jetpack-no-{0},https://site-{0}.example"
            ),
            "bad-numbers": lambda: self._rows("product,quantity", "jetpack-scan,a {0}"),
            "bad-keys": lambda: self._rows("license_key", "jetpack-scan_{0:025d}"),
            "bad-moves": lambda: self._rows(
                "license_key,to", "jetpack-scan_{0:025d},https://a.example"
            ),
            "prices": lambda: self._rows("product,amount", "made-up-{0},1.00"),
            "plan-issue": lambda: self._plan("site", lambda _: "{ jetpack-scan = 10 }"),
            # Everything to other sites: the old ones want none.
            "plan-move": self._moving,
            "plan-revoke": lambda: ["complete = true\nsites = {}\n[spares]\n'*' = 0\n"],
            "plan-little": lambda: ["[sites.'https://new.example']\nproducts = ['jetpack-scan']\n"],
            "policy": lambda: [
                "[[required]]\nsites = ['*']\nproducts = ['jetpack-ai', 'jetpack-boost']\n"
            ],
        }
        if name in ("history", "history-active", "history-mixed"):
            return self._history(self.count // 4 if name == "history-mixed" else self.count)
        return iter(makers[name]())

    def _history(self, active: int) -> Iterator[str]:
        path = self.folder / "agency.ndjson"
        with path.open("w") as stream:
            agency.write_history(stream, active=active, past=self.count - active)
        with path.open() as stream:
            yield from stream
        path.unlink()

    def _keys(self, header: str, row: str, state: str = "active", share: int = 1) -> Iterator[str]:
        """The active licenses that are no bundle's, `share` of them a site."""
        listed = self.folder / "listed.csv"
        with listed.open("w") as stream:
            stream.write(
                self._said(
                    "active",
                    "licenses",
                    "list",
                    "--state",
                    state,
                    "--format",
                    "csv",
                    "--limit",
                    "0",
                )
            )
        yield f"{header}\n"
        with listed.open() as stream:
            singles = (item for item in csv.DictReader(stream) if not item["bundle_key"])
            for number, item in enumerate(singles):
                yield row.format(item["license_key"], number // share) + "\n"
        listed.unlink()

    def _rows(self, header: str, row: str) -> Iterator[str]:
        yield f"{header}\n"
        for number in range(self.count):
            yield row.format(number, number // SITES_PER_CLIENT) + "\n"

    def _plan(self, name: str, products: Callable[[int], str]) -> Iterator[str]:
        for number in range(self.count // 10):
            yield f"[sites.'https://{name}-{number}.example']\nproducts = {products(number)}\n"

    def _moving(self) -> Iterator[str]:
        yield "complete = true\n"
        products = "{ " + ", ".join(f"{name} = 1" for name in agency.PRODUCTS) + " }"
        yield from self._plan("new", lambda _: products)


def _spread(count: int, sites: int, *, one_client: bool = False) -> Iterator[str]:
    """Active licenses, one after the other on so many sites."""
    issued = "2026-05-01T12:00:00Z"
    for number in range(count):
        product = agency.PRODUCTS[number % len(agency.PRODUCTS)]
        site = number % sites
        one_client = one_client or sites == 1
        client = "Client" if one_client else f"Client {site // SITES_PER_CLIENT}"
        used = {
            "site": f"https://site-{site}.example",
            "client": client,
            "from": issued,
            "to": None,
        }
        row = {"license_key": agency.license_key(product, number), "product": product}
        yield (
            json.dumps({**row, "issued_at": issued, "revoked_at": None, "assignments": [used]})
            + "\n"
        )
