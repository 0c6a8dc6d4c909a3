"""Command lines that put names and details right, take back what was done, choose licenses by what
is known of them, and write files; and what each does to the model."""

from __future__ import annotations

from collections.abc import Callable

from tests.chaos.commands import Deed, Effect, Telling, Wrong, close, deed, end
from tests.chaos.model import License, Model


def rename(kind: str, before: str, after: str) -> Deed:
    """A `client` or a `site`."""

    def effect(told: Telling) -> None:
        there = told.model.clients if kind == "client" else told.model.sites
        if before in there:
            told.model.rename(kind, before, after)
        elif after not in there:
            raise Wrong(f"there is no {kind} {after}")

    return deed(f"{kind}s rename {before} {after}", effect)


def archive(kind: str, name: str, *, back: bool) -> Deed:
    def effect(told: Telling) -> None:
        if not back:
            told.model.put_away.setdefault((kind, name), None)
        else:
            told.model.put_away.pop((kind, name), None)

    return deed(f"{kind}s archive {name}" + (" --back" if back else ""), effect)


def merge_sites(site: str, into: str) -> Deed:
    def effect(told: Telling) -> None:
        for key, each in told.model.licenses.items():
            if each.site == site:
                told.model.place(key, into)
        told.model.put_away["site", site] = into

    return deed(f"sites merge {site} --into {into}", effect)


def merge_clients(client: str, into: str) -> Deed:
    def effect(told: Telling) -> None:
        for url, owner in told.model.sites.items():
            if owner == client:
                told.model.sites[url] = into
        told.model.put_away["client", client] = into

    return deed(f"clients merge {client} --into {into}", effect)


def edit_client(name: str, detail: str, value: str | None) -> Deed:
    def effect(told: Telling) -> None:
        if value is None:
            told.model.details.pop((detail.replace("-", "_"), name), None)
        else:
            told.model.details[detail.replace("-", "_"), name] = value

    what = f"--clear {detail}" if value is None else f"--{detail} {value}"
    return deed(f"clients edit {name} {what}", effect)


def rename_product(product: str, name: str) -> Deed:
    def effect(told: Telling) -> None:
        told.model.products[product] = (name, told.model.products[product][1])

    return deed(f"products rename {product} {name}", effect)


def hide_product(product: str, *, back: bool) -> Deed:
    def effect(told: Telling) -> None:
        told.model.products[product] = (told.model.products[product][0], not back)

    return deed(f"products hide {product}" + (" --back" if back else ""), effect)


def remove_price(product: str, size: int, since: str) -> Deed:
    def effect(told: Telling) -> None:
        told.model.prices.pop((product, size, since), None)

    bundle = f" --bundle {size}" if size > 1 else ""
    return deed(f"products remove-price {product} --from {since}{bundle}", effect)


def undo(name: str) -> Deed:
    """`name` is a command's, or `last`."""

    def effect(told: Telling) -> None:
        undone = list(told.model.done)[-1] if name == "last" else name
        is_undone = told.model.is_undone(undone)
        if not told.events and not is_undone:
            raise Wrong(f"{undone} is not undone")
        if told.events and is_undone:
            raise Wrong(f"{undone} is undone twice")
        if told.events:
            told.model.undo(undone)

    line = "undo --yes" if name == "last" else f"undo {{{name}}} --yes"
    return deed(line, effect, undoes=name, alone=name == "last")


# --- licenses that are chosen ---------------------------------------------------------------------

Chooses = Callable[[License, Model], bool]


def chosen(verb: str, by: str, value: str, to: str | None = None) -> Deed:
    """`assign`, `unassign`, `transfer` or `revoke` what is on a `site`, a `client`'s or of a
    `product`; `to` is the site where they go."""

    def matches(model: Model) -> list[str]:
        parents = {each.bundle for each in model.licenses.values()}
        return [
            key
            for key, each in model.licenses.items()
            if not each.revoked
            and _is(each, model, by, value)
            and _takes_part(each, verb, key in parents)
        ]

    def effect(told: Telling) -> None:
        keys = matches(told.model)
        if verb == "revoke":
            # What is on no site can't leave its bundle by itself.
            of = told.model.licenses
            end(told, [k for k in keys if of[k].bundle in (None, *keys) or of[k].site])
            return
        for key in keys:
            told.model.place(key, to)

    where = {"assign": f" --site {to}", "transfer": f" --to {to}", "revoke": " --yes --in-use"}
    return deed(f"{verb} --{by} {value} --all" + where.get(verb, ""), effect)


def _is(each: License, model: Model, by: str, value: str) -> bool:
    if by == "product":
        return each.product == value
    if by == "site":
        return each.site == value
    return each.site is not None and model.sites[each.site] == value


def _takes_part(each: License, verb: str, is_parent: bool) -> bool:
    if verb == "revoke":
        return True
    return not is_parent and (each.site is None) == (verb == "assign")


# --- what writes files ----------------------------------------------------------------------------


def month_end() -> Deed:
    effect: Effect | None = close("--due").effect
    line = "month-end --output {folder}/bills --as html --as csv --books beancount --books hledger"
    return deed(line, effect, writes="bills", steps=True)


def export_each(month: str, folder: str) -> Deed:
    line = f"invoice export {month} --each-client {{folder}}/{folder} --as csv --as html"
    return deed(line, writes=folder)


def export(month: str, file: str) -> Deed:
    return deed(f"invoice export {month} --output {{folder}}/{file} --yes", writes=file)


def page(file: str) -> Deed:
    return deed(f"report --html {{folder}}/{file} --yes", writes=file)
