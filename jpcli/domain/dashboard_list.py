"""A list of licenses as it is copied from a dashboard, or typed: which product is on which site.

Owns what is understood of such a text, which has no columns that one could rely on: a line with a
product and its site, a site with its products below it, or a product with its site, key and dates
each on a line of their own. What is not understood is a problem with its line, never left out.
A client is understood only where the text says that it is one: any word could be one's name. A
bundle is not, because no list says which of its licenses are in it.
"""

from __future__ import annotations

import re
from datetime import date
from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput, JpcliError, Problem, problem_of
from jpcli.domain.list_owners import CLIENT, Owners, is_noise
from jpcli.domain.names import check_client_name, check_license_key
from jpcli.domain.site_urls import normalize_url
from jpcli.domain.texts import clean
from jpcli.domain.words import MONTHS

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

MOST_OF_ONE = 999

# Words that name the maker and tell no product from another.
_MAKERS = frozenset({"jetpack", "vaultpress", "akismet", "by", "the", "license", "licenses"})
_MONTH = "|".join(f"{name[:3]}(?:{name[3:]})?" for name in MONTHS)
_DATE = re.compile(
    r"(?P<iso>\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}:?\d{2})?)?"
    rf"|(?P<m1>{_MONTH})\.? (?P<d1>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<y1>\d{{4}})"
    rf"|(?P<d2>\d{{1,2}})\.? (?P<m2>{_MONTH})\.?,? (?P<y2>\d{{4}})",
    re.IGNORECASE,
)
_FIGURES_DATE = re.compile(r"\d{1,2}[/.]\d{1,2}[/.]\d{2,4}")
_CELLS = re.compile(r"[\t,;|•·]|  +| [-–—] |:(?= |$)")
_TIMES = re.compile(r"(?:(\d{1,4}) ?[x×] ?(.+))|(?:(.+?) ?[x×] ?(\d{1,4}))", re.IGNORECASE)
_QUANTITY = re.compile(r"0{0,3}[1-9][0-9]{0,2}")  # 1 to MOST_OF_ONE
_KEY = re.compile(r"(?<![\w/.-])[A-Za-z0-9-]+_[A-Za-z0-9]{16,}(?![\w/.-])")
_BUNDLE = re.compile(r"\bbundles?\b", re.IGNORECASE)
_JOINTS = frozenset({"on", "for", "at", "@", "-", "–", "to", "→"})


class Listed(NamedTuple):
    """One license of the list; `issued` and `assigned` are dates, None where it names none."""

    line: int
    product: str
    site: str | None = None
    license_key: str | None = None
    issued: str | None = None
    assigned: str | None = None
    client: str | None = None


class Read(NamedTuple):
    """What was understood, and what was not."""

    licenses: list[Listed]
    problems: list[Problem]


class _Found(NamedTuple):
    """What one line says."""

    products: list[str]
    sites: list[str]
    keys: list[str]
    dates: list[str]
    clients: list[str]


def read_list(lines: Iterable[str], products: Mapping[str, Iterable[str]], today: date) -> Read:
    """The licenses that a list names. `products` are slugs and the names of each; a name may be
    shortened as long as only one product is meant. Dates may not lie after `today`."""
    names = {slug: _all_words(slug, found) for slug, found in products.items()}
    licenses: list[Listed] = []
    problems: list[Problem] = []
    sites_first: bool | None = None
    site: str | None = None
    open_from = 0  # the licenses that a line without a product is about
    owners = Owners()
    for number, text in enumerate(lines, 1):
        try:
            found = _read_line(owners.told(text), names, today)
            owners.note(found.sites, found.clients)
            if found.keys and not found.products and not _is_of_open(licenses[open_from:], found):
                found.products.extend(_product_of(key, names) for key in found.keys)
        except JpcliError as error:
            problems.append(problem_of(error, number))
            open_from = len(licenses)  # what follows may be about what was not understood
            continue
        if not any(found):
            continue
        if sites_first is None:
            sites_first = bool(found.sites and not found.products)
        if found.products:
            open_from = len(licenses)
            place = found.sites[0] if found.sites else (site if sites_first else None)
            licenses += [Listed(number, product, place) for product in found.products]
        elif found.sites and sites_first:
            site, open_from = found.sites[0], len(licenses)
        try:
            _fill(licenses, open_from, found, stacked=not sites_first)
        except BadInput as error:
            problems.append(problem_of(error, number))
    problems += _doubles(licenses)
    licenses = [one._replace(client=owners.of(one.site)) for one in licenses]
    return Read(licenses, sorted(problems, key=lambda problem: problem.line or 0))


