"""What is worth a second look on a site: remarks, never a refusal, for all of it may be meant.

Owns three of them: the same product twice, two products of one family, which do the same work, and
a site beside one of nearly the same name. All of it is billed.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from jpcli.domain.answers import Note
from jpcli.domain.site_urls import look_alikes
from jpcli.domain.words import and_more, count, quoted
from jpcli.ledger.queries import sites as queries
from jpcli.ledger.queries.audit import family_clashes

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable, Iterator

    from jpcli.ledger.database.connection import Ask, Ledger

DOUBLE, FAMILY, LOOK_ALIKE = "double_product", "double_family", "similar_site"


def site_notes(ledger: Ledger, urls: Iterable[str]) -> Iterator[Note]:
    """Remarks on sites as they are now, after a change."""
    for url in ledger.each(urls, partial(_asks, ledger)):
        families: dict[str, list[str]] = {}
        for product, family, found in queries.products_on(ledger, url):
            families.setdefault(family, []).append(product)
            if found > 1:
                yield _double(url, product, found)
        for family, products in families.items():
            if len(products) > 1:
                yield _family(url, family, products)
        yield from look_alike_notes(ledger, url)


def _asks(ledger: Ledger, url: str) -> Iterator[Ask]:
    yield partial(queries.products_on, ledger, url)
    yield from look_alike_asks(ledger, url)


def look_alike_asks(ledger: Ledger, url: str) -> Iterator[Ask]:
    """What `look_alike_notes` asks."""
    for other in look_alikes(url):
        yield partial(queries.site_spelled, ledger, other, in_use=True)


def look_alike_notes(ledger: Ledger, url: str, new: Collection[str] = ()) -> Iterator[Note]:
    """Remarks on sites of nearly the same name as one that is there, or is going to be, as those
    that are `new` are."""
    for other in look_alikes(url):
        found = queries.site_spelled(ledger, other, in_use=True)
        known = found or (other if other in new else None)
        if known is not None:
            yield _look_alike(url, known)


def ledger_notes(ledger: Ledger) -> Iterator[Note]:
    """The first remark of each kind on all sites, and how many more there are."""
    total, doubled = queries.doubled_products(ledger, 1)
    for found in doubled:
        yield _with_more(_double(*found), total - 1)
    total, clashes = family_clashes(ledger, 1)
    for url, family, products in clashes:
        yield _with_more(_family(url, family, products.split(",")), total - 1)
    total, pairs = queries.www_pairs(ledger, 1)
    for pair in pairs:
        yield _with_more(_look_alike(*pair), total - 1)


def _with_more(note: Note, others: int) -> Note:
    return note._replace(message=note.message + and_more(others))


def _double(url: str, product: str, found: int) -> Note:
    message = f"{url} has {count(found, 'license')} of {product}, all of them billed"
    hint = f"See them:   jpcli licenses list --site {quoted(url)} --product {quoted(product)}"
    return Note(DOUBLE, message, "info", url, hint)


def _family(url: str, family: str, products: list[str]) -> Note:
    both = "both" if len(products) == 2 else "all"
    named = " and ".join(sorted(products))
    message = f"{url} has {named}, {both} of the family {family}"
    return Note(FAMILY, message, "info", url, f"See them:   jpcli sites show {quoted(url)}")


def _look_alike(url: str, other: str) -> Note:
    message = f"{url} and {other} are two sites here"
    hint = f"See the other:   jpcli sites show {quoted(other)}"
    return Note(LOOK_ALIKE, message, "info", url, hint)
