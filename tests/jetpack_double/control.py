"""The side entrance under /_control/, for who is in another process: JSON in, JSON out."""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from tests.jetpack_double.faults import Fault

if TYPE_CHECKING:
    from tests.jetpack_double.server import Server

PREFIX = "/_control/"


def answer(double: Server, method: str, path: str, body: bytes) -> tuple[int, bytes]:
    given = json.loads(body or b"{}")
    try:
        with double.lock:
            found = _do(double, method, path.removeprefix(PREFIX), given)
        return 200, json.dumps(found).encode()
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        return 400, json.dumps({"message": repr(error)}).encode()


def _do(double: Server, method: str, name: str, given: dict[str, Any]) -> Any:
    world = double.world
    match method, name:
        case "POST", "fault":
            double.faults.append(Fault(**given))
        case "DELETE", "fault":
            double.faults.clear()
        case "GET", "requests":
            return double.log
        case "GET", "licenses":
            return [asdict(one) for one in world.licenses.values()]
        case "GET", "mails":
            return world.mails
        case "POST", "set" | "spelling":
            changed: Any = world if name == "set" else world.spelling
            for field, value in given.items():
                getattr(changed, field)  # an unknown one is no new one
                setattr(changed, field, value)
        case "POST", "issue":
            return asdict(world.issue(**given))
        case "POST", "site":
            return asdict(world.site(**given))
        case _:
            raise ValueError(f"{method} {name} is not known")
    return {}