def _fill(licenses: list[Listed], start: int, found: _Found, *, stacked: bool) -> None:
    """Give the licenses from `start` on what the line says of them."""
    if found.keys and len(found.keys) != len(licenses) - start:
        raise BadInput("many_keys", f"{found.keys[0]} is not the key of one license alone")
    late = found.sites[0] if found.sites and not found.products and stacked else None
    if (late or found.dates) and start == len(licenses):
        raise BadInput("nothing_before", f"{late or found.dates[0]} comes before any product")
    for place, one in enumerate(licenses[start:]):
        if late is not None and one.site is not None:
            raise BadInput("two_sites", f"{late}: {one.product} is on {one.site} already")
        changed = one._replace(site=one.site or late)
        if found.keys:
            changed = changed._replace(license_key=_fitting(found.keys[place], one.product))
        for day in found.dates:
            # A dashboard tells first when it was issued, then since when it is where it is.
            is_first = changed.issued is None
            changed = changed._replace(issued=day) if is_first else changed._replace(assigned=day)
        if changed.issued and changed.assigned and changed.assigned < changed.issued:
            changed = changed._replace(issued=changed.assigned, assigned=changed.issued)
        licenses[start + place] = changed


def _fitting(license_key: str, product: str) -> str:
    """The key, which says itself of which product it is."""
    if license_key.rpartition("_")[0] != product:
        raise BadInput("key_differs", f"{license_key} is no key of {product}")
    return license_key


def _is_of_open(waiting: list[Listed], found: _Found) -> bool:
    """Whether the keys of a line are those of the licenses above it, which have none yet."""
    own = [(one.product, one.license_key) for one in waiting]
    return own == [(key.rpartition("_")[0], None) for key in found.keys]


def _doubles(licenses: list[Listed]) -> list[Problem]:
    """A key names one license."""
    seen: dict[str, int] = {}
    problems = []
    for one in licenses:
        key = one.license_key
        if key is not None and seen.setdefault(key, one.line) != one.line:
            message = f"{key} is on line {seen[key]} already"
            problems.append(Problem("double_license", key, message, one.line))
    return problems


def _read_line(text: str, names: Mapping[str, list[frozenset[str]]], today: date) -> _Found:
    """What a line says; BadInput for a part of it that is nothing of all that."""
    found = _Found([], [], [], [], [])
    line = clean(text).strip("\"'[]{}")
    line = CLIENT.sub(lambda match: _noted(found.clients, check_client_name(match["name"])), line)
    line = _DATE.sub(lambda match: _noted(found.dates, _day(match, today)), line)
    line = _KEY.sub(lambda match: _noted(found.keys, check_license_key(match[0])), line)
    times = 1
    for part in _CELLS.split(line):
        cell = part.strip(" \"'*-–—:()") if part else ""
        if not cell or is_noise(cell):
            continue
        if _QUANTITY.fullmatch(cell):
            times = int(cell)
        else:
            _read_cell(cell, names, found)
    if len(found.sites) > 1:
        raise BadInput("two_sites", f"{found.sites[1]} is a second site on one line")
    _check_quantity(len(found.products) * times, least=0)
    return found._replace(products=found.products * times)


def _check_quantity(number: int, least: int = 1) -> None:
    """A few signs may multiply each other, and every license has a place in memory."""
    if not least <= number <= MOST_OF_ONE:
        raise BadInput("bad_quantity", f"{number:,} is not between 1 and {MOST_OF_ONE} a line")


