"""An agency with a real ledger file, driven through the services as the commands do it.

Every call opens the ledger, does one thing and closes it again, as a process would. Times are text
that an accountant can read.
"""

from __future__ import annotations

import sqlite3
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.answers import Answer, Rows
from jpcli.domain.errors import Problem
from jpcli.domain.instants import parse_instant
from jpcli.ledger.database.sqlite import SqliteLedger
from jpcli.services.billing.preview import preview
from jpcli.services.collection import offline
from jpcli.services.desk import Desk, open_desk
from jpcli.services.files.read import read_rows
from jpcli.services.ledger import init as setup
from jpcli.services.ledger import upkeep
from jpcli.services.ledger.history_rows import HISTORY_COLUMNS, HISTORY_REQUIRED
from jpcli.services.ledger.import_history import import_history
from jpcli.services.licenses import assign, issue, revoke
from jpcli.services.licenses.in_use import anything
from jpcli.services.products import products
from jpcli.services.products.price_list import PRICE_COLUMNS, PRICE_INSTEAD, PRICE_REQUIRED
from jpcli.services.sites import sites
from tests import engines

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from jpcli.ledger.database.connection import Ledger
    from jpcli.reports.statement.statement import Statement

NOW = "2024-08-15T12:00:00Z"
BEGUN = "2023-01-01T00:00:00Z"

PRICES = """\
product,name,family,amount,price_interval,currency,from,bundle_size
jetpack-ai,AI,jetpack-ai,0.27,day,usd,2022-01-01,1
jetpack-scan,Scan Daily,jetpack-scan,0.16,day,usd,2022-01-01,1
jetpack-security-t1,Security,jetpack-security,0.32,day,usd,2022-01-01,1
jetpack-security-t1,"Security, bundle of 3",jetpack-security,0.50,day,usd,2022-01-01,3
"""

A, B, C = "https://a.example", "https://b.example", "https://c.example"


def raw(ledger: Ledger) -> sqlite3.Connection:
    """The connection of a ledger that is a file."""
    assert isinstance(ledger, SqliteLedger)
    return ledger.raw


class State(NamedTuple):
    """Everything in a ledger: chain head, number of events, and every row of every table."""

    head: tuple[Any, ...] | None
    events: int
    tables: str


