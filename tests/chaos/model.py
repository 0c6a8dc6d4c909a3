"""What ought to be in a ledger: a model that knows nothing of how jpcli keeps it.

Only what a person would be angry to lose: which licenses there are, where, ended or not; whose the
sites are; names, cards, prices, invoices, settings. And what each command did to it, so that it can
be undone.
"""

from __future__ import annotations

from copy import deepcopy
from dataclasses import dataclass, field, fields
from typing import Any, NamedTuple


class License(NamedTuple):
    """`site` is None once it is revoked; `bundle` is the key of the parent."""

    product: str
    site: str | None = None
    revoked: bool = False
    bundle: str | None = None


class Change(NamedTuple):
    """What a command did: `entries` have (before, after) by table and key, `...` where there was
    nothing; `renamed` has (kind, before, after); `undoes` is the command that it undid."""

    entries: dict[tuple[str, Any], tuple[Any, Any]]
    renamed: list[tuple[str, str, str]]
    undoes: str = ""


@dataclass
class Model:
    """`cards` says which one is primary, `prices` is e12 by (product, size, ISO date), `products`
    is (what people read, hidden); `details` are of clients, `put_away` says into whom, both by
    ("client" or "site" or a detail, name); `done` is by command, in order."""

    licenses: dict[str, License] = field(default_factory=dict)
    sites: dict[str, str | None] = field(default_factory=dict)
    clients: set[str] = field(default_factory=set)
    cards: dict[str, bool] = field(default_factory=dict)
    prices: dict[tuple[str, int, str], int] = field(default_factory=dict)
    invoices: dict[str, str] = field(default_factory=dict)
    settings: dict[str, str] = field(default_factory=dict)
    products: dict[str, tuple[str, bool]] = field(default_factory=dict)
    details: dict[tuple[str, str], str] = field(default_factory=dict)
    put_away: dict[tuple[str, str], str | None] = field(default_factory=dict)
    done: dict[str, Change] = field(default_factory=dict, compare=False)
    renamed: list[tuple[str, str, str]] = field(default_factory=list, compare=False)

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

    def live(self, kind: str) -> list[str]:
        """The clients or sites that are not put away."""
        names = sorted(self.clients if kind == "client" else self.sites)
        return [name for name in names if (kind, name) not in self.put_away]

    def rename(self, kind: str, before: str, after: str) -> None:
        """Call a client or a site otherwise, also in what may be undone."""

        def called(table: str, key: Any, *values: Any) -> tuple[Any, list[Any]]:
            return _called((kind, before, after), table, key, list(values))

        for table in ("licenses", "sites", "details", "put_away"):
            found = [called(table, *item) for item in getattr(self, table).items()]
            setattr(self, table, {key: value for key, (value,) in found})
        self.clients = {called("clients", name)[0] for name in self.clients}
        for name, change in self.done.items():
            entries = {}
            for (table, key), (was, now) in change.entries.items():
                new, (first, last) = called(table, key, was, now)
                entries[table, new] = (first, last)
            self.done[name] = change._replace(entries=entries)
        self.renamed.append((kind, before, after))

    def is_undone(self, name: str) -> bool:
        """Whether a command is undone, and that is not undone itself."""
        return any(
            other.undoes == name and not self.is_undone(by) for by, other in self.done.items()
        )

    def undo(self, name: str) -> None:
        """As it was before a command, but that days stay billed, and what was named stays named."""
        change = self.done[name]
        for kind, before, after in change.renamed:
            self.rename(kind, after, before)
        if change.renamed:
            return
        of_clients = all(table == "clients" for table, _ in change.entries)
        for (table, key), (was, _) in change.entries.items():
            if was is not ...:
                getattr(self, table)[key] = was
            elif table == "licenses":
                self.end(key)
            elif table == "clients" and of_clients:
                self.put_away["client", key] = None
            elif table not in ("clients", "sites"):
                getattr(self, table).pop(key, None)


def _called(
    renaming: tuple[str, str, str], table: str, key: Any, values: list[Any]
) -> tuple[Any, list[Any]]:
    """The key and the values of an entry after a client or a site was called otherwise."""
    kind, before, after = renaming

    def swap(name: Any) -> Any:
        return after if name == before else name

    if table == "licenses" and kind == "site":
        values = [v if v is ... else v._replace(site=swap(v.site)) for v in values]
    elif table == "sites":
        key, values = (swap(key), values) if kind == "site" else (key, [*map(swap, values)])
    elif table == "clients" and kind == "client":
        key = swap(key)
    elif table == "details" and kind == "client":
        key = (key[0], swap(key[1]))
    elif table == "put_away" and key[0] == kind:
        key, values = (kind, swap(key[1])), [*map(swap, values)]
    return key, values


def tables(model: Model) -> dict[str, dict[Any, Any]]:
    """All that is compared."""
    found = {each.name: getattr(model, each.name) for each in fields(Model) if each.compare}
    return {k: dict.fromkeys(v, "there") if isinstance(v, set) else v for k, v in found.items()}


def changed(before: Model, after: Model) -> dict[tuple[str, Any], tuple[Any, Any]]:
    """Each entry that is in one of the two only, or another one; in the order that they have."""
    was, now = tables(before), tables(after)
    return {
        (name, key): (was[name].get(key, ...), now[name].get(key, ...))
        for name in was
        for key in [*was[name], *(key for key in now[name] if key not in was[name])]
        if was[name].get(key, ...) != now[name].get(key, ...)
    }


def difference(ought: Model, found: Model) -> list[str]:
    """The same in words."""
    return [
        f"{table}: {key} ought to be {_told(a)}, is {_told(b)}"
        for (table, key), (a, b) in changed(ought, found).items()
    ]


def _told(value: Any) -> Any:
    return "absent" if value is ... else value
