"""Questions about clients: what is known of one besides its sites, and who is meant by a name."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from jpcli.ledger.database.connection import Ledger


class ClientDetails(NamedTuple):
    """One client; `markup` is the percent as `parse_markup` takes it, None for what is not set."""

    name: str
    address: str | None
    email: str | None
    tax_id: str | None
    markup: str | None
    archived: bool


def details(ledger: Ledger, name: str) -> ClientDetails | None:
    """What is known of a client, or None where there is no client of that name."""
    row = ledger.one(
        "SELECT name, address, email, tax_id, markup, archived FROM clients WHERE name = :name",
        name=name,
    )
    return None if row is None else ClientDetails._make((*row[:5], bool(row[5])))


class Standing(NamedTuple):
    """Who is meant by a name: a client, or a site, that is called `name` now. `into` is the one
    that it was merged into."""

    name: str
    archived: bool
    into: str | None


def standing(ledger: Ledger, name: str) -> Standing | None:
    """The client that is called so, else the last one that was; None where nobody ever was."""
    rows = ledger.all(
        "SELECT c.name, c.archived, i.name, 0 FROM clients c LEFT JOIN clients i"
        " ON i.id = c.into_id WHERE c.name = :name"
        " UNION ALL SELECT c.name, c.archived, i.name, f.until_seq FROM former_names f"
        " JOIN clients c ON c.id = f.id LEFT JOIN clients i ON i.id = c.into_id"
        " WHERE f.kind = 'client' AND f.name = :name",
        name=name,
    )
    return last_standing(rows, name)


def last_standing(rows: list[tuple[Any, ...]], name: str) -> Standing | None:
    """Of those that have a name or had it: who has it, else who had it last."""
    rows.sort(key=lambda row: (row[0] == name, row[3]))
    return Standing(rows[-1][0], bool(rows[-1][1]), rows[-1][2]) if rows else None


def owned_since(ledger: Ledger, client: str, day: int) -> list[tuple[int, str]]:
    """(row number, address) of the sites that a client has, or had, on a billing day or later."""
    return ledger.all(
        "SELECT s.id, s.url FROM sites s WHERE s.id IN (SELECT o.site_id FROM site_clients o"
        " JOIN clients c ON c.id = o.client_id WHERE c.name = :name AND o.last_day >= :day)"
        " ORDER BY s.url",
        name=client,
        day=day,
    )


def sites_used_before(ledger: Ledger, client: str, day: int) -> set[int]:
    """Those of a client's sites that any license was on before a billing day."""
    rows = ledger.rows(
        "SELECT DISTINCT s.site_id FROM spans s WHERE s.first_day < :day AND s.site_id IN"
        " (SELECT o.site_id FROM site_clients o JOIN clients c ON c.id = o.client_id"
        " WHERE c.name = :name)",
        name=client,
        day=day,
    )
    return {row[0] for row in rows}


def sites_in_use(ledger: Ledger, client: str) -> list[str]:
    """The sites of a client that are not archived."""
    rows = ledger.rows(
        "SELECT s.url FROM sites s JOIN clients c ON c.id = s.client_id"
        " WHERE c.name = :name AND s.archived = 0 ORDER BY s.url",
        name=client,
    )
    return [row[0] for row in rows]


def names_given_up(ledger: Ledger) -> dict[str, str]:
    """Names that clients had and that nobody has now, and what each is called now."""
    rows = ledger.rows(
        "SELECT f.name, c.name FROM former_names f JOIN clients c ON c.id = f.id"
        " WHERE f.kind = 'client' AND f.name NOT IN (SELECT name FROM clients)"
        " ORDER BY f.until_seq"
    )
    return dict(rows)


def names_put_away(ledger: Ledger) -> set[str]:
    """The names of archived clients."""
    return {row[0] for row in ledger.rows("SELECT name FROM clients WHERE archived = 1")}
