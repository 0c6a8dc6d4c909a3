"""An event as a proof shows it: whole, with what its hash is made of, or withheld.

Owns what one client's proof may show: an event that names other clients, or their sites, or that
has a remark, is there without it. Then its hash can't be made again; it still says which it is.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from jpcli.domain.events import (
    ABOUT_LICENSES,
    ABOUT_OWNERS,
    LICENSE_IMPORTED,
    SITE_OWNERS_SET,
    Event,
)
from jpcli.services.proofs.lives import WITHHELD

if TYPE_CHECKING:
    from jpcli.domain.numbers import Numbers
    from jpcli.ledger.queries.proofs import Linked
    from jpcli.reports.statement.statement import Whose
    from jpcli.services.proofs.lives import Names


def as_event(item: Linked) -> Event:
    """The event itself."""
    return Event(*item[:7], data=json.loads(item.data))


def shown_event(item: Linked, whose: Whose | None, sites: Numbers, names: Names) -> dict[str, Any]:
    """An event for a proof; in one client's, whose `sites` these are, with nothing of others."""
    linked = {"previous": item.previous.hex(), "hash": item.hash.hex()}
    if whose is not None:
        data = json.loads(item.data)
        may = _Showing(item.seq, whose.client, sites, names)
        shown = may.shown(item.kind, data)
        if item.reason is not None or may.withheld:
            about = {"seq": item.seq, "kind": item.kind, "subject": item.subject, "at": item.at}
            return {**about, "shown": shown, **linked}
    return {**item._asdict(), **linked}


class _Showing:
    """The data of one event without what is others'; `withheld` says that something was."""

    def __init__(self, seq: int, client: str | None, sites: Numbers, names: Names) -> None:
        self._seq, self._client, self._sites, self._names = seq, client, sites, names
        self.withheld = False

    def shown(self, kind: str, data: dict[str, Any]) -> dict[str, Any]:
        if kind == LICENSE_IMPORTED:
            stays = [self._without(stay, ("site",), ("client",)) for stay in data["assignments"]]
            return {**data, "assignments": stays}
        if kind == SITE_OWNERS_SET:
            return {"owners": [self._without(owner, (), ("client",)) for owner in data["owners"]]}
        if kind in ABOUT_LICENSES:
            return self._without(data, ("site", "from"), ())
        if kind in ABOUT_OWNERS:
            return self._without(data, (), ("client", "from"))
        return data

    def _without(
        self, data: dict[str, Any], sites: tuple[str, ...], clients: tuple[str, ...]
    ) -> dict[str, Any]:
        """The same with WITHHELD for the names of others' sites, and of other clients."""
        found = dict(data)
        for name in sites:
            url = data.get(name)
            if url is not None and self._names.site(url, self._seq) not in self._sites:
                found[name] = WITHHELD
        for name in clients:
            client = data.get(name)
            if client is not None and self._names.client(client, self._seq) != self._client:
                found[name] = WITHHELD
        self.withheld = self.withheld or found != data
        return found
