"""What the ledger calls a site, however it is spelled: with http or https, in letters or as the
wire has it, or in a form that an older jpcli kept.

Owns that a site keeps the name it was first given, so that none is there twice. It does not say
whether there is such a site.
"""

from __future__ import annotations

from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Protocol

from jpcli.domain.errors import BadInput
from jpcli.domain.site_urls import normalize_url, twin
from jpcli.domain.words import quoted
from jpcli.ledger.queries.sites import (
    any_former,
    any_site,
    find_site,
    renamed_to,
    site_spelled,
    sites_below,
)
from jpcli.ledger.queries.wishes import at_jetpack, connections_by_blog

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from jpcli.ledger.database.connection import Ask, Ledger

# Spellings that are no names, and are remembered; a file has the same ones again and again.
MOST_TYPED = 65_536


class Names(Protocol):
    """Who knows what sites are called."""

    def name(self, text: str) -> str:
        """The site's name; BadInput for what is none."""

    def in_turn(self, texts: Iterable[str]) -> Iterable[str]:
        """The same texts, about which `name` is asked next."""


class WrittenNames:
    """The names in what jpcli wrote itself, whatever the sites are called since: whoever uses them
    asks `SiteNames` whether they still are."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def name(self, text: str) -> str:
        """The site's name; BadInput for what never was one."""
        try:
            if (url := normalize_url(text)) == text:
                return url
        except BadInput:
            if find_site(self._ledger, text) is None:
                raise
            return text  # an older jpcli took it
        return url if find_site(self._ledger, text) is None else text

    def in_turn(self, texts: Iterable[str]) -> Iterable[str]:
        """The same texts."""
        return texts


class SiteNames:
    """The names of the sites that one command names, looked up once each. A site that is new is
    called as it is first spelled. A name that a site had is refused, unless it `follows` it to the
    one that it has: what happened, and what Jetpack says, may be told by either."""

    def __init__(self, ledger: Ledger, *, follows: bool = False) -> None:
        self.ledger = ledger
        self._follows = follows
        self._any_former: bool | None = None
        self._typed: dict[str, str] = {}
        self._names: dict[str, str] = {}
        self._below: dict[str, dict[str, str]] = {}
        self._has_sites: bool | None = None  # besides those named here

    def name(self, text: str) -> str:
        """The site's name. Raises BadInput as `normalize_url`, and `site_renamed`."""
        found = self._names.get(text) or self._typed.get(text)
        if found is None:
            found = self._found(text)
            if text not in self._names:  # it is spelled in another way
                if len(self._typed) >= MOST_TYPED:
                    self._typed.clear()
                self._typed[text] = found
        return found

    def in_turn(self, texts: Iterable[str]) -> Iterable[str]:
        """The same texts, about which `name` is asked next."""
        return self.ledger.each(texts, self.asks)

    def asks(self, text: str) -> Iterator[Ask]:
        """What `name` asks."""
        if text in self._names or text in self._typed or self._has_sites is False:
            return
        try:
            url = normalize_url(text)
        except BadInput:
            yield partial(find_site, self.ledger, text)
            return
        yield partial(any_site, self.ledger)
        yield partial(any_former, self.ledger)
        yield partial(site_spelled, self.ledger, url)
        yield lambda: site_spelled(self.ledger, url) or self._older(url)

    def asks_whose(self, text: str) -> Iterator[Ask]:
        """The same, and what is asked of the site."""
        if self._has_sites is False:
            return
        yield from self.asks(text)
        with suppress(BadInput):
            url = normalize_url(text)
            yield partial(find_site, self.ledger, url)
            yield lambda: find_site(self.ledger, site_spelled(self.ledger, url) or url)

    def __len__(self) -> int:
        return len(self._names)

    def forget(self) -> None:
        """Look everything up again; what was recorded has to be in the tables."""
        self._typed.clear()
        self._names.clear()
        self._below.clear()
        self._has_sites = self._any_former = None

    def _found(self, text: str) -> str:
        text = self._by_number(text)
        try:
            url = normalize_url(text)
        except BadInput:
            if find_site(self.ledger, text) is None:
                raise
            return text  # an older jpcli took it
        found = self._names.get(url) or self._names.get(twin(url))
        if found is None and self._has_sites is None:
            self._has_sites = any_site(self.ledger)
        if found is None and not self._has_sites:
            found = url
        if found is None:
            found = site_spelled(self.ledger, url) or self._older(url)
        if found is None:
            found = self._renamed(url) or url
        self._names[url] = found
        return found

    def _renamed(self, url: str) -> str | None:
        """What a site is called now that was called so; None where none was."""
        if self._any_former is None:
            self._any_former = any_former(self.ledger)
        now = renamed_to(self.ledger, url) if self._any_former else None
        if now is None or self._follows:
            return now
        raise BadInput(
            "site_renamed",
            f"{url} is called {now} now",
            hint=f"Name it so:   jpcli sites show {quoted(now)}",
            subject=url,
        )

    def _by_number(self, text: str) -> str:
        """The site that Jetpack knows by this number; any other text as it is. Raises BadInput
        `unknown_blog_id`."""
        number = text.strip()
        if not (number.isascii() and number.isdigit() and at_jetpack(self.ledger)):
            return text
        found = connections_by_blog(self.ledger, int(number)) if len(number) < 19 else []
        if not found:
            raise BadInput(
                "unknown_blog_id",
                f"No site is known here by Jetpack's number {number[:40]}",
                hint="Name its address, or make its number known:   jpcli jetpack pull",
                subject=number[:40],
            )
        return found[0].url

    def _older(self, url: str) -> str | None:
        """The same site with letters or octets in its path that are written otherwise now."""
        scheme, _, rest = url.partition("://")
        host, slash, _ = rest.partition("/")
        if not slash:
            return None
        if host not in self._below:
            self._below[host] = {
                normal: known
                for place in (f"{scheme}://{host}", twin(f"{scheme}://{host}"))
                for known in sites_below(self.ledger, place)
                if (normal := normal_form(known)) != known
            }
        below = self._below[host]
        return below.get(url) or below.get(twin(url))


def normal_form(url: str) -> str:
    """How a site in the ledger would be spelled today."""
    try:
        return normalize_url(url)
    except BadInput:
        return url


def site_name(ledger: Ledger, text: str) -> str:
    """What the ledger calls one site. Raises BadInput as `SiteNames.name`."""
    return SiteNames(ledger).name(text)
