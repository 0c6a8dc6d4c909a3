"""What is found by a part of its name, whatever the case.

SQL knows the case of ASCII letters, and that alone: a text to compare with is put into lower case
here, since there another meaning of it may hold. For other letters it calls a function of ours.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jpcli.ledger.database.connection import Ledger


# What has the column, under the name that it has in all queries.
_OF = {"l.license_key": "licenses l", "s.url": "sites s", "c.name": "clients c"}


def searching(ledger: Ledger, search: str, columns: Sequence[str]) -> tuple[str, str]:
    """A condition that a text is part of a column, whatever the case, and its parameter
    `:search`."""
    if search.isascii():
        found = [f"LOWER({column}) LIKE :search ESCAPE '!'" for column in columns]
        return f"({' OR '.join(found)})", f"%{lowered(_like(search))}%"
    from jpcli.domain.site_urls import folded

    wanted = folded(search) or ""
    found = [ledger.containing(column, _OF[column], wanted, folded) for column in columns]
    return f"({' OR '.join(found)})", wanted


def lowered(text: str) -> str:
    """Text with its ASCII letters in lower case, as `LOWER` has those of a column."""
    return text.encode().lower().decode()


def _like(text: str) -> str:
    """Text in a LIKE pattern that means itself."""
    return text.replace("!", "!!").replace("%", "!%").replace("_", "!_")