def _read_cell(cell: str, names: Mapping[str, list[frozenset[str]]], found: _Found) -> None:
    """A site, a product, or both of them with a word between."""
    if len(_matches(cell, names)) == 1:  # a name may look like a site
        found.products.append(_product(cell, names))
        return
    site, name = _parted(cell, names)
    if site is not None:
        found.sites.append(site)
    if not name or is_noise(name):
        return
    match = _TIMES.fullmatch(name)
    if match is not None and _matches(match[2] or match[3], names):
        times = int(match[1] or match[4])
        _check_quantity(times)
        found.products.extend([_product(match[2] or match[3], names)] * times)
        return
    found.products.append(_product(name, names))


def _parted(cell: str, names: Mapping[str, list[frozenset[str]]]) -> tuple[str | None, str]:
    """The site in a cell, and the name around it; of several words that look like a site the one
    without which the others are a product."""
    words = cell.split()
    found = []
    for place, word in enumerate(words):
        url = _site(word)
        if url is not None:
            rest = words[:place] + words[place + 1 :]
            ends = [other for other in rest if other.lower() not in _JOINTS]
            found.append((url, " ".join(ends).strip(" :-–—")))
    fitting = [each for each in found if not each[1] or _matches(each[1], names)]
    if len(found) > 1 and not fitting:
        raise BadInput("two_sites", f"{found[1][0]} is a second site on one line")
    return (fitting or found)[0] if found else (None, cell)


def _product(name: str, names: Mapping[str, list[frozenset[str]]]) -> str:
    """The one product that a name means; BadInput where it is none, or not one alone."""
    found = _matches(name, names)
    if len(found) == 1:
        return found[0]
    if found:
        several = ", ".join(found)
        raise BadInput("several_products", f"{name!r} may be {several}", hint="Write its name out.")
    if _BUNDLE.search(name):
        hint = "Take a bundle over with its licenses from a file:   jpcli ledger template"
        raise BadInput("bundle_in_list", f"{name!r}: a list does not say what is in it", hint=hint)
    if _FIGURES_DATE.fullmatch(name):
        hint = "Write year, month and day: 2026-02-14."
        raise BadInput("bad_date", f"{name!r} may be two dates", hint=hint)
    raise BadInput("unknown_product", f"{name!r} is no product, no site and no date")


def _matches(name: str, names: Mapping[str, list[frozenset[str]]]) -> list[str]:
    """The products whose slug or name it is, else those with all of its words in theirs."""
    words = _words(name)
    if not words:
        return []
    exact = [slug for slug, known in names.items() if words in known]
    return exact or [slug for slug, known in names.items() if any(words <= each for each in known)]


def _all_words(slug: str, names: Iterable[str]) -> list[frozenset[str]]:
    return [_words(slug), *map(_words, names)]


def _words(name: str) -> frozenset[str]:
    """`{backup, 10, gb}` of `Jetpack VaultPress Backup (10GB)`."""
    return frozenset(re.findall(r"[^\W\d_]+|\d+", name.lower())) - _MAKERS


def _site(word: str) -> str | None:
    """The address that a word is; a name of a product has no dot in it, and no scheme."""
    word = word.strip("()[]<>,;\"'")
    host = word.partition("://")[2] or word
    if "." not in host.strip(".") or not re.search(r"\.[^\W\d]{2,}", host):
        return None
    try:
        return normalize_url(word)
    except BadInput:
        return None


def _product_of(license_key: str, names: Mapping[str, list[frozenset[str]]]) -> str:
    """A key begins with its product."""
    product = license_key.rpartition("_")[0]
    if product not in names:
        raise BadInput("unknown_product", f"{license_key} is of no product of the price list")
    return product


def _noted(found: list[str], text: str) -> str:
    """Take what was found out of a line: the parts around it are cells."""
    found.append(text)
    return "\t"


def _day(match: re.Match[str], today: date) -> str:
    """The date that was written, as `2024-02-14`."""
    if match["iso"]:
        year, month, day = (int(part) for part in match["iso"].split("-"))
    else:
        name = str(match["m1"] or match["m2"])[:3].title()
        month = [each[:3] for each in MONTHS].index(name) + 1
        year, day = int(match["y1"] or match["y2"]), int(match["d1"] or match["d2"])
    try:
        found = date(year, month, day)
    except ValueError:
        raise BadInput("bad_date", f"{match[0]} is no date") from None
    if found > today:
        raise BadInput("time_in_future", f"{match[0]} lies in the future")
    return found.isoformat()
