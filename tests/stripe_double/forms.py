"""Form bodies and query strings as Stripe reads them: `a[b][0][c]=v` is nested."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import parse_qsl

from tests.stripe_double.errors import invalid

_NAME = re.compile(r"([^\[\]]+)((?:\[[^\[\]]*\])*)")
_PART = re.compile(r"\[([^\[\]]*)\]")
MAX_DEPTH = 8


def parse(text: str) -> dict[str, Any]:
    """Nested dicts, lists and strings. Raises the 400 that a malformed body gets."""
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), errors="strict")
    except ValueError:
        raise invalid("Invalid request: the form-encoded parameters can't be read.") from None
    tree: dict[str, Any] = {}
    for name, value in pairs:
        matched = _NAME.fullmatch(name)
        if matched is None or "\x00" in value:
            raise invalid(f"Invalid request: the parameter {name!r} can't be read.")
        path = [matched[1], *_PART.findall(matched[2])]
        if len(path) > MAX_DEPTH:
            raise invalid(f"Invalid request: {name} is nested too deeply.", name)
        _store(tree, path, value, name)
    return {key: _listed(value, key) for key, value in tree.items()}


def _store(tree: dict[str, Any], path: list[str], value: str, name: str) -> None:
    for index, name_part in enumerate(path):
        part = name_part
        if part == "":  # `a[]=v` takes the next index; only as the last part
            if index != len(path) - 1:
                raise invalid(f"Invalid request: {name} can't be read.", name)
            part = str(len(tree))
        if index == len(path) - 1:
            if part in tree:
                raise invalid(f"Invalid request: {name} is given more than once.", name)
            tree[part] = value
            return
        tree = tree.setdefault(part, {})
        if not isinstance(tree, dict):
            raise invalid(f"Invalid request: {name} is both a value and an object.", name)


def _listed(value: Any, name: str) -> Any:
    """Objects whose keys are 0, 1, 2, … are lists."""
    if not isinstance(value, dict):
        return value
    if value and set(value) == {str(index) for index in range(len(value))}:
        ordered = sorted(value.items(), key=lambda item: int(item[0]))
        return [_listed(child, f"{name}[{key}]") for key, child in ordered]
    return {key: _listed(child, f"{name}[{key}]") for key, child in value.items()}
