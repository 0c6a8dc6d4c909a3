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
    from collections.abc import Iterator, Mapping

    from jpcli.domain.numbers import NamesByNumber
    from jpcli.ledger.database.connection import Ledger

CLIENT, SITE = "client", "site"
# No name has it in it.
_MARK = "\0"


def labels(ledger: Ledger, kind: str) -> NamesByNumber:
    """The label of each row by its number, of `CLIENT` or `SITE`; None for None."""
    return names_and_labels(ledger, kind)[1]


def names_and_labels(ledger: Ledger, kind: str) -> tuple[NamesByNumber, NamesByNumber]:
    """What each row is called, and its label; the same object where nothing was ever renamed."""
    names = _names(ledger, kind)
    otherwise = _labels(names, _first_names(ledger, kind))
    return names, names.but(otherwise) if otherwise else names


def shown(ledger: Ledger, kind: str, seq: int | None = None) -> Mapping[str | None, str]:
    """What those labels are called now, or were called after an event, that are not called so."""
    first = _first_names(ledger, kind)
    if not first:
        return {}
    names = _names(ledger, kind)
    otherwise = _labels(names, first)
    return {
        otherwise[number]: name for number, name in _called(ledger, kind, seq, names, otherwise)
    }


def _called(
    ledger: Ledger, kind: str, seq: int | None, names: NamesByNumber, otherwise: Mapping[int, str]
) -> Iterator[tuple[int, str]]:
    """(row, what it is called now, or was called after an event) of rows with labels of their own.
    One of a later event has no name of that time, nor anything to be shown of it."""
    then = NamesThen(ledger)
    called = then.client_called if kind == CLIENT else then.site_called
    for number in otherwise:
        if seq is None:
            yield number, str(names[number])
        elif number <= seq:
            yield number, str(called(number, seq))


def names_then(ledger: Ledger, kind: str, seq: int) -> NamesByNumber:
    """What all were called after an event; what is newer has the name of today."""
    names = _names(ledger, kind)
    otherwise = _labels(names, _first_names(ledger, kind))
    return names.but(dict(_called(ledger, kind, seq, names, otherwise))) if otherwise else names


def renamed_since(ledger: Ledger, kind: str, seq: int) -> dict[int, str]:
    """What those rows were called after an event that are not called by their label, or were not
    at some time."""
    first = _first_names(ledger, kind)
    if not first:
        return {}
    names = _names(ledger, kind)
    return dict(_called(ledger, kind, seq, names, _labels(names, first)))


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


def _labels(names: NamesByNumber, first: list[tuple[int, str]]) -> dict[int, str]:
    """The labels of the rows that are called otherwise, or were. Two have one name only where one
    was renamed."""
    found = dict(first)
    rows: dict[str | None, list[int]] = {name: [] for name in found.values()}
    for number, name in found.items():
        rows[name].append(number)
    for other, called in names.items() if found else ():
        if called in rows and other is not None and other not in found:
            rows[called].append(other)
    for label, several in rows.items():
        for number in sorted(several)[1:]:
            found[number] = f"{label}{_MARK}{number:020}"  # in order of numbers as a text
    return dict(sorted(found.items()))


def _names(ledger: Ledger, kind: str) -> NamesByNumber:
    return client_names(ledger) if kind == CLIENT else site_names(ledger)
