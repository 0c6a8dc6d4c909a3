"""Command lines, and what each does to the model when it is done.

A license is named by who made it, `{c3.0}` for the first of command c3, so that a list of
commands can be played again on another ledger, where all keys are other ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from tests.chaos.model import License, Model
from tests.chaos.observed import Event


class Wrong(AssertionError):
    """The ledger is not what it ought to be."""


class Telling(NamedTuple):
    """What a command is known to have done: its `events`, and what is `found` in the end. `keys`
    are those of the names."""

    model: Model
    events: list[Event]
    found: Model
    keys: dict[str, str]

    def subjects(self, kind: str, count: int | None = None) -> list[str]:
        found = [event.subject for event in self.events if event.kind == kind]
        if count is not None and len(found) != count:
            raise Wrong(f"it has {len(found)} events {kind}, not {count}")
        return found


Effect = Callable[[Telling], None]
Look = Callable[[Any, Model], object]


class Deed(NamedTuple):
    """A command line: `files` are written for it, `alone` lets nothing run beside it. What only
    reads has no `effect`; `look` tells whether an answer shows what is there. `copies` and
    `restores` name a backup; `undoes` names a command, or is `last`; `writes` is a file or a folder
    that it makes, and `then` comes next where that was done. What goes in `steps` is gone on with
    when it is asked for once more."""

    words: tuple[str, ...]
    effect: Effect | None = None
    files: tuple[tuple[str, str], ...] = ()
    alone: bool = False
    look: Look | None = None
    copies: str = ""
    restores: str = ""
    undoes: str = ""
    writes: str = ""
    then: Deed | None = None
    steps: bool = False


def deed(line: str, effect: Effect | None = None, **options: Any) -> Deed:
    return Deed(tuple(line.split()), effect, **options)


def issue(product: str, quantity: int, site: str | None, client: str | None) -> Deed:
    def effect(told: Telling) -> None:
        for key in told.subjects("license.issued", quantity):
            told.model.licenses[key] = License(product)
            told.model.place(key, site, client)

    line = f"issue {product} --quantity {quantity}"
    line += f" --site {site}" if site else ""
    return deed(line + (f" --client {client}" if client else ""), effect)


def issue_bundle(product: str, size: int) -> Deed:
    def effect(told: Telling) -> None:
        parent, *children = told.subjects("license.issued", size + 1)
        told.model.licenses[parent] = License(product)
        for key in children:
            told.model.licenses[key] = License(product, bundle=parent)

    return deed(f"issue {product} --bundle {size}", effect)


def issue_file(name: str, orders: list[tuple[str, int]]) -> Deed:
    products = [product for product, quantity in orders for _ in range(quantity)]

    def effect(told: Telling) -> None:
        keys = told.subjects("license.issued", len(products))
        told.model.licenses.update(zip(keys, map(License, products), strict=True))

    text = "product,quantity\n" + "".join(f"{a},{b}\n" for a, b in orders)
    return deed(f"issue --from {{folder}}/{name}.csv", effect, files=((f"{name}.csv", text),))


def put(verb: str, names: list[str], site: str) -> Deed:
    """`assign` or `transfer`."""

    def effect(told: Telling) -> None:
        for name in names:
            told.model.place(told.keys[name], site)

    option = "--site" if verb == "assign" else "--to"
    return deed(f"{verb} {_braced(names)} {option} {site}", effect)


def transfer_file(file: str, names: list[str], site: str) -> Deed:
    text = "license_key,to\n" + "".join(f"{{{name}}},{site}\n" for name in names)
    effect = put("transfer", names, site).effect
    return deed(f"transfer --from {{folder}}/{file}.csv", effect, files=((f"{file}.csv", text),))


def unassign(names: list[str]) -> Deed:
    def effect(told: Telling) -> None:
        for name in names:
            told.model.place(told.keys[name], None)

    return deed(f"unassign {_braced(names)}", effect)


def revoke(name: str) -> Deed:
    def effect(told: Telling) -> None:
        end(told, [told.keys[name]])

    return deed(f"revoke {{{name}}} --yes --in-use --reason gone", effect)


def end(told: Telling, keys: list[str]) -> None:
    """Licenses end, bundles with all that is in them; who leaves a bundle is replaced (B2)."""
    model = told.model
    ended = [key for key in keys if not model.licenses[key].revoked]
    left = [model.licenses[key] for key in ended if model.licenses[key].bundle not in (None, *keys)]
    new = told.subjects("license.issued", len(left))
    for key in ended:
        model.end(key)
        for child in [k for k, v in model.licenses.items() if v.bundle == key and not v.revoked]:
            model.end(child)
    for key, before in zip(new, left, strict=True):
        model.licenses[key] = License(before.product, bundle=before.bundle)


def import_history(
    file: str, count: int, issued_at: str, site: str | None, client: str | None
) -> Deed:
    keys = [f"jetpack-scan_{file}x{number}".ljust(38, "z") for number in range(count)]

    def effect(told: Telling) -> None:
        for key in keys:
            told.model.licenses[key] = License("jetpack-scan")
            told.model.place(key, site, client)

    text = "license_key,product,issued_at,site,client\n" + "".join(
        f"{key},jetpack-scan,{issued_at},{site or ''},{client or ''}\n" for key in keys
    )
    return deed(f"ledger import {{folder}}/{file}.csv", effect, files=((f"{file}.csv", text),))


def apply_plan(verb: str, file: str, site: str, products: list[str]) -> Deed:
    """`apply` or `plan` of a file, or `save`: plan it, and apply what was saved of that."""

    def effect(told: Telling) -> None:
        """What it takes is the planner's choice: what it touched is taken as found, and the site
        has what was wanted."""
        if any(event.kind == "site.added" for event in told.events):
            told.model.sites.setdefault(site, None)
        for event in told.events:
            if event.kind.startswith("license."):
                told.model.licenses[event.subject] = told.found.licenses[event.subject]
        has = [each.product for each in told.model.licenses.values() if each.site == site]
        if sorted(has) != sorted(products):
            raise Wrong(f"{site} ought to have {products}, has {has}")

    listed = ", ".join(f'"{product}"' for product in products)
    text = f'[sites."{site}"]\nproducts = [{listed}]\n'
    files = ((f"{file}.toml", text),)
    if verb == "apply":
        return deed(f"apply {{folder}}/{file}.toml --yes", effect, files=files, alone=True)
    if verb == "plan":
        return deed(f"plan {{folder}}/{file}.toml", files=files, alone=True)
    then = deed(f"apply {{folder}}/{file}.plan --yes", effect, alone=True)
    line = f"plan {{folder}}/{file}.toml --out {{folder}}/{file}.plan"
    return deed(line, files=files, alone=True, writes=f"{file}.plan", then=then)


def add_client(name: str) -> Deed:
    return deed(f"clients add {name}", lambda told: told.model.clients.add(name))


def move_site(site: str, client: str | None) -> Deed:
    def effect(told: Telling) -> None:
        told.model.sites[site] = client
        if client is not None:
            told.model.clients.add(client)

    return deed(f"sites move {site} " + (f"--client {client}" if client else "--no-client"), effect)


def set_price(product: str, cents: int, since: str) -> Deed:
    def effect(told: Telling) -> None:
        told.model.prices[product, 1, since] = cents * 10**12

    return deed(f"products set-price {product} --price 0.{cents:02} --from {since}", effect)


def add_card(last4: str, primary: bool) -> Deed:
    def effect(told: Telling) -> None:
        told.model.cards.setdefault(last4, False)
        if primary or not any(told.model.cards.values()):  # R3
            make_primary(last4).effect(told)  # type: ignore[misc]

    line = f"cards add --brand visa --last4 {last4} --exp 12/2039"
    return deed(line + (" --primary" if primary else ""), effect)


def make_primary(last4: str) -> Deed:
    def effect(told: Telling) -> None:
        for each in told.model.cards:
            told.model.cards[each] = each == last4

    return deed(f"cards primary {last4}", effect)


def remove_card(last4: str) -> Deed:
    def effect(told: Telling) -> None:
        was_primary = told.model.cards.pop(last4, False)
        if was_primary and told.model.cards:
            told.model.cards[next(iter(told.model.cards))] = True

    return deed(f"cards remove {last4} --yes", effect)


def set_setting(key: str, value: str) -> Deed:
    def effect(told: Telling) -> None:
        told.model.settings[key.replace("-", "_")] = value

    return deed(f"settings set {key} {value}", effect)


def close(month: str) -> Deed:
    """`month` may be `--due`."""

    def effect(told: Telling) -> None:
        invoices = told.model.invoices
        for number in told.subjects("invoice.closed"):
            if any(n[4:11] == number[4:11] and s != "void" for n, s in invoices.items()):
                raise Wrong(f"{number} is a second invoice of its month")
            # Over nothing it is paid at once.
            invoices[number] = "paid" if told.found.invoices.get(number) == "paid" else "open"
        if month != "--due" and not any(n[4:11] == month for n in invoices):
            raise Wrong(f"{month} has no invoice")

    return deed(f"invoice close {month}", effect)


def settle(verb: str, number: str) -> Deed:
    """`mark-paid` or `void`."""

    def effect(told: Telling) -> None:
        told.model.invoices[number] = "void" if verb == "void" else "paid"

    return deed(f"invoice {verb} {number}" + (" --yes" if verb == "void" else ""), effect)


def backup(name: str) -> Deed:
    return deed(f"ledger backup {{folder}}/{name}.db", copies=name)


def restore(name: str) -> Deed:
    return deed(f"ledger restore {{folder}}/{name}.db --yes", restores=name, alone=True)


def _braced(names: list[str]) -> str:
    return " ".join(f"{{{name}}}" for name in names)
