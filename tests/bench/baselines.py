"""What the same work takes without jpcli: the sqlite3 shell, and one indexed `executemany`.

The SQL here is written by hand for the ledger's span index, as well as it can be.
"""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
import subprocess
import sys
import time
from typing import TYPE_CHECKING

from tests.bench import agency

if TYPE_CHECKING:
    from pathlib import Path

# Days in the month, days so far, licenses, unassigned ones: one seek an offer.
_LO = "(CASE WHEN first_day > {first} THEN first_day ELSE {first} END)"
_DAYS = f"SUM((CASE WHEN last_day < {{last}} THEN last_day ELSE {{last}} END) - {_LO} + 1)"
_TO_DATE = (
    "SUM(CASE WHEN first_day > {today} THEN 0"
    f" ELSE (CASE WHEN last_day < {{today}} THEN last_day ELSE {{today}} END) - {_LO} + 1 END)"
)
_ENDS = "(last_day >= {last} OR ends = 1)"
_LASTS = f"SUM(CASE WHEN {_ENDS} THEN 1 ELSE 0 END)"
_INSIDE = "s.offer_id = o.id AND s.child IN (0, 1) AND last_day >= {first} AND first_day <= {last}"

MONTH_SUM = (
    f"SELECT o.id, s.child, {_DAYS}, {_TO_DATE}, {_LASTS},"
    f" SUM(CASE WHEN {_ENDS} AND site_id IS NULL THEN 1 ELSE 0 END)"
    f" FROM offers o CROSS JOIN spans s ON {_INSIDE} GROUP BY o.id, s.child"
)
BY_SITE = (
    "SELECT url, SUM(to_date), SUM(days) FROM ("
    f"SELECT site_id, {_TO_DATE} AS to_date, {_DAYS} AS days"
    f" FROM offers o CROSS JOIN spans s ON {_INSIDE} GROUP BY o.id, s.child, site_id"
    ") g LEFT JOIN sites ON sites.id = site_id GROUP BY sites.id ORDER BY url"
)
BY_CLIENT = (
    "SELECT clients.name, SUM(to_date), SUM(days) FROM ("
    f"SELECT site_id, {_TO_DATE} AS to_date, {_DAYS} AS days"
    f" FROM offers o CROSS JOIN spans s ON {_INSIDE} GROUP BY o.id, s.child, site_id"
    ") g LEFT JOIN sites ON sites.id = site_id LEFT JOIN clients ON clients.id = client_id"
    " GROUP BY clients.id ORDER BY clients.name"
)
LISTING = (
    "SELECT license_key, product, url, clients.name, issued_at, assigned_at, revoked_at, parent_id"
    " FROM licenses JOIN offers ON offers.id = offer_id JOIN products ON products.id = product_id"
    " LEFT JOIN sites ON sites.id = site_id LEFT JOIN clients ON clients.id = client_id"
    " ORDER BY licenses.id"
)


def shell_name() -> str:
    """Which sqlite3 the queries ran in."""
    shell = shutil.which("sqlite3")
    return shell or f"Python's sqlite3 {sqlite3.sqlite_version} (no shell found)"


def query_seconds(ledger: Path, sql: str, output: Path) -> float:
    """Seconds of a whole process that writes the query's rows as CSV to a file."""
    shell = shutil.which("sqlite3")
    program = (
        "import csv, sqlite3, sys;"
        "csv.writer(sys.stdout).writerows(sqlite3.connect(sys.argv[1]).execute(sys.argv[2]))"
    )
    command = [shell, "-csv"] if shell else [sys.executable, "-c", program]
    with output.open("wb") as stream:
        start = time.perf_counter()
        subprocess.run([*command, str(ledger), sql], stdout=stream, check=True)
        return time.perf_counter() - start


def history_rows(path: Path) -> list[tuple[str | None, ...]]:
    """The rows of a history file, flat, for `insert_seconds`."""
    rows: list[tuple[str | None, ...]] = []
    with path.open() as stream:
        for line in stream:
            row = json.loads(line)
            last = row["assignments"][-1] if row["assignments"] else {}
            dates = (row["issued_at"], row["revoked_at"], last.get("from"))
            rows.append(
                (row["license_key"], row["product"], *dates, last.get("site"), last.get("client"))
            )
    return rows


def bulk_rows(path: Path) -> list[tuple[str | None, ...]]:
    """The rows of a bulk file as rows of licenses, with keys in no order, as those that are issued:
    an index of half a million takes nearly three times as long for them as for keys that count
    up."""
    with path.open(newline="") as stream:
        return [
            (
                agency.license_key(row["product"], n),
                row["product"],
                "2026-06-15",
                None,
                None,
                row["site"],
                "",
            )
            for n, row in enumerate(csv.DictReader(stream))
        ]


def insert_seconds(path: Path, rows: list[tuple[str | None, ...]]) -> float:
    """Seconds of one durable transaction that inserts all rows into a table with two indexes."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("PRAGMA synchronous = FULL")
    connection.execute(
        "CREATE TABLE licenses (license_key TEXT NOT NULL UNIQUE, product TEXT NOT NULL,"
        " issued_at TEXT NOT NULL, revoked_at TEXT, assigned_at TEXT, site TEXT, client TEXT)"
    )
    connection.execute("CREATE INDEX by_product ON licenses (product, revoked_at, issued_at)")
    start = time.perf_counter()
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO licenses VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    seconds = time.perf_counter() - start
    connection.close()
    return seconds
