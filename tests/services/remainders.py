"""An agency whose bill of June 2024 leaves a remainder on every line, for whatever splits it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jpcli.services.invoices import close
from jpcli.services.sites.rename import rename_site

if TYPE_CHECKING:
    from collections.abc import Mapping

    from tests.services.agency import Agency


def close_june(agency: Agency, owners: Mapping[str, str | None]) -> dict[str, list[str]]:
    """The keys of two scans for each site of `owners`, in that order: one is on it, one on none, as
    most of a bundle is. The site a was renamed before June was closed."""
    agency.set_price("jetpack-scan", "0.0027", "2024-06-01")
    keys = {}
    for site, client in owners.items():
        keys[site] = agency.issue("jetpack-scan", 2, at="2024-06-03T10:00:00Z")
        agency.assign(keys[site][0], f"{site}.example", client=client, at="2024-06-03T10:00:00Z")
    _, children = agency.bundle(at="2024-06-05T10:00:00Z")
    agency.assign(children[0], "a.example", at="2024-06-06T10:00:00Z")
    agency.now = "2024-07-03T12:00:00Z"
    agency.do(rename_site, "a.example", "ya.example")
    agency.do(close.close, "2024-06")
    return keys
