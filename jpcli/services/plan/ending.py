"""The licenses that a file ends by their names.

Owns what may be named there: single licenses and whole bundles (B2), by their keys or for short, as
in a command. One that is revoked already is passed over, so that a file that was applied asks for
nothing more.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput, Refused
from jpcli.domain.plan_terms import Ending
from jpcli.domain.words import quoted
from jpcli.ledger.queries.licenses import find
from jpcli.ledger.queries.plan import count_children
from jpcli.services.meant import known_license, unknown_license

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.domain.errors import JpcliError
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts


def named_licenses(ledger: Ledger, names: Iterable[str]) -> Iterator[str | JpcliError]:
    """The key of what each of these names, in their order, or what is wrong with the name: BadInput
    as `known_license`, or Refused `bundle_child`."""
    for name in ledger.each(names, lambda name: (partial(known_license, ledger, name),)):
        try:
            facts = known_license(ledger, name)
        except BadInput as error:
            yield error
            continue
        yield _in_a_bundle(facts) if facts.child else facts.license_key


def ending_licenses(ledger: Ledger, keys: Iterable[str]) -> list[Ending]:
    """What these keys name, in their order; none is short for another in what is kept.

    Raises BadInput `unknown_license`; Refused `bundle_child` for a license that is in a bundle.
    """
    found: list[Ending] = []
    for key in ledger.each(keys, lambda key: (partial(find, ledger, key),)):
        facts = find(ledger, key)
        if facts is None:
            raise unknown_license(key)
        if facts.child:
            raise _in_a_bundle(facts)
        if facts.revoked_at is None:
            children = count_children(ledger, facts.id) if facts.is_bundle else 0
            found.append(Ending(facts.id, facts.product, children))
    return found


def _in_a_bundle(facts: LicenseFacts) -> Refused:
    return Refused(
        "bundle_child",
        f"{facts.license_key} is in a bundle, and ends with it",
        hint=f"See the bundle:   jpcli licenses show {quoted(str(facts.bundle_key))}",
        subject=facts.license_key,
    )
