"""The next command, chosen by chance among those that make sense for what there is, and mostly
such that they are done."""

from __future__ import annotations

from datetime import date, timedelta
from random import Random
from typing import NamedTuple

from tests.chaos import commands, corrections
from tests.chaos.commands import Deed
from tests.chaos.looks import looks
from tests.chaos.model import Model

PRODUCTS = ("jetpack-scan", "jetpack-boost", "jetpack-backup-t1", "jetpack-search")
SITES = tuple(f"https://s{number}.example" for number in range(6))
CLIENTS = ("Ann", "Bob", "Cem")
MOST_LICENSES = 120


class Chances(NamedTuple):
    """`names` has the name of each license key; `number` is the command's, `today` its date."""

    chance: Random
    model: Model
    names: dict[str, str]
    number: int
    today: date

    def deed(self) -> Deed:
        """A command that may change something, or one that looks."""
        roads = [
            (8, self._issue),
            (2, self._bundle),
            (2, self._issue_file),
            (5, self._assign),
            (2, self._unassign),
            (4, self._transfer),
            (4, self._revoke),
            (2, self._import),
            (3, self._plan),
            (2, self._client),
            (2, self._site),
            (2, self._price),
            (3, self._card),
            (2, self._setting),
            (3, self._close),
            (4, self._settle),
            (2, self._rename),
            (2, self._merge),
            (2, self._archive),
            (2, self._edit),
            (2, self._product_edit),
            (5, self._undo),
            (4, self._chosen),
            (2, self._month_end),
            (2, self._export),
            (9, self._look),
        ]
        found = None
        while found is None:
            (road,) = self.chance.choices([r for _, r in roads], [w for w, _ in roads])
            found = road()
        return found

    def _licenses(self, *, on_site: bool | None = None) -> list[str]:
        return [
            self.names[key]
            for key, each in self.model.licenses.items()
            if not each.revoked
            and key in self.names
            and (on_site is None or (each.site is not None) == on_site)
        ]

    def _some(self, names: list[str]) -> list[str]:
        return self.chance.sample(names, min(len(names), self.chance.randint(1, 3)))

    def _product(self) -> str:
        return self.chance.choice(PRODUCTS)

    def _new_site(self) -> tuple[str | None, str | None]:
        """A site and its client: one of the common ones, whose client stays; or a new one."""
        if self.chance.random() < 0.3:
            return f"https://n{self.number}.example", self.chance.choice((*self._clients(), None))
        return self.chance.choice((*SITES, None)), None

    def _clients(self) -> list[str]:
        """Those that there are, or may be."""
        return sorted({*CLIENTS, *self.model.live("client")})

    def _issue(self) -> Deed | None:
        if len(self.model.licenses) > MOST_LICENSES:
            return None
        return commands.issue(self._product(), self.chance.randint(1, 3), *self._new_site())

    def _bundle(self) -> Deed | None:
        if len(self.model.licenses) > MOST_LICENSES:
            return None
        return commands.issue_bundle("jetpack-security-t1", 5)

    def _issue_file(self) -> Deed | None:
        if len(self.model.licenses) > MOST_LICENSES:
            return None
        orders = [(self._product(), self.chance.randint(1, 4)) for _ in range(3)]
        return commands.issue_file(f"orders{self.number}", orders)

    def _assign(self) -> Deed | None:
        free = [name for name in self._licenses(on_site=False) if self._takes_a_site(name)]
        return commands.put("assign", self._some(free), self._site_url()) if free else None

    def _takes_a_site(self, name: str) -> bool:
        parents = {each.bundle for each in self.model.licenses.values()}
        return not any(self.names.get(parent or "") == name for parent in parents)

    def _site_url(self) -> str:
        sites = self.model.live("site")
        return self.chance.choice(sites if sites and self.chance.random() < 0.5 else SITES)

    def _unassign(self) -> Deed | None:
        placed = self._licenses(on_site=True)
        return commands.unassign(self._some(placed)) if placed else None

    def _transfer(self) -> Deed | None:
        placed = self._licenses(on_site=True)
        if not placed:
            return None
        if self.chance.random() < 0.4:
            file = f"moves{self.number}"
            return commands.transfer_file(file, self._some(placed), self._site_url())
        return commands.put("transfer", self._some(placed), self._site_url())

    def _revoke(self) -> Deed | None:
        live = self._licenses()
        return commands.revoke(self.chance.choice(live)) if live else None

    def _import(self) -> Deed | None:
        if len(self.model.licenses) > MOST_LICENSES:
            return None
        site = self.chance.choice((f"https://i{self.number}.example", None))
        client = self.chance.choice((*self._clients(), None)) if site else None
        day = self.today - timedelta(days=self.chance.randint(1, 20))
        count = self.chance.choice((1, 3, 40))
        file = f"history{self.number}"
        return commands.import_history(file, count, f"{day}T00:00:00Z", site, client)

    def _plan(self) -> Deed:
        wanted = self.chance.sample(PRODUCTS, 2)
        verb = self.chance.choice(("apply", "apply", "plan", "save", "save"))
        return commands.apply_plan(verb, f"plan{self.number}", self._site_url(), wanted)

    def _client(self) -> Deed:
        return commands.add_client(f"Client{self.number}")

    def _site(self) -> Deed | None:
        if not self.model.sites:
            return None
        site = self.chance.choice(list(self.model.sites))
        return commands.move_site(site, self.chance.choice((*self._clients(), None)))

    def _price(self) -> Deed:
        since = self.today + timedelta(days=self.chance.randint(-10, 40))
        return commands.set_price(self._product(), self.chance.randint(1, 99), str(since))

    def _card(self) -> Deed:
        cards = list(self.model.cards)
        if len(cards) > 1 and self.chance.random() < 0.6:
            last4 = self.chance.choice(cards)
            return self.chance.choice((commands.remove_card, commands.make_primary))(last4)
        return commands.add_card(f"{1000 + self.number}", self.chance.random() < 0.5)

    def _setting(self) -> Deed:
        key = self.chance.choice(
            ("name", "address", "tax-id", "payment-note", "terms", "bill-from")
        )
        if key == "terms":
            return commands.set_setting("payment-terms-days", str(self.chance.randint(10, 60)))
        if key == "bill-from":
            return commands.set_setting(key, self.chance.choice(("2026-02", "2026-03")))
        return commands.set_setting(key, f"{key}{self.number}")

    def _close(self) -> Deed:
        if self.chance.random() < 0.5:
            return commands.close("--due")
        return commands.close((self.today.replace(day=1) - timedelta(days=1)).isoformat()[:7])

    def _settle(self) -> Deed | None:
        unpaid = [number for number, status in self.model.invoices.items() if status == "open"]
        if not unpaid:
            return None
        verb = self.chance.choice(("mark-paid", "mark-paid", "mark-paid", "void"))
        return commands.settle(verb, self.chance.choice(unpaid))

    def _look(self) -> Deed:
        return self.chance.choice(looks(self.today.isoformat()[:7]))

    # --- corrections, and files -------------------------------------------------------------------

    def _named(self) -> tuple[str, str] | None:
        """A client or a site that there is."""
        kind = self.chance.choice(("client", "site"))
        names = self.model.live(kind)
        return (kind, self.chance.choice(names)) if names else None

    def _rename(self) -> Deed | None:
        if (found := self._named()) is None:
            return None
        kind, name = found
        to = f"Named{self.number}" if kind == "client" else f"https://r{self.number}.example"
        return corrections.rename(kind, name, to)

    def _merge(self) -> Deed | None:
        if (found := self._named()) is None:
            return None
        kind, name = found
        others = [other for other in self.model.live(kind) if other != name]
        merge = corrections.merge_clients if kind == "client" else corrections.merge_sites
        return merge(name, self.chance.choice(others)) if others else None

    def _archive(self) -> Deed | None:
        if self.model.put_away and self.chance.random() < 0.5:
            kind, name = self.chance.choice(sorted(self.model.put_away))
            return corrections.archive(kind, name, back=True)
        used = {each.site for each in self.model.licenses.values()}
        names = [("site", site) for site in self.model.live("site") if site not in used]
        owners = {self.model.sites[site] for site in self.model.live("site")}
        names += [("client", each) for each in self.model.live("client") if each not in owners]
        return corrections.archive(*self.chance.choice(names), back=False) if names else None

    def _edit(self) -> Deed | None:
        clients = self.model.live("client")
        if not clients:
            return None
        name = self.chance.choice(clients)
        details = {
            "address": f"Street{self.number}",
            "email": f"a{self.number}@a.example",
            "tax-id": f"DE{self.number}",
            "markup": str(self.chance.randint(-20, 40)),
        }
        detail = self.chance.choice(list(details))
        value = None if self.chance.random() < 0.2 else details[detail]
        return corrections.edit_client(name, detail, value)

    def _product_edit(self) -> Deed | None:
        how = self.chance.choice(("rename", "hide", "remove"))
        if how == "rename":
            return corrections.rename_product(self._product(), f"Product{self.number}")
        if how == "hide":
            hidden = [
                product for product, (_, is_hidden) in self.model.products.items() if is_hidden
            ]
            if hidden:
                return corrections.hide_product(self.chance.choice(hidden), back=True)
            return corrections.hide_product(self._product(), back=False)
        to_come = [price for price in self.model.prices if price[2] > str(self.today)]
        return corrections.remove_price(*self.chance.choice(to_come)) if to_come else None

    def _undo(self) -> Deed | None:
        if not self.model.done:
            return None
        if self.chance.random() < 0.4:
            return corrections.undo("last")
        late = list(self.model.done)[-8:]
        return corrections.undo(
            self.chance.choice([each for each in late if each != "begin"] or late)
        )

    def _chosen(self) -> Deed | None:
        verb = self.chance.choice(("assign", "unassign", "transfer", "revoke"))
        used = sorted({each.site for each in self.model.licenses.values() if each.site})
        by = self.chance.choice(("site", "client", "product")) if verb != "assign" else "product"
        owners = sorted({owner for site in used if (owner := self.model.sites[site])})
        values = {"site": used, "client": owners, "product": PRODUCTS}[by]
        if not values or (verb == "revoke" and self.chance.random() < 0.5):
            return None  # it leaves little to play with
        to = self._site_url() if verb in ("assign", "transfer") else None
        return corrections.chosen(verb, by, self.chance.choice(values), to)

    def _month_end(self) -> Deed:
        return corrections.month_end()

    def _export(self) -> Deed:
        month = self.chance.choice((self.today, self.today.replace(day=1) - timedelta(days=1)))
        label = month.isoformat()[:7]
        how = self.chance.choice(("each", "page", "file"))
        if how == "each":
            return corrections.export_each(label, f"each{self.number}")
        if how == "page":
            return corrections.page("desk.html")
        ending = self.chance.choice(("html", "csv", "json", "beancount", "hledger"))
        return corrections.export(label, f"bill{self.number}.{ending}")
