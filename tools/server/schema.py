"""Writes what a ledger's tables are on a PostgreSQL server, as a server tells it.

`ledger check` holds a ledger against that. Run it with the address of a new ledger:

    python tools/server/schema.py ADDRESS
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from jpcli.ledger.database.postgres import open_server
from jpcli.ledger.database.server_inventory import inventory

TARGET = Path(__file__).parents[2] / "jpcli" / "data" / "server_schema.json"


def text_of(address: str) -> str:
    """The file's text, by the ledger at an address."""
    ledger = open_server(address, writes=False)
    try:
        return json.dumps(inventory(ledger), indent=1, sort_keys=True, ensure_ascii=False) + "\n"
    finally:
        ledger.close()


if __name__ == "__main__":
    TARGET.write_text(text_of(sys.argv[1]), encoding="utf-8")
