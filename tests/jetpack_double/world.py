"""What is at Jetpack: licenses, sites, mails, the clock; and how the double speaks of it."""

from __future__ import annotations

import random
import string
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

TOKEN = "jetpack-token-of-the-double-1c9f"
_BASE62 = string.ascii_letters + string.digits

# Family, slug, product id, name, amount, interval. The first eleven are of the published list.
PRODUCTS = (
    ("jetpack-backup", "jetpack-backup-daily", 2100, "Jetpack Backup (Daily)", 9.95, "month"),
    ("jetpack-backup", "jetpack-backup-realtime", 2102, "Jetpack Backup", 0.82, "day"),
    ("jetpack-backup", "jetpack-backup-t1", 2112, "Jetpack VaultPress Backup (10GB)", 0.16, "day"),
    ("jetpack-scan", "jetpack-scan", 2106, "Jetpack Scan Daily", 0.16, "day"),
    ("jetpack-anti-spam", "jetpack-anti-spam", 2110, "Jetpack Akismet Anti-spam", 0.165, "day"),
    ("jetpack-packs", "jetpack-security-daily", 2010, "Jetpack Security (Daily)", 19.95, "month"),
    ("jetpack-packs", "jetpack-security-realtime", 2015, "Jetpack Security Real-time", 1.64, "day"),
    ("jetpack-packs", "jetpack-security-t1", 2016, "Jetpack Security (10GB)", 0.66, "day"),
    ("jetpack-packs", "jetpack-complete", 2014, "Jetpack Complete", 0.82, "day"),
)


@dataclass(slots=True)
class License:
    """Times are seconds since the epoch."""

    license_id: int
    license_key: str
    issued_at: int
    revoked_at: int | None = None
    attached_at: int | None = None
    blog_id: int | None = None
    parent_license_id: int | None = None
    quantity: int | None = None

    @property
    def product(self) -> str:
        return self.license_key.rpartition("_")[0]


@dataclass(slots=True)
class Site:
    """`ours` is whether the agency's user administers it; `before` whether somebody disconnected it
    by hand."""

    blog_id: int
    url: str
    ours: bool = True
    multisite: bool = False
    before: bool = False


@dataclass(slots=True)
class Spelling:
    """How the double writes what the API writes in more than one way."""

    time: str = "%Y-%m-%dT%H:%M:%S+00:00"
    null_revoked: bool = True
    blog_id_text: bool = False
    error: str = "data"


ISO, ZULU, SQL = "%Y-%m-%dT%H:%M:%S+00:00", "%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%d %H:%M:%S"


@dataclass(slots=True)
class World:
    """One partner's world. `repeats`: what is done already is answered with 200 instead of 400.
    `lists`: `GET /licenses` answers; else with `lists_status`, in the order that
    is asked for, unless `sorts` is `asc`, `desc` or `shuffled`. `any_site`: a site that nobody has
    named is connected all the same. `at`: the clock stands there; else it is ours and `ahead`."""

    licenses: dict[str, License] = field(default_factory=dict)
    foreign: set[str] = field(default_factory=set)
    sites: dict[int, Site] = field(default_factory=dict)
    mails: list[dict[str, Any]] = field(default_factory=list)
    spelling: Spelling = field(default_factory=Spelling)
    products: tuple[tuple[Any, ...], ...] = PRODUCTS
    currency: str = "usd"
    token: str = TOKEN
    has_card: bool = True
    repeats: bool = False
    lists: bool = True
    lists_status: int = 403
    sorts: str | None = None
    any_site: bool = True
    any_product: bool = True
    at: int | None = None
    ahead: int = 0
    chance: random.Random = field(default_factory=lambda: random.Random(13))

    def now(self) -> int:
        return int(time.time() if self.at is None else self.at) + self.ahead

    def issue(self, product: str, **more: Any) -> License:
        """A new license, as if somebody had issued it in the dashboard."""
        key = f"{product}_{''.join(self.chance.choices(_BASE62, k=25))}"
        number = 70_001 + len(self.licenses)
        made = License(number, key, **{"issued_at": self.now(), **more})
        self.licenses[key] = made
        return made

    def site(self, url: str, blog_id: int | None = None, **more: Any) -> Site:
        """Connect a site by hand."""
        made = Site(blog_id or 5_001 + len(self.sites), url_of(url), **more)
        self.sites[made.blog_id] = made
        return made

    def find_site(self, named: str | int) -> Site | None:
        """By blog id, URL or `host::path`."""
        if isinstance(named, int) or named.isdigit():
            return self.sites.get(int(named))
        url = url_of(named)
        return next((site for site in self.sites.values() if site.url == url), None)

    def site_of(self, key: str) -> str | None:
        """The URL of the site that a license is on."""
        blog_id = self.licenses[key].blog_id
        return None if blog_id is None else self.sites[blog_id].url


def url_of(text: str) -> str:
    """One way to write an address."""
    if "://" not in text:
        text = f"https://{text.replace('::', '/')}"
    parts = urlsplit(text)
    return f"{parts.scheme}://{parts.netloc.lower()}{parts.path.rstrip('/')}"
