"""One license here and at Jetpack: what is not the same.

Owns what counts as the same: times by the second, a site however it is spelled, a site that Jetpack
knows under one number. Nothing is asked and nothing written here.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from jpcli.domain.errors import BadInput
from jpcli.domain.instants import SECOND, format_instant
from jpcli.ledger.queries.wishes import connection_of, connections_by_blog
from jpcli.services.sites.spelled import SiteNames

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from jpcli.jetpack.licensing import RemoteLicense
    from jpcli.ledger.database.connection import Ledger
    from jpcli.ledger.queries.licenses import LicenseFacts

REVOKED_AT, ISSUED_AT, SITE = "revoked_at", "issued_at", "site"
BUNDLE, BUNDLE_SIZE = "bundle", "bundle_size"
MISSING_HERE, MISSING_THERE = "missing_here", "missing_there"


class Difference(NamedTuple):
    """What is not the same; `here` and `there` as they are shown, None for nothing. `taken_over`
    says that the ledger has it as Jetpack has it now."""

    license_key: str
    field: str
    here: str | None
    there: str | None
    taken_over: bool = False


class Place(NamedTuple):
    """Where a license is at Jetpack: `url` as the ledger calls the site, None for on no site;
    `shown` is what Jetpack calls it, where the ledger can't know such a site."""

    url: str | None
    shown: str | None = None

    @property
    def is_known(self) -> bool:
        return self.shown is None


class Comparing:
    """Compares licenses of one ledger, and remembers what its sites are called. `bundles` are keys
    by Jetpack's number."""

    def __init__(self, ledger: Ledger, bundles: Mapping[int, str]) -> None:
        self._ledger = ledger
        self._bundles = bundles
        self._names = SiteNames(ledger, follows=True)

    def differences(self, facts: LicenseFacts, remote: RemoteLicense) -> list[Difference]:
        """All of one license, those first that are about its days."""
        key = facts.license_key
        found = []
        if not _same(facts.revoked_at, remote.revoked_at):
            times = (_shown(facts.revoked_at), _shown(remote.revoked_at))
            found.append(Difference(key, REVOKED_AT, *times))
        if not _same(facts.issued_at, remote.issued_at):
            times = (_shown(facts.issued_at), _shown(remote.issued_at))
            found.append(Difference(key, ISSUED_AT, *times))
        place = self.place(facts, remote)
        if place is not None:
            found.append(Difference(key, SITE, facts.site, place.shown or place.url))
        if (facts.revoked_at, remote.revoked_at) == (None, None):
            found.extend(self._of_bundles(facts, remote))
        return found

    def waits(self, remote: RemoteLicense) -> bool:
        """Whether it is in a bundle that Jetpack has not told of so far."""
        return remote.parent_license_id is not None and (
            remote.parent_license_id not in self._bundles
        )

    def _of_bundles(self, facts: LicenseFacts, remote: RemoteLicense) -> Iterator[Difference]:
        """What a license is in, and how many are in it: that says who pays for it (B1). Where
        Jetpack does not tell, nothing is held against it."""
        key, size = facts.license_key, facts.bundle_size if facts.is_bundle else 1
        if remote.tells_bundle and not self.waits(remote):
            bundle = self._bundles.get(remote.parent_license_id or 0)
            if bundle != facts.bundle_key:
                yield Difference(key, BUNDLE, facts.bundle_key, bundle)
        if not facts.child and remote.quantity is not None and max(remote.quantity, 1) != size:
            yield Difference(key, BUNDLE_SIZE, str(size), str(remote.quantity))

    def place(self, facts: LicenseFacts, remote: RemoteLicense) -> Place | None:
        """Where Jetpack has a license that is somewhere else here; None where it is the same, or
        where Jetpack does not tell. A revoked license is nowhere."""
        if not remote.tells_site or facts.is_bundle:
            return None
        if (facts.revoked_at, remote.revoked_at) != (None, None):
            return None
        place = self.place_of(remote)
        if place is None or (place.is_known and place.url == facts.site):
            return None
        if facts.site is not None and remote.blog_id is not None:
            known = connection_of(self._ledger, facts.site)
            if known is not None and known.blog_id == remote.blog_id:
                return None
        return place

    def place_of(self, remote: RemoteLicense) -> Place | None:
        """Where a license is at Jetpack; None where it does not say."""
        if remote.site is not None:
            try:
                return Place(self._names.name(remote.site))
            except BadInput:
                return Place(None, remote.site)
        if remote.blog_id is not None:
            known = connections_by_blog(self._ledger, remote.blog_id)
            one = len(known) == 1
            return Place(known[0].url) if one else Place(None, f"blog {remote.blog_id}")
        return Place(None) if remote.tells_site and not remote.is_attached else None

    def is_news(self, remote: RemoteLicense) -> bool:
        """Whether the ledger does not know yet under which number Jetpack has a site."""
        if remote.blog_id is None or remote.site is None:
            return False
        place = self.place_of(remote)
        if place is None or place.url is None:
            return False
        known = connection_of(self._ledger, place.url)
        return known is None or known.blog_id != remote.blog_id


def _same(here_at: int | None, there_at: int | None) -> bool:
    if here_at is None or there_at is None:
        return here_at is there_at
    return here_at // SECOND == there_at // SECOND


def _shown(at: int | None) -> str | None:
    return None if at is None else format_instant(at)