class Agency:
    """A ledger that is `called` by a path; the clock stands at `now` unless a call says otherwise.

    `path` is its address: on files the same.
    """

    def __init__(self, path: Path | str, now: str = NOW) -> None:
        self.path = engines.place(path)
        self.called = str(path)
        self.now = now
        self.dry_run = False

    # --- the frame ------------------------------------------------------------------------------

    def init(
        self,
        *,
        zone: str = "UTC",
        currency: str = "usd",
        prices: str | None = PRICES,
        now: str = BEGUN,
        **options: Any,
    ) -> Agency:
        """Make the ledger, with a price list given as text."""
        source = "none"
        if prices is not None:
            source = f"{self.called}.prices.csv"
            Path(source).write_text(prices, encoding="utf-8")
        setup.init(
            self.path,
            now_at=parse_instant(now),
            actor="ann",
            currency=currency,
            time_zone=zone,
            prices=source,
            **options,
        )
        return self

    @contextmanager
    def desk(
        self,
        *,
        now: str | None = None,
        at: str | None = None,
        key: str | None = None,
        dry_run: bool = False,
        actor: str = "ann",
        writes: bool = True,
    ) -> Iterator[Desk]:
        """The desk of one command; `key` is its idempotency key."""
        desk = open_desk(
            self.path,
            now_at=parse_instant(now or self.now),
            at_text=at,
            actor=actor,
            idempotency_key=key,
            dry_run=dry_run or self.dry_run,
            writes=writes,
        )
        try:
            yield desk
        finally:
            desk.close()

    def do(
        self,
        use_case: Callable[..., Answer[Any]],
        *args: Any,
        now: str | None = None,
        at: str | None = None,
        key: str | None = None,
        dry_run: bool = False,
        actor: str = "ann",
        **options: Any,
    ) -> Answer[Any]:
        """One changing command."""
        with self.desk(now=now, at=at, key=key, dry_run=dry_run, actor=actor) as desk:
            return use_case(desk, *args, **options)

    def ask(
        self,
        use_case: Callable[..., Answer[Any]],
        *args: Any,
        now: str | None = None,
        **options: Any,
    ) -> dict[str, Any]:
        """One reading command; streamed rows become lists of objects."""
        with self.desk(now=now, writes=False) as desk:
            return plain(use_case(desk, *args, **options))

    # --- shorthand ------------------------------------------------------------------------------

    def card(self, last4: str = "4242", exp: str = "12/2030", **options: Any) -> str:
        """The id of a new card."""
        answer = self.do(offline.add_card, "visa", last4, exp, **options)
        return str(next(card["id"] for card in answer.data["cards"] if card["last4"] == last4))

    def issue(self, product: str, quantity: int = 1, **options: Any) -> list[str]:
        """Keys of new licenses; of a bundle its parent's first."""
        answer = self.do(issue.issue, product, quantity, **options)
        return [str(item["license_key"]) for item in plain(answer)["licenses"]]

    def issue_one(self, product: str = "jetpack-scan", **options: Any) -> str:
        """The key of one new license."""
        (key,) = self.issue(product, **options)
        return key

    def bundle(self, product: str = "jetpack-security-t1", size: int = 3, **options: Any) -> Any:
        """(parent, children) of a new bundle."""
        parent, *children = self.issue(product, bundle_size=size, **options)
        return parent, children

    def assign(self, key: str, site: str, **options: Any) -> Answer[Any]:
        return self.do(assign.assign, [key], site, **options)

    def unassign(self, key: str, **options: Any) -> Answer[Any]:
        return self.do(assign.unassign, [key], **options)

    def transfer(self, key: str, to: str, **options: Any) -> Answer[Any]:
        return self.do(assign.transfer, [key], to, **options)

    def revoke(self, *keys: str, **options: Any) -> Answer[Any]:
        return self.do(revoke.revoke, list(keys), **{"agreed": anything, **options})

    def set_price(self, product: str, price: str, since: str, **options: Any) -> Answer[Any]:
        return self.do(products.set_price, product, price, since, **options)

    def move_site(self, site: str, client: str | None, **options: Any) -> Answer[Any]:
        return self.do(sites.move_site, site, client, **options)

    def import_file(self, source: Path | str, **options: Any) -> Answer[Any]:
        problems: list[Problem] = []
        rows = read_rows(
            str(source), known=HISTORY_COLUMNS, required=HISTORY_REQUIRED, problems=problems
        )
        return self.do(import_history, rows, problems, **options)

    def import_prices(self, source: Path | str, **options: Any) -> Answer[Any]:
        problems: list[Problem] = []
        rows = read_rows(
            str(source),
            known=PRICE_COLUMNS,
            required=PRICE_REQUIRED,
            problems=problems,
            instead=PRICE_INSTEAD,
        )
        return self.do(products.import_prices, rows, problems, **options)

    def preview(self, month: str | None = None, **options: Any) -> dict[str, Any]:
        return self.ask(preview, month, **options)

    def groups(self, month: str, by: str, **options: Any) -> dict[Any, int]:
        """Days of each group."""
        name = "license_key" if by == "license" else by
        rows = self.preview(month, by=by, **options)["groups"]
        return {row[name]: row["days"] for row in rows}

    def days(self, month: str, key: str, **options: Any) -> int:
        """Billed days of one license, or bundle-days of all bundles when `key` is their product."""
        return self.groups(month, "license", **options).get(key, 0)

    def check(self) -> dict[str, Any]:
        return self.ask(upkeep.check)

    def problems(self) -> list[tuple[str, str]]:
        """(code, subject) of everything `ledger check` finds."""
        return [(item["code"], item["subject"]) for item in self.check()["problems"]]

    def state(self) -> State:
        """Everything that is stored, read past jpcli."""
        head = next(iter(self.stored("SELECT seq, hash FROM chain")), None)
        ((events,),) = self.stored("SELECT COUNT(*) FROM events")
        return State(head, events, engines.engine.dump(self.path))

    def copied(self, path: Path | str) -> Agency:
        """The same agency with a ledger of its own."""
        engines.copy(self.path, path)
        return Agency(path, self.now)

    def stored(self, sql: str) -> list[tuple[Any, ...]]:
        """What is stored, read past jpcli."""
        return engines.engine.rows(self.path, sql)

    def sql(self, *statements: str) -> None:
        """Tamper with it: what a hand with a shell could do."""
        engines.engine.change(self.path, statements)


def plain(answer: Answer[Any]) -> dict[str, Any]:
    """The data of an answer with its streams read."""
    return {name: _read(value) for name, value in answer.data.items()}


def _read(value: Any) -> Any:
    if isinstance(value, Rows):
        return [_read(dict(zip(value.columns, row, strict=True))) for row in value.rows]
    if isinstance(value, dict):
        return {name: _read(inner) for name, inner in value.items()}
    return value


def compared(made: Statement) -> Statement:
    """A statement with its sites read, so that it can be compared."""
    clients = (part._replace(sites=tuple(part.sites)) for part in made.clients)
    return made._replace(clients=tuple(clients))


def codes(answer: Answer[Any]) -> list[str]:
    """The codes of an answer's notes."""
    return [note.code for note in answer.notes]


def minor(money: Mapping[str, Any]) -> int:
    """The minor units of a money object."""
    return int(money["amount_minor"])
