"""What a question says of the licenses that it is about: product, site and client."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING

from jpcli.domain.answers import each_object
from jpcli.domain.words import count

if TYPE_CHECKING:
    from jpcli.domain.answers import Table
    from jpcli.domain.contract.licenses import LicenseObject

# Lines of a question; a terminal has more above it.
MOST_LINES = 8


def lines(licenses: Table[LicenseObject]) -> list[str]:
    """`2 jetpack-scan on https://a.example of Ann`, those of most licenses first; what goes with
    its bundle is in the bundle's line."""
    found: Counter[str] = Counter()
    for one in each_object(licenses):
        if one["bundle_size"]:
            found[f"{one['product']}, bundle of {one['bundle_size']}"] += 1
        elif one["bundle_key"] is None or one["site"] is not None:
            site = "no site" if one["site"] is None else one["site"]
            whose = "" if one["client"] is None else f" of {one['client']}"
            found[f"{one['product']} on {site}{whose}"] += 1
    told = [f"{number:,} {what}" for what, number in found.most_common(MOST_LINES)]
    if len(found) > MOST_LINES:
        told.append(f"and more on {count(len(found) - MOST_LINES, 'other site')}")
    return told
