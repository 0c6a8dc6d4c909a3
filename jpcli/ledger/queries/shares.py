"""Whose part of a closed invoice is what, as it was kept when it was closed (I8).

Names are those of the closing; the row numbers say whom they mean today.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.numbers import NamesByNumber
from jpcli.domain.shares import Holder, Share
from jpcli.ledger.queries import labels
from jpcli.ledger.queries.labels import CLIENT, SITE

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from jpcli.ledger.database.connection import Ledger


class HolderNames(NamedTuple):
    """What clients and sites are called, by row number; None is called None."""

    clients: Mapping[int | None, str | None]
    sites: Mapping[int | None, str | None]


def shares_of(ledger: Ledger, invoice_id: int) -> Iterator[tuple[int, Holder, Share]]:
    """(position of the line, holder, share) of an invoice, line by line; streams. Nothing where it
    kept none."""
    rows = ledger.rows(
        "SELECT s.position, h.client_id, h.site_id, s.license_days, s.amount_minor"
        " FROM invoice_shares s JOIN invoice_holders h"
        " ON h.invoice_id = s.invoice_id AND h.holder = s.holder"
        " WHERE s.invoice_id = :id ORDER BY s.position, s.holder",
        id=invoice_id,
    )
    return ((row[0], Holder(row[1], row[2]), Share(row[3], row[4])) for row in rows)


def names_at_closing(ledger: Ledger, invoice_id: int) -> HolderNames:
    """What the holders of an invoice were called when it was closed."""
    return HolderNames(
        _at_closing(ledger, invoice_id, "client"), _at_closing(ledger, invoice_id, "site")
    )


def _at_closing(ledger: Ledger, invoice_id: int, kind: str) -> NamesByNumber:
    rows = ledger.rows(
        f"SELECT DISTINCT {kind}_id, {kind} FROM invoice_holders"
        f" WHERE invoice_id = :id AND {kind}_id IS NOT NULL ORDER BY {kind}_id",
        id=invoice_id,
    )
    return NamesByNumber(rows)


def names_then(ledger: Ledger, seq: int) -> HolderNames:
    """What all clients and sites were called after an event."""
    return HolderNames(labels.names_then(ledger, CLIENT, seq), labels.names_then(ledger, SITE, seq))


def names_of(ledger: Ledger, holders: Sequence[Holder]) -> HolderNames:
    """What some holders are called."""
    clients = {holder.client_id for holder in holders}
    sites = {holder.site_id for holder in holders}
    return HolderNames(
        _names(ledger, "SELECT id, name FROM clients", clients),
        _names(ledger, "SELECT id, url FROM sites", sites),
    )


def _names(ledger: Ledger, named: str, numbers: set[int | None]) -> dict[int | None, str | None]:
    found: dict[int | None, str | None] = {None: None}
    wanted = ", ".join(str(int(number)) for number in numbers if number is not None)
    if wanted:
        found.update(ledger.all(f"{named} WHERE id IN ({wanted})"))
    return found


def labels_of_all(ledger: Ledger) -> HolderNames:
    """What all clients and sites are counted under, whatever they are called now."""
    return HolderNames(labels.labels(ledger, CLIENT), labels.labels(ledger, SITE))


def labels_of(ledger: Ledger, names: HolderNames) -> HolderNames:
    """The same at least of holders that are, or were, called so; where nothing was ever renamed
    that is what they are counted under."""
    return labels_of_all(ledger) if labels.first_names(ledger) else names


def names_and_labels(ledger: Ledger) -> tuple[HolderNames, HolderNames]:
    """What all clients and sites are called, and counted under."""
    clients, client_labels = labels.names_and_labels(ledger, CLIENT)
    sites, site_labels = labels.names_and_labels(ledger, SITE)
    return HolderNames(clients, sites), HolderNames(client_labels, site_labels)


def names_now(ledger: Ledger) -> HolderNames:
    """What all clients and sites are called."""
    return names_and_labels(ledger)[0]
