"""What is known of the Licensing API (`tests/data/jetpack_api.json`), and the check of what goes
over the wire against it."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from pathlib import Path
from typing import Any

FACTS = Path(__file__).parent.parent / "data" / "jetpack_api.json"
_KINDS: dict[str, tuple[type, ...]] = {
    "object": (dict,),
    "array": (list,),
    "string": (str,),
    "integer": (int,),
    "number": (int, float),
    "null": (type(None),),
}


@lru_cache(maxsize=1)
def _facts() -> dict[str, Any]:
    found: dict[str, Any] = json.loads(FACTS.read_text("utf-8"))
    return found


def operations() -> set[tuple[str, str]]:
    return {(method.upper(), path) for path, item in _facts()["paths"].items() for method in item}


def methods(path: str) -> dict[str, dict[str, Any]]:
    """The facts of each call of a path, by method; none for a path that the API has not."""
    for template, item in _facts()["paths"].items():
        if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path):
            return {method.upper(): facts for method, facts in item.items()}
    return {}


def operation(method: str, path: str) -> dict[str, Any] | None:
    """The facts of a call; None for one that the API has not."""
    return methods(path).get(method)


def request_problems(method: str, path: str, query: dict[str, str], body: Any) -> list[str]:
    """What of a request the API would not know."""
    known = operation(method, path)
    if known is None:
        return [f"{method} {path}: there is no such call"]
    allowed = {each["name"]: each for each in known["parameters"]}
    found = [f"query: {name} is not known" for name in sorted(set(query) - set(allowed))]
    for name, each in allowed.items():
        if name in query:
            found += problems(each["schema"], query[name], name)
        elif each["required"]:
            found.append(f"query: {name} is missing")
    if "requestBody" in known:
        found += problems(known["requestBody"], body, "body", closed=True)
    elif body is not None:
        found.append("body: there is none")
    return found


def reply_problems(method: str, path: str, status: int, body: Any) -> list[str]:
    """What of an answer is not as the API's are."""
    known = operation(method, path)
    if known is None:
        return []
    schema = known["responses"].get(str(status))
    return [f"status {status}"] if schema is None else problems(schema, body, "answer")


def problems(schema: dict[str, Any], value: Any, name: str, *, closed: bool = False) -> list[str]:
    """Where a value is not as the schema says; `closed`: no other properties."""
    if "$ref" in schema:
        return problems(_facts()["components"]["schemas"][schema["$ref"]], value, name)
    if "oneOf" in schema:
        tried = [problems(each, value, name) for each in schema["oneOf"]]
        return [] if any(found == [] for found in tried) else tried[0]
    kinds: Any = _KINDS[schema["type"]]
    if not isinstance(value, kinds) or isinstance(value, bool):
        return [f"{name}: {value!r} is no {schema['type']}"]
    if "enum" in schema and value not in schema["enum"]:
        return [f"{name}: {value!r} is none of {schema['enum']}"]
    if "pattern" in schema and not re.fullmatch(schema["pattern"], value):
        return [f"{name}: {value!r} is not {schema['pattern']}"]
    if isinstance(value, str) and len(value) < schema.get("minLength", 0):
        return [f"{name}: it is empty"]
    found: list[str] = []
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += problems(schema["items"], item, f"{name}[{index}]")
    if isinstance(value, dict):
        properties = schema["properties"]
        found += [
            f"{name}.{each} is missing" for each in schema.get("required", ()) if each not in value
        ]
        for key, item in value.items():
            if key in properties:
                found += problems(properties[key], item, f"{name}.{key}")
            elif closed:
                found.append(f"{name}.{key} is not known")
    return found
