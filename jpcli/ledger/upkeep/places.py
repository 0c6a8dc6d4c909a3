"""Where a ledger is made, put back or moved to: in a file, or on a server."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from jpcli.domain.addresses import is_server
from jpcli.ledger.database.engines import on_server
from jpcli.ledger.upkeep import copies, creation

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.upkeep.check import CheckReport
    from jpcli.ledger.upkeep.copies import Complete, Inspect
    from jpcli.ledger.writer import Writer


def create_ledger(
    address: str,
    meta: Mapping[str, str],
    *,
    actor: str,
    now_at: int,
    first_events: Callable[[Writer], None],
) -> None:
    """Make the ledger with the fixed facts `meta`, then what `first_events` records; errors as
    `creation.create_file` and `server.create_on_server`."""
    told: Any = {"actor": actor, "now_at": now_at, "first_events": first_events}
    if not on_server(address):
        creation.create_file(address, meta, **told)
        return
    from jpcli.ledger.upkeep.server import create_on_server

    create_on_server(address, meta, **told)


def open_older(address: str, *, writes: bool) -> tuple[Ledger, str | None]:
    """Open a ledger of an older schema, brought up to date, and the name of the copy that was kept
    of it as it was; errors as `migration.open_older` and `server_migration.open_older_on_server`.
    """
    if not on_server(address):
        from jpcli.ledger.upkeep import migration

        return migration.open_older(address, writes=writes)
    from jpcli.ledger.upkeep.server_migration import open_older_on_server

    return open_older_on_server(address, writes=writes), None


def check_free(address: str) -> None:
    """Refuse a place that has something already (`ledger_exists`, `left_beside`)."""
    if not on_server(address):
        creation.check_free(address)
        return
    from jpcli.ledger.upkeep.server import check_server_free

    check_server_free(address)


def is_taken(address: str) -> bool:
    """Is there something that a backup could be put in the place of? Never on a server, where
    nothing is ever replaced."""
    return not is_server(address) and os.path.lexists(address)


def restore_ledger(
    source: str, address: str, inspect: Inspect, complete: Complete
) -> tuple[CheckReport, str | None]:
    """Put a checked copy of the file `source` at an address; errors as `copies.restore_ledger` and
    `server.restore_on_server`."""
    if not on_server(address):
        creation.make_folder(address)
        return copies.restore_ledger(source, address, inspect, complete)
    from jpcli.ledger.upkeep.server import restore_on_server

    return restore_on_server(source, address, inspect, complete), None


def move_ledger(source: Ledger, address: str, inspect: Inspect) -> tuple[CheckReport, bool]:
    """Copy a ledger, as it stands at one moment, to an address: a report on what is there then, and
    whether it was there before. Whoever is killed and does it again ends the same.

    Raises Refused `ledger_exists`, or `file_exists`, where something else is there; errors as
    `copies.copy_ledger` and `server.fill_server`.
    """
    if not on_server(address):
        report = copies.same_copy(source, address)
        if report is not None:
            return report, True
        creation.make_folder(address)
        return copies.copy_ledger(source, address, inspect), False
    from jpcli.ledger.upkeep.server import fill_server, same_on_server

    report = same_on_server(source, address)
    if report is not None:
        return report, True
    return fill_server(source, address, inspect), False
