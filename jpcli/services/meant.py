"""What is meant by a name that somebody typed: of a license, a product, a client.

Owns that a key may be shortened to what no other license begins with, and a product to the words
that no other one has; and what a name was meant to be that there is not. An exact name is always
what it says. No table is read from end to end for any of it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.domain.errors import BadInput
from jpcli.domain.short_names import is_beginning, products_meant
from jpcli.domain.words import closest, count, quoted, shortened
from jpcli.ledger.queries import chosen, licenses, products
from jpcli.ledger.queries.clients import standing
from jpcli.ledger.queries.name_ranges import END, names_between, names_near
from jpcli.services.put_away import client_renamed

if TYPE_CHECKING:
    from collections.abc import Iterable

    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts

# Candidates that an error names one by one.
NAMED = 10
# So many names on either side are held against one that there is not.
_NEIGHBORS = 300
_ALIKE = 0.6
_LIKE_A_SLUG = 0.7
_LARGEST_SIZE = 7  # figures; a key is longer, or no number
_ANY_ALIKE = 0.4  # of a price list, which is short: what is most like it


def known_license(ledger: Ledger, text: str) -> LicenseFacts:
    """The license of this key, or the only one whose key begins so (some characters behind the `_`
    at least), or the only one that a product has.

    Raises BadInput `unknown_license`, or `ambiguous_license` with those that it may be.
    """
    found = licenses.find(ledger, text) or _shortened(ledger, text)
    if found is None:
        raise unknown_license(text)
    return found


def known_bundle(ledger: Ledger, text: str) -> tuple[int | None, int | None]:
    """(number of a bundle, None) for its name or that of a license in it, (None, size) for a size.

    Raises BadInput as `known_license`, and `no_bundle`.
    """
    if text.isascii() and text.isdigit() and len(text) <= _LARGEST_SIZE:
        return None, int(text)
    facts = known_license(ledger, text)
    if facts.child:
        facts = licenses.find(ledger, str(facts.bundle_key)) or facts
    if not facts.is_bundle:
        raise BadInput(
            "no_bundle",
            f"{facts.license_key} is no bundle, nor in one",
            hint="See them:   jpcli licenses list --state bundle",
            subject=text,
        )
    return facts.id, None


def _shortened(ledger: Ledger, text: str) -> LicenseFacts | None:
    if products.product_facts(ledger, text) is not None:
        return _only_one(ledger, text, text)
    if is_beginning(text):
        found = list(names_between(ledger, "licenses", text, text + END, NAMED + 1))
        if len(found) > 1:
            told = [f"{key}   {about}" for key, about, _ in found]
            raise _ambiguous(text, f"Several licenses begin with {text}", told)
        return licenses.find(ledger, found[0][0]) if found else None
    slugs = products_meant(text, products.product_titles(ledger))
    if len(slugs) > 1 and any(chosen.numbers_of_product(ledger, slug) for slug in slugs):
        raise ambiguous_product(text, slugs)
    return _only_one(ledger, text, slugs[0]) if len(slugs) == 1 else None


def _only_one(ledger: Ledger, text: str, product: str) -> LicenseFacts | None:
    """The license of a product that has no other, also none that is revoked: a name that another
    license may get is no name."""
    numbers = chosen.numbers_of_product(ledger, product)
    if numbers is None:
        return None
    number, other = numbers
    if other is not None:
        raise BadInput(
            "ambiguous_license",
            f"{product} has more than one license, so {text} is none of them",
            hint=f"See them:   jpcli licenses list --product {quoted(product)}",
            subject=text,
        )
    return chosen.numbered(ledger, number)


def _ambiguous(text: str, message: str, told: list[str]) -> BadInput:
    more = ["…"] if len(told) > NAMED else []
    hint = "\n".join(["It may be one of these:", *told[:NAMED], *more])
    return BadInput("ambiguous_license", message, hint=hint, subject=text)


def unknown_license(text: str) -> BadInput:
    """That there is no license of this key, nor one that begins so."""
    return BadInput(
        "unknown_license",
        f"There is no license {shortened(text)} in this ledger",
        hint=f"Look for it:   jpcli licenses list --search {quoted(text[:20])}",
        subject=text,
    )


def known_product(ledger: Ledger, text: str) -> str:
    """The slug of a product that is called so, or for short. Raises BadInput `unknown_product`, or
    `ambiguous_product` with those that it may be."""
    if products.product_facts(ledger, text) is not None:
        return text
    return one_product(text, products.product_titles(ledger))


def one_product(text: str, titles: Iterable[tuple[str, str]]) -> str:
    """The same among (slug, name) of all products, for what is the slug of none."""
    titles = list(titles)
    slugs = products_meant(text, titles)
    if len(slugs) == 1:
        return slugs[0]
    if slugs:
        raise ambiguous_product(text, slugs)
    raise unknown_product(text, [slug for slug, _ in titles])


def unknown_product(text: str, names: list[str]) -> BadInput:
    """That no product of all these `names` is called so, and which may be meant."""
    tails = {slug.partition("-")[2]: slug for slug in names}
    near = closest(text, names, _LIKE_A_SLUG) or tails.get(closest(text, tails, _ALIKE) or "")
    near = near or closest(text, names, _ANY_ALIKE)
    hint = "See them all:   jpcli products list" if near is None else f"Did you mean {near}?"
    return BadInput(
        "unknown_product",
        f"There is no product {text} in the price list",
        hint=hint if names else "The price list is empty:   jpcli products import FILE",
        subject=text,
    )


def ambiguous_product(text: str, slugs: list[str]) -> BadInput:
    """That a short name may be any of several products."""
    named = ", ".join(slugs[:NAMED]) + (", …" if len(slugs) > NAMED else "")
    return BadInput(
        "ambiguous_product",
        f"{text} may be {count(len(slugs), 'product')}",
        hint=f"Say which:   {named}",
        subject=text,
    )


def check_client_known(ledger: Ledger, name: str) -> None:
    """BadInput `unknown_client`, with who may be meant, when there is no client of that name, and
    `client_renamed` where one was called so."""
    found = standing(ledger, name)
    if found is not None and found.name != name:
        raise client_renamed(name, found.name)
    if found is not None:
        return
    near = closest_client(ledger, name)
    raise BadInput(
        "unknown_client",
        f"There is no client {name}",
        hint="See them:   jpcli clients list" if near is None else f"Did you mean {near}?",
        subject=name,
    )


def closest_client(
    ledger: Ledger, name: str, likeness: float = _ALIKE, *, numbered: bool = False
) -> str | None:
    """The other client whose name is most like this one, whatever the case; None where none is as
    like as that (0 to 1). `numbered` as in `closest_name`."""
    spelled = dict.fromkeys((name, name.lower(), name.title(), name.upper()))
    return closest_name(ledger, "clients", spelled, likeness, numbered=numbered)


def closest_name(
    ledger: Ledger,
    kind: str,
    spelled: Iterable[str],
    likeness: float = _ALIKE,
    cut: int = 0,
    *,
    numbered: bool = False,
) -> str | None:
    """The name of a kind that is most like one which may be `spelled` in these ways and is not the
    first of them, whatever the case and without the first `cut` characters. With `numbered` other
    figures are another name: nobody means 1 by 2. Of very many names only those are looked at that
    begin nearly so."""
    spelled = list(spelled)
    near = names_near(ledger, kind, spelled, _NEIGHBORS)
    figures = _figures(spelled[0]) if numbered else None
    by_fold = {
        name[cut:].casefold(): name
        for name in near
        if name != spelled[0] and (figures is None or _figures(name) == figures)
    }
    found = closest(spelled[0][cut:].casefold(), by_fold, likeness)
    return None if found is None else by_fold[found]


def _figures(name: str) -> str:
    return "".join(character for character in name if character.isdigit())
