"""What the Licensing API answers, as plain data, read strictly and in every spelling that it has.

Owns the reading: what is missing or of another kind is an answer that can't be understood
(`Garbled`), not a guess. Money stays the text that it was.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import parse_instant
from jpcli.domain.names import check_license_key
from jpcli.domain.site_urls import normalize_url

if TYPE_CHECKING:
    from collections.abc import Iterator

_GREATEST = 10**18
_SITE_FIELDS = frozenset({"blog_id", "siteurl", "attached_at"})
# What the date of nothing looks like in a database that has no null.
_NO_DATE = "0000-00-00"


class Garbled(Exception):
    """The answer is not what it should be."""


class RemoteLicense(NamedTuple):
    """A license as Jetpack has it; times are instants. `tells_site` is whether the answer had the
    fields of a site at all: that of `GET /licenses` does; `tells_bundle` is the same of the bundle
    that it is of. `site` is in the ledger's form where it has one. `quantity` is the size of a
    bundle, `parent_license_id` the bundle it is of."""

    license_key: str
    issued_at: int
    revoked_at: int | None = None
    license_id: int | None = None
    attached_at: int | None = None
    site: str | None = None
    blog_id: int | None = None
    parent_license_id: int | None = None
    quantity: int | None = None
    tells_site: bool = False
    tells_bundle: bool = False

    @property
    def product(self) -> str:
        """The slug: what the key has before its first `_`."""
        return self.license_key.partition("_")[0]

    @property
    def is_attached(self) -> bool:
        return (self.attached_at, self.site, self.blog_id) != (None, None, None)

    def is_on(self, site: str | int) -> bool:
        """Whether it is on this site: a URL, `host::path` or a blog id."""
        if isinstance(site, int):
            return self.blog_id == site
        return self.site is not None and self.site == _site(site)

    def is_of(self, product: str) -> bool:
        """Whether it is a license of this product; one may have a `_` in its slug."""
        return self.license_key.startswith(product + "_")


class Said(NamedTuple):
    """A license, and the id of the request that told."""

    value: RemoteLicense
    request_id: str | None


class RemotePrice(NamedTuple):
    """A product of the price list; `family` is a slug, `amount` decimal text in the currency's unit
    (`9.99`), `interval` is `day` or `month`."""

    slug: str
    name: str
    family: str
    currency: str
    amount: str
    interval: str


class Connected(NamedTuple):
    """What became of a site's connection: `success`, `already_connected`, `previously_connected` or
    another word of Jetpack's, and the site's blog id."""

    code: str
    blog_id: int | None
    request_id: str | None


def parsed(body: bytes) -> Any:
    """The JSON of a body, with fractions as text. Raises Garbled."""
    try:
        return json.loads(body, parse_float=str, parse_constant=_no_number)
    except (ValueError, RecursionError):
        raise Garbled from None


def license_of(found: Any) -> RemoteLicense:
    """A LICENSE. Raises Garbled."""
    try:
        return _license(found)
    except (LookupError, TypeError, ValueError, AttributeError, BadInput):
        raise Garbled from None


def page_of(found: Any, page: int) -> tuple[list[RemoteLicense], bool]:
    """The licenses of a page of `GET /licenses`, and whether there are more. Raises Garbled, also
    for another page than `page` and for an empty one with more behind it."""
    try:
        if _whole(found.get("current_page", page)) != page:
            raise Garbled
        items = [_license(item) for item in _list(found["items"])]
        pages = _whole(found["total_pages"])
        if not items and page < pages:  # what follows would be left out
            raise Garbled
        return items, page < pages
    except (LookupError, TypeError, ValueError, AttributeError, BadInput):
        raise Garbled from None


def prices_of(found: Any) -> list[RemotePrice]:
    """The products of every family. Raises Garbled."""
    try:
        return list(_prices(found))
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Garbled from None


def connected_of(found: Any, request_id: str | None) -> Connected:
    """The outcome of a connection. Raises Garbled."""
    try:
        code = found["code"]
        if not _is_code(code):
            raise ValueError
        return Connected(code, _number(found.get("blog_id")), request_id)
    except (LookupError, TypeError, ValueError, AttributeError):
        raise Garbled from None


def told(body: bytes) -> tuple[str | None, str | None]:
    """Code and text of an error, in any of its forms; a page for browsers has neither."""
    try:
        found = parsed(body)
        code = found.get("code", found.get("error"))
        message = found.get("message")
    except (Garbled, AttributeError):
        return None, None
    text = _text(message) if isinstance(message, str) else None
    return code if _is_code(code) else None, text


def _license(found: Any) -> RemoteLicense:
    key = _text(found["license_key"])
    if check_license_key(key) != key:
        raise ValueError
    return RemoteLicense(
        license_key=key,
        issued_at=parse_instant(_text(found["issued_at"])),
        revoked_at=_instant(found.get("revoked_at")),
        license_id=_number(found.get("license_id")),
        attached_at=_instant(found.get("attached_at")),
        site=_site(found.get("siteurl")),
        blog_id=_number(found.get("blog_id")),
        parent_license_id=_number(found.get("parent_license_id")),
        quantity=_number(found.get("quantity")),
        tells_site=not _SITE_FIELDS.isdisjoint(found),
        tells_bundle="parent_license_id" in found,
    )


def _prices(found: Any) -> Iterator[RemotePrice]:
    for family in _list(found):
        for product in _list(family["products"]):
            amount = product["amount"]
            if isinstance(amount, bool) or not isinstance(amount, int | str):
                raise TypeError
            yield RemotePrice(
                _text(product["slug"]),
                _text(product["name"]),
                _text(family["slug"]),
                _text(product["currency"]),
                str(amount),
                _text(product["price_interval"]),
            )


def _list(value: Any) -> list[Any]:
    if not isinstance(value, list):
        raise TypeError
    return value


def _is_code(value: Any) -> bool:
    """Whether it is a word of the API's own, which may be kept and shown as it is."""
    is_plain = isinstance(value, str) and value.isascii() and value.isprintable()
    return is_plain and 0 < len(value) <= 100


def _text(value: Any) -> str:
    """With `?` for half a character, which JSON can spell and nothing can write down."""
    if not isinstance(value, str):
        raise TypeError
    return value.encode("utf-8", "replace").decode()


def _whole(value: Any) -> int:
    """A number, also one that is written as a text."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 18:
        value = int(value)
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError
    if not 0 <= value < _GREATEST:
        raise ValueError
    return value


def _number(value: Any) -> int | None:
    """An id or a count; 0 and an empty text are none."""
    return None if value is None or value == "" else _whole(value) or None


def _instant(value: Any) -> int | None:
    if value is None or value == "" or _text(value).startswith(_NO_DATE):
        return None
    return parse_instant(value)


def _site(value: Any) -> str | None:
    if value is None or value == "":
        return None
    try:
        return normalize_url(_text(value))
    except BadInput:
        return _text(value)


def _no_number(text: str) -> Any:
    raise ValueError(text)
