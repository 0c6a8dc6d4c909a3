"""What is in a ledger's files, read past jpcli from a copy: looking at the files themselves would
fold the log into the ledger, which is what the next command ought to do."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from contextlib import closing
from datetime import date
from pathlib import Path
from typing import Any, NamedTuple

from tests.chaos.model import License, Model

SUFFIXES = ("", "-wal")


class Event(NamedTuple):
    seq: int
    kind: str
    subject: str


class Observed(NamedTuple):
    """`told` has the events of each actor, in order."""

    model: Model
    told: dict[str, list[Event]]


def copied(ledger: Path, folder: Path) -> Path:
    """The ledger and its log, as the next process finds them."""
    for suffix in SUFFIXES:
        source, target = Path(f"{ledger}{suffix}"), folder / f"{ledger.name}{suffix}"
        target.unlink(missing_ok=True)
        if source.exists():
            shutil.copyfile(source, target)
    return folder / ledger.name


def observe(ledger: Path) -> Observed:
    """Raises sqlite3.Error where the file can't be read."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(ledger, Path(folder))
        with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
            return Observed(_model(connection), _told(connection))


def content(ledger: Path) -> Any:
    """Everything that means something in a ledger's files: each row of each table, the schema,
    the marks in the header, what SQLite's own check finds; or the error of what can't be read.
    Where two are equal the files differ in unused bytes at most."""
    with tempfile.TemporaryDirectory() as folder:
        copy = copied(ledger, Path(folder))
        try:
            with closing(sqlite3.connect(copy, isolation_level=None)) as connection:
                marks = [
                    connection.execute(f"PRAGMA {name}").fetchall()
                    for name in ("application_id", "user_version", "integrity_check")
                ]
                return marks, list(connection.iterdump())
        except (sqlite3.Error, UnicodeDecodeError, OverflowError) as error:
            return repr(error)


def chain(ledger: Path) -> list[bytes]:
    """The hashes of the events, in order; empty where they can't be read."""
    with tempfile.TemporaryDirectory() as folder:
        try:
            with closing(sqlite3.connect(copied(ledger, Path(folder)))) as connection:
                return [
                    row[0] for row in connection.execute("SELECT hash FROM events ORDER BY seq")
                ]
        except sqlite3.Error:
            return []


def _model(connection: sqlite3.Connection) -> Model:
    ask = connection.execute
    sites = dict(ask("SELECT id, url FROM sites").fetchall())
    clients = dict(ask("SELECT id, name FROM clients").fetchall())
    owners = ask("SELECT url, client_id FROM sites").fetchall()
    keys = dict(ask("SELECT id, license_key FROM licenses").fetchall())
    licenses = ask(
        "SELECT license_key, product, site_id, revoked_at, parent_id FROM licenses"
        " JOIN offers ON offers.id = offer_id JOIN products ON products.id = product_id"
    ).fetchall()
    prices = ask(
        "SELECT product, bundle_size, from_day, day_price_e12 FROM prices"
        " JOIN offers ON offers.id = offer_id JOIN products ON products.id = product_id"
    ).fetchall()
    return Model(
        licenses={
            key: License(
                product, None if ended else sites.get(site), ended is not None, keys.get(parent)
            )
            for key, product, site, ended, parent in licenses
        },
        sites={url: clients.get(owner) for url, owner in owners},
        clients=set(clients.values()),
        cards={last4: bool(first) for last4, first in ask("SELECT last4, is_primary FROM cards")},
        prices={
            (product, size, date.fromordinal(day).isoformat()): price
            for product, size, day, price in prices
        },
        invoices=dict(ask("SELECT number, status FROM invoices").fetchall()),
        settings=dict(ask("SELECT key, value FROM meta").fetchall()),
        products={
            product: (name, bool(hidden))
            for product, name, hidden in ask("SELECT product, name, hidden FROM products")
        },
        details={
            (detail, name): value
            for detail in ("address", "email", "tax_id", "markup")
            for name, value in ask(f"SELECT name, {detail} FROM clients")
            if value is not None
        },
        put_away={
            (kind, name): names.get(into)
            for kind, names, rows in (
                ("client", clients, ask("SELECT name, into_id FROM clients WHERE archived = 1")),
                ("site", sites, ask("SELECT url, into_id FROM sites WHERE archived = 1")),
            )
            for name, into in rows.fetchall()
        },
    )


def _told(connection: sqlite3.Connection) -> dict[str, list[Event]]:
    told: dict[str, list[Event]] = {}
    for seq, kind, subject, actor in connection.execute(
        "SELECT seq, kind, subject, actor FROM events ORDER BY seq"
    ):
        told.setdefault(actor, []).append(Event(seq, kind, subject))
    return told
