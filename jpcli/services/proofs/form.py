"""The form of a proof: its members and what is in each (docs/proof.md).

Owns the names, and the order in which members stand: what a later one is checked by stands before
it, so that a proof of any length is read once.
"""

from __future__ import annotations

import json

compact = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode
"""How each item is written."""

FORM = "jpcli-proof/1"

INVOICE_KEYS = (
    "number",
    "period",
    "first_day",
    "last_day",
    "currency",
    "time_zone",
    "total_minor",
    "content_hash",
    "head",
)
CLOSING_KEYS = ("seq", "kind", "subject", "at", "recorded_at", "actor", "reason", "data")
EVENT_KEYS = (*CLOSING_KEYS, "previous", "hash")
# An event that names others, or has a remark: what is shown of it can't be held against its hash.
WITHHELD_KEYS = ("seq", "kind", "subject", "at", "shown", "previous", "hash")
EARLIER_KEYS = ("number", "period", "first_day", "last_day", "lines", "total_minor", "content_hash")
# One client's part of a line; of days and a price, and of what has neither.
PART_KEYS = (
    "kind",
    "product",
    "name",
    "bundle_size",
    "day_price_e12",
    "first_day",
    "last_day",
    "days",
    "license_days",
    "amount_minor",
    "before",
    "after",
    "part",
    "sites",
)
OTHER_PART_KEYS = ("kind", "product", "name", "bundle_size", "period", "part", "sites")
SITE_KEYS = ("site", "events")
LICENSE_KEYS = ("license_key", "product", "bundle_size", "bundle_key", "days", "events")
COUNT_KEYS = ("sites", "licenses", "events")
# What a closing records besides, each a member of its own.
LISTED = ("lines", "holders", "shares")
