"""What the sums are read from: the tables as they are, or what is laid over them.

Owns the texts that stand in a query in the place of a table. Only `ledger.queries` puts them there;
everyone else hands a snapshot on, and `NOW` where nothing else is asked for.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Mapping


class Snapshot(NamedTuple):
    """The licenses and owners of some moment: `spans` and `owners` are tables or sub-queries with
    their columns, `supposed` what licenses that do not exist (below 0) are called."""

    spans: str
    owners: str
    supposed: Mapping[int, str]


NOW = Snapshot("spans", "site_clients", {})
