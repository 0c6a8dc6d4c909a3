"""Commands that only read, and what their answers must show."""

from __future__ import annotations

import json
from typing import Any

from tests.chaos.commands import Deed, deed
from tests.chaos.model import Model


def _keys(data: Any, model: Model) -> object:
    shown = {
        row["license_key"]: (row["product"], row["state"] == "revoked") for row in data["licenses"]
    }
    return shown == {key: (each.product, each.revoked) for key, each in model.licenses.items()}


def _exported(text: Any, model: Model) -> object:
    rows = [json.loads(line) for line in text.splitlines()]
    return {row["license_key"]: row["revoked_at"] is not None for row in rows} == {
        key: each.revoked for key, each in model.licenses.items()
    }


def _invoices(data: Any, model: Model) -> object:
    return {row["number"]: row["status"] for row in data["invoices"]} == model.invoices


def _cards(data: Any, model: Model) -> object:
    return {row["last4"]: row["primary"] for row in data["cards"]} == model.cards


def _sites(data: Any, model: Model) -> object:
    shown = {row["site"]: row["client"] for row in data["sites"]}
    return shown.items() <= model.sites.items()


def _clients(data: Any, model: Model) -> object:
    return {row["client"] for row in data["clients"]} == set(model.live("client"))


def _products(data: Any, model: Model) -> object:
    shown = {row["product"]: row["name"] for row in data["products"]}
    return shown == {key: name for key, (name, hidden) in model.products.items() if not hidden}


def looks(month: str) -> list[Deed]:
    """`month` is the present one."""
    return [
        deed("licenses list --state all --limit 0 --json", look=_keys),
        deed("ledger export", look=_exported),
        deed("invoice list --limit 0 --json", look=_invoices),
        deed("cards list --json", look=_cards),
        deed("sites list --limit 0 --json", look=_sites),
        deed("clients list --limit 0 --json", look=_clients),
        deed("ledger check --json", look=lambda data, _: data["ok"]),
        deed("status"),
        deed("settings show"),
        deed("log --limit 5"),
        deed("products list --limit 0 --json", look=_products),
        deed("savings"),
        deed("clients report --json"),
        deed("audit"),
        deed("licenses count --by product"),
        deed("licenses timeline"),
        deed(f"invoice preview {month} --by site"),
        deed(f"invoice preview {month} --by license --json"),
        deed(f"invoice explain {month}"),
        deed(f"invoice export {month} --format beancount"),
        deed(f"invoice export {month} --format hledger"),
        deed(f"invoice export {month} --format proof"),
    ]
