"""What ought to be in a ledger: a model that knows nothing of how jpcli keeps it.

Only what a person would be angry to lose: which licenses there are, where, ended or not; whose the
sites are; cards, prices, invoices, settings.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import NamedTuple


class License(NamedTuple):
    """`site` is None once it is revoked; `bundle` is the key of the parent."""

    product: str
    site: str | None = None
    revoked: bool = False
    bundle: str | None = None


@dataclass
class Model:
    """`cards` says which one is primary, `prices` is e12 by (product, size, ISO date)."""

    licenses: dict[str, License] = field(default_factory=dict)
    sites: dict[str, str | None] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    cards: dict[str, bool] = field(default_factory=dict)
    prices: dict[tuple[str, int, str], int] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)

    def copy(self) -> Model:
        return deepcopy(self)

    def place(self, key: str, site: str | None, client: str | None = None) -> None:
        """Put a license on a site, which is made when it is named first."""
        if site is not None and site not in self.sites:
            self.sites[site] = client
            if client is not None:
                self.clients.add(client)
        self.licenses[key] = self.licenses[key]._replace(site=site)

    def end(self, key: str) -> None:
        self.licenses[key] = self.licenses[key]._replace(site=None, revoked=True)


def difference(ought: Model, found: Model) -> list[str]:
    """Each entry that is in one of the two only, or another one."""
    wrong = []
    for each in fields(Model):
        a, b = getattr(ought, each.name), getattr(found, each.name)
        if isinstance(a, set):
            a, b = dict.fromkeys(a), dict.fromkeys(b)
        wrong += [
            f"{each.name}: {key} ought to be {a.get(key, 'absent')}, is {b.get(key, 'absent')}"
            for key in [*a, *(key for key in b if key not in a)]
            if (key in a, a.get(key)) != (key in b, b.get(key))
        ]
    return wrong
