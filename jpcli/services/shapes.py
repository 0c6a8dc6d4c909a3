"""JSON shapes that more than one use case gives back.

Owns the step from ledger rows to the published objects; field names here are a contract.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from jpcli.domain.answers import Rows, as_objects
from jpcli.domain.instants import format_instant
from jpcli.ledger.queries.licenses import LICENSE_COLUMNS
from jpcli.services.spool import table

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator
    from datetime import date

    from jpcli.domain.answers import Table
    from jpcli.domain.cards import Card
    from jpcli.domain.contract.collection import CardObject
    from jpcli.domain.contract.licenses import LicenseObject
    from jpcli.domain.contract.values import ProblemObject
    from jpcli.domain.errors import Problem


PROBLEM_COLUMNS = ("code", "subject", "message", "line", "hint")


def license_tuples(rows: Iterable[tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    """License rows with their instants as text, in the order of `LICENSE_COLUMNS`."""
    text = format_instant
    for key, product, state, site, client, issued, assigned, revoked, bundle, size in rows:
        yield (
            key,
            product,
            state,
            site,
            client,
            text(issued),
            None if assigned is None else text(assigned),
            None if revoked is None else text(revoked),
            bundle,
            size,
        )


def license_objects(rows: Iterable[tuple[Any, ...]]) -> list[LicenseObject]:
    """License rows as LICENSE objects."""
    found: Rows[LicenseObject] = Rows(LICENSE_COLUMNS, license_tuples(rows))
    return as_objects(found)


def license_table(rows: Iterable[tuple[Any, ...]]) -> Table[LicenseObject]:
    """License rows, however many, as LICENSE objects."""
    return table(LICENSE_COLUMNS, license_tuples(rows))


def card_object(card: Card, today: date) -> CardObject:
    """One card as the JSON contract has it."""
    from jpcli.domain.cards import is_expired

    return {
        "id": card.id,
        "brand": card.brand,
        "last4": card.last4,
        "exp_month": card.exp_month,
        "exp_year": card.exp_year,
        "primary": card.primary,
        "expired": is_expired(card, today),
    }


def problem_table(problems: Iterable[Problem]) -> Table[ProblemObject]:
    """What was wrong, one by one."""
    return table(PROBLEM_COLUMNS, map(tuple, problems))
