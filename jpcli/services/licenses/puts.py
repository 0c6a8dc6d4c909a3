"""Licenses and the sites that they are to be on, from the rows of a file, and what is asked for
them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jpcli.ledger.queries.licenses import find
from jpcli.ledger.writer import asks_about
from jpcli.services.sites.named import place_asks
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ask, Ledger
    from jpcli.services.desk import Desk
    from jpcli.services.files.rows import Row

    # A license, the site that it is to be on, and whose that is.
    Put = tuple[str, str, str | None]
    # The same with its line, where it has one.
    Puts = Iterable[tuple[int | None, Put]]


def puts_of(
    rows: Iterable[Row], column: str, site: str | None, client: str | None
) -> Iterator[tuple[int, Put]]:
    """What the rows say: where there is no `site` for all of them, `column` has it. Whose a site of
    `site` is stands beside it; what `to` is moved to has its client already."""
    for row in rows:
        key, values = str(row.values.get("license_key")), row.values
        if site is not None:
            yield row.line, (key, site, client)
        else:
            whose = values.get("client") if column == "site" else None
            yield row.line, (key, str(values.get(column)), None if whose is None else str(whose))


def asks_of(desk: Desk, puts: Puts) -> Iterator[Ask]:
    """What is asked for these, each one's license and its site."""
    names = SiteNames(desk.ledger)
    return (ask for _, put in puts for ask in asks_to_put(names, put))


def asks_to_put(names: SiteNames, put: Put) -> Iterator[Ask]:
    key, site, client = put
    yield from asks_of_license(names.ledger, key)
    yield from place_asks(names, site, client)


def asks_of_license(ledger: Ledger, key: str) -> Iterator[Ask]:
    yield partial(find, ledger, key)
    yield from asks_about(ledger, license_keys=(key,))
