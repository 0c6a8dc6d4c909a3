"""What sites and clients are counted under: a label that no renaming changes.

Owns that label: the first name that a row ever had, made unique where another had it before. Equal
remainders are served in its order (M5), so that the parts of a closed month stay what they are when
somebody is called otherwise. People are shown names.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.ledger.queries.days import client_names, site_names
from jpcli.ledger.snapshots.names import NamesThen

if TYPE_CHECKING:
    from collections.abc import Mapping

    from jpcli.ledger.database.connection import Ledger

    Names = dict[int | None, str | None]

CLIENT, SITE = "client", "site"
# No name has it in it.
_MARK = "\0"


def labels(ledger: Ledger, kind: str) -> Names:
    """The label of each row by its number, of `CLIENT` or `SITE`; None for None."""
    return _labels(_names(ledger, kind), _first_names(ledger, kind))[0]


def names_and_labels(ledger: Ledger, kind: str) -> tuple[Names, Names]:
    """What each row is called, and its label; the same object where nothing was ever renamed."""
    names, first = _names(ledger, kind), _first_names(ledger, kind)
    return names, _labels(dict(names), first)[0] if first else names


def shown(ledger: Ledger, kind: str, seq: int | None = None) -> Mapping[str | None, str]:
    """What those labels are called now, or were called after an event, that are not called so."""
    first = _first_names(ledger, kind)
    if not first:
        return {}
    names = _names(ledger, kind)
    found, otherwise = _labels(dict(names), first)
    then = NamesThen(ledger)
    called = then.client_called if kind == CLIENT else then.site_called
    # A row of a later event has no name of that time, nor anything to be shown of it.
    return {
        found[number]: str(names[number] if seq is None else called(number, seq))
        for number in otherwise
        if seq is None or number <= seq
    }


def names_then(ledger: Ledger, kind: str, seq: int) -> Names:
    """What all were called after an event; what is newer has the name of today."""
    names, found = names_and_labels(ledger, kind)
    called = shown(ledger, kind, seq)
    return {number: called.get(found[number], name) for number, name in names.items()}


def called_then(ledger: Ledger, kind: str, seq: int) -> Mapping[str | None, str]:
    """Names of today, and what those were called after an event, where it was another name."""
    now, then = shown(ledger, kind), shown(ledger, kind, seq)
    return {now.get(label, label): name for label, name in then.items() if now[label] != name}


def first_names(ledger: Ledger) -> list[tuple[str, int, str]]:
    """(kind, row number, first name) of all that was ever renamed; one question for both kinds."""
    return ledger.all(
        "SELECT DISTINCT f.kind, f.id, e.subject FROM former_names f JOIN events e ON e.seq = f.id"
    )


def _first_names(ledger: Ledger, kind: str) -> list[tuple[int, str]]:
    return [(number, name) for found, number, name in first_names(ledger) if found == kind]


def _labels(found: Names, first: list[tuple[int, str]]) -> tuple[Names, list[int]]:
    """The names made labels, and the rows that are called otherwise, or were."""
    if not first:
        return found, []
    found.update(first)
    otherwise = {number for number, _ in first}
    taken: set[str | None] = set()
    for number in sorted(number for number in found if number is not None):
        if found[number] in taken:
            found[number] = f"{found[number]}{_MARK}{number:020}"  # in order of numbers as a text
            otherwise.add(number)
        taken.add(found[number])
    return found, sorted(otherwise)


def _names(ledger: Ledger, kind: str) -> Names:
    return client_names(ledger) if kind == CLIENT else site_names(ledger)
