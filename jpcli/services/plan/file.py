"""The file that says which site has which products: read it, and write it for what there is.

Owns its form (docs/plan.md) and what is wrong with one, all of it at once, with lines. What it
takes to get there is for `domain.planner`.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from jpcli.domain.errors import BadInput, Problem
from jpcli.domain.names import check_client_name
from jpcli.domain.plan_terms import SiteWish, Spare, Wanted
from jpcli.domain.short_names import products_meant
from jpcli.domain.texts import clean
from jpcli.domain.words import closest, shortened
from jpcli.services.files.rows import Enough, named, refusal
from jpcli.services.files.toml_lines import described, load
from jpcli.services.plan.mistakes import Mistakes

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence

    from jpcli.domain.errors import JpcliError
    from jpcli.services.files.toml_lines import Path
    from jpcli.services.sites.spelled import Names

    # The keys of licenses by their names, one each, or what is wrong with that one.
    Ends = Callable[[Iterable[str]], Iterable[str | JpcliError]]

MOST = 1_000_000
OTHERS = "*"
_TOP = ("complete", "sites", "spares", "bundles", "revoke")
_SITE = ("client", "products")
_SPARE = ("least", "most")
_SIZE = re.compile(r"[1-9][0-9]{0,6}")
_FORMS: Mapping[Path, str] = {
    ("bundles",): "a table, [bundles]",
    ("sites",): 'one table a site, as [sites."https://shop.example"]',
    ("spares",): "a table, [spares]",
}


def read_wanted(
    text: str,
    source: str,
    products: Collection[str],
    names: Names,
    titles: Sequence[tuple[str, str]] = (),
    ends: Ends = iter,
) -> Wanted:
    """What a file wants; `products` are the known ones, `names` says what sites are called, by
    `titles`, which are (slug, name), a product may be named for short, and `ends` says which
    licenses are meant by the names of those that are to end.

    Raises BadInput with every problem and its line: `bad_toml`, `unknown_key`, `unknown_product`,
    `ambiguous_product`, `unknown_license`, `ambiguous_license`,
    `bad_site`, `bad_client`, `duplicate_site`, `bad_number`, `bad_value`; or `empty_plan`. Refused
    where all of them are refusals: `bundle_child`.
    """
    if not text.strip():  # nobody writes that, but a command that failed leaves it
        raise BadInput(
            "empty_plan",
            f"{named(source)} is empty: it wants nothing",
            hint="To begin with what there is:   jpcli plan --init FILE",
            subject=source,
        )
    data = load(text)
    if isinstance(data, Problem):
        raise refusal(source, [data])
    reader = Reader(products, names, titles, ends)
    wanted = reader.read(data)
    if wanted is None:
        raise reader.wrong.refusal(source, text)
    return wanted


class Reader:
    """Turns values into a wish and notes everything that is wrong with them."""

    def __init__(
        self,
        products: Collection[str],
        names: Names,
        titles: Sequence[tuple[str, str]] = (),
        ends: Ends = iter,
    ) -> None:
        self._names = names
        self._titles = titles
        self._ends = ends
        self._products = frozenset(products)
        self._clients: dict[str, str] = {}
        self.wrong = Mistakes()
        self._note = self.wrong.note

    def read(self, data: Mapping[str, Any]) -> Wanted | None:
        """The wish, or None where anything is wrong with it."""
        try:
            wanted = self._wanted(data)
        except Enough:
            return None
        return None if self.wrong else wanted

    def _wanted(self, data: Mapping[str, Any]) -> Wanted:
        self._check_keys((), data, _TOP)
        complete = data.get("complete", False)
        if not isinstance(complete, bool):
            message = f"complete is true or false, not {described(complete)}"
            self._note(("complete",), "bad_value", message)
        sites = dict(self._sites(self._table(("sites",), data.get("sites", {}))))
        spares = dict(self._spares(self._table(("spares",), data.get("spares", {}))))
        others = spares.pop(OTHERS, Spare())
        bundles = dict(self._bundles(self._table(("bundles",), data.get("bundles", {}))))
        revoke = tuple(dict.fromkeys(self._keys(data.get("revoke", ()))))
        total = sum(sum(wish.products.values()) for wish in sites.values())
        total += sum(spare.least for spare in spares.values())
        total += sum(size * n for sizes in bundles.values() for size, n in sizes.items())
        if total > MOST:
            self._note((), "bad_number", f"{total:,} licenses are wanted, at most {MOST:,} can be")
        return Wanted(sites, spares, others, bool(complete), bundles, revoke)

    def _sites(self, data: Mapping[str, Any]) -> Iterator[tuple[str, SiteWish]]:
        seen: dict[str, str] = {}
        for name in self._names.in_turn(data):
            path, value = ("sites", name), data[name]
            try:
                url = self._names.name(name)
            except BadInput as error:
                self._note(path, error.code, error.message, error.hint)
                continue
            if url in seen:
                message = f"{name} is the same site as {seen[url]}"
                self._note(path, "duplicate_site", message)
                continue
            seen[url] = name
            table = self._table(path, value)
            self._check_keys(path, table, _SITE)
            if "products" not in table and value is table:
                message = f"{name} has no products; write  products = []  for none"
                self._note(path, "missing_value", message)
            client = self._client((*path, "client"), table.get("client"))
            counted = self._counted((*path, "products"), table.get("products", ()))
            yield url, SiteWish(client, counted)

    def _client(self, path: Path, value: Any) -> str | None:
        if value is None:
            return None
        if not isinstance(value, str):
            self._note(path, "bad_client", f"client is a name, not {described(value)}")
            return None
        if value not in self._clients:
            try:
                self._clients[value] = check_client_name(value)
            except BadInput as error:
                self._note(path, error.code, error.message, error.hint)
                return None
        return self._clients[value]

    def _counted(self, path: Path, value: Any) -> dict[str, int]:
        """`["jetpack-scan"]`: one of each. `{ jetpack-scan = 2 }`: so many."""
        if isinstance(value, dict):
            found = {}
            for name, count in value.items():
                place = (*path, name)
                product = self._product(place, clean(name))
                if product in found:
                    self._note(place, "bad_value", f"{product} stands there twice")
                elif product is not None and self._number(place, product, count):
                    found[product] = count
            return found
        if not isinstance(value, list | tuple):
            message = 'products is a list, as ["jetpack-scan"], or a table, as { jetpack-scan = 2 }'
            self._note(path, "bad_value", f"{message}, not {described(value)}")
            return {}
        counted: dict[str, int] = {}
        for number, name in enumerate(value):
            place = (*path, number)
            if not isinstance(name, str):
                message = f"a product is a name in quotes, not {described(name)}"
                self._note(place, "bad_value", message)
                continue
            product = self._product(place, clean(name))
            if product in counted:
                message = f"{product} stands there twice; write  products = {{ {product} = 2 }}"
                self._note(place, "bad_value", message)
            elif product is not None:
                counted[product] = 1
        return counted

    def _spares(self, data: Mapping[str, Any]) -> Iterator[tuple[str, Spare]]:
        """`2`: at most two. `{ least = 1, most = 3 }`: one, two or three."""
        seen: set[str] = set()
        for name, value in data.items():
            typed, path = clean(name), ("spares", name)
            product = typed if typed == OTHERS else self._product(path, typed)
            if product is None:
                continue
            if product in seen:
                self._note(path, "bad_value", f"{product} stands there twice")
                continue
            seen.add(product)
            if not isinstance(value, dict):
                if self._number(path, product, value):
                    yield product, Spare(0, value)
                continue
            self._check_keys(path, value, _SPARE)
            spare = Spare(value.get("least", 0), value.get("most"))
            numbers = [name for name in _SPARE if name in value]
            if False in [self._number((*path, name), name, value[name]) for name in numbers]:
                continue
            if spare.most is not None and spare.least > spare.most:
                message = f"least = {spare.least} is more than most = {spare.most}"
                self._note(path, "bad_number", message)
            elif product == OTHERS and spare.least:
                message = 'least is for a product that is named, not for "*"'
                self._note(path, "bad_number", message)
            else:
                yield product, spare

    def _bundles(self, data: Mapping[str, Any]) -> Iterator[tuple[str, dict[int, int]]]:
        """`{ 50 = 2 }`: at least two bundles of 50."""
        seen: set[str] = set()
        for name, value in data.items():
            path = ("bundles", name)
            product = self._product(path, clean(name))
            if product in seen:
                self._note(path, "bad_value", f"{product} stands there twice")
                continue
            sizes: dict[int, int] = {}
            for size, count in self._table(path, value).items():
                if not _SIZE.fullmatch(size) or size == "1":
                    message = f"a size is a whole number from 2 on, not {shortened(size)}"
                    self._note((*path, size), "bad_number", message)
                elif self._number((*path, size), size, count):
                    sizes[int(size)] = count
            if product is not None:
                seen.add(product)
                yield product, sizes

    def _keys(self, value: Any) -> Iterator[str]:
        if not isinstance(value, list | tuple):
            message = f"revoke is a list of license keys, not {described(value)}"
            self._note(("revoke",), "bad_value", message)
            return
        typed: list[tuple[Path, str]] = []
        for number, key in enumerate(value):
            if isinstance(key, str):
                typed.append((("revoke", number), clean(key)))
            else:
                message = f"a license is a key in quotes, not {described(key)}"
                self._note(("revoke", number), "bad_value", message)
        found = self._ends(key for _, key in typed)
        for (path, _), key in zip(typed, found, strict=True):
            if isinstance(key, str):
                yield key
            else:
                self.wrong.add(path, key)

    def _table(self, path: Path, value: Any) -> Mapping[str, Any]:
        if isinstance(value, dict):
            return value
        name = path[-1]
        form = _FORMS.get(path, "a table")
        self._note(path, "bad_value", f"{name} is {form}, not {described(value)}")
        return {}

    def _check_keys(self, path: Path, table: Mapping[str, Any], known: tuple[str, ...]) -> None:
        for name in table:
            if name not in known:
                message = f"there is no key {shortened(name)!r} here{_meant(name, known)}"
                self._note((*path, name), "unknown_key", message)

    def _product(self, path: Path, name: str) -> str | None:
        """The product that is called so, or for short; None where that is noted as wrong."""
        if name in self._products:
            return name
        slugs = products_meant(name, self._titles)
        if len(slugs) == 1:
            return slugs[0]
        if slugs:
            self._note(path, "ambiguous_product", f"{name!r} may be {', '.join(slugs)}")
            return None
        message = f"there is no product {shortened(name)!r} in the price list"
        self._note(path, "unknown_product", message + _meant(name, self._products))
        return None

    def _number(self, path: Path, name: str, value: Any) -> bool:
        if type(value) is int and 0 <= value <= MOST:
            return True
        message = f"{name} is a whole number from 0 to {MOST:,}, not {described(value)}"
        self._note(path, "bad_number", message)
        return False


def _meant(name: str, known: Iterable[str]) -> str:
    near = closest(name, known, 0.6)
    return "" if near is None else f"; did you mean {near!r}?"
