"""The tests' side entrance, under /_control/: JSON in, JSON out. Stripe has nothing like it."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from tests.stripe_double import invoice_life, money_back, setup
from tests.stripe_double.double import Double
from tests.stripe_double.errors import StripeFault
from tests.stripe_double.faults import Fault
from tests.stripe_double.idempotency import Entry
from tests.stripe_double.wire import Reply, Request
from tests.stripe_double.world import Object

PREFIX = "/_control/"


def answer(double: Double, request: Request) -> Reply:
    name = request.path.removeprefix(PREFIX)
    given = json.loads(request.body or b"{}")
    try:
        with double.lock:
            found = _do(double, request.method, name, given)
        return Reply(200, json.dumps(found).encode())
    except StripeFault as refused:
        return Reply(refused.status, json.dumps({"error": refused.error}).encode())
    except (KeyError, TypeError, ValueError) as error:
        return Reply(400, json.dumps({"error": {"message": repr(error)}}).encode())


def _do(double: Double, method: str, name: str, given: Object) -> Any:
    world = double.worlds[bool(given.get("live", False))]
    match method, name:
        case "POST", "objects":
            double.pass_time()
            kinds = [given["kind"]] if "kind" in given else list(world.objects)
            return {kind: list(world.objects.get(kind, {}).values()) for kind in kinds}
        case "GET", "requests":
            return double.log
        case "DELETE", "requests":
            double.log.clear()
        case "GET", "faults":
            return double.faults.shown()
        case "POST", "faults":
            double.faults.add(Fault(**given))
        case "DELETE", "faults":
            double.faults.clear()
        case "GET", "clock":
            return {"now": double.clock.now()}
        case "POST", "clock":
            return _move_clock(double, given)
        case "POST", "checkout":
            return setup.complete_session(world, given["session"], given["card"])
        case "POST", "hosted":
            return invoice_life.pay_on_page(world, given["invoice"], given["card"])
        case "POST", "refund":
            return money_back.refund(world, given["invoice"], given["amount"])
        case "POST", "credit_note":
            more = {name: given[name] for name in ("refunds", "by_hand")}
            return money_back.credit_note(world, given["invoice"], given["amount"], **more)
        case "POST", "dispute":
            return money_back.dispute(world, given["invoice"], given["status"], given["amount"])
        case "POST", "account":
            world.account = given["id"]
        case "POST", "card":
            return _change_card(double, given)
        case "POST", "edit":
            return _edit(double, given)
        case "POST", "reset":
            double.reset()
        case _:
            raise ValueError(f"{method} {name} is not known")
    return {}


def _move_clock(double: Double, given: Object) -> Object:
    seconds = given["advance"] if "advance" in given else given["set"] - double.clock.now()
    double.clock.shift += int(seconds)
    double.pass_time()
    return {"now": double.clock.now()}


def _change_card(double: Double, given: Object) -> Object:
    """What a stored card does from now on, and when it expires."""
    world = double.worlds[bool(given.get("live", False))]
    method = world.get("payment_method", given["payment_method"])
    if "charge" in given:
        world.hide(method["id"], charge=given["charge"])
    method["card"] |= {name: given[name] for name in ("exp_month", "exp_year") if name in given}
    return method


def _edit(double: Double, given: Object) -> Object:
    """Change an object behind Stripe's back, as nobody can: no check, no event."""
    world = double.worlds[bool(given.get("live", False))]
    found = world.find_any(given["id"])
    if found is None:
        raise ValueError(f"no object {given['id']}")
    found.update(given["fields"])
    for invoice in world.all("invoice"):
        for line in invoice["lines"]["data"]:
            if line["id"] == given["id"]:
                line.update(given["fields"])
    return found


def save(double: Double, path: Path) -> None:
    """Everything but the log and the faults."""
    with double.lock:
        modes = {
            str(live): {
                "objects": world.objects,
                "private": world.private,
                "keys": {
                    key: asdict(entry) | {"body": entry.body.decode()}
                    for key, entry in double.keys[live].entries.items()
                    if entry.status is not None
                },
            }
            for live, world in double.worlds.items()
        }
        text = json.dumps({"shift": double.clock.shift, "modes": modes})
        partial = path.with_suffix(".partial")
        partial.write_text(text, encoding="utf-8")
        partial.replace(path)


def load(double: Double, path: Path) -> None:
    kept = json.loads(path.read_text(encoding="utf-8"))
    double.clock.shift = kept["shift"]
    for live, world in double.worlds.items():
        mode = kept["modes"][str(live)]
        world.objects, world.private = mode["objects"], mode["private"]
        for key, entry in mode["keys"].items():
            body = entry.pop("body").encode()
            double.keys[live].entries[key] = Entry(**entry, body=body)
